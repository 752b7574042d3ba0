//! Headers that a caller sets, checked when they are set and kept until they are sent.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::dialect::Dialect;
use crate::limits;
use crate::redact::{self, Secret};

/// Headers that frame the message or belong to the connection, which only the HTTP library can set correctly.
const REFUSED: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The headers of a request, or the default headers of a client.
#[derive(Clone, Default)]
pub(crate) struct GivenHeaders {
    /// Values that the caller calls secret are marked sensitive.
    map: HeaderMap,
    /// How many fields were set. Those beyond the limit are counted but not kept.
    fields: usize,
    /// The secrets of headers that cannot be sent: an error's text must not show them either.
    unsendable: Vec<Secret>,
}

impl GivenHeaders {
    /// Adds a header. The error names the header and the fault, and never repeats the value.
    pub(crate) fn add<N, V>(&mut self, name: N, value: V) -> Result<(), String>
    where
        N: TryInto<HeaderName> + AsRef<[u8]>,
        V: TryInto<HeaderValue>,
    {
        let name = read_name(name);
        let value = value.try_into().ok();
        match (name, value) {
            (Ok(name), Some(value)) => self.put(name, value),
            (Ok(name), None) => Err(bad_value(&name)),
            (Err(why), value) => {
                if let Some(value) = value {
                    self.hide(&AUTHORIZATION, value.as_bytes());
                }
                Err(why)
            }
        }
    }

    /// Adds a header whose value is a secret, whatever its name.
    pub(crate) fn add_secret<N>(&mut self, name: N, value: &Secret) -> Result<(), String>
    where
        N: TryInto<HeaderName> + AsRef<[u8]>,
    {
        let text = value.expose();
        let checked = read_name(name).and_then(|name| match HeaderValue::from_str(text) {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(bad_value(&name)),
        });
        match checked {
            Ok((name, mut value)) => {
                value.set_sensitive(true);
                self.put(name, value)
            }
            Err(why) => {
                self.hide(&AUTHORIZATION, text.as_bytes());
                Err(why)
            }
        }
    }

    /// Adds all headers of a map.
    pub(crate) fn add_all(&mut self, headers: HeaderMap) -> Result<(), String> {
        let mut last = None;
        for (name, value) in headers {
            // A map has the name of several values only once.
            last = name.or(last);
            if let Some(name) = &last {
                self.put(name.clone(), value)?;
            }
        }
        Ok(())
    }

    /// Adds all headers of another list.
    pub(crate) fn extend(&mut self, other: Self) -> Result<(), String> {
        self.unsendable.extend(other.unsendable);
        let left_out = other.fields - other.map.len();
        let added = self.add_all(other.map);
        self.fields += left_out;
        added
    }

    /// Sets a credential, which replaces what was set under its name.
    pub(crate) fn set_secret(&mut self, name: HeaderName, mut value: HeaderValue) {
        value.set_sensitive(true);
        self.map.remove(&name);
        self.fields += 1;
        // The limit is far below what the map takes.
        let _ = self.map.try_append(name, value);
    }

    fn put(&mut self, name: HeaderName, value: HeaderValue) -> Result<(), String> {
        if REFUSED.contains(&name.as_str()) {
            self.hide(&name, value.as_bytes());
            return Err(format!(
                "the header `{name}` is set by the client itself and cannot be given"
            ));
        }
        self.fields += 1;
        if self.fields <= limits::GIVEN_FIELDS {
            // The limit is far below what the map takes.
            let _ = self.map.try_append(name, value);
        }
        Ok(())
    }

    fn hide(&mut self, name: &HeaderName, value: &[u8]) {
        let secrets = redact::of_header(name, value, None);
        self.unsendable.extend(secrets);
    }

    /// Checks the number of header fields.
    pub(crate) fn check_count(&self) -> Result<(), String> {
        if self.fields <= limits::GIVEN_FIELDS {
            return Ok(());
        }
        Err(format!(
            "{} header fields are given; expected at most {}",
            self.fields,
            limits::GIVEN_FIELDS
        ))
    }

    /// The parts of the values that must not be shown.
    pub(crate) fn secrets<'a>(&'a self, dialect: &'a Dialect) -> impl Iterator<Item = Secret> + 'a {
        let credential = &dialect.0.credential;
        let is_secret = |name: &HeaderName, value: &HeaderValue| {
            value.is_sensitive() || is_secret(name, dialect)
        };
        let sent = self
            .map
            .iter()
            .filter(move |(name, value)| is_secret(name, value))
            .flat_map(|(name, value)| {
                let prefix = (*name == credential.header).then_some(&*credential.prefix);
                redact::of_header(name, value.as_bytes(), prefix)
            });
        sent.chain(self.unsendable.iter().cloned())
    }

