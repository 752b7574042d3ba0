//! What stands for the waits of threads in a build without the feature `blocking`: a timer that has no value.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A wait on the thread that polls it.
pub(super) struct ThreadSleep {
    none: Infallible,
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.none {}
    }
}
