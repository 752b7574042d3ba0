//! The client for event loops: calls run on a background thread, and each loop takes their results from a lane of its own.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::host::{Job, Origin, current_tag};
use reqtrail::{ClientBuilder, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure::guarded;
use crate::fork_safe::{ForkSafe, Lent};
use crate::lane::RawLane;
use crate::logging;
use crate::openstack;
use crate::refresh::{self, Asker, RawServing};
use crate::request::{self, Target};

/// The client for event loops.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawAsyncClient {
    built: ForkSafe<Mailbox>,
    watched: Watched,
}

/// What the program's functions want to know. They themselves stay in the Python half.
#[derive(Clone, Copy)]
struct Watched {
    attempts: bool,
    calls: bool,
    /// A loop is asked for new tokens.
    refresher_on_loop: bool,
}

impl RawAsyncClient {
    fn parts(&self, py: Python<'_>) -> PyResult<(Lent, Mailbox)> {
        self.built
            .get(py, |config, py| build(config, py, self.watched))
    }

    /// Submits a job, whose result comes out of the lane under its tag. `serving` is the refresh that it is for, if any.
    fn submit(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        job: impl FnOnce(&blocking::Client, Mailbox) -> PyResult<Job>,
    ) -> PyResult<()> {
        let py = lane.py();
        guarded(py, || {
            let (client, mailbox) = self.parts(py)?;
            mailbox.want_logs(logging::wants_attempts(py));
            let job = job(&client, mailbox)?;
            let submit = || client.host().submit_for(&lane.get().lane, job, tag);
            RawServing::within(serving, submit);
            Ok(())
        })
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
        let built = guarded(py, || {
            ForkSafe::new(py, config, |config, py| build(config, py, watched))
        })?;
        Ok(Self { built, watched })
    }

    /// Opens the lane of a loop. Without `wake` it has a descriptor that becomes readable when something waits.
    fn open_lane(&self, py: Python<'_>, wake: Option<Py<PyAny>>) -> PyResult<RawLane> {
        RawLane::open(&self.parts(py)?.1, wake)
    }

    /// Starts a call.
    #[expect(clippy::too_many_arguments, reason = "what a call consists of")]
    fn start(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        method: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        link: bool,
    ) -> PyResult<()> {
        self.submit(lane, tag, serving, |_, _| {
            let method = convert::string("method", method)?;
            let target = match link {
                true => Target::Link(target),
                false => Target::Path(target),
            };
            request::build(&method, &target, Some(options))
        })
    }

    /// Starts the operation of the compute API that `what` names.
    fn start_operation(
        &self,
        lane: &Bound<'_, RawLane>,
        tag: u64,
        serving: Option<&Bound<'_, RawServing>>,
        what: &str,
        server_id: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        self.submit(lane, tag, serving, |client, mailbox| {
            // The Python half knows the hook by the tag.
            let publish = move |_: &_, json| mailbox.progress(json);
            openstack::job(client, what, server_id, options, publish)
        })
    }

    /// Cancels a call; its result comes all the same.
    fn cancel(&self, tag: u64) -> bool {
        self.built
            .peek()
            .is_some_and(|(client, _)| client.host().cancel(tag))
    }

    /// How many calls and operations, of all loops, have not ended yet.
    fn open_jobs(&self) -> usize {
        self.built
            .peek()
            .map_or(0, |(_, mailbox)| mailbox.open_jobs())
    }

    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        self.built
            .set_token(py, token, |config, py| build(config, py, self.watched))
    }

    fn close(&self) {
        self.built.close();
    }

    /// What its `repr` says of it.
    fn describe(&self) -> String {
        self.built.describe()
    }

    /// Whether this is still the process that the loops were added in.
    fn alive(&self) -> bool {
        self.built.peek().is_some()
    }
}

fn build(
    config: &Arc<Config>,
    py: Python<'_>,
    watched: Watched,
) -> PyResult<(blocking::Client, Mailbox)> {
    let mailbox = Mailbox::new();
    mailbox.want_attempts(watched.attempts);
    mailbox.want_calls(watched.calls);
    let (asked, refresher) = (mailbox.clone(), Arc::clone(config));
    let add = move |builder: ClientBuilder| {
        if refresher.refresher.is_some() {
            // Only the tag is taken there: it is the thread that drives all calls, and it must not wait for the interpreter.
            return builder.token_refresher_blocking_in_context(current_tag, move |tag| {
                refresh::call(&refresher, &Asker::Tag(tag))
            });
        }
        if !watched.refresher_on_loop {
            return builder;
        }
        builder.token_refresher_in_context(Origin::current, move |origin| asked.ask(origin))
    };
    let client = config.build(py, Arc::new(mailbox.observer()), add)?;
    Ok((client, mailbox))
}
