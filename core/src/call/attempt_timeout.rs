//! Enforces the timeouts of an attempt: the time to connect, its own time, and what is left of the call's.
//!
//! The exchange races [`AttemptTimer`] against the transport. `timeout_text.rs` puts what ran out into words.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use super::seam::Seam;
use super::timeout_text::{Limit, SetBy};
use crate::transport::{SentMark, Sleep, Transport};

/// The instants at which an attempt has to end, and the one at which it began.
#[derive(Clone, Copy)]
pub(super) struct Timing {
    pub(super) started: Instant,
    pub(super) connect: Instant,
    pub(super) attempt: Instant,
    pub(super) call: Instant,
    /// What the whole call may take.
    pub(super) call_timeout: Duration,
}

/// Which timeout ended an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Connect,
    Attempt,
    Call,
}

impl Timing {
    /// The end of the attempt once it has a connection.
    pub(super) fn end(self) -> Instant {
        self.attempt.min(self.call)
    }

    /// The earliest end of the attempt.
    pub(super) fn first(self) -> Instant {
        self.connect.min(self.end())
    }

    /// Returns the timeout that ran out by `now`. Once there is a connection, it is not the time to connect.
    pub(super) fn ended_by(self, now: Instant, connected: bool) -> Ended {
        if now >= self.call {
            Ended::Call
        } else if now >= self.attempt || connected {
            Ended::Attempt
        } else {
            Ended::Connect
        }
    }

    /// How long the attempt had, if it ended at `now`.
    pub(super) fn limit(self, ended: Ended, now: Instant) -> Limit {
        let end = match ended {
            Ended::Connect => self.connect,
            // The request left just as the time to connect ran out.
            Ended::Attempt if now < self.attempt => self.connect,
            Ended::Attempt => self.attempt,
            Ended::Call => self.call,
        };
        let time = end.saturating_duration_since(self.started);
        let used = self.call_timeout.saturating_sub(time);
        let is_rest = ended == Ended::Call && used >= Duration::from_millis(1);
        Limit {
            time,
            set_by: if is_rest {
                SetBy::RestOfCall(self.call_timeout)
            } else {
                SetBy::Option
            },
        }
    }
}

/// Ready when an attempt has to end.
///
/// One timer serves both timeouts of an attempt. It is set to the later one only if it fires, which rarely happens; two
/// timers for each attempt would cost more than all other timekeeping.
pub(super) struct AttemptTimer<'a, T: Transport> {
    pub(super) sleep: Pin<&'a mut Sleep>,
    pub(super) seam: &'a Seam,
    pub(super) transport: &'a T,
    pub(super) timing: Timing,
    pub(super) sent: &'a SentMark,
    /// Whether it has fired.
    pub(super) is_over: bool,
}

impl<T: Transport> Future for AttemptTimer<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // An error's body is still decoded after its time has run out, and a transport's sleep need not support another
        // poll.
        if self.is_over {
            return Poll::Ready(());
        }
        loop {
            let seam = self.seam;
            ready!(seam.enter::<T, _>(|| self.sleep.as_mut().poll(cx)));
            let end = self.timing.end();
            // Once there is a connection, the time to connect does not bound the rest.
            let connected = self.sent.is_marked() || self.sent.phase().is_connected();
            if !connected || self.transport.now() >= end {
                self.sent.note_timeout();
                self.is_over = true;
                return Poll::Ready(());
            }
            let rest = seam.enter::<T, _>(|| self.transport.sleep_until(end));
            self.sleep.set(rest);
        }
    }
}
