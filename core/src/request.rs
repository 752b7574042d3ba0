//! Building a request.

mod draft;
pub(crate) mod headers;

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::call::{clock, run_call, wall_clock};
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::Error;
use crate::redact::Secret;
use crate::response::Response;
use crate::target::Param;
use crate::transport::Transport;

pub(crate) use draft::Draft;
use headers::GivenHeader;

/// A request in the making. Nothing is checked before it is sent; a mistake is then an `invalid_request` error that
/// names it, and nothing was sent.
///
/// # Examples
/// ```no_run
/// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
/// use std::time::Duration;
///
/// let response = client
///     .post("/cameras/{id}/trigger")
///     .param("id", "7")
///     .json(&serde_json::json!({ "reason": "test" }))
///     .idempotency_key("order-4711") // makes the POST safe to repeat
///     .timeout(Duration::from_secs(20))
///     .send()
///     .await?;
/// println!("{:?}", response.request_id());
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until `send` is called"]
#[derive(Debug)]
pub struct RequestBuilder<C> {
    pub(crate) client: C,
    /// Boxed: each method moves the builder.
    pub(crate) draft: Box<Draft>,
}

impl<C> RequestBuilder<C> {
    pub(crate) fn new(client: C, draft: Draft) -> Self {
        Self {
            client,
            draft: Box::new(draft),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        change(&mut self.draft);
        self
    }

    /// Gives the value of a `{name}` of the path; it is percent-encoded whole. Empty, `.` and `..` are refused.
    pub fn param(self, name: impl Into<String>, value: impl Display) -> Self {
        self.add_param(name.into(), value.to_string().into(), false)
    }

    /// Gives a value that stays `{name}` in trails, logs and errors.
    pub fn secret_param(self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.add_param(name.into(), value.into(), true)
    }

    fn add_param(self, name: String, value: Secret, secret: bool) -> Self {
        self.with(|d| {
            d.params.push(Param {
                name,
                value,
                secret,
            })
        })
    }

    /// Keeps a secret that stands in the body out of what the server's answer shows.
    #[cfg(feature = "openstack")]
    pub(crate) fn hide(self, secret: Secret) -> Self {
        self.with(|d| d.hidden.push(secret))
    }

    /// Adds a query parameter. Trails redact its value unless the client shows it.
    pub fn query(self, name: impl Into<String>, value: impl Display) -> Self {
        self.with(|d| d.query.push((name.into(), value.to_string())))
    }

    /// Adds a header; it replaces a default header of the client of the same name.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.add_header(name.into(), value.into().into(), false)
    }

    /// Adds a header whose value is a secret: it is redacted wherever the server repeats it, as the values of
    /// `Authorization`, `Cookie` and headers whose names say so are by themselves.
    pub fn secret_header(self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.add_header(name.into(), value.into(), true)
    }

    fn add_header(self, name: String, value: Secret, secret: bool) -> Self {
        self.with(|d| {
            d.headers.push(GivenHeader {
                name,
                value,
                secret,
            })
        })
    }

    /// Sets the body to JSON, and `Content-Type` to `application/json` unless a header says otherwise.
    pub fn json<B: Serialize + ?Sized>(self, body: &B) -> Self {
        self.with(|d| match serde_json::to_vec(body) {
            Ok(bytes) => {
                d.body = bytes.into();
                d.content_type = Some("application/json");
            }
            Err(error) => d.problem(format!("the body cannot be written as JSON: {error}")),
        })
    }

    /// Sets the body to JSON that is already written, and `Content-Type` to `application/json` unless a header says
    /// otherwise. It is sent as it is, and not checked.
    pub fn json_bytes(self, json: impl Into<Bytes>) -> Self {
        self.with(|d| {
            d.body = json.into();
            d.content_type = Some("application/json");
        })
    }

    /// Sets the body.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.with(|d| {
            d.body = body.into();
            d.content_type = None;
        })
    }

    /// Says whether the request may be sent twice, in place of what its method says.
    pub fn idempotent(self, idempotent: bool) -> Self {
        self.with(|d| d.idempotent = Some(idempotent))
    }

    /// Sends an `Idempotency-Key`, the same on every attempt. A request with a key is safe to repeat.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.with(|d| d.idempotency_key = Some(key.into()))
    }

    /// Sends this correlation ID in the place of the call's own: the ID of a request of one's own that this call
    /// serves. For OpenStack that is the global request ID, `req-` and a UUID in lower case, which appears in the logs
    /// of every service on the way; a malformed one is `invalid_request`, since the server would drop it in silence.
    pub fn correlation_id(self, id: impl Into<String>) -> Self {
        self.with(|d| d.correlation_id = Some(id.into()))
    }

    /// Asks for a version of the API, such as `2.90` or `latest`, in the place of the client's
    /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
    pub fn microversion(self, version: impl Into<String>) -> Self {
        self.with(|d| d.microversion = Some(version.into()))
    }

    /// Asks for the response only if it is not the one with this entity tag, which is sent as it is: the `ETag` header of an
    /// earlier response, quotes included. Where it is still current, the call succeeds with a 304 without a body, and
    /// [`Response::not_modified`] is true. Without this option a 304 is an `api` error, also to an `If-None-Match` of
    /// the caller's own.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
    /// let first = client.get("/cameras/7").send().await?;
    /// let tag = first.headers().get("etag").and_then(|tag| tag.to_str().ok());
    /// let mut request = client.get("/cameras/7");
    /// if let Some(tag) = tag {
    ///     request = request.if_none_match(tag);
    /// }
    /// let second = request.send().await?;
    /// let current = if second.not_modified() { first } else { second };
    /// # Ok(())
    /// # }
    /// ```
    pub fn if_none_match(self, tag: impl Into<String>) -> Self {
        self.with(|d| d.if_none_match = Some(tag.into()))
    }

    /// Sets the time of the whole call. A time above the client's attempt timeout lifts that for this call too.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|d| d.timeout = Some(timeout))
    }

    /// Sets the time of one attempt, its body included.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|d| d.attempt_timeout = Some(timeout))
    }

    /// Sets the time to connect.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.with(|d| d.connect_timeout = Some(timeout))
    }

    /// Sets how many attempts the call makes at most; 1 turns retrying off.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|d| d.max_attempts = Some(attempts))
    }

    /// Lets a token cancel the call.
    pub fn cancel_token(self, token: &CancelToken) -> Self {
        self.with(|d| d.cancel = Some(token.clone()))
    }
}

impl<T: Transport> RequestBuilder<Client<T>> {
    /// Makes the call. It begins here: a token that is set later is not sent first. Dropping the future cancels it; its
    /// trail then reaches the observers.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> + Send + 'static {
        let (shared, transport) = self.client.into_parts();
        let mut draft = self.draft;
        draft.begin(&shared);
        // Boxed: a call has room for all that it may come to, several KiB, and callers move futures about.
        Box::pin(async move {
            let mut plan = draft.plan(&shared, || (clock(&*transport), wall_clock(&*transport)))?;
            run_call(&shared, &*transport, &mut plan).await
        })
    }
}
