//! Requests as data, independent of a client.

mod attached;
mod check;
pub(crate) mod headers;
mod options;
mod pairs;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Method;

use crate::call::token::Token;
use crate::redact::Secret;
use crate::surface::options_struct;
use crate::surface::request::request_options;
use crate::target::{self, Param};

pub use attached::Attached;
pub(crate) use check::{check_attempts, check_timeout};
use headers::GivenHeaders;
#[cfg(feature = "openstack")]
pub(crate) use options::{basic_credential, check_basic};

/// A request: a method, a path or a link, and the options of one call. It is independent of a client; [`Client::send`]
/// sends it, any number of times through clones.
///
/// The request is checked only when it is sent. A mistake is then an `invalid_request` error that names it, and nothing
/// is sent. [`RequestBuilder`] has the same options for a request that is sent at once. `Duration::MAX` as a timeout
/// sets no limit.
///
/// [`Client::send`]: crate::Client::send
///
/// # Examples
/// ```no_run
/// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
/// use reqtrail::{Attached, Request};
///
/// let page = Request::get("/cameras").query("limit", 100);
/// let first = client.send(page.clone(), Attached::new()).await?;
/// let again = client.send(page, Attached::new()).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is sent"]
#[derive(Clone)]
// Boxed, since each method moves it.
pub struct Request(Box<Parts>);

request_options! { options_struct
    /// The options of a request that are values, each as it was set.
    struct RequestOptions of pub(crate) fields;
}

/// What a request consists of.
#[derive(Clone)]
struct Parts {
    /// `request` if the method was not valid; `problem` then says so.
    method: Method,
    place: RequestTarget,
    params: Vec<Param>,
    query: Vec<(String, String)>,
    headers: GivenHeaders,
    token: Option<Token>,
    body: Bytes,
    content_type: Option<Cow<'static, str>>,
    /// Secrets that the body contains.
    hidden: Vec<Secret>,
    options: RequestOptions,
    /// The first mistake, kept until the request is sent.
    problem: Option<String>,
}

/// Where a request goes.
#[derive(Clone)]
enum RequestTarget {
    /// A path template of the API.
    Path(String),
    /// An absolute link on the API's origin.
    Link(String),
}

impl Parts {
    fn new(method: &str, place: RequestTarget) -> Self {
        let (method, problem) = read_method(method);
        Self {
            method,
            place,
            params: Vec::new(),
            query: Vec::new(),
            headers: GivenHeaders::default(),
            token: None,
            body: Bytes::new(),
            content_type: None,
            hidden: Vec::new(),
            options: RequestOptions::default(),
            problem,
        }
    }

