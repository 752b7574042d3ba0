//! A client's options, checked as a whole when the client is built.

pub(crate) mod keeping;
#[cfg(not(feature = "testing"))]
mod no_record;
mod values;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING, HOST, HeaderValue, USER_AGENT};

use crate::call::TRACEPARENT;
use crate::call::credential::Credentials;
use crate::call::shared::{RetryOptions, Shared, Timeouts};
use crate::call::token::{Refresher, Token};
#[cfg(feature = "testing")]
use crate::chaos::{self, Chaos};
use crate::codes::TrailNote;
use crate::coding;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::fork::ForkSafe;
use crate::limits::Limits;
use crate::observe::{Observer, Observers, StderrLog, TracingEvents};
#[cfg(feature = "testing")]
use crate::record;
use crate::recorder::{JournalPolicy, JournalSync, JournalUrls};
use crate::redact::{Redactor, Secret};
use crate::request::headers::{self, GivenHeaders};
use crate::request::{check_attempts, check_timeout};
use crate::retry::RetryBudget;
use crate::retry::budget::Bucket;
use crate::surface::client::client_options;
use crate::surface::{options_struct, wire_rows};
use crate::target::BaseUrl;
use crate::trail::late;
use crate::transport::hyper::dial::uses_proxy;
use crate::transport::{OwnTransport, Proxy, WireOptions, Wrap};

#[cfg(not(feature = "testing"))]
use no_record::{self as record, Api};
#[cfg(feature = "testing")]
use record::Api;
pub(crate) use values::DefaultHeaders;

client_options! { options_struct
    /// The options of a client that are values, each as it was set.
    struct ClientOptions of pub(crate) fields;
}

/// The options that a builder has collected.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) base_url: String,
    pub(crate) given: ClientOptions,
    pub(crate) refresher: Option<Refresher>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    /// The program's wrapper of the built-in transport.
    pub(crate) wrap: Option<Wrap>,
    /// The service whose endpoint the base URL is, if a connection to a cloud found it.
    #[cfg(feature = "openstack")]
    pub(crate) located: Option<String>,
    /// Whether the environment's journal is left alone: the calls are not those of a user's program.
    pub(crate) is_off_the_record: bool,
    /// What answers instead of the network.
    #[cfg(feature = "testing")]
    pub(crate) scripted: Option<Scripted>,
    /// The transport is the built-in one, whose exchanges can be recorded.
    is_recordable: bool,
}

/// What answers a client's calls instead of the network, and the source of its random numbers.
#[cfg(feature = "testing")]
#[derive(Clone)]
pub(crate) struct Scripted {
    /// Makes the transport of a client.
    pub(crate) transport: Arc<dyn Fn(&Shared) -> OwnTransport + Send + Sync>,
    /// The source of its IDs.
    pub(crate) ids: Arc<Mutex<fastrand::Rng>>,
    /// The seed of its random waits, unless the client sets one.
    pub(crate) seed: u64,
}

/// The parts of a client that a script answers.
#[cfg(feature = "testing")]
type ScriptedParts = (Arc<Shared>, Arc<OwnTransport>);

