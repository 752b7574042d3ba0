//! Hooks and log records of calls that a thread of the program makes: on that thread, as things happen.
//!
//! Where greenlets run (gevent, eventlet), a hook or a log handler may switch to another one in the middle. That must not
//! happen inside a call: its state is on the stack that greenlets share. There, what happened is kept and passed on when
//! the call has ended, before it returns.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use reqtrail::{Attempt, CallInfo, Observer, Trail};

use crate::config::Config;
use crate::hooks::{CallParts, attempt_json};
use crate::interrupt;
use crate::logging;
use crate::trail::RawTrail;

thread_local! {
    /// The call that this thread is in. One within another, which a hook makes, has its own.
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// How a call of this thread is watched.
struct Scope {
    /// The logger wants attempts.
    log: bool,
    /// What waits for the end of the call; `None` where everything is passed on at once.
    later: Option<Vec<Event>>,
}

/// What happened in a call.
enum Event {
    Attempt {
        /// When it ended, in seconds since 1970.
        at: f64,
        call: CallParts,
        json: String,
        log: bool,
        hook: Option<Arc<Config>>,
    },
    Call(Trail, Arc<Config>),
    Progress(Py<PyAny>, String),
}

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
    pub(crate) fn ask(py: Python<'_>, watcher: Option<&'a Watcher>, hooks: bool) -> Self {
        let log = logging::wants_attempts(py);
        let mut hooks = hooks;
        if let Some(watcher) = watcher {
            watcher.strays.wanted.store(log, Ordering::Relaxed);
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
            let restore = Restore(SCOPE.replace(Some(Scope { log, later })));
            let interrupted: Option<&dyn Fn() -> bool> = if signals {
                Some(&interrupt::interrupted)
            } else {
                None
            };
            let result = call(interrupted);
            let scope = restore.end();
            (result, scope.and_then(|scope| scope.later))
        });
        // What is pending is of this call: a handler below may let another greenlet of this thread make one.
        let mut raised = interrupt::take();
        for event in later.into_iter().flatten() {
            let error = event.tell(py);
            raised = raised.or(error);
        }
        if let Some(watcher) = self.watcher {
            let error = watcher.strays.log(py);
            raised = raised.or(error);
        }
        (result, raised)
    }
}

/// Puts back the scope of the call around this one, also when this one panics.
struct Restore(Option<Scope>);

impl Restore {
    fn end(mut self) -> Option<Scope> {
        let own = SCOPE.replace(self.0.take());
        std::mem::forget(self);
        own
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        SCOPE.set(self.0.take());
    }
}

/// Whether greenlets may run on this thread.
fn greenlets(py: Python<'_>) -> bool {
    static ASK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    ASK.import(py, "reqtrail._greenlets", "may_run")
        .and_then(|ask| ask.call0()?.is_truthy())
        .unwrap_or(true)
}

/// Passes an event on: at once, or when the call of this thread has ended.
fn pass_on(event: Event) {
    let now = SCOPE.with_borrow_mut(|scope| match scope {
        Some(Scope {
            later: Some(later), ..
        }) => {
            later.push(event);
            None
        }
        _ => Some(event),
    });
    let Some(event) = now else { return };
    // `None`: the interpreter is going away.
    let raised = Python::try_attach(|py| event.tell(py)).flatten();
    if let Some(raised) = raised {
        interrupt::raise_after_call(raised);
    }
}

/// Has a program's progress function called on the thread that follows an action.
pub(crate) fn progress(hook: &Py<PyAny>, json: String) {
    let Some(hook) = Python::try_attach(|py| hook.clone_ref(py)) else {
        return;
    };
    pass_on(Event::Progress(hook, json));
}

impl Event {
    fn attempt(
        call: &CallInfo<'_>,
        attempt: &Attempt,
        log: bool,
        hook: Option<Arc<Config>>,
    ) -> Self {
        Self::Attempt {
            at: logging::now(),
            call: CallParts::of(call, attempt),
            json: attempt_json(attempt),
            log,
            hook,
        }
    }