    /// Keeps the first mistake.
    fn problem(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}

/// The methods that begin a request to a path, for requests and clients alike.
macro_rules! verbs {
    ($make:ident) => {
        crate::request::verbs! { $make
            /// Begins a GET request.
            get = "GET",
            /// Begins a POST request.
            post = "POST",
            /// Begins a PUT request.
            put = "PUT",
            /// Begins a PATCH request.
            patch = "PATCH",
            /// Begins a DELETE request.
            delete = "DELETE",
            /// Begins a HEAD request.
            head = "HEAD",
            /// Begins an OPTIONS request.
            options = "OPTIONS",
        }
    };
    ($make:ident $($(#[$doc:meta])* $name:ident = $method:literal,)+) => {
        $($make! { $(#[$doc])* $name = $method })+
    };
}
pub(crate) use verbs;

macro_rules! begin {
    ($(#[$doc:meta])* $name:ident = $method:literal) => {
        $(#[$doc])*
        pub fn $name(path: impl AsRef<str>) -> Self {
            Self::new($method, path)
        }
    };
}

impl Request {
    verbs!(begin);

    /// Begins a request with any method.
    ///
    /// `path` is a template such as `/cameras/{id}`. A trail shows it unchanged, so pass values by
    /// [`param`](Self::param) and [`query`](Self::query).
    pub fn new(method: impl AsRef<str>, path: impl AsRef<str>) -> Self {
        let place = RequestTarget::Path(path.as_ref().to_owned());
        Self(Box::new(Parts::new(method.as_ref(), place)))
    }

    /// Begins a request to a link that the API returned, such as a `next` URL: absolute, or from the root as in
    /// `/api/v1/events?cursor=x`. It is used unchanged, and the trail's path is the link's.
    ///
    /// The link has to be on the origin of the client that sends it, since the credential is sent nowhere else.
    pub fn link(method: impl AsRef<str>, link: impl AsRef<str>) -> Self {
        let place = RequestTarget::Link(link.as_ref().to_owned());
        Self(Box::new(Parts::new(method.as_ref(), place)))
    }

    /// Sets an option by its number in [`RequestOptions::OPTIONS`](crate::host::RequestOptions::OPTIONS).
    ///
    /// # Errors
    /// Names the option, what it expects and what came.
    #[cfg(feature = "unstable-host")]
    pub fn set(
        &mut self,
        id: u16,
        value: crate::host::Value,
    ) -> Result<(), crate::host::OptionError> {
        self.0.options.set(id, value)
    }

    /// Returns the timeout of the whole call, if the request sets one.
    #[cfg(feature = "unstable-host")]
    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        self.0.options.timeout
    }

    /// Returns method and path template, for messages to the programmer. A link, and a path that is a URL, may hold anything
    /// and is not shown, and neither is text that is not a valid method.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// assert_eq!(Request::get("/cameras/{id}").param("id", 7).title(), "GET /cameras/{id}");
    /// assert_eq!(Request::link("GET", "/cameras?cursor=x").title(), "GET of a URL");
    /// assert_eq!(Request::new("G ET", "/cameras").title(), "request /cameras");
    /// ```
    #[must_use]
    pub fn title(&self) -> String {
        let method = &self.0.method;
        match &self.0.place {
            RequestTarget::Path(path) => {
                let path = path.split('?').next().unwrap_or_default();
                if !path.contains("//") {
                    return format!("{method} {}", path.escape_debug());
                }
            }
            RequestTarget::Link(_) => {}
        }
        format!("{method} of a URL")
    }
}

impl fmt::Debug for Request {
    // Everything else may hold secrets: headers, queries and bodies, and a path that is not checked yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.0.method)
            .finish_non_exhaustive()
    }
}

/// Builds a request of a client and sends it. The request is checked only when it is sent: a mistake is then an
/// `invalid_request` error that names it, and nothing is sent.
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
#[derive(Clone, Debug)]
pub struct RequestBuilder<C> {
    pub(crate) client: C,
    pub(crate) request: Request,
    pub(crate) attached: Attached,
}

impl<C> RequestBuilder<C> {
    pub(crate) fn new(client: C, request: Request) -> Self {
        Self {
            client,
            request,
            attached: Attached::new(),
        }
    }

    /// Moves the request to another client.
    #[cfg(all(feature = "blocking", feature = "openstack"))]
    pub(crate) fn over<D>(self, client: D) -> RequestBuilder<D> {
        RequestBuilder {
            client,
            request: self.request,
            attached: self.attached,
        }
    }

    /// Lets a token cancel the call.
    pub fn cancel_token(mut self, token: &crate::cancel::CancelToken) -> Self {
        self.attached = self.attached.cancel_token(token);
        self
    }

    /// Sets an option by its number, as [`Request::set`] does.
    ///
    /// # Errors
    /// Names the option, what it expects and what came.
    #[cfg(feature = "unstable-host")]
    pub fn set(
        &mut self,
        id: u16,
        value: crate::host::Value,
    ) -> Result<(), crate::host::OptionError> {
        self.request.set(id, value)
    }

    /// Sets the body, and `Content-Type` to the body's own media type unless a header says otherwise. An empty media type
    /// means none.
    #[cfg(feature = "unstable-host")]
    pub fn typed_body(mut self, body: impl Into<Bytes>, media_type: Cow<'static, str>) -> Self {
        let parts = &mut self.request.0;
        parts.body = body.into();
        parts.content_type = Some(media_type).filter(|media_type| !media_type.is_empty());
        self
    }

    /// Returns the request without the client and what is attached.
    pub fn into_request(self) -> Request {
        self.request
    }
}

/// Reads a method, and says what is wrong with it. The usual ones may be written in any case.
fn read_method(text: &str) -> (Method, Option<String>) {
    const USUAL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let usual = USUAL
        .into_iter()
        .find(|usual| usual.eq_ignore_ascii_case(text));
    match Method::from_bytes(usual.unwrap_or(text).as_bytes()) {
        Ok(Method::CONNECT) => {
            let problem = "CONNECT opens a tunnel and is not a request to an API";
            (Method::CONNECT, Some(problem.to_owned()))
        }
        Ok(method) => (method, None),
        Err(_) => {
            let problem = format!(
                "`{}` is not a valid HTTP method; expected GET, POST, …",
                target::show_refused(text).escape_debug()
            );
            // The placeholder that trails and errors show.
            let unread = Method::from_bytes(b"request").unwrap_or_default();
            (unread, Some(problem))
        }
    }
}
