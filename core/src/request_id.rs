//! Reading and showing request IDs.
//!
//! A request ID is opaque: any shape is accepted. The only check is whether it can be shown and stored safely, because
//! it goes into logs, tickets and JSON.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::codes::RequestIdNote;

/// The most bytes of a request ID that are kept.
pub(crate) const MAX_BYTES: usize = 256;

/// The server's own ID for one request, as it is shown: printable ASCII only.
///
/// # Examples
/// ```
/// use reqtrail::RequestId;
///
/// let id = RequestId::new("req_01HK3Z9YF7W7E8PM5QKT9DYXWR");
/// assert_eq!(id.as_str(), "req_01HK3Z9YF7W7E8PM5QKT9DYXWR");
/// // NovaVMS IDs carry the server's clock.
/// assert!(id.server_time().is_some());
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// Makes an ID from a server's text: bytes outside printable ASCII are escaped, more than 256 bytes are cut.
    #[must_use]
    pub fn new(raw: impl AsRef<[u8]>) -> Self {
        Self(shown(raw.as_ref()).0.into_boxed_str())
    }

    /// Returns the ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the time by the server's clock, if the ID contains it: `req_` and a ULID, whose first ten characters are
    /// milliseconds since 1970 (NovaVMS; <https://github.com/ulid/spec>).
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        let ulid = self.0.strip_prefix("req_")?;
        if ulid.len() != 26 {
            return None;
        }
        let mut millis: u64 = 0;
        for (index, byte) in ulid.bytes().enumerate() {
            let digit = crockford(byte)?;
            if index == 0 && digit > 7 {
                return None;
            }
            if index < 10 {
                millis = millis << 5 | u64::from(digit);
            }
        }
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for RequestId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RequestId {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for RequestId {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl serde::Serialize for RequestId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Reads a text as [`RequestId::new`] does.
impl<'de> serde::Deserialize<'de> for RequestId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Where a request ID was found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestIdSource {
    /// The response header of this name, in lower case.
    Header(http::HeaderName),
    /// The error body.
    Body,
    /// A place that this release does not know, from a trail that a later release wrote.
    Other(Box<str>),
}

impl RequestIdSource {
    /// Reads what [`Display`](fmt::Display) writes. `None` for text that cannot be shown.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text == "body" {
            return Some(Self::Body);
        }
        let header = text
            .strip_prefix("header:")
            .and_then(|name| http::HeaderName::from_bytes(name.as_bytes()).ok());
        let is_plain = text.len() <= MAX_BYTES && text.bytes().all(|b| (0x20..=0x7e).contains(&b));
        match header {
            Some(name) => Some(Self::Header(name)),
            None => is_plain.then(|| Self::Other(text.into())),
        }
    }
}

impl fmt::Display for RequestIdSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Body => f.write_str("body"),
            Self::Other(place) => f.write_str(place),
        }
    }
}

impl serde::Serialize for RequestIdSource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What one response says about its request ID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) id: Option<RequestId>,
    pub(crate) source: Option<RequestIdSource>,
    pub(crate) notes: Vec<RequestIdNote>,
    /// The ID in the body, if it differs from the header's.
    pub(crate) body_id: Option<RequestId>,
}

/// Reads the ID of a response: from the first header that has one, or else the body.
///
/// `clean` is applied before anything is cut; it removes a credential that the server echoes.
pub(crate) fn read(
    names: &[http::HeaderName],
    headers: &http::HeaderMap,
    body: Option<&str>,
    clean: impl for<'a> Fn(&'a [u8]) -> Cow<'a, [u8]>,
) -> Reading {
    let mut reading = Reading::default();
    let show = |raw: &[u8]| {
        let (text, notes) = shown(&clean(raw));
        (RequestId(text.into_boxed_str()), notes)
    };
    let values = names
        .iter()
        .flat_map(|name| headers.get_all(name).iter().map(move |value| (name, value)))
        .filter(|(_, value)| !value.is_empty());
    for (name, value) in values {
        let (id, notes) = show(value.as_bytes());
        match &reading.id {
            None => {
                reading.id = Some(id);
                reading.source = Some(RequestIdSource::Header(name.clone()));
                reading.notes = notes;
            }
            Some(first) if *first != id => note(&mut reading.notes, RequestIdNote::Duplicate),
            Some(_) => {}
        }
    }
    if let Some(body) = body.filter(|text| !text.is_empty()) {
        let (id, notes) = show(body.as_bytes());
        match &reading.id {
            None => {
                reading.id = Some(id);
                reading.source = Some(RequestIdSource::Body);
                reading.notes = notes;
            }
            Some(header) if *header != id => {
                reading.body_id = Some(id);
                note(&mut reading.notes, RequestIdNote::BodyMismatch);
            }
            Some(_) => {}
        }
    }
    if reading.id.is_none() {
        reading.notes.push(RequestIdNote::Missing);
    }
    reading
}

fn note(notes: &mut Vec<RequestIdNote>, note: RequestIdNote) {
    if !notes.contains(&note) {
        notes.push(note);
    }
}

/// Makes an ID printable, and notes what was changed.
fn shown(raw: &[u8]) -> (String, Vec<RequestIdNote>) {
    use fmt::Write as _;

    let plain = |byte: &u8| (0x20..=0x7e).contains(byte);
    let mut notes = Vec::new();
    let kept = &raw[..raw.len().min(MAX_BYTES)];
    // The usual ID is copied as a whole.
    if raw.len() <= MAX_BYTES
        && raw.iter().all(plain)
        && let Ok(text) = str::from_utf8(raw)
    {
        return (text.to_owned(), notes);
    }
    let mut text = String::with_capacity(kept.len());
    for &byte in kept {
        if plain(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\x{byte:02X}");
            note(&mut notes, RequestIdNote::Malformed);
        }
    }
    if kept.len() < raw.len() {
        notes.push(RequestIdNote::Truncated);
    }
    (text, notes)
}

