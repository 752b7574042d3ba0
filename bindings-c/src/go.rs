//! Functions for the Go package, which combine several of the header's so that a call crosses the border once and back.
//!
//! `bindings-c/go/native.h` is generated from these modules. It is not installed, because package and library must have the
//! same version.

mod error;
mod error_fields;
mod records;
mod script;
mod steps;
mod text;

use std::fs::File;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd as _;
use std::time::Duration;

use reqtrail::host::Job;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::openstack::OperationAttached;
use reqtrail::{Attached, CancelToken};

use crate::cancel::reqtrail_cancel_token;
use crate::client::{Inner, reqtrail_client};
use crate::cloud::{SESSION, reqtrail_connection};
use crate::ended::Ended;
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::memory::free;
use crate::recorder::{reqtrail_recorder, reqtrail_trails};
use crate::trail::reqtrail_trail;
use error::reqtrail_go_error;
use records::{reqtrail_go_ended, reqtrail_go_event, reqtrail_go_serving};
use steps::Steps;
use text::reqtrail_go_text;

/// Runs `work` on behalf of a refresher, if there is one.
fn within<O>(serving: Option<&reqtrail_go_serving>, work: impl FnOnce() -> O) -> O {
    match serving.map(|own| own.0.clone()) {
        Some(serving) => serving.within(work),
        None => work(),
    }
}

impl Inner {
    /// The job of a call or an operation. The polls of an operation go to the client's mailbox.
    fn job(
        &self,
        steps: Steps<'_>,
        started: Option<&reqtrail_trail>,
        connection: Option<&reqtrail_connection>,
        cancel: Option<&CancelToken>,
    ) -> Result<Job, Fault> {
        if let Some(request) = steps.request()? {
            let attached = cancel
                .into_iter()
                .fold(Attached::new(), Attached::cancel_token);
            return Ok(Job::Call(request, attached));
        }
        let (mut operation, progress) = steps.operation(started.map(reqtrail_trail::core))?;
        if let Some(connection) = connection {
            operation = operation.connection(connection.connection());
        }
        let cancel = cancel.cloned().unwrap_or_else(CancelToken::new);
        let mut attached = OperationAttached::new().cancel_token(&cancel);
        if progress {
            let mailbox = self.inbox.mailbox.clone();
            attached = attached.on_progress(move |seen| mailbox.progress(seen.to_json()));
        }
        Ok(operation.into_job(&self.client, attached))
    }
}

