//! The waits of a call, on a runtime or on a thread.

use std::fmt;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

#[cfg(not(feature = "blocking"))]
use super::no_parker::ThreadSleep;
#[cfg(feature = "blocking")]
use super::parker::ThreadSleep;
use crate::transport::timers;

pin_project! {
    /// The future of a wait, as [`Transport::sleep_until`](crate::Transport::sleep_until) returns it.
    #[must_use = "a wait does nothing unless it is polled"]
    pub struct Sleep {
        #[pin]
        kind: Kind
    }
}

pin_project! {
    #[project = Projected]
    enum Kind {
        /// A timer of a tokio runtime.
        Runtime {
            #[pin]
            timer: timers::Sleep
        },
        /// On the thread that polls it.
        Thread {
            #[pin]
            timer: ThreadSleep
        },
        /// Ends at once: there is no runtime to wait on, and nothing can be sent either.
        Over,
        /// A timer of a program's own transport.
        Own {
            timer: Pin<Box<dyn Future<Output = ()> + Send>>
        },
    }
}

impl Sleep {
    /// Makes a wait from a transport's own timer.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use reqtrail::Sleep;
    ///
    /// fn wait(time: Duration) -> Sleep {
    ///     Sleep::new(async move { tokio::time::sleep(time).await })
    /// }
    /// ```
    pub fn new(timer: impl Future<Output = ()> + Send + 'static) -> Self {
        let timer: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(timer);
        Kind::Own { timer }.into()
    }

    /// Waits on the caller's runtime, if that has timers.
    pub(crate) fn on_runtime(at: Instant) -> Self {
        // A runtime without timers panics.
        let timer = match Handle::try_current() {
            Ok(_) => catch_unwind(|| timers::Sleep::until(at)).ok(),
            Err(_) => None,
        };
        match timer {
            Some(timer) => Kind::Runtime { timer }.into(),
            None => Kind::Over.into(),
        }
    }

    /// Waits with a runtime's pooled timer.
    pub(super) fn kept(timer: timers::Sleep) -> Self {
        Kind::Runtime { timer }.into()
    }

    /// Waits on the polling thread.
    #[cfg(feature = "blocking")]
    pub(super) fn on_thread(at: Instant) -> Self {
        let timer = ThreadSleep::until(at);
        Kind::Thread { timer }.into()
    }
}

impl From<Kind> for Sleep {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().kind.project() {
            Projected::Runtime { timer } => timer.poll(cx),
            Projected::Thread { timer } => timer.poll(cx),
            Projected::Over => Poll::Ready(()),
            Projected::Own { timer } => timer.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}
