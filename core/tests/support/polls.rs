//! Drives a future manually.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::secs;

/// Polls a future at most `polls` times, on tokio's clock, and then drops it; `None` if it was not done by then.
pub(crate) async fn polled_at_most<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // The last poll had no result.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Lets so much time go by that whatever is still under way would show.
pub(crate) async fn settle() {
    tokio::time::sleep(secs(600)).await;
}
