//! What is attached to a request when it is sent.

use std::time::Instant;

use crate::call::credential::Begun;
#[cfg(feature = "blocking")]
use crate::call::shared::Shared;
use crate::cancel::CancelToken;

/// What is attached to a [`Request`](crate::Request) when it is sent and is not part of it: the token that cancels the
/// call.
///
/// # Examples
/// ```no_run
/// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
/// use reqtrail::{Attached, CancelToken, Request};
///
/// let token = CancelToken::new();
/// let request = Request::get("/cameras").query("limit", 10);
/// let response = client.send(request, Attached::new().cancel_token(&token)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it does nothing until it is sent along with a request"]
#[derive(Debug, Default)]
pub struct Attached {
    pub(crate) cancel: Option<CancelToken>,
    /// Set if the call begins before it is sent.
    pub(crate) start: Option<Box<Start>>,
}

impl Clone for Attached {
    // A request that is sent twice begins twice: the second call has its own time, and the token that the client has by
    // then.
    fn clone(&self) -> Self {
        Self {
            cancel: self.cancel.clone(),
            start: None,
        }
    }
}

/// The beginning of a call that is sent later.
#[derive(Debug)]
pub(crate) struct Start {
    /// The credential that the client had.
    pub(crate) begun: Begun,
    /// The start of the call's time, by the transport's clock.
    pub(crate) at: Instant,
}

impl Attached {
    /// Attaches nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a token cancel the call.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Begins the call now, by the clock that also ends it.
    #[cfg(feature = "blocking")]
    pub(crate) fn begin(&mut self, shared: &Shared, now: impl FnOnce() -> Instant) {
        self.start.get_or_insert_with(|| {
            Box::new(Start {
                begun: shared.credentials.begin(),
                at: now(),
            })
        });
    }
}
