//! Waits of a call, by whoever drives it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

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
