//! The options of a request, written once for requests and their builders.

use std::fmt::Display;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::form_urlencoded;

use super::{Parts, Request, RequestBuilder, pairs};
use crate::call::token::Token;
use crate::redact::{self, Secret};
use crate::surface::put;
use crate::surface::request::request_options;
use crate::target::Param;

/// Writes each option for [`Request`], and for [`RequestBuilder`], which passes it on.
macro_rules! options {
    ($($(#[$doc:meta])* fn $name:ident($parts:ident $(, $argument:ident: $type:ty)* $(,)?) $body:block)+) => {
        impl Request {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $($argument: $type),*) -> Self {
                    let $parts: &mut Parts = &mut self.0;
                    $body
                    self
                }
            )+
        }

        impl<C> RequestBuilder<C> {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $($argument: $type),*) -> Self {
                    self.request = self.request.$name($($argument),*);
                    self
                }
            )+
        }
    };
}

options! {
    /// Sets the value of a `{name}` of the path; it is percent-encoded as a whole. An empty value, `.` and `..` are
    /// refused.
    fn param(parts, name: impl Into<String>, value: impl Display) {
        parts.param(name.into(), value.to_string().into(), false);
    }

    /// Sets the value of a `{name}` of the path that stays `{name}` in trails, logs and errors.
    fn secret_param(parts, name: impl Into<String>, value: impl Into<Secret>) {
        parts.param(name.into(), value.into(), true);
    }

    /// Adds a query parameter. Trails redact its value unless the client shows it.
    fn query(parts, name: impl Into<String>, value: impl Display) {
        parts.query.push((name.into(), value.to_string()));
    }

    /// Adds a query parameter if there is a value.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// let cursor: Option<&str> = None;
    /// let request = Request::get("/events").query_opt("cursor", cursor); // asks for /events
    /// ```
    fn query_opt(parts, name: impl Into<String>, value: Option<impl Display>) {
        if let Some(value) = value {
            parts.query.push((name.into(), value.to_string()));
        }
    }

    /// Adds a query parameter for each of several values.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// let request = Request::get("/cameras").query_all("site", [3, 5]); // asks for /cameras?site=3&site=5
    /// ```
    fn query_all(parts, name: impl Into<String>, values: impl IntoIterator<Item = impl Display>) {
        let name = name.into();
        let pairs = values.into_iter().map(|value| (name.clone(), value.to_string()));
        parts.query.extend(pairs);
    }

    /// Adds the fields of a struct, the entries of a map or a list of pairs as query parameters. A value is text, a number, a
    /// boolean or a list of those; one that is `None` is left out.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// struct Search {
    ///     limit: u32,
    ///     cursor: Option<String>,
    /// }
    ///
    /// let search = Search { limit: 10, cursor: None };
    /// let request = Request::get("/events").query_pairs(&search); // asks for /events?limit=10
    /// let request = Request::get("/events").query_pairs(&[("limit", "10"), ("type", "motion")]);
    /// ```
    fn query_pairs(parts, values: &(impl Serialize + ?Sized)) {
        match pairs::of(values) {
            Ok(pairs) => parts.query.extend(pairs),
            Err(why) => parts.problem(format!("query_pairs: {why}")),
        }
    }

    /// Adds a header, which replaces the client's default header of the same name. A header that is added twice is sent
    /// twice.
    ///
    /// The name is a [`HeaderName`] or its text, the value a [`HeaderValue`], its text or bytes, or a number. A value that is
    /// marked sensitive is treated as by [`secret_header`](Self::secret_header).
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    /// use reqtrail::http::header::{ACCEPT_LANGUAGE, HeaderValue};
    ///
    /// let request = Request::get("/cameras")
    ///     .header(ACCEPT_LANGUAGE, HeaderValue::from_static("de"))
    ///     .header("X-Region", "north")
    ///     .header("X-Page-Size", 100);
    /// ```
    fn header(
        parts,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl TryInto<HeaderValue>,
    ) {
        if let Err(why) = parts.headers.add(name, value) {
            parts.problem(why);
        }
    }

    /// Adds all headers of a map, each as by [`header`](Self::header).
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    /// use reqtrail::http::HeaderMap;
    ///
    /// let mut common = HeaderMap::new();
    /// common.insert("x-region", "north".parse()?);
    /// let request = Request::get("/cameras").headers(common);
    /// # Ok::<(), reqtrail::http::header::InvalidHeaderValue>(())
    /// ```
    fn headers(parts, headers: HeaderMap) {
        if let Err(why) = parts.headers.add_all(headers) {
            parts.problem(why);
        }
    }

    /// Adds a header whose value is a secret: it is redacted wherever the server repeats it, as the values of
    /// `Authorization`, `Cookie` and headers whose names say so are by themselves.
    fn secret_header(
        parts,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl Into<Secret>,
    ) {
        if let Err(why) = parts.headers.add_secret(name, &value.into()) {
            parts.problem(why);
        }
    }

    /// Sends this credential instead of the client's, in the same header. It is not refreshed: a 401 ends the call.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// let request = Request::get("/cameras").token("sk_live_of_another_tenant");
    /// assert!(!format!("{request:?}").contains("tenant"));
    /// ```
    fn token(parts, token: impl Into<Token>) {
        parts.token = Some(token.into());
    }

    /// Authenticates the request by user and password (RFC 7617), which replaces the client's credential if that is sent as
    /// `Authorization` too. Both, and the header as it is sent, are redacted wherever the server repeats them, except a user
    /// of fewer than four characters.
    ///
    /// An API key that is sent as the user has an empty password. A user with a colon is refused: the server would take what
    /// follows it as the password.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// let request = Request::post("/oauth/token").basic_auth("my-client", "hunter2");
    /// assert!(!format!("{request:?}").contains("hunter2"));
    /// ```
    fn basic_auth(parts, user: impl Into<Secret>, password: impl Into<Secret>) {
        parts.basic_auth(&user.into(), &password.into());
    }

    /// Sets the body to JSON, and `Content-Type` to `application/json` unless a header says otherwise.
    fn json(parts, body: &(impl Serialize + ?Sized)) {
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                parts.body = bytes.into();
                parts.content_type = Some("application/json".into());
            }
            Err(error) => parts.problem(format!("the body cannot be written as JSON: {error}")),
        }
    }

    /// Sets the body to JSON that is already written, and `Content-Type` to `application/json` unless a header says
    /// otherwise. It is sent unchanged and not checked.
    fn json_bytes(parts, json: impl Into<Bytes>) {
        parts.body = json.into();
        parts.content_type = Some("application/json".into());
    }

    /// Sets the body to the fields of a form, and `Content-Type` to `application/x-www-form-urlencoded` unless a header says
    /// otherwise. `fields` is a struct, a map or a list of pairs, as for [`query_pairs`](Self::query_pairs).
    ///
    /// The values of fields whose names say that they are secrets (`password`, `client_secret`, `refresh_token`,
    /// `client_assertion`, `code`, `api_key`, …) are redacted wherever the server repeats them, also in the form's
    /// encoding.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Request;
    ///
    /// let request = Request::post("/oauth/token")
    ///     .form(&[("grant_type", "client_credentials"), ("client_secret", "hunter2")]);
    /// assert!(!format!("{request:?}").contains("hunter2"));
    /// ```
    fn form(parts, fields: &(impl Serialize + ?Sized)) {
        match pairs::of(fields) {
            Ok(pairs) => parts.form(&pairs),
            Err(why) => parts.problem(format!("form: {why}")),
        }
    }

    /// Sets the body.
    fn body(parts, body: impl Into<Bytes>) {
        parts.body = body.into();
        parts.content_type = None;
    }
}

