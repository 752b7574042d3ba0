//! Lets the other tasks of a thread run.

use std::future::poll_fn;
use std::task::Poll;

/// Lets other ready tasks run first, on any executor.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
