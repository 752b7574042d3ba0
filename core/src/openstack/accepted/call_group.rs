//! Calls that belong together: one token ends them all, and their trails are kept.

use std::time::{Duration, Instant};

use super::get::{Fetched, Get};
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::codes::{Category, ErrorKind};
use crate::dialect::openstack::Fault;
use crate::error::Error;
use crate::request::RequestBuilder;
use crate::response::Response;
use crate::trail::Trail;

/// The calls that were made to find something out.
pub(in crate::openstack) struct CallGroup {
    cancel: Option<CancelToken>,
    deadline: Option<Deadline>,
    /// Whether the timeout of a call is what is left of a common time, which leaves that of an attempt as it is. A timeout that
    /// the caller sets for a call raises it.
    has_common_time: bool,
    pub(in crate::openstack) trails: Vec<Trail>,
}

/// The time that all calls have together.
struct Deadline {
    whole: Duration,
    /// When the first call began, by its client's clock.
    began: Option<Instant>,
    is_over: bool,
}

impl Deadline {
    fn left(&mut self, client: &Client) -> Duration {
        let now = client.now();
        let began = *self.began.get_or_insert(now);
        let left = self
            .whole
            .saturating_sub(now.saturating_duration_since(began));
        self.is_over = left.is_zero();
        left
    }
}

impl CallGroup {
    pub(in crate::openstack) fn new(cancel: Option<CancelToken>, trails: Vec<Trail>) -> Self {
        Self {
            cancel,
            deadline: None,
            has_common_time: false,
            trails,
        }
    }

    /// The timeouts of the calls are what is left of a common time.
    pub(in crate::openstack) fn with_common_time(mut self) -> Self {
        self.has_common_time = true;
        self
    }

    /// Sets the time that all calls have together; it counts from the first.
    pub(in crate::openstack) fn within(mut self, whole: Option<Duration>) -> Self {
        self.has_common_time = true;
        self.deadline = whole.map(|whole| Deadline {
            whole,
            began: None,
            is_over: false,
        });
        self
    }

    /// Whether no further call makes sense: the token is cancelled, or the time is over.
    pub(in crate::openstack) fn has_ended(&self) -> bool {
        let is_over = self.deadline.as_ref().is_some_and(|own| own.is_over);
        is_over || self.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }

    /// Makes a call and keeps its trail. `timeout` replaces the client's.
    pub(in crate::openstack) async fn ask<V: Send + 'static>(
        &mut self,
        get: Get<Client, V>,
        timeout: Option<Duration>,
    ) -> Result<V, Error> {
        self.fetch(get, timeout).await.map(Fetched::into_value)
    }

    /// The same, with the trail of the call.
    pub(in crate::openstack) async fn fetch<V: Send + 'static>(
        &mut self,
        get: Get<Client, V>,
        timeout: Option<Duration>,
    ) -> Result<Fetched<V>, Error> {
        let client = get.client().clone();
        let timeout = self.limit(&client, timeout)?;
        let keeps_attempt = self.has_common_time && timeout.is_some();
        let get = get.with(timeout, self.cancel.as_ref());
        let get = get.request(|request| match keeps_attempt {
            true => request.attempt_timeout(client.attempt_timeout()),
            false => request,
        });
        let outcome = get.send().await;
        let trail = match &outcome {
            Ok(fetched) => Some(fetched.trail()),
            Err(error) => error.trail(),
        };
        self.keep(trail, &client);
        outcome
    }

    /// Makes the call of a request and keeps its trail.
    pub(in crate::openstack) async fn send(
        &mut self,
        mut request: RequestBuilder<Client>,
    ) -> Result<Response, Error> {
        let client = request.client.clone();
        if let Some(timeout) = self.limit(&client, None)? {
            request = request
                .timeout(timeout)
                .attempt_timeout(client.attempt_timeout());
        }
        if let Some(token) = &self.cancel {
            request = request.cancel_token(token);
        }
        let outcome = request.send().await;
        let trail = match &outcome {
            Ok(response) => Some(response.trail()),
            Err(error) => error.trail(),
        };
        self.keep(trail, &client);
        outcome
    }

    fn keep(&mut self, trail: Option<&Trail>, client: &Client) {
        self.trails.extend(trail.cloned());
        if let Some(deadline) = &mut self.deadline {
            deadline.left(client);
        }
    }

    /// How long a call may take; `None` for the client's own time.
    fn limit(
        &mut self,
        client: &Client,
        timeout: Option<Duration>,
    ) -> Result<Option<Duration>, Error> {
        let Some(deadline) = &mut self.deadline else {
            return Ok(timeout);
        };
        let left = deadline.left(client);
        if left.is_zero() {
            let seconds = deadline.whole.as_secs_f64();
            let text = format!("the {seconds} s for all calls together were over");
            return Err(Error::new(ErrorKind::Timeout, text));
        }
        let own = timeout.unwrap_or_else(|| client.call_timeout());
        Ok(if left < own { Some(left) } else { timeout })
    }
}

/// What a call found; `None` if Nova says that there is no such thing.
pub(in crate::openstack) fn optional<V>(found: Result<V, Error>) -> Result<Option<V>, Error> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether Nova says that there is no such thing. Another 404 is that of a proxy, or of a wrong URL.
pub(in crate::openstack) fn is_absent(error: &Error) -> bool {
    error.category() == Some(Category::NotFound)
        && error.code() == Some(Fault::ItemNotFound.as_str())
}
