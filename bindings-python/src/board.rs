//! Where the background thread leaves what event loops are to be told, and how it wakes them: once per batch.

mod raw_refresh;

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use pyo3::prelude::*;
use reqtrail::host::{Host, Outcome, current_tag};
use reqtrail::{Observer, Trail};

use crate::hooks::{CallParts, attempt_json};
use crate::logging;
use crate::refresh::Answer;
use crate::trail::RawTrail;
pub(crate) use raw_refresh::RawRefresh;

/// How a loop is told that something waits for it.
enum Wake {
    /// A byte into a socket that the loop reads.
    Socket {
        reader: UnixStream,
        writer: UnixStream,
    },
    /// A function that may be called from any thread, for loops that watch no sockets.
    Callable(Py<PyAny>),
}

/// An event loop that uses the client.
pub(crate) struct Port {
    id: u32,
    wake: Wake,
    /// It was woken, and has not looked since.
    rung: AtomicBool,
    /// Its results, taken from the host by whichever loop looked first.
    ready: Mutex<Results>,
    /// What the hooks of its calls are to be told.
    events: Mutex<Vec<(Option<u64>, Event)>>,
}

/// What has finished, by tag.
type Results = Vec<(u64, Outcome)>;

/// What a loop is told besides results, as Python gets it: the call's tag, the kind, and what it is about.
pub(crate) type Told = (Option<u64>, &'static str, Py<PyAny>);

/// What loops are told besides results.
pub(crate) enum Event {
    /// When it ended, in seconds since 1970; the attempt; and whether the logger wants it.
    Attempt(f64, CallParts, String, bool),
    Call(Trail),
    /// A new token is asked for, with the context of the call that asks where another loop knew it.
    Refresh(Answer, Option<Py<PyAny>>),
}

/// The loops of a client. The highest 32 bits of a call's tag say which loop it is of.
#[derive(Default)]
pub(crate) struct Board {
    ports: RwLock<Vec<Arc<Port>>>,
    next: AtomicU32,
    /// How many calls and operations were started whose results no loop has got yet.
    open: AtomicUsize,
    /// What is of no call, or of one whose loop is gone: for the loop that looks first.
    events: Mutex<Vec<Event>>,
    /// The logger wanted attempts when it was last asked.
    log: AtomicBool,
}

impl Board {
    /// Adds a loop. Without `wake` it gets a descriptor that becomes readable when it is to drain.
    pub(crate) fn open_port(&self, wake: Option<Py<PyAny>>) -> PyResult<(Arc<Port>, i32)> {
        let (wake, fd) = match wake {
            Some(function) => (Wake::Callable(function), -1),
            None => {
                let (reader, writer) = UnixStream::pair()?;
                reader.set_nonblocking(true)?;
                writer.set_nonblocking(true)?;
                let fd = reader.as_raw_fd();
                (Wake::Socket { reader, writer }, fd)
            }
        };
        let port = Arc::new(Port {
            id: self.next.fetch_add(1, Ordering::AcqRel),
            wake,
            rung: AtomicBool::new(false),
            ready: Mutex::default(),
            events: Mutex::default(),
        });
        let mut ports = self.ports.write().unwrap_or_else(PoisonError::into_inner);
        ports.push(Arc::clone(&port));
        drop(ports);
        // The host notifies once until somebody looks, and the last one it told may be gone.
        port.ring();
        Ok((port, fd))
    }

    pub(crate) fn close_port(&self, id: u32) {
        let mut ports = self.ports.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> = ports.extract_if(.., |port| port.id == id).collect();
        drop(ports);
        drop(gone);
        self.ring();
    }

    fn ports(&self) -> Vec<Arc<Port>> {
        let ports = self.ports.read().unwrap_or_else(PoisonError::into_inner);
        ports.clone()
    }

    fn port_of(&self, tag: u64) -> Option<Arc<Port>> {
        let id = u32::try_from(tag >> 32).unwrap_or_default();
        let ports = self.ports.read().unwrap_or_else(PoisonError::into_inner);
        ports.iter().find(|port| port.id == id).cloned()
    }

    /// Wakes every loop. Whose results they are is seen by the one that takes them.
    pub(crate) fn ring(&self) {
        // Not under the lock: a loop's own function needs the interpreter, which a thread that waits for the lock holds.
        for port in self.ports() {
            port.ring();
        }
    }

    /// A call or an operation begins.
    pub(crate) fn begins(&self) {
        self.open.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes whether the logger wants attempts, from here on.
    pub(crate) fn log_attempts(&self, wanted: bool) {
        self.log.store(wanted, Ordering::Relaxed);
    }

    /// How many calls and operations have no result yet.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Tells the loop of the call that is being driven.
    fn tell(&self, event: Event) {
        self.tell_of(current_tag(), event);
    }

    /// Tells the loop of a call.
    fn tell_of(&self, tag: Option<u64>, event: Event) {
        match tag.and_then(|tag| self.port_of(tag)) {
            Some(port) => {
                lock(&port.events).push((tag, event));
                port.ring();
            }
            None => self.tell_any(event),
        }
    }

    /// Tells the loop that looks first.
    fn tell_any(&self, event: Event) {
        lock(&self.events).push(event);
        self.ring();
    }

    /// Asks the loop of a call for a new token.
    pub(crate) fn ask(&self, tag: Option<u64>, answer: Answer) {
        self.tell_of(tag, Event::Refresh(answer, None));
    }

    /// Has another loop than this one asked; gives the question back if there is none.
    pub(crate) fn ask_another(
        &self,
        id: u32,
        answer: Answer,
        context: Py<PyAny>,
    ) -> Option<Answer> {
        let Some(other) = self.ports().into_iter().find(|port| port.id != id) else {
            return Some(answer);
        };
        lock(&other.events).push((None, Event::Refresh(answer, Some(context))));
        other.ring();
        None
    }

    /// Takes the results that the host has, each to its loop.
    pub(crate) fn collect(&self, host: &dyn Host, own: &Port) {
        let mut all = Vec::new();
        host.take(&mut all);
        self.open.fetch_sub(all.len(), Ordering::AcqRel);
        let mut others: HashMap<u32, (Arc<Port>, Results)> = HashMap::new();
        let mut ready = lock(&own.ready);
        for (tag, finished) in all {
            let whose = u32::try_from(tag >> 32).unwrap_or_default();
            if whose == own.id {
                ready.push((tag, finished));
            } else if let Some((_, results)) = others.get_mut(&whose) {
                results.push((tag, finished));
            } else if let Some(port) = self.port_of(tag) {
                others.insert(whose, (port, vec![(tag, finished)]));
            }
            // Else its loop is gone, and nobody waits.
        }
        drop(ready);
        for (port, results) in others.into_values() {
            lock(&port.ready).extend(results);
            port.ring();
        }
    }

    /// Takes what hooks and the refresher are to be told on this loop.
    pub(crate) fn take_events(
        self: &Arc<Self>,
        py: Python<'_>,
        port: &Port,
    ) -> PyResult<Vec<Told>> {
        let mut events = std::mem::take(&mut *lock(&port.events));
        events.extend(lock(&self.events).drain(..).map(|event| (None, event)));
        let made = events.into_iter().map(|(tag, event)| {
            let (kind, about) = match event {
                Event::Attempt(at, call, json, log) => {
                    let about = (at, call.into_tuple(), json, log).into_pyobject(py)?;
                    ("attempt", about.into_any().unbind())
                }
                Event::Call(trail) => ("call", Py::new(py, RawTrail(trail))?.into_any()),
                Event::Refresh(answer, context) => {
                    let asked = RawRefresh::new(py, answer, context, Arc::clone(self), port.id)?;
                    ("refresh", Py::new(py, asked)?.into_any())
                }
            };
            Ok((tag, kind, about))
        });
        made.collect()
    }
}

impl Port {
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    fn ring(&self) {
        if self.rung.swap(true, Ordering::AcqRel) {
            return;
        }
        match &self.wake {
            Wake::Socket { writer, .. } => {
                let mut writer: &UnixStream = writer;
                // It cannot be full: at most one byte is in it.
                let _ = writer.write(&[1]);
            }
            Wake::Callable(function) => {
                // A closed loop refuses, and its results are nobody's any more.
                let _ = Python::try_attach(|py| function.call0(py).map(drop));
            }
        }
    }

    /// From here on a new result rings anew.
    pub(crate) fn answer(&self) {
        if let Wake::Socket { reader, .. } = &self.wake {
            let mut reader: &UnixStream = reader;
            let _ = reader.read(&mut [0; 16]);
        }
        self.rung.store(false, Ordering::Release);
    }

    pub(crate) fn take_ready(&self) -> Results {
        std::mem::take(&mut *lock(&self.ready))
    }
}

/// Passes on what the hooks and the logger want to know.
pub(crate) struct Messenger {
    pub(crate) board: Arc<Board>,
    pub(crate) attempts: bool,
    pub(crate) calls: bool,
}

impl Observer for Messenger {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        let log = self.board.log.load(Ordering::Relaxed);
        if self.attempts || log {
            let (call, json) = (CallParts::of(call, attempt), attempt_json(attempt));
            let event = Event::Attempt(logging::now(), call, json, log);
            self.board.tell(event);
        }
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        if self.calls {
            self.board.tell(Event::Call(trail.clone()));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
