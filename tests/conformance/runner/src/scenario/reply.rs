//! A reply as the scenario writes it.

use serde_json::Value;

use super::strict::{Fields, Result, ScenarioError, pair_of, wrong_type};

/// What the server answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) delay_ms: u64,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) codings: Vec<Coding>,
    pub(crate) framing: Framing,
    pub(crate) body_delay_ms: u64,
    pub(crate) informational: Vec<(u16, Headers)>,
    pub(crate) fault: Option<Fault>,
    /// The whole answer, byte for byte.
    pub(crate) raw: Option<Vec<u8>>,
    pub(crate) after: After,
}

/// Headers in the order in which they go out.
pub(crate) type Headers = Vec<(String, HeaderValue)>;

/// A header's value: text, or one of those that are known only when the reply is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HeaderValue {
    Text(String),
    Date { offset_s: i64, form: DateForm },
    Epoch { offset_s: i64 },
    Redirect { path: String, other_origin: bool },
}

/// The three forms of an HTTP date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateForm {
    Imf,
    Rfc850,
    Asctime,
}

/// A body before compression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Json(Vec<u8>),
    Bytes(Vec<u8>),
    Fill { unit: Vec<u8>, count: usize },
}

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    Close,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Close,
    Reset,
    CloseUnread,
    ResetUnread,
    Stall,
    StallBody,
    CutBody,
    ResetBody,
    Drip,
}

/// What becomes of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Keep,
    Close,
}

impl Reply {
    pub(super) fn parse(value: Option<&Value>, path: &str) -> Result<Self> {
        let empty = Value::Object(serde_json::Map::new());
        let mut fields = Fields::of(value.unwrap_or(&empty), path)?;
        let reply = Self {
            delay_ms: fields.count("delay_ms")?.unwrap_or(0),
            status: status(&mut fields)?.unwrap_or(200),
            headers: headers(&mut fields)?,
            body: body(&mut fields)?,
            codings: codings(&mut fields)?,
            framing: word(
                &mut fields,
                "framing",
                &[
                    ("length", Framing::Length),
                    ("chunked", Framing::Chunked),
                    ("close", Framing::Close),
                ],
            )?
            .unwrap_or(Framing::Length),
            body_delay_ms: fields.count("body_delay_ms")?.unwrap_or(0),
            informational: informational(&mut fields)?,
            fault: word(
                &mut fields,
                "fault",
                &[
                    ("close", Fault::Close),
                    ("reset", Fault::Reset),
                    ("close_unread", Fault::CloseUnread),
                    ("reset_unread", Fault::ResetUnread),
                    ("stall", Fault::Stall),
                    ("stall_body", Fault::StallBody),
                    ("cut_body", Fault::CutBody),
                    ("reset_body", Fault::ResetBody),
                    ("drip", Fault::Drip),
                ],
            )?,
            raw: match fields.string("raw_base64")? {
                None => None,
                Some(text) => Some(super::base64(text, &fields.path("raw_base64"))?),
            },
            after: word(
                &mut fields,
                "after",
                &[("keep", After::Keep), ("close", After::Close)],
            )?
            .unwrap_or(After::Keep),
        };
        fields.done()?;
        Ok(reply)
    }

    /// The reply to a request that nobody wanted.
    pub(crate) fn unwanted() -> Self {
        Self {
            delay_ms: 0,
            status: 500,
            headers: Vec::new(),
            body: Body::None,
            codings: Vec::new(),
            framing: Framing::Length,
            body_delay_ms: 0,
            informational: Vec::new(),
            fault: None,
            raw: None,
            after: After::Keep,
        }
    }

    /// Whether the connection is dropped as soon as it is accepted.
    pub(crate) fn is_unread(&self) -> bool {
        let unread = matches!(self.fault, Some(Fault::CloseUnread | Fault::ResetUnread));
        unread && self.raw.is_none()
    }
}

impl Coding {
    /// Its name in `Content-Encoding`.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }
}

fn status(fields: &mut Fields<'_>) -> Result<Option<u16>> {
    let path = fields.path("status");
    let Some(status) = fields.count("status")? else {
        return Ok(None);
    };
    u16::try_from(status)
        .ok()
        .filter(|status| (100..=999).contains(status))
        .map(Some)
        .ok_or_else(|| ScenarioError::new(path, format!("{status} is not a status")))
}