impl Options {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            given: ClientOptions::default(),
            refresher: None,
            observers: Vec::new(),
            wrap: None,
            #[cfg(feature = "openstack")]
            located: None,
            is_off_the_record: false,
            #[cfg(feature = "testing")]
            scripted: None,
            is_recordable: true,
        }
    }

    /// Checks the options of a client that a script answers, and makes its transport. `None` for any other client.
    #[cfg(feature = "testing")]
    pub(crate) fn check_scripted(&self) -> Option<Result<ScriptedParts, Error>> {
        let scripted = self.scripted.clone()?;
        let shared = self.clone().check_without_wire();
        Some(shared.map(|shared| {
            let transport = (scripted.transport)(&shared);
            let transport = layered(&shared, transport);
            (shared, transport)
        }))
    }

    /// Checks the options of a client with the program's own transport.
    pub(crate) fn check_without_wire(mut self) -> Result<Arc<Shared>, Error> {
        if self.wrap.is_some() {
            return Err(Error::config(
                "wrap_transport has no effect on a transport of the program's own; expected one of the two",
            ));
        }
        if let Some(path) = &self.given.record {
            return Err(Error::config(record::refusal(path)));
        }
        self.is_recordable = false;
        // A proxy from the environment does not apply to it.
        self.given.proxy = Some(Proxy::None);
        Ok(self.check()?.0)
    }

    /// Checks the options and makes what the client's calls share.
    pub(crate) fn check(self) -> Result<(Arc<Shared>, WireOptions), Error> {
        let given = self.given;
        let base = BaseUrl::parse(&self.base_url).map_err(Error::config)?;
        let (retry, timeouts, wire) = (given.retry(), given.timeouts(), given.wire());
        check_attempts(retry.max_attempts).map_err(Error::config)?;
        for (name, value) in [
            ("connect_timeout", Some(timeouts.connect)),
            ("attempt_timeout", Some(timeouts.attempt)),
            ("timeout", Some(timeouts.call)),
            ("http2_ping_interval", wire.http2_ping_interval),
            ("http2_ping_timeout", Some(wire.http2_ping_timeout)),
        ] {
            if let Some(value) = value {
                check_timeout(name, value).map_err(Error::config)?;
            }
        }
        let dialect = match given.dialect.clone() {
            Some(dialect) => dialect,
            None => Dialect::unknown().map_err(|e| Error::config(e.to_string()))?,
        };
        #[cfg(feature = "openstack")]
        if let (Some(own), Some(located)) = (&given.service, &self.located)
            && own != located
        {
            return Err(Error::config(format!(
                "service is `{}`, and the endpoint is that of `{located}`; expected the service where the connection looks \
                 for the endpoint",
                own.escape_debug()
            )));
        }
        let dialect = match &given.service {
            Some(service) => dialect.of_service(service).map_err(Error::config)?,
            None => dialect,
        };
        if let Some(token) = &given.token {
            token.check().map_err(Error::config)?;
        }
        let mut observers = Observers::default();
        observers.add(Arc::new(TracingEvents));
        let stderr_log = StderrLog::of_environment();
        if let Some(log) = &stderr_log {
            observers.add(Arc::<StderrLog>::clone(log));
        }
        for observer in self.observers {
            observers.add(observer);
        }
        let mut notes = Vec::new();
        if wire.danger_accept_invalid_certs {
            notes.push(TrailNote::TlsUnverified);
        }
        if uses_proxy(&wire, base.url()) {
            notes.push(TrailNote::ViaProxy);
        }
        let mut warnings = Vec::new();
        #[cfg(feature = "testing")]
        let chaos = chaos_of(
            given.chaos.as_deref(),
            self.scripted.is_none(),
            &dialect,
            &mut warnings,
        )?;
        #[cfg(feature = "testing")]
        if chaos.is_some() {
            notes.push(TrailNote::Chaos);
        }
        #[cfg(not(feature = "testing"))]
        if given.chaos.is_some() {
            return Err(Error::config(
                "chaos needs the crate's feature `testing`; turn it on, or leave chaos out",
            ));
        }
        let mut default_headers = own_headers(
            &dialect,
            given.user_agent.as_deref(),
            given.microversion.as_deref(),
            given.decompress(),
        )?;
        let mut headers = given.headers.clone().unwrap_or_default();
        let given_secrets: Vec<_> = headers.given.secrets(&dialect).collect();
        match headers.problem {
            Some(problem) => Err(problem),
            None => add_given(
                &mut default_headers,
                &dialect,
                &mut headers.given,
                given.traceparent(),
            ),
        }
        .map_err(|e| Error::config(format!("default_header: {e}")))?;
        // The map has room for each header that attempts add or replace, so that their copies do not grow. `Host` comes
        // first (RFC 9110 §7.2).
        let mut standing_headers = HeaderMap::with_capacity(default_headers.len() + 3);
        if let Ok(host) = HeaderValue::from_str(base.authority()) {
            standing_headers.insert(HOST, host);
        }
        for name in default_headers.keys() {
            standing_headers.remove(name);
        }
        standing_headers.extend(default_headers.clone());
        if given.traceparent() {
            standing_headers.insert(TRACEPARENT, HeaderValue::from_static(""));
        }
        let credential = &dialect.0.credential.header;
        let has_credential = given.token.is_some() || self.refresher.is_some();
        // A default header of that name is the caller's credential.
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
        for secret in &given_secrets {
            secrets.add(secret);
        }
        #[cfg(feature = "testing")]
        let jitter_seed = given
            .jitter_seed
            .or(self.scripted.as_ref().map(|scripted| scripted.seed));
        #[cfg(not(feature = "testing"))]
        let jitter_seed = given.jitter_seed;
        let new_jitter = move || {
            Mutex::new(jitter_seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed))
        };
        #[cfg(feature = "testing")]
        if self.scripted.is_some() {
            notes.push(TrailNote::Scripted);
        }
        let recording = match self.is_recordable {
            true => record::of_client(given.record.as_deref(), || Api {
                base_path: base.url().path().trim_end_matches('/').to_owned(),
                shown_query: given.show_query_params(),
                decompress: given.decompress(),
            })
            .map_err(Error::config)?,
            false => None,
        };
        #[cfg(not(feature = "testing"))]
        let None = recording;
        #[cfg(feature = "testing")]
        let is_real = self.scripted.is_none();
        #[cfg(not(feature = "testing"))]
        let is_real = true;
        let keeper = keeping::keeper(
            &given,
            &dialect,
            &base,
            is_real && !self.is_off_the_record,
            &mut warnings,
        )?;
        let shared = Shared {
            secrets,
            default_headers: Arc::new(default_headers),
            standing_headers: Arc::new(standing_headers),
            has_default_credential,
            dialect,
            base,
            credentials: Credentials::new(given.token.clone(), self.refresher),
            retry,
            timeouts,
            limits: Limits {
                body_bytes: given.max_body_bytes(),
                redirects: given.max_redirects(),
            },
            budget: given.retry_budget().map(Bucket::new),
            observers,
            keeper_number: late::number(&keeper),
            keeper,
            service_name: given.service_name.clone(),
            shown_query: given.show_query_params(),
            notes,
            traceparent: given.traceparent(),
            decompress: given.decompress(),
            jitter: ForkSafe::new(new_jitter(), new_jitter),
            #[cfg(feature = "testing")]
            seeded_ids: self.scripted.map(|scripted| scripted.ids),
            #[cfg(feature = "testing")]
            recording,
            #[cfg(feature = "testing")]
            chaos,
            warnings: std::mem::take(&mut warnings),
        };
        for warning in &shared.warnings {
            tracing::warn!(target: "reqtrail", "{warning}");
            if let Some(log) = &stderr_log {
                log.warn(warning);
            }
        }
        Ok((Arc::new(shared), wire))
    }
}

