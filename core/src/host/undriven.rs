//! A job that nothing can drive. A call still ends with a trail.

use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Instant;

use futures_util::FutureExt as _;

use super::prepared::{Prepared, PreparedCall};
use super::{CallResult, Outcome};
use crate::call::run_call;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::{BuiltInTransport, Reply, Sleep, Transport, TransportError, WireRequest};

/// Fails every exchange at once.
struct Undriven(TransportError);

/// Ends a job on the submitting thread. A call makes one attempt, since nothing could wait for another one.
pub(super) fn end(job: Prepared, error: TransportError) -> Outcome {
    match job {
        Prepared::Call(call) => Outcome::Call(end_call(call, error)),
        Prepared::Operation(..) => {
            let failed = Error::new(ErrorKind::Connect, error.to_string());
            Outcome::Operation(Err(failed.with_source(Some(error.into()))))
        }
    }
}

fn end_call(call: PreparedCall, error: TransportError) -> CallResult {
    let PreparedCall { shared, mut plan } = call;
    if let Ok(plan) = &mut plan {
        plan.max_attempts = 1;
    }
    let ended = run_call(&shared, &Undriven(error), &mut plan).now_or_never();
    ended.unwrap_or_else(|| {
        Err(Error::new(
            ErrorKind::Internal,
            "a call without a driver waits",
        ))
    })
}

impl Transport for Undriven {
    type Body = <BuiltInTransport as Transport>::Body;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        Sleep::new(pending())
    }

    async fn exchange(&self, _: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        Err(self.0.copy())
    }

    fn ready(&self) -> Result<(), TransportError> {
        Err(self.0.copy())
    }

    /// Drops the work.
    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}