    /// Tells the logger and the hooks. Returns what one of them raised that is not an `Exception`; an `Exception` of a
    /// handler is the logger's to report, and one of a hook goes to `sys.unraisablehook`.
    fn tell(self, py: Python<'_>) -> Option<PyErr> {
        match self {
            Self::Attempt {
                at,
                call,
                json,
                log,
                hook,
            } => {
                static LOG: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                let call = call.into_tuple();
                let logged = log.then(|| {
                    LOG.import(py, "reqtrail._logging", "attempt")
                        .and_then(|log| log.call1((at, call.clone(), &json)))
                });
                let raised = logged.and_then(Result::err);
                let config = hook;
                let hook = config.as_ref().and_then(|it| it.on_attempt.as_ref());
                let told = hook.and_then(|hook| {
                    let told = TELL
                        .import(py, "reqtrail._mapping", "tell_attempt")
                        .and_then(|tell| tell.call1((hook, call, json)));
                    failure_of_hook(py, hook, told)
                });
                raised.or(told)
            }
            Self::Call(trail, config) => {
                static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                let hook = config.on_call.as_ref()?;
                let told = TELL
                    .import(py, "reqtrail._mapping", "tell_call")
                    .and_then(|tell| tell.call1((hook, RawTrail(trail))));
                failure_of_hook(py, hook, told)
            }
            Self::Progress(hook, json) => {
                static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                let told = TELL
                    .import(py, "reqtrail._openstack", "tell_progress")
                    .and_then(|tell| tell.call1((&hook, json)));
                failure_of_hook(py, &hook, told)
            }
        }
    }
}

/// What a hook raised that it may not keep to itself.
fn failure_of_hook<T>(py: Python<'_>, hook: &Py<PyAny>, told: PyResult<T>) -> Option<PyErr> {
    let error = told.err()?;
    if error.is_instance_of::<PyException>(py) {
        error.write_unraisable(py, Some(hook.bind(py)));
        return None;
    }
    Some(error)
}

/// Attempts of sign-ins that ran on a thread which is not the program's. The next call that ends has them logged.
#[derive(Default)]
struct Strays {
    /// The logger wanted attempts when it was last asked.
    wanted: AtomicBool,
    waiting: Mutex<Vec<(f64, CallParts, String)>>,
}

impl Strays {
    /// A program that makes no calls any more has nobody to take them.
    const CAPACITY: usize = 256;

    fn lock(&self) -> MutexGuard<'_, Vec<(f64, CallParts, String)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, call: &CallInfo<'_>, attempt: &Attempt) {
        if !self.wanted.load(Ordering::Relaxed) {
            return;
        }
        let mut waiting = self.lock();
        if waiting.len() < Self::CAPACITY {
            waiting.push((
                logging::now(),
                CallParts::of(call, attempt),
                attempt_json(attempt),
            ));
        }
    }

    /// Logs them on this thread. Returns what a handler raised that is not an `Exception`.
    fn log(&self, py: Python<'_>) -> Option<PyErr> {
        let waiting = std::mem::take(&mut *self.lock());
        let mut raised = None;
        for (at, call, json) in waiting {
            let event = Event::Attempt {
                at,
                call,
                json,
                log: true,
                hook: None,
            };
            let error = event.tell(py);
            raised = raised.or(error);
        }
        raised
    }
}

/// Watches the calls of a synchronous client.
pub(crate) struct Watcher {
    config: Arc<Config>,
    strays: Strays,
}

impl Watcher {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            strays: Strays::default(),
        }
    }
}

impl Observer for Watcher {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        let log = match logged_here() {
            Some(log) => log,
            None => {
                self.strays.add(call, attempt);
                false
            }
        };
        let hook = self.config.on_attempt.is_some();
        if log || hook {
            let hook = hook.then(|| Arc::clone(&self.config));
            pass_on(Event::attempt(call, attempt, log, hook));
        }
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        if self.config.on_call.is_some() {
            pass_on(Event::Call(trail.clone(), Arc::clone(&self.config)));
        }
    }
}

/// Logs a first sign-in. Its clients have watchers of their own, so it ends with the sign-in.
pub(crate) struct SignInLog(pub(crate) Arc<AtomicBool>);

impl Observer for SignInLog {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        if self.0.load(Ordering::Acquire) && logged_here() == Some(true) {
            pass_on(Event::attempt(call, attempt, true, None));
        }
    }
}

/// Whether the logger wants the attempts of the call that this thread is in; `None` outside of calls.
fn logged_here() -> Option<bool> {
    SCOPE.with_borrow(|scope| scope.as_ref().map(|scope| scope.log))
}
