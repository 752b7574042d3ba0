//! Waits for work, a timer or a cancel token, whichever is first.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::cancel::{CancelReason, CancelToken, Stop};

/// Who was first.
#[derive(Debug)]
pub(crate) enum Race<T> {
    Done(T),
    Time,
    Cancelled(CancelReason),
}

/// Waits for the first of the three. A finished result wins over an expired time; a cancel wins over both.
pub(crate) async fn race<W, S>(
    mut work: Pin<&mut W>,
    mut timer: Pin<&mut S>,
    cancel: &mut Cancel,
) -> Race<W::Output>
where
    W: Future,
    S: Future<Output = ()>,
{
    poll_fn(|cx| {
        if let Poll::Ready(reason) = cancel.poll(cx) {
            return Poll::Ready(Race::Cancelled(reason));
        }
        if let Poll::Ready(output) = work.as_mut().poll(cx) {
            return Poll::Ready(Race::Done(output));
        }
        timer.as_mut().poll(cx).map(|()| Race::Time)
    })
    .await
}

/// What cancels a call. It listens to its token from its first poll on.
pub(crate) struct Cancel {
    stop: Option<Stop>,
    token: Option<CancelToken>,
    wait: Option<Pin<Box<dyn Future<Output = CancelReason> + Send>>>,
}

impl Cancel {
    pub(crate) fn new(token: Option<CancelToken>) -> Self {
        Self {
            stop: None,
            token,
            wait: None,
        }
    }

    /// Also ends the call if the thread that polls it is interrupted.
    pub(super) fn or_stop(self, stop: Option<Stop>) -> Self {
        Self { stop, ..self }
    }

    /// Why the call was cancelled; `None` if it was not.
    pub(crate) fn reason(&self) -> Option<CancelReason> {
        if self.stop.as_ref().is_some_and(Stop::is_stopped) {
            return Some(CancelReason::Cancelled);
        }
        self.token.as_ref().and_then(CancelToken::reason)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CancelReason> {
        if let Some(reason) = self.reason() {
            return Poll::Ready(reason);
        }
        let Some(token) = &self.token else {
            return Poll::Pending;
        };
        let wait = self.wait.get_or_insert_with(|| {
            let token = token.clone();
            Box::pin(async move {
                token.cancelled().await;
                // The token has a reason once it is cancelled.
                token.reason().unwrap_or(CancelReason::Cancelled)
            })
        });
        wait.as_mut().poll(cx)
    }
}