fn headers(fields: &mut Fields<'_>) -> Result<Headers> {
    let path = fields.path("headers");
    let mut headers = Vec::new();
    for (index, pair) in fields
        .array("headers")?
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("{path}[{index}]");
        let (name, value) = pair_of(pair, &path)?;
        headers.push((name.to_owned(), header_value(value, &path)?));
    }
    Ok(headers)
}

fn header_value(value: &Value, path: &str) -> Result<HeaderValue> {
    if let Value::String(text) = value {
        return Ok(HeaderValue::Text(text.clone()));
    }
    let mut fields = Fields::of(value, path)?;
    let date = fields.value("http_date");
    let epoch = fields.integer("epoch_s")?;
    let redirect = fields.string("redirect")?;
    let value = match (date, epoch, redirect) {
        (Some(date), None, None) => {
            let mut date = Fields::of(date, &fields.path("http_date"))?;
            let forms = [
                ("imf", DateForm::Imf),
                ("rfc850", DateForm::Rfc850),
                ("asctime", DateForm::Asctime),
            ];
            let offset_s = date.integer("offset_s")?.unwrap_or(0);
            let form = word(&mut date, "form", &forms)?.unwrap_or(DateForm::Imf);
            date.done()?;
            Some(HeaderValue::Date { offset_s, form })
        }
        (None, Some(offset_s), None) => Some(HeaderValue::Epoch { offset_s }),
        (None, None, Some(to)) => Some(match to.strip_prefix("other-origin:") {
            None => HeaderValue::Redirect {
                path: to.to_owned(),
                other_origin: false,
            },
            Some(path) => HeaderValue::Redirect {
                path: path.to_owned(),
                other_origin: true,
            },
        }),
        _ => None,
    };
    fields.done()?;
    value.ok_or_else(|| wrong_type(path, "one of http_date, epoch_s, redirect", &Value::Null))
}

fn body(fields: &mut Fields<'_>) -> Result<Body> {
    let mut bodies = Vec::new();
    if let Some(json) = fields.raw("json") {
        bodies.push(Body::Json(json.to_string().into_bytes()));
    }
    if let Some(text) = fields.string("text")? {
        bodies.push(Body::Bytes(text.as_bytes().to_vec()));
    }
    if let Some(text) = fields.string("base64")? {
        bodies.push(Body::Bytes(super::base64(text, &fields.path("base64"))?));
    }
    if let Some(fill) = fields.value("fill") {
        let mut fill = Fields::of(fill, &fields.path("fill"))?;
        let unit = fill.string("byte")?;
        let unit = fill.required("byte", unit)?.as_bytes().to_vec();
        let count = fill.count("count")?;
        let count = usize::try_from(fill.required("count", count)?).unwrap_or(usize::MAX);
        fill.done()?;
        bodies.push(Body::Fill { unit, count });
    }
    if bodies.len() > 1 {
        return Err(ScenarioError::new(
            fields.path("json"),
            "more than one body",
        ));
    }
    Ok(bodies.pop().unwrap_or(Body::None))
}

fn codings(fields: &mut Fields<'_>) -> Result<Vec<Coding>> {
    let path = fields.path("encoding");
    let names = match fields.value("encoding") {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
    };
    let known = [Coding::Gzip, Coding::Brotli, Coding::Zstd, Coding::Deflate];
    names
        .iter()
        .map(|name| {
            known
                .into_iter()
                .find(|coding| name.as_str() == Some(coding.token()))
                .ok_or_else(|| wrong_type(&path, "gzip, br, zstd or deflate", name))
        })
        .collect()
}

fn informational(fields: &mut Fields<'_>) -> Result<Vec<(u16, Headers)>> {
    let path = fields.path("informational");
    let mut heads = Vec::new();
    let items = fields.array("informational")?.unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let mut item = Fields::of(item, &format!("{path}[{index}]"))?;
        let status = status(&mut item)?;
        heads.push((item.required("status", status)?, headers(&mut item)?));
        item.done()?;
    }
    Ok(heads)
}

/// One of a fixed set of words.
fn word<T: Copy>(
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[(&str, T)],
) -> Result<Option<T>> {
    let path = fields.path(key);
    let Some(text) = fields.string(key)? else {
        return Ok(None);
    };
    match known.iter().find(|(word, _)| *word == text) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            Err(ScenarioError::new(
                path,
                format!("unknown `{text}`, expected one of {}", words.join(", ")),
            ))
        }
    }
}
