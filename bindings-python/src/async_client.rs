//! The client for event loops: calls run on a background thread, and each loop is woken once per batch of results.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use futures_channel::oneshot;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use reqtrail::host::Finished;
use reqtrail::{Attempt, CallInfo, ClientBuilder, Observer, Secret, Trail, blocking};

use crate::client::Kept;
use crate::config::Config;
use crate::convert;
use crate::failure::{self, guarded};
use crate::hooks::{CallParts, attempt_json};
use crate::logging;
use crate::openstack::{self, Slot};
use crate::refresh::{self, BoxError, RawRefresh};
use crate::request;
use crate::response::{RawResponse, RawTrail};

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
struct Port {
    id: u32,
    wake: Wake,
    /// It was woken, and has not looked since.
    rung: AtomicBool,
    /// Results of its own that another loop has taken from the host.
    ready: Mutex<Vec<(u64, Finished)>>,
}

/// What loops are told besides results.
enum Event {
    Attempt(CallParts, String),
    Call(Trail),
    Refresh(oneshot::Sender<Result<Secret, BoxError>>),
}

/// The loops of a client. The highest 32 bits of a call's tag say which loop it is of.
#[derive(Default)]
pub(crate) struct Board {
    ports: RwLock<Vec<Arc<Port>>>,
    next: AtomicU32,
    events: Mutex<Vec<Event>>,
    /// Where the flows under way leave what they give, by tag.
    flows: Mutex<HashMap<u64, Slot>>,
}

impl Board {
    fn ports(&self) -> Vec<Arc<Port>> {
        self.ports
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Wakes every loop. Whose results they are is seen by the one that takes them.
    fn ring(&self) {
        // Not under the lock: a loop's own function needs the interpreter, which a thread that waits for the lock holds.
        for port in self.ports() {
            port.ring();
        }
    }

    fn tell(&self, event: Event) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
        self.ring();
    }

    fn port(&self, id: u32) -> Option<Arc<Port>> {
        let ports = self.ports.read().unwrap_or_else(PoisonError::into_inner);
        ports.iter().find(|port| port.id == id).cloned()
    }
}

impl Port {
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
    fn answer(&self) {
        if let Wake::Socket { reader, .. } = &self.wake {
            let mut reader: &UnixStream = reader;
            let _ = reader.read(&mut [0; 16]);
        }
        self.rung.store(false, Ordering::Release);
    }
}

/// Passes on what the hooks and an asynchronous refresher want to know.
struct Messenger {
    board: Arc<Board>,
    attempts: bool,
    calls: bool,
}

impl Observer for Messenger {
    fn attempt_finished(&self, call: &CallInfo<'_>, attempt: &Attempt) {
        if self.attempts {
            let event = Event::Attempt(CallParts::of(call), attempt_json(attempt));
            self.board.tell(event);
        }
    }

    fn call_finished(&self, trail: &Trail) {
        if self.calls {
            self.board.tell(Event::Call(trail.clone()));
        }
    }
}

/// The client for event loops.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawAsyncClient {
    kept: Kept<Arc<Board>>,
    /// The refresher is a plain function, and may block.
    refresher_blocks: bool,
}

impl RawAsyncClient {
    fn parts(&self, py: Python<'_>) -> PyResult<(blocking::Client, Arc<Board>)> {
        self.kept
            .get(py, |config, py| build(config, py, self.refresher_blocks))
    }
}

#[pymethods]
impl RawAsyncClient {
    #[new]
    fn new(
        py: Python<'_>,
        base: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        refresher_blocks: bool,
    ) -> PyResult<Self> {
        let config = Config::read(base, options)?;
        let kept = guarded(py, || {
            Kept::new(py, config, |config, py| build(config, py, refresher_blocks))
        })?;
        Ok(Self {
            kept,
            refresher_blocks,
        })
    }

