//! Where the background thread leaves what Node is to be told, and how it wakes Node: once per batch.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;
use reqtrail::host::current_tag;
use reqtrail::{Attempt, CallInfo, Observer, RefreshError, Secret, Trail};
use serde::Serialize;

use crate::failure::BoxError;
use crate::wake::Wake;

/// What Node is told besides results.
pub(crate) enum Event {
    /// An attempt has ended; the tag of its call, if it has one, and the call and the attempt as JSON.
    Attempt(Option<u64>, String),
    Call(Option<u64>, Trail),
    /// What a poll of the action that is followed under this tag has shown, as JSON.
    Progress(u64, String),
    /// A new token is asked for: the tag of the call that asks, and the number to answer under.
    Refresh(Option<u64>, u32),
}

pub(crate) struct Board {
    wake: Wake,
    /// Node was woken, and has not looked since.
    rung: AtomicBool,
    /// What is wanted changes with the subscribers of the diagnostics channels.
    wants_attempts: AtomicBool,
    wants_calls: AtomicBool,
    events: Mutex<Vec<Event>>,
    refreshes: Mutex<HashMap<u32, oneshot::Sender<Result<Secret, BoxError>>>>,
    next_refresh: AtomicU32,
}

impl Board {
    pub(crate) fn new(wake: Wake) -> Self {
        Self {
            wake,
            rung: AtomicBool::new(false),
            wants_attempts: AtomicBool::new(false),
            wants_calls: AtomicBool::new(false),
            events: Mutex::default(),
            refreshes: Mutex::default(),
            next_refresh: AtomicU32::new(0),
        }
    }

    pub(crate) fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.wake.call();
        }
    }

    /// From here on a new result rings anew.
    pub(crate) fn answer(&self) {
        self.rung.store(false, Ordering::Release);
    }

    pub(crate) fn watch(&self, attempts: bool, calls: bool) {
        self.wants_attempts.store(attempts, Ordering::Relaxed);
        self.wants_calls.store(calls, Ordering::Relaxed);
    }

    pub(crate) fn tell(&self, event: Event) {
        lock(&self.events).push(event);
        self.ring();
    }

    pub(crate) fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *lock(&self.events))
    }

    /// Asks Node for a new token, for the call that runs here.
    pub(crate) fn ask(&self) -> oneshot::Receiver<Result<Secret, BoxError>> {
        let (answer, answered) = oneshot::channel();
        let number = self.next_refresh.fetch_add(1, Ordering::Relaxed);
        lock(&self.refreshes).insert(number, answer);
        self.tell(Event::Refresh(current_tag(), number));
        answered
    }

    pub(crate) fn refreshed(&self, number: u32, result: Result<Secret, RefreshError>) {
        if let Some(answer) = lock(&self.refreshes).remove(&number) {
            // Whoever asked may be gone.
            let _ = answer.send(result.map_err(Into::into));
        }
    }
}

/// Passes on what hooks and channels want to know.
pub(crate) struct Messenger(pub(crate) std::sync::Arc<Board>);

impl Observer for Messenger {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        if self.0.wants_attempts.load(Ordering::Relaxed) {
            let event = attempt_event(call, attempt);
            self.0.tell(event);
        }
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        if self.0.wants_calls.load(Ordering::Relaxed) {
            self.0.tell(Event::Call(current_tag(), trail.clone()));
        }
    }
}

pub(crate) fn attempt_event(call: &CallInfo<'_>, attempt: &Attempt) -> Event {
    let told = Told {
        call: Call {
            call_id: call.call_id.to_string(),
            dialect: call.dialect,
            method: call.method.as_str(),
            path: call.path,
            correlation_id: call.correlation_id,
            service: call.service,
            log_line: call.log_line(attempt),
        },
        attempt,
    };
    // There is nothing in it that could fail to be written.
    let json = serde_json::to_string(&told).unwrap_or_default();
    Event::Attempt(current_tag(), json)
}

#[derive(Serialize)]
struct Told<'a> {
    call: Call<'a>,
    attempt: &'a Attempt,
}

#[derive(Serialize)]
struct Call<'a> {
    call_id: String,
    dialect: &'a str,
    method: &'a str,
    path: &'a str,
    correlation_id: Option<&'a str>,
    service: Option<&'a str>,
    log_line: String,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
