//! Hooks and log records of calls that a thread of the program makes. They run on that thread, as events happen.
//!
//! Where greenlets run (gevent, eventlet), a hook or a log handler may switch to another greenlet. That must not happen
//! inside a call, whose state is on the stack that greenlets share. So there, events are kept, and delivered when the
//! call has ended, before it returns.

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
    /// The call that this thread is in. A call that a hook makes inside it has its own scope.
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// How a call of this thread is watched.
struct Scope {
    /// The logger wants attempts.
    log: bool,
    /// The events to deliver when the call has ended; `None` if each is delivered at once.
    later: Option<Vec<HookEvent>>,
}

/// An event of a call, and the hook to call for it.
type HookEvent = (Event, Option<Hook>);

/// How to watch a call of this thread. It is decided before the call begins.
pub(crate) struct Watching<'a> {
    log: bool,
    later: bool,
    /// Signal handlers run on this thread.
    signals: bool,
    watcher: Option<&'a Watcher>,
}

impl<'a> Watching<'a> {
    /// Asks the logger, and whether greenlets run here. `hooks`: the call has its own hooks besides its client's.
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

    /// Makes a call on this thread, detached from the interpreter, and delivers the events that waited for its end. The
    /// call gets a function that says whether to end early.
    ///
    /// Raise the returned error after the call: Ctrl-C, or what a hook or a handler raised that is not an `Exception`.
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
        // Taken here, while it is this call's: a handler below may let another greenlet of this thread make a call.
        let mut raised = interrupt::take();
        let mut strays = Vec::new();
        if let Some(watcher) = self.watcher {
            watcher.strays.take(&mut strays);
        }
        let strays = strays.into_iter().map(|mail| (mail.event, None));
        for event in later.into_iter().flatten().chain(strays) {
            let error = deliver(py, event);
            raised = raised.or(error);
        }
        (result, raised)
    }
}

/// Restores the scope of the outer call, also after a panic.
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
fn publish(event: HookEvent) {
    let now = SCOPE.with_borrow_mut(|scope| {
        let Some(later) = scope.as_mut().and_then(|scope| scope.later.as_mut()) else {
            return Some(event);
        };
        later.push(event);
        None
    });
    let Some(event) = now else { return };
    // `None`: the interpreter is shutting down.
    let raised = Python::try_attach(|py| deliver(py, event)).flatten();
    if let Some(raised) = raised {
        interrupt::raise_after_call(raised);
    }
}

/// Calls a program's progress function, on the thread that follows an action.
pub(crate) fn progress(hook: &Hook, json: String) {
    publish((Event::Progress(json), Some(Arc::clone(hook))));
}

/// Passes an event to the logger and the hook. Returns what one of them raised that is not an `Exception`. The logger
/// reports an `Exception` of a handler; one of a hook goes to `sys.unraisablehook`.
fn deliver(py: Python<'_>, (event, hook): HookEvent) -> Option<PyErr> {
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
    /// Gets the attempts of sign-ins that do not run on a thread of the program. The next call that ends logs them.
    strays: Lane,
    forwarder: EventForwarder,
}

impl Watcher {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        let mailbox = Mailbox::new();
        Self {
            config,
            // Each call takes its mail when it has ended.
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

/// Logs the first sign-in of a connection. It stops with the sign-in, because clients have their own watchers.
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