/// The faults that the option or the environment asks for, if that is allowed. A scripted client ignores the variable,
/// which is meant for real calls.
#[cfg(feature = "testing")]
fn chaos_of(
    option: Option<&str>,
    is_real: bool,
    dialect: &Dialect,
    warnings: &mut Vec<String>,
) -> Result<Option<Arc<Chaos>>, Error> {
    let variable = |name: &str| {
        if name == chaos::VARIABLE && !is_real {
            return None;
        }
        let value = std::env::var_os(name)?;
        Some(value.to_string_lossy().into_owned())
    };
    let asked = chaos::asked(option, variable, || fastrand::u64(..)).map_err(Error::config)?;
    let (chaos, warning) = match asked {
        Ok(asked) => {
            let chaos = Chaos::new(&asked, dialect).map_err(Error::config)?;
            (Some(Arc::new(chaos)), Some(asked.warning))
        }
        Err(warning) => (None, warning),
    };
    warnings.extend(warning);
    Ok(chaos)
}

/// The layers around the built-in transport: the program's wrapper, the recording, and the injected faults.
pub(crate) fn layers(shared: &Shared, own: Option<Wrap>) -> Option<Wrap> {
    #[cfg(feature = "testing")]
    let own = record::around(own, shared.recording.as_ref());
    #[cfg(feature = "testing")]
    if let Some(chaos) = &shared.chaos {
        return Some(chaos.wrap(own));
    }
    #[cfg(not(feature = "testing"))]
    let _ = shared;
    own
}

