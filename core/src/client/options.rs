//! A client's options, checked as a whole when the client is built.

use std::fmt;
use std::sync::{Arc, Mutex};

use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING, HOST, HeaderValue, USER_AGENT};

use crate::call::TRACEPARENT;
use crate::call::credential::Credentials;
use crate::call::shared::{RetryOptions, Shared, Timeouts};
use crate::call::token::{Refresher, Token};
use crate::codes::TrailNote;
use crate::coding;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::limits::Limits;
use crate::observe::{Observer, Observers, TracingEvents};
use crate::redact::Redactor;
use crate::request::headers::{self, GivenHeaders};
use crate::request::{check_attempts, check_timeout};
use crate::retry::RetryBudget;
use crate::retry::budget::Bucket;
use crate::target::BaseUrl;
use crate::transport::hyper::dial::uses_proxy;
use crate::transport::{Proxy, WireOptions, Wrap};

/// What a builder has collected.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) base_url: String,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) token: Option<Token>,
    pub(crate) refresher: Option<Refresher>,
    pub(crate) headers: GivenHeaders,
    /// The first mistake in a default header.
    pub(crate) header_problem: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) microversion: Option<String>,
    pub(crate) retry: RetryOptions,
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) budget: Option<RetryBudget>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) shown_query: Vec<String>,
    pub(crate) traceparent: bool,
    pub(crate) decompress: bool,
    pub(crate) jitter_seed: Option<u64>,
    pub(crate) wire: WireOptions,
    /// What a program puts around the built-in transport.
    pub(crate) wrap: Option<Wrap>,
}

impl Options {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            dialect: None,
            token: None,
            refresher: None,
            headers: GivenHeaders::default(),
            header_problem: None,
            user_agent: None,
            microversion: None,
            retry: RetryOptions::default(),
            timeouts: Timeouts::default(),
            limits: Limits::DEFAULT,
            budget: Some(RetryBudget::default()),
            observers: Vec::new(),
            shown_query: Vec::new(),
            traceparent: true,
            decompress: true,
            jitter_seed: None,
            wire: WireOptions::default(),
            wrap: None,
        }
    }

    /// Checks the options of a client whose transport is a program's own.
    pub(crate) fn check_without_wire(mut self) -> Result<Arc<Shared>, Error> {
        if self.wrap.is_some() {
            return Err(Error::config(
                "wrap_transport has no effect on a transport of the program's own; expected one of the two",
            ));
        }
        // Whether the environment names a proxy does not matter to it.
        self.wire.proxy = Proxy::None;
        Ok(self.check()?.0)
    }

    /// Checks the options and makes what the client's calls share.
    pub(crate) fn check(mut self) -> Result<(Arc<Shared>, WireOptions), Error> {
        let base = BaseUrl::parse(&self.base_url).map_err(Error::config)?;
        check_attempts(self.retry.max_attempts).map_err(Error::config)?;
        for (name, value) in [
            ("connect_timeout", self.timeouts.connect),
            ("attempt_timeout", self.timeouts.attempt()),
            ("timeout", self.timeouts.call()),
        ] {
            check_timeout(name, value).map_err(Error::config)?;
        }
        for (name, value) in [
            ("http2_ping_interval", self.wire.http2_ping_interval),
            ("http2_ping_timeout", Some(self.wire.http2_ping_timeout)),
        ] {
            if let Some(value) = value {
                check_timeout(name, value).map_err(Error::config)?;
            }
        }
        let dialect = match self.dialect {
            Some(dialect) => dialect,
            None => Dialect::unknown().map_err(|e| Error::config(e.to_string()))?,
        };
        if let Some(token) = &self.token {
            token.check().map_err(Error::config)?;
        }
        let mut observers = Observers::default();
        observers.add(Arc::new(TracingEvents));
        for observer in self.observers {
            observers.add(observer);
        }
        let mut notes = Vec::new();
        if !self.wire.verify_tls {
            notes.push(TrailNote::TlsUnverified);
        }
        if uses_proxy(&self.wire, base.url()) {
            notes.push(TrailNote::ViaProxy);
        }
        let mut default_headers = own_headers(
            &dialect,
            self.user_agent.as_deref(),
            self.microversion.as_deref(),
            self.decompress,
        )?;
        let given: Vec<_> = self.headers.secrets(&dialect).collect();
        match self.header_problem {
            Some(problem) => Err(problem),
            None => add_given(
                &mut default_headers,
                &dialect,
                &mut self.headers,
                self.traceparent,
            ),
        }
        .map_err(|e| Error::config(format!("default_header: {e}")))?;
        // The map has a place for each header that attempts add or replace, so that their copies of it do not grow. `Host`
        // is the first of them (RFC 9110 §7.2).
        let mut standing_headers = HeaderMap::with_capacity(default_headers.len() + 3);
        if let Ok(host) = HeaderValue::from_str(base.authority()) {
            standing_headers.insert(HOST, host);
        }
        for name in default_headers.keys() {
            standing_headers.remove(name);
        }
        standing_headers.extend(default_headers.clone());
        if self.traceparent {
            standing_headers.insert(TRACEPARENT, HeaderValue::from_static(""));
        }
        let credential = &dialect.0.credential.header;
        let has_credential = self.token.is_some() || self.refresher.is_some();
        // A default header of that name is the caller's own credential.
        let has_default_credential = default_headers.contains_key(credential);
        if has_credential && has_default_credential {
            return Err(Error::config(format!(
                "default_header: `{credential}` is given beside a token or token_refresher, which is sent in the same header; \
                 expected one of the two"
            )));
        }
        if has_credential {
            standing_headers.insert(credential.clone(), HeaderValue::from_static(""));
        }
        let mut secrets = Redactor::default();
        for secret in &given {
            secrets.add(secret);
        }
        let shared = Shared {
            secrets,
            default_headers: Arc::new(default_headers),
            standing_headers: Arc::new(standing_headers),
            has_default_credential,
            dialect,
            base,
            credentials: Credentials::new(self.token, self.refresher),
            retry: self.retry,
            timeouts: self.timeouts,
            limits: self.limits,
            budget: self.budget.map(Bucket::new),
            observers,
            shown_query: self.shown_query,
            notes,
            traceparent: self.traceparent,
            decompress: self.decompress,
            jitter: Mutex::new(
                self.jitter_seed
                    .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            ),
        };
        Ok((Arc::new(shared), self.wire))
    }
}