/// The value of a character of Crockford's base 32; ULIDs are written in upper case but read in both.
fn crockford(byte: u8) -> Option<u8> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let upper = byte.to_ascii_uppercase();
    let index = ALPHABET.iter().position(|&c| c == upper)?;
    u8::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn headers(rows: &[(&'static str, &[u8])]) -> HeaderMap {
        rows.iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_bytes(value).expect("a header value"),
                )
            })
            .collect()
    }

    fn reading(rows: &[(&'static str, &[u8])], body: Option<&str>) -> Reading {
        let names = [
            HeaderName::from_static("x-first"),
            HeaderName::from_static("x-second"),
        ];
        read(&names, &headers(rows), body, |raw| Cow::Borrowed(raw))
    }

    #[test]
    fn a_ulid_tells_the_servers_clock() {
        let time = RequestId::new("req_01HK3Z9YF7W7E8PM5QKT9DYXWR").server_time();
        let millis = time
            .and_then(|t| t.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map(|d| d.as_millis());
        assert_eq!(millis, Some(1_704_161_769_959));
        for other in [
            "req_1",
            "01HK3Z9YF7W7E8PM5QKT9DYXWR",
            "req_81HK3Z9YF7W7E8PM5QKT9DYXWR",
            "req_01HK3Z9YF7W7E8PM5QKT9DYXWU",
        ] {
            assert_eq!(RequestId::new(other).server_time(), None, "{other}");
        }
        // The largest ULID there is: 2⁴⁸ - 1 milliseconds.
        let last = RequestId::new("req_7ZZZZZZZZZZZZZZZZZZZZZZZZZ").server_time();
        let last = last.and_then(|t| t.duration_since(SystemTime::UNIX_EPOCH).ok());
        assert_eq!(last, Some(Duration::from_millis((1 << 48) - 1)));
    }

    #[test]
    fn an_id_is_its_text() {
        let id = RequestId::new("req-1");
        assert_eq!(format!("{id:?}"), "\"req-1\"");
        assert_eq!((id.as_ref(), id.to_string().as_str()), ("req-1", "req-1"));
        assert!(id == *"req-1" && id == "req-1");
        assert!(id != *"req-2" && id != "req-2");
    }

    #[test]
    fn the_header_outranks_the_body() {
        let got = reading(&[("x-first", b"a")], Some("b"));
        assert_eq!(got.id, Some(RequestId::new("a")));
        assert_eq!(got.body_id, Some(RequestId::new("b")));
        assert_eq!(got.notes, [RequestIdNote::BodyMismatch]);
        assert_eq!(
            got.source.map(|s| s.to_string()).as_deref(),
            Some("header:x-first")
        );
    }

    #[test]
    fn an_equal_body_id_is_not_worth_a_note() {
        let got = reading(&[("x-first", b"a")], Some("a"));
        assert_eq!((got.body_id, got.notes), (None, vec![]));
    }

    #[test]
    fn the_body_serves_where_no_header_has_an_id() {
        let got = reading(&[("x-first", b"")], Some("b"));
        assert_eq!(got.id, Some(RequestId::new("b")));
        assert_eq!(got.source, Some(RequestIdSource::Body));
        assert_eq!(got.notes, []);
    }

    #[test]
    fn nothing_at_all_is_missing() {
        for (rows, body) in [(&[][..], None), (&[("x-first", &b""[..])][..], Some(""))] {
            let got = reading(rows, body);
            assert_eq!((got.id, got.notes), (None, vec![RequestIdNote::Missing]));
        }
    }

    #[test]
    fn differing_values_are_noted_and_the_first_wins() {
        let got = reading(
            &[("x-second", b"c"), ("x-first", b"a"), ("x-first", b"a")],
            None,
        );
        assert_eq!(got.id, Some(RequestId::new("a")));
        assert_eq!(got.notes, [RequestIdNote::Duplicate]);
        let same = reading(&[("x-second", b"a"), ("x-first", b"a")], None);
        assert_eq!(same.notes, []);
    }

    #[test]
    fn a_token_is_taken_out_before_the_cut() {
        fn clean(raw: &[u8]) -> Cow<'_, [u8]> {
            let text = String::from_utf8_lossy(raw).replace(&"x".repeat(200), "-");
            Cow::Owned(text.into_bytes())
        }
        let token = [b'x'; 200];
        let names = [HeaderName::from_static("x-first")];
        let value = [&[b'a'; 100][..], &token].concat();
        let got = read(&names, &headers(&[("x-first", &value)]), None, clean);
        let want = format!("{}-", "a".repeat(100));
        assert_eq!(got.id.map(|id| id.to_string()), Some(want));
        assert_eq!(got.notes, []);
    }

    #[test]
    fn odd_bytes_are_escaped_and_long_ids_cut() {
        let got = reading(&[("x-first", b"a\xff\tb")], None);
        assert_eq!(got.id, Some(RequestId::new(b"a\xff\tb")));
        assert_eq!(got.id.as_ref().map(RequestId::as_str), Some("a\\xFF\\x09b"));
        assert_eq!(got.notes, [RequestIdNote::Malformed]);
        let long = reading(&[("x-first", &[b'x'; 300])], None);
        assert_eq!(long.id.map(|id| id.as_str().len()), Some(MAX_BYTES));
        assert_eq!(long.notes, [RequestIdNote::Truncated]);
    }
}