    /// Takes the headers out, each credential marked sensitive.
    pub(crate) fn take(&mut self, dialect: &Dialect) -> HeaderMap {
        let mut map = std::mem::take(&mut self.map);
        for (name, value) in &mut map {
            if is_secret(name, dialect) {
                value.set_sensitive(true);
            }
        }
        map
    }
}

/// Whether a header's value is a credential, by its name alone.
fn is_secret(name: &HeaderName, dialect: &Dialect) -> bool {
    *name == dialect.0.credential.header || redact::is_secret_header(name)
}

/// Makes the value of a header that has its own option.
pub(crate) fn value_of(name: &HeaderName, value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(value).map_err(|_| bad_value(name))
}

fn read_name<N>(name: N) -> Result<HeaderName, String>
where
    N: TryInto<HeaderName> + AsRef<[u8]>,
{
    // The conversion consumes the text, which is needed to say what is wrong.
    let text = name.as_ref();
    if !text.iter().all(|byte| is_token(char::from(*byte))) {
        return Err(bad_name(&String::from_utf8_lossy(text)));
    }
    name.try_into().map_err(|_| bad_name(""))
}

/// Whether a name may hold a character (RFC 9110 §5.6.2).
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

fn bad_value(name: &HeaderName) -> String {
    format!(
        "the value of the header `{name}` holds a line break, a NUL or another control character"
    )
}

/// Says what is wrong with a name. The text repeats it only up to the fault, since what follows may be the value.
fn bad_name(name: &str) -> String {
    match name.find(|c| !is_token(c)) {
        Some(at) => format!(
            "the header name that begins `{}` holds {:?}; expected a name such as X-Region, without its value",
            &name[..at],
            name[at..].chars().next().unwrap_or_default()
        ),
        None => "a header name is empty or too long; expected one such as X-Region".to_owned(),
    }
}

/// Checks the correlation IDs that a caller sets: one that the server drops would silently break the trace.
pub(crate) fn check_correlation(dialect: &Dialect, given: &HeaderMap) -> Result<(), String> {
    let Some(correlation) = &dialect.0.correlation else {
        return Ok(());
    };
    let values = given.get_all(&correlation.header);
    if values.iter().nth(1).is_some() {
        return Err(format!(
            "the header `{}` is given more than once; expected one correlation ID",
            correlation.header
        ));
    }
    values
        .iter()
        .try_for_each(|value| (correlation.check)(&String::from_utf8_lossy(value.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> String {
        let mut headers = GivenHeaders::default();
        headers.add(name, value).expect_err("it cannot be sent")
    }

    #[test]
    fn injections_are_refused_without_repeating_them() {
        for value in ["a\r\nX-Evil: 1", "a\nb", "a\0b"] {
            let error = refused("X-A", value);
            assert!(error.contains("x-a") && !error.contains("evil"), "{error}");
        }
        for name in ["X A", "", "X:A", "X\r\nB"] {
            refused(name, "v");
        }
    }

    #[test]
    fn a_value_within_a_name_is_not_repeated() {
        let error = refused("X-Key: s3cr3t", "v");
        assert!(
            error.contains("X-Key") && !error.contains("s3cr3t"),
            "{error}"
        );
    }

    #[test]
    fn framing_is_not_the_callers() {
        for name in ["Content-Length", "transfer-encoding", "Host", "Connection"] {
            assert!(refused(name, "1").contains("cannot be given"), "{name}");
        }
    }

    #[test]
    fn text_beyond_ascii_is_sent_as_it_is() {
        let mut headers = GivenHeaders::default();
        headers.add("X-A", "é").expect("a good header");
        assert_eq!(headers.map["x-a"].as_bytes(), "é".as_bytes());
    }

    #[test]
    fn names_and_values_are_of_many_types() {
        let mut headers = GivenHeaders::default();
        headers.add(AUTHORIZATION, 7).expect("a number");
        headers.add(&AUTHORIZATION, "é".as_bytes()).expect("bytes");
        headers
            .add(String::from("X-B"), String::from("b"))
            .expect("owned text");
        headers
            .add(b"x-c".as_slice(), HeaderValue::from_static("c"))
            .expect("a value");
        assert_eq!(headers.map.len(), 4);
    }

    #[test]
    fn the_secret_of_a_header_that_cannot_be_sent_is_known() {
        let dialect = Dialect::novavms();
        let mut headers = GivenHeaders::default();
        headers.add("X A", "Bearer s3cr3t").expect_err("a bad name");
        headers
            .add_secret("X-B", &Secret::from("hid\nden"))
            .expect_err("a bad value");
        let secrets: Vec<_> = headers.secrets(&dialect).collect();
        for hidden in ["s3cr3t", "hid\nden"] {
            assert!(
                secrets.iter().any(|secret| secret.expose() == hidden),
                "{hidden}"
            );
        }
    }
}