/// The program's own transport, and the injected faults around it.
pub(crate) fn layered(shared: &Shared, transport: OwnTransport) -> Arc<OwnTransport> {
    let transport = Arc::new(transport);
    #[cfg(feature = "testing")]
    if let Some(chaos) = &shared.chaos {
        return Arc::new(chaos.around(transport));
    }
    #[cfg(not(feature = "testing"))]
    let _ = shared;
    transport
}

impl ClientOptions {
    fn retry(&self) -> RetryOptions {
        RetryOptions {
            max_attempts: self.max_attempts(),
            base_delay: self.base_delay(),
            max_delay: self.max_delay(),
            max_retry_after: self.max_retry_after(),
        }
    }

    fn timeouts(&self) -> Timeouts {
        // A longer timeout of the whole call raises the timeout of an attempt.
        let lifted = self.timeout.unwrap_or_default();
        Timeouts {
            connect: self.connect_timeout(),
            attempt: match self.attempt_timeout {
                Some(attempt) => attempt,
                None => lifted.max(self.attempt_timeout()),
            },
            call: self.timeout(),
        }
    }
}

/// Writes the method that returns the options of the wire.
macro_rules! wire_method {
    ($($name:ident: $type:ty = $default:expr, $method:literal, |$it:ident| $read:expr;)+) => {
        impl ClientOptions {
            /// The options of the wire.
            pub(super) fn wire(&self) -> WireOptions {
                WireOptions { $($name: { let $it = self; $read }),+ }
            }
        }
    };
}
client_options! { wire_rows wire_method }

