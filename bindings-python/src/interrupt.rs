//! Ctrl-C, and what else Python wants to raise in a thread that waits in the core.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::fork;

thread_local! {
    /// What is to be raised once the call of this thread has ended.
    static PENDING: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// Whether this is the thread that signal handlers run on, and in which generation that was asked: a fork makes
    /// the thread that forked the main one.
    static MAIN: Cell<Option<(u64, bool)>> = const { Cell::new(None) };
}

/// Ends the call of this thread with an exception that is not for hooks to swallow, such as `KeyboardInterrupt`.
pub(crate) fn raise_after_call(error: PyErr) {
    PENDING.with(|pending| {
        pending.borrow_mut().get_or_insert(error);
    });
}

/// What there is to raise.
pub(crate) fn take() -> Option<PyErr> {
    PENDING.with(|pending| pending.borrow_mut().take())
}

/// An interrupt of several calls: its cause is what they ended with, and `trail` that of the call that was cut short.
pub(crate) fn caused_by(py: Python<'_>, interrupt: PyErr, ended: Option<PyErr>) -> PyErr {
    if let Some(ended) = ended {
        if let Ok(trail) = ended.value(py).getattr("trail") {
            // An exception without room for attributes keeps none.
            let _ = interrupt.value(py).setattr("trail", trail);
        }
        interrupt.set_cause(py, Some(ended));
    }
    interrupt
}

/// Asks Python whether the call of this thread is to end; the core asks some twenty times a second.
pub(crate) fn interrupted() -> bool {
    let pending = || PENDING.with(|pending| pending.borrow().is_some());
    if pending() {
        return true;
    }
    // `None`: the interpreter is going away, and nobody waits for the result.
    match Python::try_attach(|py| py.check_signals()) {
        Some(Ok(())) => false,
        Some(Err(error)) => {
            raise_after_call(error);
            true
        }
        None => true,
    }
}

/// Returns whether signal handlers run on this thread.
pub(crate) fn on_main_thread(py: Python<'_>) -> bool {
    let generation = fork::generation();
    MAIN.with(|known| match known.get() {
        Some((asked, answer)) if asked == generation => answer,
        _ => {
            let answer = ask(py).unwrap_or(true);
            known.set(Some((generation, answer)));
            answer
        }
    })
}

fn ask(py: Python<'_>) -> PyResult<bool> {
    static MAIN_THREAD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static GET_IDENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let main = MAIN_THREAD
        .import(py, "threading", "main_thread")?
        .call0()?;
    let own = GET_IDENT.import(py, "threading", "get_ident")?.call0()?;
    main.getattr("ident")?.eq(own)
}
