//! A reply as it is written in a script.

mod read;

pub(crate) use read::fault_names;

use serde_json::Value;

use super::reader::Reader;
use super::strict::Result;

/// What the server answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// How long it takes before the head, in milliseconds.
    pub delay_ms: u64,
    /// The written status. [`Reply::status`] is the one that is sent, unless there is a `code`.
    pub status: Option<u16>,
    /// The written headers.
    pub headers: Headers,
    /// The body before compression.
    pub body: Body,
    /// The codings of the body, in the order in which they are applied.
    pub codings: Vec<Coding>,
    /// How the end of the body is marked.
    pub framing: Framing,
    /// How long it takes between the head and the body, in milliseconds.
    pub body_delay_ms: u64,
    /// The status and the headers of the heads that go out before the final one.
    pub informational: Vec<(u16, Headers)>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// The whole answer as bytes, in scenarios only.
    pub raw: Option<Vec<u8>>,
    /// What happens to the connection.
    pub after: After,
    /// `code`, in scripts only: the body is an error of the dialect with this code, and there is no other body.
    pub code: Option<String>,
    /// `message`, in scripts only: the message of that error.
    pub message: Option<String>,
    /// `request_id`, in scripts only.
    pub request_id: ReplyId,
    /// `retry_after` in seconds, in scripts only, and only if no header has it.
    pub retry_after: Option<f64>,
}

/// Headers in the order in which they are sent.
pub type Headers = Vec<(String, HeaderValue)>;

/// A header's value: text, or a value that is known only when the reply is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderValue {
    /// This text.
    Text(String),
    /// `http_date`: the server's time plus some seconds.
    Date {
        /// The seconds to add.
        offset_s: i64,
        /// Its form.
        form: DateForm,
    },
    /// `epoch_s`: the Unix time in seconds plus some seconds.
    Epoch {
        /// The seconds to add.
        offset_s: i64,
    },
    /// `redirect`: an absolute URL.
    Redirect {
        /// The path and the query.
        path: String,
        /// Whether it leads to another origin.
        other_origin: bool,
    },
}

/// The three forms of an HTTP date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    Imf,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`.
    Rfc850,
    /// `Sun Nov  6 08:49:37 1994`.
    Asctime,
}

/// A body before compression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// No body.
    None,
    /// JSON text, which sets its content type.
    Json(Vec<u8>),
    /// These bytes.
    Bytes(Vec<u8>),
    /// `fill`: one text, repeated.
    Fill {
        /// The text.
        unit: Vec<u8>,
        /// How often.
        count: usize,
    },
}

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`.
    Gzip,
    /// `br`.
    Brotli,
    /// `zstd`.
    Zstd,
    /// `deflate`, with zlib's frame.
    Deflate,
}

/// How the end of a body is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// By `Content-Length`.
    Length,
    /// By the last chunk.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request was read; instead of a reply the connection ends.
    Close,
    /// The request was read; instead of a reply the connection is reset.
    Reset,
    /// The connection ends as soon as it is accepted.
    CloseUnread,
    /// The connection is reset as soon as it is accepted.
    ResetUnread,
    /// The request was read; no reply comes.
    Stall,
    /// The head and half of the body come, then nothing.
    StallBody,
    /// The head and half of the body come, then the connection ends.
    CutBody,
    /// The head and half of the body come, then the connection is reset.
    ResetBody,
    /// The body comes byte by byte, one every 100 ms.
    Drip,
    /// The server refuses the connection; in scripts only.
    ConnectRefused,
    /// Nothing answers to the attempt to connect; in scripts only.
    ConnectTimeout,
    /// The server's name has no address; in scripts only.
    Dns,
    /// The TLS handshake fails; in scripts only.
    Tls,
}

/// What happens to the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It stays open.
    Keep,
    /// It ends, which the reply announces.
    Close,
}

/// Which request ID a reply has in addition to its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReplyId {
    /// The key is absent: a made one with `code`, unless a header has one; otherwise none.
    #[default]
    Default,
    /// `null`: none.
    None,
    /// `"auto"`: a made one.
    Auto,
    /// A text: that ID.
    Exact(String),
}

impl Reply {
    /// Reads a reply of a script; `path` is its location, for messages.
    pub fn from_json(value: &Value, path: &str) -> Result<Self> {
        Self::read(Reader::script(), Some(value), path)
    }

    /// Makes a reply with a status and nothing else.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        Self {
            delay_ms: 0,
            status: Some(status),
            headers: Vec::new(),
            body: Body::None,
            codings: Vec::new(),
            framing: Framing::Length,
            body_delay_ms: 0,
            informational: Vec::new(),
            fault: None,
            raw: None,
            after: After::Keep,
            code: None,
            message: None,
            request_id: ReplyId::Default,
            retry_after: None,
        }
    }

    /// Returns the status that is sent: 200 if none is written.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.unwrap_or(200)
    }

    /// Returns whether the connection is dropped as soon as it is accepted.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        let unread = matches!(self.fault, Some(Fault::CloseUnread | Fault::ResetUnread));
        unread && self.raw.is_none()
    }
}

impl Coding {
    /// Returns its name in `Content-Encoding`.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }
}
