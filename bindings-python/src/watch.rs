//! Hooks and log records of calls that a thread of the program makes: on that thread, as things happen.
//!
//! Where greenlets run (gevent, eventlet), a hook or a log handler may switch to another one in the middle. That must not
//! happen inside a call: its state is on the stack that greenlets share. There, what happened is kept and passed on when
//! the call has ended, before it returns.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use reqtrail::host::mailbox::{AttemptEvent, Event, EventForwarder, Lane, Mailbox};
use reqtrail::{AttemptFinished, CallFinished, Observer};

use crate::config::{Config, Hook};
use crate::events;
use crate::interrupt;
use crate::logging;
use crate::python::member;

thread_local! {
    /// The call that this thread is in. One within another, which a hook makes, has its own.
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// How a call of this thread is watched.
struct Scope {
    /// The logger wants attempts.
    log: bool,
    /// What waits for the end of the call; `None` where everything is passed on at once.
    later: Option<Vec<Happened>>,
}

/// What happened in a call, and the hook that is to know of it.
type Happened = (Event, Option<Hook>);

/// How a call of this thread is to be watched; asked before it begins.
pub(crate) struct Watching<'a> {
    log: bool,
    later: bool,
    /// Signal handlers run on this thread.
    signals: bool,
    watcher: Option<&'a Watcher>,
}

impl<'a> Watching<'a> {
    /// Asks the logger, and whether greenlets run here. `hooks`: the call has hooks besides those of its client.
    pub(crate) fn ask(py: Python<'_>, watcher: Option<&'a Watcher>, mut hooks: bool) -> Self {
        let log = logging::wants_attempts(py);
        if let Some(watcher) = watcher {
            watcher.mailbox.want_logs(log);
            hooks |= watcher.config.on_attempt.is_some() || watcher.config.on_call.is_some();
        }
        Self {
            log,
            later: (log || hooks) && greenlets(py),
            signals: interrupt::on_main_thread(py),
            watcher,
        }
    }

    /// Makes a call on this thread, detached from the interpreter, and passes on what waited for its end. The call gets
    /// what it is to ask now and then: whether to end early.
    ///
    /// The error is to be raised after the call: Ctrl-C, or what a hook or a handler raised that is not an `Exception`.
    pub(crate) fn run<T: Send>(
        self,
        py: Python<'_>,
        call: impl FnOnce(Option<&dyn Fn() -> bool>) -> T + Send,
    ) -> (T, Option<PyErr>) {
        let (log, signals) = (self.log, self.signals);
        let later = self.later.then(Vec::new);
        let (result, later) = py.detach(move || {
            let _restore = Restore(SCOPE.replace(Some(Scope { log, later })));
            let result = call(signals.then_some(&interrupt::interrupted as &dyn Fn() -> bool));
            (result, SCOPE.take().and_then(|scope| scope.later))
        });
        // What is pending is of this call: a handler below may let another greenlet of this thread make one.
        let mut raised = interrupt::take();
        let mut strays = Vec::new();
        if let Some(watcher) = self.watcher {
            watcher.strays.take(&mut strays);
        }
        let strays = strays.into_iter().map(|mail| (mail.event, None));
        for happened in later.into_iter().flatten().chain(strays) {
            let error = deliver(py, happened);
            raised = raised.or(error);
        }
        (result, raised)
    }
}

/// Puts back the scope of the call around this one, also when this one panics.
struct Restore(Option<Scope>);

impl Drop for Restore {
    fn drop(&mut self) {
        SCOPE.set(self.0.take());
    }
}

/// Whether greenlets may run on this thread.
fn greenlets(py: Python<'_>) -> bool {
    let ask = member!(py, "reqtrail._greenlets", "may_run");
    ask.and_then(|ask| ask.call0()?.is_truthy()).unwrap_or(true)
}

/// Publishes an event: at once, or when the call of this thread has ended.
fn publish(happened: Happened) {
    let now = SCOPE.with_borrow_mut(|scope| {
        let Some(later) = scope.as_mut().and_then(|scope| scope.later.as_mut()) else {
            return Some(happened);
        };
        later.push(happened);
        None
    });
    let Some(happened) = now else { return };
    // `None`: the interpreter is going away.
    let raised = Python::try_attach(|py| deliver(py, happened)).flatten();
    if let Some(raised) = raised {
        interrupt::raise_after_call(raised);
    }
}

/// Has a program's progress function called on the thread that follows an action.
pub(crate) fn progress(hook: &Hook, json: String) {
    publish((Event::Progress(json), Some(Arc::clone(hook))));
}

/// Tells the logger and the hook. Returns what one of them raised that is not an `Exception`; an `Exception` of a handler is
/// the logger's to report, and one of a hook goes to `sys.unraisablehook`.
fn deliver(py: Python<'_>, (event, hook): Happened) -> Option<PyErr> {
    let (kind, about) = match events::row(py, &event) {
        Ok(row) => row?,
        Err(error) => return Some(error),
    };
    let log = member!(py, "reqtrail._logging", "happened");
    let logged = log.and_then(|log| log.call1((kind, &about)));
    let raised = logged.err();
    let Some(hook) = hook else { return raised };
    let call = member!(py, "reqtrail._mapping", "call_hook");
    let Err(error) = call.and_then(|call| call.call1((&*hook, kind, about))) else {
        return raised;
    };
    if error.is_instance_of::<PyException>(py) {
        error.write_unraisable(py, Some(hook.bind(py)));
        return raised;
    }
    raised.or(Some(error))
}

/// Watches the calls of a synchronous client.
pub(crate) struct Watcher {
    config: Arc<Config>,
    mailbox: Mailbox,
    /// Gets the attempts of sign-ins that run on threads which are not the program's. The next call that ends has them logged.
    strays: Lane,
    forwarder: EventForwarder,
}

impl Watcher {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        let mailbox = Mailbox::new();
        Self {
            config,
            // Each call looks when it has ended.
            strays: mailbox.open_lane(|| ()),
            forwarder: mailbox.observer(),
            mailbox,
        }
    }
}

impl Observer for Watcher {
    fn attempt_finished(&self, finished: &AttemptFinished<'_>) {
        let log = logged_here();
        if log.is_none() {
            self.forwarder.attempt_finished(finished);
        }
        let (log, hook) = (log.unwrap_or(false), self.config.on_attempt.clone());
        if log || hook.is_some() {
            publish_attempt(finished, hook, log);
        }
    }

    fn call_finished(&self, finished: &CallFinished<'_>) {
        if let Some(hook) = &self.config.on_call {
            let event = Event::Call(finished.trail.clone());
            publish((event, Some(Arc::clone(hook))));
        }
    }
}

/// Logs a first sign-in. Its clients have watchers of their own, so it ends with the sign-in.
pub(crate) struct SignInLog(pub(crate) Arc<AtomicBool>);

impl Observer for SignInLog {
    fn attempt_finished(&self, finished: &AttemptFinished<'_>) {
        if self.0.load(Ordering::Acquire) && logged_here() == Some(true) {
            publish_attempt(finished, None, true);
        }
    }
}

fn publish_attempt(finished: &AttemptFinished<'_>, hook: Option<Hook>, log: bool) {
    let event = AttemptEvent::new(finished, hook.is_some(), log);
    publish((Event::Attempt(Box::new(event)), hook));
}

/// Whether the logger wants the attempts of the call that this thread is in; `None` outside of calls.
fn logged_here() -> Option<bool> {
    SCOPE.with_borrow(|scope| scope.as_ref().map(|scope| scope.log))
}