export! {
    /// Builds a client of a base URL or, where it is not NULL, of a connection.
    fn reqtrail_go_client_new(
        data: bytes,
        connection: *const reqtrail_connection,
    ) makes client: reqtrail_client {
        let mailbox = Mailbox::new();
        let connection = connection.as_ref().map(reqtrail_connection::connection);
        let builder = Steps(data).client(connection, &mailbox)?;
        reqtrail_client::build(builder, mailbox, &[])?
    }

    /// Builds a client that makes no calls. It runs the operations that ask the services of a connection.
    fn reqtrail_go_driver_new(connection: &reqtrail_connection) makes client: reqtrail_client {
        reqtrail_client::build(connection.connection().driver().begin()?, Mailbox::new(), &[])?
    }

    /// Returns the fields of a connection's session as JSON; NULL without a sign-in.
    fn reqtrail_go_connection_session(connection: &reqtrail_connection) -> text[SESSION] {
        Some(connection.connection().session()?.to_json())
    }

    /// Writes the client's timeouts of a call and of an attempt, in nanoseconds.
    fn reqtrail_go_client_timeouts(client: &reqtrail_client, call: *mut i64, attempt: *mut i64) {
        let nanoseconds = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        let (of_call, of_attempt) = client.0.client.timeouts();
        call.write(nanoseconds(of_call));
        attempt.write(nanoseconds(of_attempt));
    }

    /// Writes the client's warning at an index, from 0, which is borrowed from the client; beyond the last, a text
    /// whose data is NULL.
    fn reqtrail_go_client_warning(client: &reqtrail_client, index: usize, warning: *mut reqtrail_go_text) {
        let found = client.0.client.warnings().get(index);
        warning.write(text::borrowed(found.map(String::as_str)));
    }

    /// Makes a call or runs an operation on this thread. Its events are queued on the client, unless the tag is 0.
    /// `started` is the trail of the request that an operation follows, and `connection` has the services that an
    /// operation asks. `started`, `connection`, `cancel` and `serving` may be NULL.
    fn reqtrail_go_run(
        client: &reqtrail_client,
        data: bytes,
        started: *const reqtrail_trail,
        connection: *const reqtrail_connection,
        tag: u64,
        cancel: *const reqtrail_cancel_token,
        serving: *const reqtrail_go_serving,
        ended: *mut reqtrail_go_ended,
    ) fails {
        let (host, lane) = (client.0.client.host(), &client.0.inbox.lane);
        let cancel = cancel.as_ref().map(|token| &token.0);
        let job = client.0.job(Steps(data), started.as_ref(), connection.as_ref(), cancel)?;
        let outcome = within(serving.as_ref(), || match tag {
            0 => host.run(job, None),
            _ => host.run_for(lane, job, tag),
        });
        ended.write(reqtrail_go_ended::new(Ended::new(outcome)));
    }

    /// Submits a call or an operation under a tag. Another thread may take its result before this returns.
    fn reqtrail_go_submit(
        client: &reqtrail_client,
        data: bytes,
        started: *const reqtrail_trail,
        connection: *const reqtrail_connection,
        tag: u64,
        serving: *const reqtrail_go_serving,
    ) fails {
        let job = client.0.job(Steps(data), started.as_ref(), connection.as_ref(), None)?;
        let (host, lane) = (client.0.client.host(), &client.0.inbox.lane);
        within(serving.as_ref(), || host.submit_for(lane, job, tag));
    }

    /// Has the library write a byte to a non-blocking pipe when events wait to be taken.
    fn reqtrail_go_watch(client: &reqtrail_client, descriptor: i32) {
        // Go keeps the descriptor. A write may fail because the pipe is full; it is then readable anyway.
        let pipe = ManuallyDrop::new(File::from_raw_fd(descriptor));
        let notify = move || drop((&*pipe).write_all(&[1]));
        client.0.inbox.set_notify(Some(Box::new(notify)));
    }

    /// Reads all fields of an error at once.
    fn reqtrail_go_error_read(error: &reqtrail_error, read: *mut reqtrail_go_error) {
        read.write(reqtrail_go_error::new(error));
    }

    /// Takes at most `capacity` events, and returns how many.
    fn reqtrail_go_take(client: &reqtrail_client, events: *mut reqtrail_go_event, capacity: usize) -> usize {
        let taken = client.0.inbox.take(capacity).into_iter().filter_map(reqtrail_go_event::new);
        let mut count = 0;
        for event in taken {
            events.add(count).write(event);
            count += 1;
        }
        Some(count)
    }

    /// Answers a refresh with the encoded token or error.
    fn reqtrail_go_answer(client: &reqtrail_client, refresh: u64, data: bytes) {
        let answer = Steps(data).answer();
        let unread = |fault: Fault| Err(fault.deferred("the token refresher").message.into());
        client.0.inbox.lane.answer(refresh, answer.unwrap_or_else(unread));
    }

    /// Finds the calls of a recorder that match a filter.
    fn reqtrail_go_recent(recorder: &reqtrail_recorder, data: bytes) makes trails: reqtrail_trails {
        reqtrail_trails::new(recorder.0.recent(&Steps(data).filter()?))
    }

    /// Frees the handle that says on whose behalf a refresher runs.
    fn reqtrail_go_serving_free(serving: *mut reqtrail_go_serving) { free(serving); }

    /// Frees the text of an event.
    fn reqtrail_go_text_free(text: reqtrail_go_text) { text.free(); }
}