/// Writes a method for each option that is a value, for [`Request`] and for [`RequestBuilder`].
macro_rules! value_methods {
    (
        options { $($(#[$doc:meta])* $id:literal $name:ident: $type:ty { $($detail:tt)* };)+ }
        by_hand { $($hand:tt)* }
    ) => {
        /// The options that are plain values.
        impl Request {
            $(value_methods! {
                @method [$(#[$doc])*] $name $type { $($detail)* }
                |request, value| { put(&mut request.0.options.$name, value); request }
            })+
        }

        /// The options that are plain values.
        impl<C> RequestBuilder<C> {
            $(value_methods! {
                @method [$(#[$doc])*] $name $type { $($detail)* }
                |builder, value| { builder.request = builder.request.$name(value); builder }
            })+
        }
    };
    (
        @method [$(#[$doc:meta])*] $name:ident $type:ty { setter: into $($rest:tt)* }
        |$it:ident, $value:ident| $set:block
    ) => {
        $(#[$doc])*
        pub fn $name(self, $name: impl Into<$type>) -> Self {
            let ($value, mut $it) = ($name.into(), self);
            $set
        }
    };
    (
        @method [$(#[$doc:meta])*] $name:ident $type:ty { setter: [$item:ty] $($rest:tt)* }
        |$it:ident, $value:ident| $set:block
    ) => {
        $(#[$doc])*
        pub fn $name(self, $name: impl IntoIterator<Item = impl Into<$item>>) -> Self {
            let ($value, mut $it): ($type, Self) = ($name.into_iter().map(Into::into).collect(), self);
            $set
        }
    };
    (
        @method [$(#[$doc:meta])*] $name:ident $type:ty { $($rest:tt)* }
        |$it:ident, $value:ident| $set:block
    ) => {
        $(#[$doc])*
        pub fn $name(self, $name: $type) -> Self {
            let ($value, mut $it) = ($name, self);
            $set
        }
    };
}
request_options!(value_methods);

/// Checks a user and a password of HTTP. The error says what is wrong, and repeats neither.
pub(crate) fn check_basic(user: &Secret, password: &Secret) -> Result<(), String> {
    let (user, password) = (user.expose(), password.expose());
    if user.contains(':') {
        let why = "the user holds a colon; expected one without it, since it ends the user";
        return Err(why.to_owned());
    }
    if [user, password]
        .iter()
        .any(|text| text.contains(char::is_control))
    {
        let why = "user or password holds a line break, a NUL or another control character";
        return Err(why.to_owned());
    }
    Ok(())
}

/// The value of `Authorization` for a user and a password.
pub(crate) fn basic_credential(user: &Secret, password: &Secret) -> Secret {
    let pair = format!("{}:{}", user.expose(), password.expose());
    format!("Basic {}", BASE64_STANDARD.encode(pair)).into()
}

impl Parts {
    fn param(&mut self, name: String, value: Secret, secret: bool) {
        self.params.push(Param {
            name,
            value,
            secret,
        });
    }

    fn basic_auth(&mut self, user: &Secret, password: &Secret) {
        if let Err(why) = check_basic(user, password) {
            self.problem(format!("basic_auth: {why}"));
        }
        // Base64 is always valid in a header.
        if let Ok(value) = HeaderValue::try_from(basic_credential(user, password).expose()) {
            self.headers.set_secret(AUTHORIZATION, value);
        }
    }

    fn form(&mut self, pairs: &[(String, String)]) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            form.append_pair(name, value);
            self.hidden.extend(redact::of_field(name, value));
        }
        self.body = form.finish().into();
        self.content_type = Some("application/x-www-form-urlencoded".into());
    }
}

#[cfg(feature = "openstack")]
impl<C> RequestBuilder<C> {
    /// Redacts a secret of the body wherever the server repeats it.
    pub(crate) fn hide(mut self, secret: Secret) -> Self {
        self.request.0.hidden.push(secret);
        self
    }
}
