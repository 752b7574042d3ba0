//! Waits of a call, by whoever drives it.

use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::parker::ThreadSleep;
use crate::transport::timers;

pin_project! {
    /// The future of a wait.
    #[project = Kind]
    #[derive(Debug)]
    pub enum Sleep {
        /// On a tokio runtime.
        Runtime {
            #[pin]
            timer: timers::Sleep
        },
        /// On the thread that polls it.
        Thread {
            #[pin]
            timer: ThreadSleep
        },
        /// Over at once: there is no runtime to wait on, and nothing can be sent either.
        Over,
    }
}

impl Sleep {
    /// Waits on the runtime of whoever calls this, if that has timers.
    pub(crate) fn on_runtime(at: Instant) -> Self {
        // Without timers it panics.
        let timer = match Handle::try_current() {
            Ok(_) => catch_unwind(|| timers::Sleep::until(at)).ok(),
            Err(_) => None,
        };
        match timer {
            Some(timer) => Self::Runtime { timer },
            None => Self::Over,
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project() {
            Kind::Runtime { timer } => timer.poll(cx),
            Kind::Thread { timer } => timer.poll(cx),
            Kind::Over => Poll::Ready(()),
        }
    }
}
