//! The client for event loops: calls run on a background thread, and each loop takes their results from its own lane.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::host::{Job, Origin, Serving, current_tag};
use reqtrail::openstack::Connection;
use reqtrail::testing::Mock;
use reqtrail::{ClientBuilder, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure::guarded;
use crate::fork_safe::ForkSafe;
use crate::lane::RawLane;
use crate::logging;
use crate::openstack;
use crate::python::{Any, Dict};
use crate::recorder::RawRecorder;
use crate::refresh::{self, RawServing};
use crate::request::{self, Target};
use crate::testing::RawHold;

/// The client for event loops. Only the Python half holds the program's hooks.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawAsyncClient {
    client: ForkSafe<Mailbox>,
    /// Answers the calls instead of the network.
    mock: Option<Mock>,
}

impl RawAsyncClient {
    /// Submits a job, whose result arrives in the lane under its tag. `serving` is the refresh that it is for, if any.
    /// Returns the hold that keeps a mock's time where it is until the loop has submitted everything of this turn.
    fn submit(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        job: impl FnOnce(&blocking::Client, Mailbox) -> PyResult<Job>,
    ) -> PyResult<Option<RawHold>> {
        let py = lane.py();
        guarded(py, || {
            let (client, mailbox) = self.client.get(py)?;
            mailbox.want_logs(logging::wants_attempts(py));
            let job = job(&client, mailbox)?;
            let hold = self.mock.as_ref().map(RawHold::of);
            let submit = || client.host().submit_for(&lane.get().lane, job, tag);
            RawServing::within(serving, submit);
            Ok(hold)
        })
    }
}

#[pymethods]
impl RawAsyncClient {
    #[new]
    fn new(
        py: Python<'_>,
        base: &Any<'_>,
        options: &Dict<'_>,
        refresher_on_loop: bool,
    ) -> PyResult<Self> {
        let mut config = Config::read(base, options)?;
        let attempts = config.on_attempt.take().is_some();
        let calls = config.on_call.take().is_some();
        let mock = config.mock().cloned();
        let make = move |config: &Arc<Config>, py: Python<'_>| {
            let mailbox = Mailbox::new();
            mailbox.want_attempts(attempts);
            mailbox.want_calls(calls);
            if let Some(mock) = config.mock() {
                mock.hold_outcomes(&mailbox);
            }
            build(config, py, mailbox, refresher_on_loop)
        };
        guarded(py, || {
            let client = ForkSafe::new(py, config, Box::new(make))?;
            Ok(Self { client, mock })
        })
    }

    /// Opens a lane for a loop. Without `wake`, it has a descriptor that becomes readable when mail waits.
    fn open_lane(&self, py: Python<'_>, wake: Option<Py<PyAny>>) -> PyResult<RawLane> {
        RawLane::open(&self.client.get(py)?.1, wake)
    }

    /// Starts a call. `given` holds its method, its target, its options, and whether the target is a link.
    fn start(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        given: (Any<'_>, Any<'_>, Dict<'_>, bool),
    ) -> PyResult<Option<RawHold>> {
        self.submit(lane, tag, serving, |_, _| {
            let (method, target, options, link) = &given;
            let method = convert::string("method", method)?;
            let to = if *link { Target::Link } else { Target::Path };
            request::build(&method, to, target, Some(options))
        })
    }

    /// Starts an operation of the compute API. `given` holds its name, the server, the action and the options.
    fn start_operation(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        given: (PyBackedStr, Any<'_>, Any<'_>, Dict<'_>),
    ) -> PyResult<Option<RawHold>> {
        self.submit(lane, tag, serving, |client, mailbox| {
            let (what, server, action, options) = &given;
            // The Python half finds the hook by the tag.
            let observer = mailbox.observer();
            let watched = |connection: Connection| connection.observer(observer);
            let publish = move |_: &_, json| mailbox.progress(json);
            openstack::job(client, what, server, action, options, watched, publish)
        })
    }

    /// Whether a mock answers the calls.
    #[getter]
    fn is_mocked(&self) -> bool {
        self.mock.is_some()
    }

    /// Cancels a call. Its result still arrives in the lane.
    fn cancel(&self, tag: u64) -> bool {
        let built = self.client.peek();
        built.is_some_and(|(client, _)| client.host().cancel(tag))
    }

    /// Counts the calls and operations, of all loops, that have not ended yet.
    fn open_jobs(&self) -> usize {
        let built = self.client.peek();
        built.map_or(0, |(_, mailbox)| mailbox.open_jobs())
    }

    fn set_token(&self, py: Python<'_>, token: &Any<'_>) -> PyResult<()> {
        self.client.set_token(py, token)
    }

    fn close(&self) {
        self.client.close();
    }

    fn recorder(&self) -> RawRecorder {
        RawRecorder(self.client.recorder())
    }

    /// The text for its `repr`.
    fn describe(&self) -> String {
        self.client.describe()
    }

    /// Whether this is still the process in which the loops were added.
    fn alive(&self) -> bool {
        self.client.peek().is_some()
    }
}

/// Builds the client. With `refresher_on_loop`, a loop is asked for new tokens.
fn build(
    config: &Arc<Config>,
    py: Python<'_>,
    mailbox: Mailbox,
    refresher_on_loop: bool,
) -> PyResult<(blocking::Client, Mailbox)> {
    let (asked, refresher) = (mailbox.clone(), Arc::clone(config));
    let add = move |builder: ClientBuilder| {
        if refresher.refresher.is_some() {
            // Takes only the tag: this thread drives all calls, and must not wait for the interpreter.
            return builder.token_refresher_blocking_in_context(current_tag, move |tag| {
                refresh::call(&refresher, |refresher| {
                    refresher.call1((tag, RawServing::new(Serving::here())))
                })
            });
        }
        if !refresher_on_loop {
            return builder;
        }
        builder.token_refresher_in_context(Origin::current, move |origin| asked.ask(origin))
    };
    let client = config.build(py, Arc::new(mailbox.observer()), add)?;
    Ok((client, mailbox))
}