    /// Adds a loop. Without `wake` it gets a descriptor that becomes readable when it is to drain.
    fn open_port(&self, py: Python<'_>, wake: Option<Py<PyAny>>) -> PyResult<(u32, i32)> {
        let (_, board) = self.parts(py)?;
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
            id: board.next.fetch_add(1, Ordering::AcqRel),
            wake,
            rung: AtomicBool::new(false),
            ready: Mutex::default(),
        });
        let id = port.id;
        let mut ports = board.ports.write().unwrap_or_else(PoisonError::into_inner);
        ports.push(Arc::clone(&port));
        drop(ports);
        // The host notifies once until somebody looks, and the last one it told may be gone.
        port.ring();
        Ok((id, fd))
    }

    /// Removes a loop; its descriptor is closed.
    fn close_port(&self, id: u32) {
        if let Some((_, board)) = self.kept.peek() {
            let mut ports = board.ports.write().unwrap_or_else(PoisonError::into_inner);
            let gone: Vec<_> = ports.extract_if(.., |port| port.id == id).collect();
            drop(ports);
            drop(gone);
            board.ring();
        }
    }

    /// Starts a call; its result comes out of `drain` under its tag.
    fn start(
        &self,
        py: Python<'_>,
        tag: u64,
        method: &str,
        target: &str,
        options: &Bound<'_, PyDict>,
        link: bool,
    ) -> PyResult<()> {
        guarded(py, || {
            let (client, _) = self.parts(py)?;
            logging::look(py);
            let prepared = request::build(&client, method, target, options, link)?.prepare();
            client.host().submit(prepared, tag);
            Ok(())
        })
    }

    /// Starts a flow of the compute API; `what` names it.
    fn start_flow(
        &self,
        py: Python<'_>,
        tag: u64,
        what: &str,
        server_id: String,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        guarded(py, || {
            let (client, board) = self.parts(py)?;
            logging::look(py);
            let (flow, slot) = openstack::flow(&client, what, server_id, options)?;
            lock(&board.flows).insert(tag, slot);
            client.host().submit_flow(flow, tag);
            Ok(())
        })
    }

    /// Cancels a call; its result comes all the same.
    fn cancel(&self, tag: u64) -> bool {
        self.kept
            .peek()
            .is_some_and(|(client, _)| client.host().cancel(tag))
    }

    /// Takes the results that are there for a loop: `(tag, response or report, exception)`, one of the latter two.
    fn drain<'py>(&self, py: Python<'py>, id: u32) -> PyResult<Bound<'py, PyList>> {
        guarded(py, || {
            let out = PyList::empty(py);
            let Some((client, board)) = self.kept.peek() else {
                return Ok(out);
            };
            let Some(port) = board.port(id) else {
                return Ok(out);
            };
            port.answer();
            let mut all = Vec::new();
            client.host().take_done(&mut all);
            let mut own = std::mem::take(&mut *lock(&port.ready));
            let mut others: HashMap<u32, Vec<(u64, Finished)>> = HashMap::new();
            for (tag, finished) in all {
                let whose = u32::try_from(tag >> 32).unwrap_or_default();
                if whose == id {
                    own.push((tag, finished));
                } else {
                    others.entry(whose).or_default().push((tag, finished));
                }
            }
            for (whose, results) in others {
                // Those of a loop that is gone are dropped.
                if let Some(other) = board.port(whose) {
                    lock(&other.ready).extend(results);
                    other.ring();
                } else {
                    let mut flows = lock(&board.flows);
                    results.iter().for_each(|(tag, _)| drop(flows.remove(tag)));
                }
            }
            for (tag, finished) in own {
                let result = match finished {
                    Finished::Call(Ok(response)) => {
                        Ok(Py::new(py, RawResponse(response))?.into_any())
                    }
                    Finished::Call(Err(error)) => Err(failure::exception(py, error)?.unbind()),
                    _ => {
                        let Some(slot) = lock(&board.flows).remove(&tag) else {
                            continue;
                        };
                        match openstack::outcome(py, &slot) {
                            Ok(report) => Ok(Py::new(py, report)?.into_any()),
                            Err(error) => Err(error.into_value(py).into_any()),
                        }
                    }
                };
                let row = match result {
                    Ok(given) => (tag, Some(given), None),
                    Err(error) => (tag, None, Some(error)),
                };
                out.append(row)?;
            }
            Ok(out)
        })
    }

    /// Takes what the hooks and the refresher are to be told, each as its kind and what it is about.
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let out = PyList::empty(py);
        let Some((_, board)) = self.kept.peek() else {
            return Ok(out);
        };
        let events = std::mem::take(&mut *lock(&board.events));
        for event in events {
            match event {
                Event::Attempt(call, json) => out.append(("attempt", call.into_tuple(), json))?,
                Event::Call(trail) => out.append(("call", Py::new(py, RawTrail(trail))?))?,
                Event::Refresh(answer) => {
                    out.append(("refresh", Py::new(py, RawRefresh::new(answer))?))?;
                }
            }
        }
        Ok(out)
    }

    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let token = convert::secret("token", token)?;
        let (client, _) = self.parts(py)?;
        client
            .set_token(token.clone())
            .map_err(|error| failure::raised(py, error))?;
        self.kept.config.keep_token(token);
        Ok(())
    }

    fn close(&self) {
        self.kept.close();
    }

    /// What is safe to show of it; `None` once it is closed.
    fn describe(&self) -> Option<String> {
        self.kept.peek().map(|(client, _)| format!("{client:?}"))
    }

    /// Whether this is still the process that the loops were added in.
    fn alive(&self) -> bool {
        self.kept.peek().is_some()
    }
}

fn build(
    config: &Arc<Config>,
    py: Python<'_>,
    refresher_blocks: bool,
) -> PyResult<(blocking::Client, Arc<Board>)> {
    let board = Arc::new(Board::default());
    let refresher = config.refresher.as_ref().map(|it| it.clone_ref(py));
    let messenger = Messenger {
        board: Arc::clone(&board),
        attempts: config.on_attempt.is_some(),
        calls: config.on_call.is_some(),
    };
    let asked = Arc::clone(&board);
    let client = config.build(py, move |mut builder: ClientBuilder| {
        match refresher {
            Some(refresher) if refresher_blocks => {
                builder = builder.token_refresher_blocking(move || refresh::call(&refresher));
            }
            Some(_) => {
                builder = builder.token_refresher(move || {
                    let (answer, answered) = oneshot::channel();
                    asked.tell(Event::Refresh(answer));
                    async move {
                        answered.await.unwrap_or_else(|_| {
                            Err("the event loop ended before the token refresher".into())
                        })
                    }
                });
            }
            None => {}
        }
        if messenger.attempts || messenger.calls {
            builder = builder.observer(messenger);
        }
        builder
    })?;
    let rung = Arc::clone(&board);
    client.host().set_notify(Box::new(move || rung.ring()));
    Ok((client, board))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
