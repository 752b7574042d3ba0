//! What the standard logger `reqtrail` gets: a bounded queue that a thread of Python's drains.
//!
//! Calls never wait for it. When it is full, further records are counted and dropped.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;
use reqtrail::{Attempt, CallInfo, Observer, Trail};

use crate::hooks::{CallParts, attempt_json};
use crate::response::RawTrail;

/// How many records wait at most.
const CAPACITY: usize = 4096;

/// Whether attempts are recorded; looked up anew with each call.
static ATTEMPTS: AtomicBool = AtomicBool::new(false);

static QUEUE: LazyLock<RwLock<Arc<Queue>>> = LazyLock::new(RwLock::default);

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    records: VecDeque<Record>,
    dropped: u64,
}

/// What there is to say, and when it happened.
struct Record {
    at: SystemTime,
    about: About,
}

enum About {
    Attempt(CallParts, String),
    Failure(String, Trail),
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, about: About) {
        let mut waiting = self.lock();
        if waiting.records.len() >= CAPACITY {
            waiting.dropped += 1;
            return;
        }
        let at = SystemTime::now();
        waiting.records.push_back(Record { at, about });
        drop(waiting);
        self.changed.notify_one();
    }
}

fn queue() -> Arc<Queue> {
    Arc::clone(&QUEUE.read().unwrap_or_else(PoisonError::into_inner))
}

/// In the child of a fork: a queue that nobody has locked.
pub(crate) fn forked() {
    // A thread of the parent's that read the pointer just now keeps it for ever; then the old queue has to do.
    if let Ok(mut queue) = QUEUE.try_write() {
        *queue = Arc::default();
    }
}

/// Asks the logger whether it wants attempts.
pub(crate) fn look(py: Python<'_>) {
    ATTEMPTS.store(wants_attempts(py).unwrap_or(false), Ordering::Relaxed);
}

fn wants_attempts(py: Python<'_>) -> PyResult<bool> {
    const DEBUG: u8 = 10;
    static ENABLED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static WANTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    // The logger caches this answer itself, and it is nearly always no.
    let enabled = ENABLED.import(py, "reqtrail._logging", "is_enabled_for")?;
    if !enabled.call1((DEBUG,))?.is_truthy()? {
        return Ok(false);
    }
    WANTS
        .import(py, "reqtrail._logging", "wants_attempts")?
        .call0()?
        .is_truthy()
}

/// Records attempts, of every client.
pub(crate) struct LogSink;

impl Observer for LogSink {
    fn attempt_finished(&self, call: &CallInfo<'_>, attempt: &Attempt) {
        if ATTEMPTS.load(Ordering::Relaxed) {
            queue().push(About::Attempt(
                CallParts::of(call, attempt),
                attempt_json(attempt),
            ));
        }
    }
}

/// Records a call that failed.
#[pyfunction]
pub(crate) fn log_failure(display: String, trail: &RawTrail) {
    queue().push(About::Failure(display, trail.0.clone()));
}

/// Waits for records, `seconds` at most, and takes them: `(kind, time, about, JSON)`, and how many were dropped.
#[pyfunction]
pub(crate) fn take_logs(py: Python<'_>, seconds: f64) -> PyResult<(Bound<'_, PyList>, u64)> {
    let queue = queue();
    let (records, dropped) = py.detach(|| {
        let mut waiting = queue.lock();
        if waiting.records.is_empty() {
            let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            waiting = queue
                .changed
                .wait_timeout(waiting, time)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        (
            std::mem::take(&mut waiting.records),
            std::mem::take(&mut waiting.dropped),
        )
    });
    let out = PyList::empty(py);
    for Record { at, about } in records {
        let at = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = at.as_secs_f64();
        match about {
            About::Attempt(call, json) => out.append(("attempt", at, call.into_tuple(), json))?,
            About::Failure(text, trail) => out.append(("failure", at, text, trail.to_json()))?,
        }
    }
    Ok((out, dropped))
}
