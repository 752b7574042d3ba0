//! Observers of calls, and their events.

mod stderr_log;
mod tracing_events;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::call_id::CallId;
use crate::codes::Cause;
use crate::redact::one_line;
use crate::trail::{Attempt, Trail};

pub(crate) use stderr_log::StderrLog;
pub(crate) use tracing_events::{TracingEvents, attempt_span, call_span, record_attempt};

/// Watches calls: logging, metrics, a binding's hooks.
///
/// Observers are called inline and must be quick; queue what takes long. A panic in one is caught and logged, and the
/// call continues. Every call that began is reported here as finished, also one that is cancelled by dropping its
/// future.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use reqtrail::{AttemptFinished, Observer};
///
/// #[derive(Default)]
/// struct CountRetries(AtomicUsize);
///
/// impl Observer for CountRetries {
///     fn attempt_finished(&self, event: &AttemptFinished<'_>) {
///         if event.attempt.wait().is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Send + Sync {
    /// An attempt is about to be sent.
    fn attempt_started(&self, event: &AttemptStarted<'_>) {
        let _ = event;
    }

    /// An attempt ended, and what follows has been decided; a wait has not begun yet.
    fn attempt_finished(&self, event: &AttemptFinished<'_>) {
        let _ = event;
    }

    /// The call ended.
    fn call_finished(&self, event: &CallFinished<'_>) {
        let _ = event;
    }
}

/// A shared observer, which its owner can still read.
impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn attempt_started(&self, event: &AttemptStarted<'_>) {
        (**self).attempt_started(event);
    }

    fn attempt_finished(&self, event: &AttemptFinished<'_>) {
        (**self).attempt_finished(event);
    }

    fn call_finished(&self, event: &CallFinished<'_>) {
        (**self).call_finished(event);
    }
}

/// An attempt is about to be sent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptStarted<'a> {
    /// The attempt's call.
    pub call: CallInfo<'a>,
    /// The number of the attempt within the call, from 1.
    pub number: u32,
    /// Why the attempt is made.
    pub cause: Cause,
}

/// An attempt ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptFinished<'a> {
    /// The attempt's call.
    pub call: CallInfo<'a>,
    /// The attempt, with the wait that follows it.
    pub attempt: &'a Attempt,
}

/// A call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallFinished<'a> {
    /// The whole call.
    pub trail: &'a Trail,
}

/// Watches attempts by a function.
pub(crate) struct OnAttempt<F>(pub(crate) F);

impl<F: Fn(&AttemptFinished<'_>) + Send + Sync> Observer for OnAttempt<F> {
    fn attempt_finished(&self, event: &AttemptFinished<'_>) {
        (self.0)(event);
    }
}

/// Watches calls by a function.
pub(crate) struct OnCall<F>(pub(crate) F);

impl<F: Fn(&CallFinished<'_>) + Send + Sync> Observer for OnCall<F> {
    fn call_finished(&self, event: &CallFinished<'_>) {
        (self.0)(event);
    }
}

/// The call that an attempt belongs to.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallInfo<'a> {
    /// The call's own random ID, as in its trail.
    pub call_id: CallId,
    /// The name of the API's dialect.
    pub dialect: &'a str,
    /// The method that the caller asked for.
    pub method: &'a http::Method,
    /// The path template, as in `/cameras/{id}`.
    pub path: &'a str,
    /// The value that every attempt carries in the dialect's correlation header. For OpenStack it is the global request
    /// ID.
    pub correlation_id: Option<&'a str>,
    /// The service that is called, if one sign-in serves several. For OpenStack it is the service type, as in
    /// `compute`.
    pub service: Option<&'a str>,
}

impl<'a> CallInfo<'a> {
    /// Returns the fields that hooks in other languages get, by name: those of the call, and the line for a log.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn fields(&self, attempt: &Attempt) -> [(&'static str, Option<Cow<'a, str>>); 7] {
        [
            ("call_id", Some(self.call_id.to_string().into())),
            ("dialect", Some(self.dialect.into())),
            ("method", Some(self.method.as_str().into())),
            ("path", Some(self.path.into())),
            ("correlation_id", self.correlation_id.map(Into::into)),
            ("service", self.service.map(Into::into)),
            ("log_line", Some(self.log_line(attempt).into())),
        ]
    }
}

impl CallInfo<'_> {
    /// Returns the log line of the attempt, without secrets.
    ///
    /// If one sign-in serves several services, it is the line that OpenStack's operators search clients' logs for to draw a
    /// call graph: method, service, URL and the request ID that was used
    /// (<https://docs.openstack.org/api-guide/compute/faults.html#tracking-errors-by-request-id>).
    #[must_use]
    pub fn log_line(&self, attempt: &Attempt) -> String {
        self.log_line_with(attempt, one_line)
    }

    /// Makes the line; `show` is applied to texts of any length.
    fn log_line_with<'t>(
        &'t self,
        attempt: &'t Attempt,
        show: impl Fn(&'t str) -> Cow<'t, str>,
    ) -> String {
        let id = show(attempt.request_id().map_or("-", |id| id.as_str()));
        if let Some(service) = self.service {
            return format!(
                "{} call to {} for {} used request id {id}",
                show(attempt.method().as_str()),
                show(service),
                show(attempt.url())
            );
        }
        let failure = attempt.failure().map_or("-", |kind| kind.as_str());
        let gave = match attempt.status() {
            Some(status) => status.as_str().to_owned(),
            None => failure.to_owned(),
        };
        format!(
            "{} {} attempt {}: {gave}, request ID {id}",
            show(self.method.as_str()),
            show(self.path),
            attempt.number()
        )
    }
}

/// Milliseconds to the microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// The observers of a client. None of them can harm a call.
#[derive(Clone, Default)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    pub(crate) fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    pub(crate) fn each(&self, tell: impl Fn(&dyn Observer)) {
        for observer in &self.0 {
            if catch_unwind(AssertUnwindSafe(|| tell(observer.as_ref()))).is_err() {
                tracing::error!(target: "reqtrail", "an observer panicked; the call goes on");
            }
        }
    }
}

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}
