//! Replaces the waits of threads in a build without the feature `blocking` by a type without values.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A wait on the polling thread.
pub(super) struct ThreadSleep {
    none: Infallible,
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.none {}
    }
}
