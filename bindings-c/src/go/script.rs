//! Scripts, as Go's tests use them.

use std::time::Duration;

use reqtrail::CancelReason;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::testing::{Timer, by_hand};

use super::records::reqtrail_go_ended;
use super::steps::Steps;
use crate::cancel::reqtrail_cancel_token;
use crate::client::reqtrail_client;
use crate::cloud::reqtrail_connection;
use crate::ended::Ended;
use crate::memory::free;
use crate::script::reqtrail_script;
use crate::usage::Usage;

/// Lets a cancel token expire at a virtual time.
pub struct reqtrail_go_script_timer {
    _timer: Timer,
}

export! {
    /// Builds a client as `reqtrail_go_client_new` does, but whose calls a script answers. Events for its hooks hold
    /// the script's time until `reqtrail_go_handled`.
    fn reqtrail_go_script_client_new(
        script: &reqtrail_script,
        data: bytes,
        connection: *const reqtrail_connection,
    ) makes client: reqtrail_client {
        let mailbox = Mailbox::new();
        let connection = connection.as_ref().map(reqtrail_connection::connection);
        let builder = Steps(data).client(connection, &mailbox)?;
        script.mock.hold_mail(&mailbox);
        reqtrail_client::build(script.mock.attach(builder), mailbox, &[])?
    }

    /// Says that the hooks have run for all events that were taken. To be called after `reqtrail_go_take` has returned
    /// less than its capacity.
    fn reqtrail_go_handled(client: &reqtrail_client) { client.0.inbox.lane.handled(); }

    /// Lets a cancel token expire after `left` nanoseconds of a script's time, unless the timer is freed before.
    fn reqtrail_go_script_expire(
        script: &reqtrail_script,
        token: &reqtrail_cancel_token,
        left: u64,
    ) -> *mut reqtrail_go_script_timer {
        let left = Duration::from_nanos(left);
        let timer = script.mock.cancel_after(&token.0, left, CancelReason::Deadline);
        Some(Box::into_raw(Box::new(reqtrail_go_script_timer { _timer: timer })))
    }

    /// Makes the result of a call by hand from its description: a response, or an error of the call.
    fn reqtrail_go_by_hand(description: text, ended: *mut reqtrail_go_ended) fails {
        let made = by_hand(description).map_err(|error| Usage::bad_value(error.to_string()))?;
        ended.write(reqtrail_go_ended::new(Ended::new(Outcome::Call(made))));
    }

    /// Frees a timer.
    fn reqtrail_go_script_timer_free(timer: *mut reqtrail_go_script_timer) { free(timer); }
}
