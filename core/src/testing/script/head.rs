//! The parts of a reply that are known only when it is sent: its headers, and the part of the body that is sent.

use std::borrow::Cow;
use std::time::SystemTime;

use super::date;
use super::reply::{After, Body, Fault, Framing, HeaderValue, Headers, Reply};
use crate::http_date;

/// A header as it is sent: its name and the bytes of its value.
pub type Header = (String, Vec<u8>);

/// When and where a reply is sent.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The server's time, from which `http_date` and `epoch_s` count.
    pub now: SystemTime,
    /// The server's origin, as in `http://127.0.0.1:8080`, to which `redirect` leads.
    pub origin: &'a str,
    /// The origin to which `redirect` leads with `other-origin:`.
    pub other_origin: &'a str,
}

impl Reply {
    /// Returns the headers of the final head, including those that need not be listed: `Content-Type` of JSON,
    /// `Content-Encoding`, the framing of the body, and `Connection: close`.
    ///
    /// `length` is that of the body as it is sent. A listed framing stays unchanged.
    #[must_use]
    pub fn head(&self, length: usize, at: &Moment<'_>) -> Vec<Header> {
        let mut headers = rendered(&self.headers, at);
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value.into()));
        if !is_bodiless(self.status()) {
            if matches!(self.body, Body::Json(_)) && !self.lists("content-type") {
                add("Content-Type", "application/json".to_owned());
            }
            if !self.codings.is_empty() {
                let codings: Vec<_> = self.codings.iter().map(|coding| coding.token()).collect();
                add("Content-Encoding", codings.join(", "));
            }
            match self.framing {
                _ if self.is_framed_by_hand() => {}
                Framing::Length => add("Content-Length", length.to_string()),
                Framing::Chunked => add("Transfer-Encoding", "chunked".to_owned()),
                Framing::Close => {}
            }
        }
        if self.closes() {
            add("Connection", "close".to_owned());
        }
        headers
    }

    /// Returns the status and the headers of each head that is sent before the final one.
    pub fn early_heads(&self, at: &Moment<'_>) -> impl Iterator<Item = (u16, Vec<Header>)> {
        let heads = self.informational.iter();
        heads.map(|(status, headers)| (*status, rendered(headers, at)))
    }

    /// Returns the body before compression.
    #[must_use]
    pub fn plain_body(&self) -> Cow<'_, [u8]> {
        match &self.body {
            Body::None => Cow::Borrowed(&[]),
            Body::Json(bytes) | Body::Bytes(bytes) => Cow::Borrowed(bytes),
            Body::Fill { unit, count } => Cow::Owned(unit.repeat(*count)),
        }
    }

    /// Returns whether the final head lists a header, in any case.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|listed| listed.eq_ignore_ascii_case(name))
    }

    /// Returns whether the listed headers say where the body ends.
    #[must_use]
    pub fn is_framed_by_hand(&self) -> bool {
        self.lists("content-length") || self.lists("transfer-encoding")
    }

    /// Returns whether body bytes follow the head.
    #[must_use]
    pub fn sends_body(&self, method: &str) -> bool {
        method != "HEAD" && !is_bodiless(self.status())
    }

    /// Returns whether the connection ends with this reply.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.after == After::Close || self.framing == Framing::Close
    }

    /// Returns whether only the first half of the body is sent.
    #[must_use]
    pub fn is_halved(&self) -> bool {
        matches!(
            self.fault,
            Some(Fault::StallBody | Fault::CutBody | Fault::ResetBody)
        )
    }
}

fn is_bodiless(status: u16) -> bool {
    status < 200 || status == 204 || status == 304
}

fn rendered(headers: &Headers, at: &Moment<'_>) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| (name.clone(), value.render(at).into_bytes()))
        .collect()
}

impl HeaderValue {
    /// Returns the value as it is sent at this moment.
    #[must_use]
    pub fn render(&self, at: &Moment<'_>) -> String {
        let later = |offset_s: i64| http_date::seconds(at.now).saturating_add(offset_s);
        match self {
            Self::Text(text) => text.clone(),
            // The calendar is bounded; larger offsets stop at its limits.
            Self::Date { offset_s, form } => date::format(
                later(*offset_s).clamp(-62_135_596_800, 253_402_300_799),
                *form,
            ),
            Self::Epoch { offset_s } => later(*offset_s).to_string(),
            Self::Redirect { path, other_origin } => {
                let origin = if *other_origin {
                    at.other_origin
                } else {
                    at.origin
                };
                format!("{origin}{path}")
            }
        }
    }
}
