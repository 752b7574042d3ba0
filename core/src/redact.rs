//! Keeping secrets out of everything that people read.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use smallvec::SmallVec;

/// What stands in the place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// Everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What URL parsers escape in a path (<https://url.spec.whatwg.org/#path-percent-encode-set>).
const URL_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// The same with what newer parsers add.
const URL_PATH_STRICT: &AsciiSet = &URL_PATH.add(b'^').add(b'|');

/// Query parameters whose values are shown by default: they place a page, and hold no secret.
pub(crate) const SHOWN_QUERY: [&str; 5] = ["limit", "cursor", "marker", "page", "offset"];

/// A credential. Its text appears in no `Debug`, log, trail, report or error text.
/// Where a server repeats it, it is taken out too, unless it is shorter than four characters: those would be found within
/// the server's own codes and IDs.
///
/// # Examples
/// ```
/// use reqtrail::Secret;
///
/// assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret([redacted])");
/// // A NovaVMS key is told apart by its documented prefix.
/// assert_eq!(format!("{:?}", Secret::new("sk_live_abc")), "Secret(sk_live_[redacted])");
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a credential.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the credential itself. Do not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The vendor's manual allows the first eight characters of a key in logs, and no more.
        let prefix = ["sk_live_", "sk_test_"]
            .into_iter()
            .find(|prefix| self.0.starts_with(prefix))
            .unwrap_or_default();
        write!(f, "Secret({prefix}{REDACTED})")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The shortest secret that is looked for in a server's text; shorter ones would be found in its codes and IDs.
const MIN_SECRET: usize = 4;

/// Takes a call's credentials out of text that a server sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    /// Most calls have one, the client's token.
    secrets: SmallVec<[(Secret, Cow<'static, str>); 1]>,
}

impl Redactor {
    /// Adds a secret that is shown as `[redacted]`.
    pub(crate) fn add(&mut self, secret: &Secret) {
        self.add_as(secret, Cow::Borrowed(REDACTED));
    }

    /// Adds a secret that is shown as `shown`, in the forms in which it comes back: in text, in URLs and in JSON.
    pub(crate) fn add_as(&mut self, secret: &Secret, shown: Cow<'static, str>) {
        // A token of a few characters is a test's, and would be found within every code and ID.
        if secret.expose().len() < MIN_SECRET {
            return;
        }
        if !secret.expose().bytes().all(is_plain) {
            let text = secret.expose();
            for set in [COMPONENT, URL_PATH, URL_PATH_STRICT] {
                let encoded = utf8_percent_encode(text, set).to_string();
                self.push(Secret::from(encoded), shown.clone());
            }
            // A JSON string may escape the solidus, and has to escape quotes and backslashes.
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            self.push(Secret::from(escaped.replace('/', "\\/")), shown.clone());
            // Servers in Python write JSON in ASCII.
            self.push(Secret::from(in_ascii(&escaped)), shown.clone());
            self.push(Secret::from(escaped), shown.clone());
        }
        self.push(secret.clone(), shown);
    }

    /// Returns the text without the secrets.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = Cow::Borrowed(text);
        for (secret, shown) in &self.secrets {
            if out.contains(secret.expose()) {
                out = Cow::Owned(out.replace(secret.expose(), shown));
            }
        }
        out
    }

    /// Returns the bytes without the secrets.
    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        for (secret, shown) in &self.secrets {
            let needle = secret.expose().as_bytes();
            let find = |text: &[u8]| text.windows(needle.len()).position(|part| part == needle);
            let mut rest = &out[..];
            let mut clean = Vec::new();
            while let Some(at) = find(rest) {
                clean.extend_from_slice(&rest[..at]);
                clean.extend_from_slice(shown.as_bytes());
                rest = &rest[at + needle.len()..];
            }
            if rest.len() < out.len() {
                clean.extend_from_slice(rest);
                out = Cow::Owned(clean);
            }
        }
        out
    }

    fn push(&mut self, secret: Secret, shown: Cow<'static, str>) {
        if !secret.0.is_empty() && self.secrets.iter().all(|(known, _)| *known != secret) {
            self.secrets.push((secret, shown));
            // A secret that is a part of another must not break it up before it is found.
            self.secrets
                .sort_by_key(|(known, _)| usize::MAX - known.0.len());
        }
    }
}

/// Text as JSON writes it where only ASCII is wanted.
fn in_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// Characters that no URL escapes, and those of tokens that only a careful encoder does.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Returns a query string with its values redacted, but for those of the parameters `shown`.
pub(crate) fn query(query: &str, shown: &[String]) -> String {
    let mut out = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            out.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) => {
                out.push_str(name);
                out.push('=');
                let plain = SHOWN_QUERY.contains(&name) || shown.iter().any(|other| other == name);
                out.push_str(if plain || value.is_empty() {
                    value
                } else {
                    REDACTED
                });
            }
            // A parameter without a value may itself be the secret.
            None if pair.is_empty() => {}
            None => out.push_str(REDACTED),
        }
    }
    out
}

/// Returns the text on one line: control characters, line separators and text-direction marks are escaped, so that
/// a server's text can neither forge a log line nor reorder it.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if odd(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_a_few_characters_does_not_spoil_what_a_server_says() {
        let mut redactor = Redactor::default();
        redactor.add(&Secret::new("tok"));
        redactor.add(&Secret::new("toke"));
        assert_eq!(redactor.text("a token, a tok"), "a [redacted]n, a tok");
    }

    #[test]
    fn server_text_loses_the_token() {
        let mut redactor = Redactor::default();
        redactor.add(&"token".into());
        redactor.add(&"token-long".into());
        assert_eq!(
            redactor.text("a token-long b token"),
            "a [redacted] b [redacted]"
        );
        let bytes = redactor.bytes(b"\xfftoken-longtoken");
        assert_eq!(&bytes[..], b"\xff[redacted][redacted]");
        assert_eq!(redactor.text("nothing"), "nothing");
    }

    #[test]
    fn a_token_is_found_in_its_url_forms() {
        let mut redactor = Redactor::default();
        redactor.add(&"a{b}/c^".into());
        for text in ["a{b}/c^", "a%7Bb%7D/c^", "a%7Bb%7D/c%5E", "a%7Bb%7D%2Fc%5E"] {
            assert_eq!(redactor.text(text), REDACTED, "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_its_json_forms() {
        let mut redactor = Redactor::default();
        redactor.add(&"pä/\"\u{1f511}".into());
        for text in [
            "pä/\"\u{1f511}",
            "pä/\\\"\u{1f511}",
            "pä\\/\\\"\u{1f511}",
            "p\\u00e4/\\\"\\ud83d\\udd11",
        ] {
            assert_eq!(redactor.text(text), REDACTED, "{text}");
        }
    }

    #[test]
    fn query_values_are_hidden_but_for_the_known_ones() {
        assert_eq!(
            query("limit=10&q=a%20b&flag&x=&site=7", &["site".to_owned()]),
            "limit=10&q=[redacted]&[redacted]&x=&site=7"
        );
    }

    #[test]
    fn text_stays_on_its_line() {
        assert_eq!(
            one_line("a\r\nb\u{1b}[31m\u{202e}é"),
            "a\\r\\nb\\u{1b}[31m\\u{202e}é"
        );
    }
}