/// Puts a new token in the place of a client's old one.
pub(crate) fn set_token(shared: &Shared, token: Token) -> Result<(), Error> {
    token.check().map_err(Error::config)?;
    if shared.has_default_credential {
        return Err(Error::config(format!(
            "token: the default header `{}` is the client's credential; expected a client without it",
            shared.dialect.0.credential.header
        )));
    }
    shared.credentials.set(token);
    Ok(())
}

/// Shows a client without its secrets.
pub(crate) fn debug(name: &str, shared: &Shared, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(name)
        .field("dialect", &shared.dialect.name())
        .field(
            "base_url",
            &shared.redactor().url(shared.base.url().as_str()),
        )
        .field("credentials", &shared.credentials)
        .field("retry", &shared.retry)
        .field("timeouts", &shared.timeouts)
        .finish_non_exhaustive()
}

/// What every request of the client says.
fn own_headers(
    dialect: &Dialect,
    suffix: Option<&str>,
    microversion: Option<&str>,
    decompress: bool,
) -> Result<HeaderMap, Error> {
    let mut map: HeaderMap = dialect.0.headers.iter().cloned().collect();
    if let Some(version) = microversion {
        let (name, value) = dialect.0.version(version).map_err(Error::config)?;
        map.insert(name, value);
    }
    let mut agent = format!("reqtrail/{}", crate::VERSION);
    if let Some(suffix) = suffix {
        agent.push(' ');
        agent.push_str(suffix);
    }
    let agent = HeaderValue::try_from(agent)
        .map_err(|_| Error::config("user_agent holds a line break or another control character; expected text such as `my-app/1.2`"))?;
    map.insert(USER_AGENT, agent);
    // Servers see it whatever the transport; reqwest would add it by itself.
    map.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    if decompress {
        map.insert(
            ACCEPT_ENCODING,
            HeaderValue::from_static(coding::ACCEPT_ENCODING),
        );
    }
    Ok(map)
}

/// Puts the caller's default headers in place of the client's own of the same name.
fn add_given(
    map: &mut HeaderMap,
    dialect: &Dialect,
    given: &mut GivenHeaders,
    traceparent: bool,
) -> Result<(), String> {
    given.check_count()?;
    let extra = given.take(dialect);
    if traceparent && extra.contains_key(TRACEPARENT) {
        return Err("`traceparent` would give all calls of the client one trace; expected it as a header of a single request, or traceparent turned off".to_owned());
    }
    let key = &dialect.0.idempotency_header;
    if extra.contains_key(key) {
        return Err(format!(
            "`{key}` would give all calls of the client one idempotency key; expected it as the idempotency_key of a single request"
        ));
    }
    headers::check_correlation(dialect, &extra)?;
    for name in extra.keys() {
        map.remove(name);
    }
    map.extend(extra);
    Ok(())
}
