//! Ctrl-C, and other exceptions that Python wants to raise in a thread that waits in the core.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;

use crate::fork;
use crate::python::member;

thread_local! {
    /// The exception to raise once the call of this thread has ended.
    static PENDING: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// Whether signal handlers run on this thread, and the generation in which that was asked: the thread that forks
    /// becomes the child's main thread.
    static MAIN: Cell<Option<(u64, bool)>> = const { Cell::new(None) };
}

/// Ends the call of this thread with an exception that hooks must not swallow, such as `KeyboardInterrupt`.
pub(crate) fn raise_after_call(error: PyErr) {
    PENDING.with_borrow_mut(|pending| {
        pending.get_or_insert(error);
    });
}

/// Takes the exception to raise, if there is one.
pub(crate) fn take() -> Option<PyErr> {
    PENDING.take()
}

/// Asks Python whether the call of this thread is to end. The core calls it about twenty times a second.
pub(crate) fn interrupted() -> bool {
    if PENDING.with_borrow(Option::is_some) {
        return true;
    }
    // `None`: the interpreter is shutting down, and nothing waits for the result.
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
    let main = member!(py, "threading", "main_thread")?.call0()?;
    let own = member!(py, "threading", "get_ident")?.call0()?;
    main.getattr("ident")?.eq(own)
}
