//! The bytes of a response, and what happens to the connection afterwards.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::conduct::{Conduct, Kind, RetryAfter};
use crate::ledger::Tag;
use crate::planned_call::Verb;

/// What happens to a connection after a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Afterwards {
    Keep,
    /// FIN after a while, even if a request is on its way.
    CloseIn(Duration),
    Close,
    Reset,
    /// Nothing more until the client closes it.
    Hold,
}

/// A response as it is sent.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) bytes: Vec<u8>,
    /// The position of a pause in the bytes, and its length.
    pub(super) pause: Option<(usize, Duration)>,
    pub(super) then: Afterwards,
}

/// Returns the body of a success, which the client compares.
pub(crate) fn success_body(call: u64, id: Option<Tag>) -> String {
    match id {
        Some(id) => format!("{{\"call\":{call},\"id\":\"{id}\""),
        None => format!("{{\"call\":{call},\"id\":null"),
    }
}

/// Makes the response to a request.
pub(super) fn script(conduct: &Conduct, verb: Verb, call: u64, id: Tag) -> Script {
    let kind = conduct.kind;
    if !kind.responds() {
        return Script {
            bytes: Vec::new(),
            pause: None,
            then: match kind {
                Kind::CloseAfterRead => Afterwards::Close,
                Kind::ResetAfterRead => Afterwards::Reset,
                _ => Afterwards::Hold,
            },
        };
    }
    let body = body(conduct, call, id);
    let mut head = format!("HTTP/1.1 {} Soaked\r\n", conduct.status);
    let status_line = head.len();
    if !matches!(kind, Kind::NoId | Kind::ErrorIdInBody) {
        let _ = write!(head, "X-Request-Id: {id}\r\n");
    }
    extra(&mut head, conduct, call);
    let chunked = matches!(kind, Kind::Chunked | Kind::CutChunks);
    if chunked {
        head.push_str("Transfer-Encoding: chunked\r\n");
    } else if conduct.status != 204 {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    let length = match kind {
        _ if verb == Verb::Head || conduct.status == 204 => 0,
        Kind::CutBody | Kind::CutChunks | Kind::ErrorCut => body.len() / 2,
        Kind::StallBody => 0,
        _ => body.len(),
    };
    let body = &body[..length];
    if !chunked {
        bytes.extend_from_slice(body);
    } else if verb != Verb::Head {
        for chunk in body.chunks(body.len().div_ceil(3).max(1)) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        if kind != Kind::CutChunks {
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
    }
    Script {
        bytes,
        pause: (kind == Kind::SlowHead).then_some((status_line, conduct.delay)),
        then: match kind {
            Kind::IdleClose => Afterwards::CloseIn(conduct.delay),
            Kind::Closes | Kind::CutBody | Kind::CutChunks | Kind::ErrorCut => Afterwards::Close,
            Kind::StallBody => Afterwards::Hold,
            _ => Afterwards::Keep,
        },
    }
}

fn extra(head: &mut String, conduct: &Conduct, call: u64) {
    match conduct.retry_after {
        RetryAfter::Absent => {}
        RetryAfter::Seconds(seconds) => {
            let _ = write!(head, "Retry-After: {seconds}\r\n");
        }
        RetryAfter::Millis(millis) => {
            let _ = write!(head, "retry-after-ms: {millis}\r\n");
        }
    }
    match conduct.kind {
        Kind::Gzip => head.push_str("Content-Encoding: gzip\r\n"),
        Kind::Closes => head.push_str("Connection: close\r\n"),
        Kind::Redirect => {
            let _ = write!(head, "Location: /work/{call}/moved\r\n");
        }
        _ => {}
    }
}

fn body(conduct: &Conduct, call: u64, id: Tag) -> Vec<u8> {
    let pad = "p".repeat(conduct.size);
    let text = match conduct.kind {
        Kind::ErrorBare | Kind::Redirect => String::new(),
        Kind::ErrorIdInBody => {
            format!("{{\"code\":\"broken\",\"request_id\":\"{id}\",\"pad\":\"{pad}\"}}")
        }
        Kind::NoId => format!("{},\"pad\":\"{pad}\"}}", success_body(call, None)),
        _ if conduct.status >= 400 => format!("{{\"code\":\"broken\",\"pad\":\"{pad}\"}}"),
        _ => format!("{},\"pad\":\"{pad}\"}}", success_body(call, Some(id))),
    };
    if conduct.kind != Kind::Gzip {
        return text.into_bytes();
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = gzip.write_all(text.as_bytes());
    gzip.finish().unwrap_or_default()
}
