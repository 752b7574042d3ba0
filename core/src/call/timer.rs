//! How long an attempt may take: the time to connect first, then all of its time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use crate::transport::{SentMark, Transport};

/// When an attempt has to end.
#[derive(Clone, Copy)]
pub(super) struct Timing {
    pub(super) connect: Instant,
    pub(super) attempt: Instant,
    pub(super) call: Instant,
}

impl Timing {
    /// The end of the attempt once it has a connection.
    fn end(self) -> Instant {
        self.attempt.min(self.call)
    }

    /// What is waited for first.
    pub(super) fn first(self) -> Instant {
        self.connect.min(self.end())
    }
}

/// Ready when an attempt has to end.
///
/// One timer serves both times of an attempt. It is set to the later one only if it rings, which hardly ever happens:
/// two timers for each attempt would cost more than the rest of the clock.
pub(super) struct AttemptTimer<'a, T: Transport> {
    pub(super) sleep: Pin<&'a mut T::Sleep>,
    pub(super) transport: &'a T,
    pub(super) timing: Timing,
    pub(super) sent: &'a SentMark,
}

impl<T: Transport> Future for AttemptTimer<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let end = self.timing.end();
            // Where the connection is there, the time to connect does not bound the rest.
            let connected = self.sent.is_marked() || self.sent.phase().is_connected();
            if !connected || self.transport.now() >= end {
                self.sent.note_timeout();
                return Poll::Ready(());
            }
            let rest = self.transport.sleep_until(end);
            self.sleep.set(rest);
        }
    }
}