/// Replaces a client's token.
pub(crate) fn set_token(shared: &Shared, token: Token) -> Result<(), Error> {
    token.check().map_err(Error::config)?;
    if shared.has_default_credential {
        return Err(Error::config(format!(
            "token: the client sends the default header `{}` instead of a token; expected a client without that header",
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

/// The headers of every request of the client.
fn own_headers(
    dialect: &Dialect,
    suffix: Option<&str>,
    microversion: Option<&str>,
    decompress: bool,
) -> Result<HeaderMap, Error> {
    let mut map: HeaderMap = dialect.0.headers.iter().cloned().collect();
    if let Some(version) = microversion {
        (dialect.0)
            .set_version(version, &mut map)
            .map_err(Error::config)?;
    }
    let mut agent = format!("reqtrail/{}", crate::VERSION);
    if let Some(suffix) = suffix {
        agent.push(' ');
        agent.push_str(suffix);
    }
    let agent = HeaderValue::try_from(agent)
        .map_err(|_| Error::config("user_agent holds a line break or another control character; expected text such as `my-app/1.2`"))?;
    map.insert(USER_AGENT, agent);
    // Set here, so that servers see it with any transport; reqwest would add it itself.
    map.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    if decompress {
        map.insert(
            ACCEPT_ENCODING,
            HeaderValue::from_static(coding::ACCEPT_ENCODING),
        );
    }
    Ok(map)
}

/// Adds the caller's default headers, which replace the client's own of the same name.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::{Kind, OptionError, OptionSpec, Value};

    /// A value that an option of this kind takes.
    fn example(kind: Kind) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        match kind {
            Kind::Flag => Value::Flag(true),
            Kind::Count(_) => Value::Integer(3),
            Kind::Duration => Value::Duration(Duration::from_secs(3)),
            Kind::Moment => Value::Moment(std::time::SystemTime::UNIX_EPOCH),
            Kind::Dialect => text("novavms"),
            Kind::Headers => Value::Pairs(vec![("x-region".to_owned(), text("north"))]),
            Kind::RetryBudget => Value::Pairs(vec![("capacity".to_owned(), Value::Integer(7))]),
            Kind::Texts | Kind::Pems => Value::List(vec![text("one"), text("two")]),
            Kind::Statuses => Value::List(vec![Value::Integer(404)]),
            Kind::Text | Kind::Secret | Kind::Path => text("some"),
        }
    }

    /// A value that this option takes.
    fn example_of(spec: &OptionSpec) -> Value {
        match spec.name {
            "journal_policy" => Value::Text("all".to_owned()),
            "journal_sync" => Value::Text("never".to_owned()),
            "journal_urls" => Value::Text("template".to_owned()),
            _ => example(spec.kind),
        }
    }

    fn set_options(options: &ClientOptions) -> String {
        format!("{options:?}")
    }

    #[test]
    fn every_option_takes_its_kind_of_value_and_no_other() {
        for spec in ClientOptions::OPTIONS {
            let mut options = ClientOptions::default();
            options.set(spec.id, example_of(spec)).expect(spec.name);
            let named = format!("{{{:?}}}", spec.name);
            assert_eq!(set_options(&options), named);
            let wrong = match spec.kind {
                Kind::Flag => Value::Text("yes".to_owned()),
                _ => Value::Flag(true),
            };
            let error = options.set(spec.id, wrong).expect_err(spec.name);
            let OptionError::WrongType { option, .. } = error else {
                panic!("{}: {error}", spec.name);
            };
            assert_eq!(option, spec.name);
        }
    }

    #[test]
    fn a_dialect_is_a_name_or_a_description_that_has_another_name() {
        let set = |value| {
            let mut options = ClientOptions::default();
            let spec = ClientOptions::find("dialect").expect("the option");
            options.set(spec.id, value)
        };
        let json = r#"{"name": "acme"}"#;
        set(Value::Text("openstack".to_owned())).expect("a name");
        set(Value::Text(json.to_owned())).expect("a description");
        set(Value::Bytes(json.into())).expect("a description");
        for description in ["openstack", r#"{"name": "openstack"}"#, "[]", "\"acme\""] {
            set(Value::Bytes(description.into())).expect_err(description);
        }
        let error =
            set(Value::Text(r#"{"name": "novavms"}"#.to_owned())).expect_err("a built-in name");
        assert!(
            error
                .to_string()
                .ends_with("the name of a built-in dialect"),
            "{error}"
        );
    }

    #[test]
    fn null_is_a_value_where_the_row_says_so() {
        for spec in ClientOptions::OPTIONS {
            let mut options = ClientOptions::default();
            options.set(spec.id, example_of(spec)).expect(spec.name);
            options.set(spec.id, Value::Null).expect(spec.name);
            let is_set = set_options(&options) != "{}";
            assert_eq!(is_set, spec.is_null_a_value, "{}", spec.name);
        }
    }

    #[test]
    fn what_is_set_later_wins_and_lists_grow() {
        let mut earlier = ClientOptions::default();
        let mut later = ClientOptions::default();
        for spec in ClientOptions::OPTIONS {
            earlier.set(spec.id, example_of(spec)).expect(spec.name);
        }
        later.set(6, Value::Integer(9)).expect("max_attempts");
        later
            .set(16, Value::Text("three".to_owned()))
            .expect("show_query_params");
        let header = vec![("x-tenant".to_owned(), Value::Integer(7))];
        later
            .set(3, Value::Pairs(header))
            .expect_err("a number is not text");
        let header = vec![("x-tenant".to_owned(), Value::Secret("seven".into()))];
        later.set(3, Value::Pairs(header)).expect("headers");
        earlier.overlay(&later);
        assert_eq!(earlier.max_attempts(), 9);
        assert_eq!(earlier.base_delay(), Duration::from_secs(3));
        assert_eq!(earlier.show_query_params(), ["one", "two", "three"]);
        let headers = earlier
            .headers
            .expect("headers")
            .given
            .take(&Dialect::novavms());
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn the_numbers_of_options_never_change() {
        for (id, name) in [(1, "dialect"), (11, "timeout"), (29, "jitter_seed")] {
            let spec = ClientOptions::find(name).expect(name);
            assert_eq!(spec.id, id);
        }
    }

    #[test]
    fn defaults_of_types_are_those_of_the_options() {
        let options = format!("{:?}", ClientOptions::default().wire());
        assert_eq!(options, format!("{:?}", WireOptions::default()));
        let budget = ClientOptions::default().retry_budget();
        assert_eq!(budget, Some(RetryBudget::default()));
    }
}
