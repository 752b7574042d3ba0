//! The client for event loops: calls run on a background thread, and each loop is woken once per batch of results.

use std::sync::Arc;

use futures_channel::oneshot;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use reqtrail::host::{Outcome, Serving, current_tag};
use reqtrail::{ClientBuilder, Secret, blocking};

use crate::board::{Board, Messenger, Port, Told};
use crate::config::Config;
use crate::convert;
use crate::failure::{self, guarded};
use crate::fork_safe::{ForkSafe, Lent};
use crate::logging;
use crate::openstack;
use crate::refresh::{self, Answer, Asker, RawServing};
use crate::request::{self, Target};
use crate::response::Response;

/// What a drain gives: what hooks are to be told, and the results.
type Drained<'py> = (Vec<Told>, Bound<'py, PyList>);

/// A loop's end of a client. It outlives the client's connections, so that the results of the last calls arrive.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawPort {
    board: Arc<Board>,
    port: Arc<Port>,
    #[pyo3(get)]
    fd: i32,
}

#[pymethods]
impl RawPort {
    #[getter]
    fn id(&self) -> u32 {
        self.port.id()
    }

    /// Removes it: what comes for it from here on is nobody's.
    fn close(&self) {
        self.board.close_port(self.port.id());
    }
}

/// The client for event loops.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawAsyncClient {
    kept: ForkSafe<Arc<Board>>,
    watched: Watched,
}

/// What the program's functions are told on its loops. They themselves are not known here: a loop holds on to this client,
/// and must not thereby hold on to them.
#[derive(Clone, Copy)]
struct Watched {
    attempts: bool,
    calls: bool,
    /// A loop is asked for new tokens.
    refresher_on_loop: bool,
}

impl RawAsyncClient {
    fn parts(&self, py: Python<'_>) -> PyResult<(Lent, Arc<Board>)> {
        self.kept
            .get(py, |config, py| build(config, py, self.watched))
    }
}

#[pymethods]
impl RawAsyncClient {
    #[new]
    fn new(
        py: Python<'_>,
        base: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        attempts: bool,
        calls: bool,
        refresher_on_loop: bool,
    ) -> PyResult<Self> {
        let config = Config::read(base, options)?;
        let watched = Watched {
            attempts,
            calls,
            refresher_on_loop,
        };
        let kept = guarded(py, || {
            ForkSafe::new(py, config, |config, py| build(config, py, watched))
        })?;
        Ok(Self { kept, watched })
    }

    /// Adds a loop. Without `wake` it gets a descriptor that becomes readable when it is to drain.
    fn open_port(&self, py: Python<'_>, wake: Option<Py<PyAny>>) -> PyResult<RawPort> {
        let (_, board) = self.parts(py)?;
        let (port, fd) = board.open_port(wake)?;
        Ok(RawPort { board, port, fd })
    }

    /// Starts a call; its result comes out of `drain` under its tag. `serving` is the refresh that it is made for, if any.
    #[expect(clippy::too_many_arguments, reason = "what a call consists of")]
    fn start(
        &self,
        py: Python<'_>,
        tag: u64,
        method: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        link: bool,
        serving: Option<&Bound<'_, RawServing>>,
    ) -> PyResult<()> {
        guarded(py, || {
            let (client, board) = self.parts(py)?;
            board.log_attempts(logging::wants_attempts(py));
            let method = convert::string("method", method)?;
            let target = match link {
                true => Target::Link(target),
                false => Target::Path(target),
            };
            let job = request::build(&method, &target, Some(options))?;
            board.begins();
            RawServing::within(serving, || client.host().submit(job, tag));
            Ok(())
        })
    }

    /// Starts the operation of the compute API that `what` names.
    fn start_operation(
        &self,
        py: Python<'_>,
        tag: u64,
        what: &str,
        server_id: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        serving: Option<&Bound<'_, RawServing>>,
    ) -> PyResult<()> {
        guarded(py, || {
            let (client, board) = self.parts(py)?;
            board.log_attempts(logging::wants_attempts(py));
            let job = openstack::job(&client, what, server_id, options)?;
            board.begins();
            RawServing::within(serving, || client.host().submit(job, tag));
            Ok(())
        })
    }

    /// Cancels a call; its result comes all the same.
    fn cancel(&self, tag: u64) -> bool {
        self.kept
            .peek()
            .is_some_and(|(client, _)| client.host().cancel(tag))
    }

    /// How many calls and operations, of all loops, have no result yet.
    fn open(&self) -> usize {
        self.kept.peek().map_or(0, |(_, board)| board.open())
    }

    /// Takes what is there for a loop: `(tag, kind, about)` of what hooks are to be told, and `(tag, response or report,
    /// exception)` of each call that has ended, one of the latter two.
    fn drain<'py>(&self, py: Python<'py>, port: &RawPort) -> PyResult<Drained<'py>> {
        guarded(py, || {
            port.port.answer();
            if let Some((client, board)) = self.kept.peek()
                && Arc::ptr_eq(&board, &port.board)
            {
                board.collect(&**client.host(), &port.port);
            }
            let events = port.board.take_events(py, &port.port)?;
            let out = PyList::empty(py);
            for (tag, outcome) in port.port.take_ready() {
                let result = match outcome {
                    Outcome::Call(Ok(response)) => {
                        Ok(Py::new(py, Response::new(response))?.into_any())
                    }
                    Outcome::Call(Err(error)) => Err(failure::exception(py, error)?.unbind()),
                    operation => match openstack::report(py, operation) {
                        Ok(report) => Ok(Py::new(py, report)?.into_any()),
                        Err(error) => Err(error.into_value(py).into_any()),
                    },
                };
                let row = match result {
                    Ok(given) => (tag, Some(given), None),
                    Err(error) => (tag, None, Some(error)),
                };
                out.append(row)?;
            }
            Ok((events, out))
        })
    }

    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        self.kept
            .set_token(py, token, |config, py| build(config, py, self.watched))
    }

    fn close(&self) {
        self.kept.close();
    }

    /// What its `repr` says of it.
    fn describe(&self) -> String {
        self.kept.describe()
    }

    /// Whether this is still the process that the loops were added in.
    fn alive(&self) -> bool {
        self.kept.peek().is_some()
    }
}

fn build(
    config: &Arc<Config>,
    py: Python<'_>,
    watched: Watched,
) -> PyResult<(blocking::Client, Arc<Board>)> {
    let board = Arc::new(Board::default());
    let messenger = Messenger {
        board: Arc::clone(&board),
        attempts: watched.attempts,
        calls: watched.calls,
    };
    let (asked, refresher) = (Arc::clone(&board), Arc::clone(config));
    let client = config.build(py, Arc::new(messenger), move |builder: ClientBuilder| {
        if refresher.refresher.is_some() {
            // Only the tag is taken there: it is the thread that drives all calls, and it must not wait for the interpreter.
            return builder.token_refresher_blocking_in_context(current_tag, move |tag| {
                refresh::call(&refresher, &Asker::Tag(tag))
            });
        }
        if !watched.refresher_on_loop {
            return builder;
        }
        builder.token_refresher_in_context(current_tag, move |tag| {
            let (sender, answered) = oneshot::channel::<Result<Secret, refresh::BoxError>>();
            let serving = Serving::here();
            asked.ask(tag, Answer { sender, serving });
            async move {
                answered.await.unwrap_or_else(|_| {
                    Err("the event loop ended before the token refresher".into())
                })
            }
        })
    })?;
    let rung = Arc::clone(&board);
    client.host().set_notify(Box::new(move || rung.ring()));
    Ok((client, board))
}
