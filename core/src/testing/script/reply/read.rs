//! Reads replies.

use serde_json::Value;

use super::super::reader::Reader;
use super::super::strict::{
    Fields, Result, ScriptError, decode_base64, error_at, pair_of, wrong_type,
};
use super::{After, Body, Coding, DateForm, Fault, Framing, HeaderValue, Headers, Reply, ReplyId};

/// The faults of both formats.
const FAULTS: [(&str, Fault); 9] = [
    ("close", Fault::Close),
    ("reset", Fault::Reset),
    ("close_unread", Fault::CloseUnread),
    ("reset_unread", Fault::ResetUnread),
    ("stall", Fault::Stall),
    ("stall_body", Fault::StallBody),
    ("cut_body", Fault::CutBody),
    ("reset_body", Fault::ResetBody),
    ("drip", Fault::Drip),
];

/// The faults that only scripts have, since a server cannot cause them.
const CONNECTION_FAULTS: [(&str, Fault); 4] = [
    ("connect_refused", Fault::ConnectRefused),
    ("connect_timeout", Fault::ConnectTimeout),
    ("dns", Fault::Dns),
    ("tls", Fault::Tls),
];

/// The headers that hold the request ID, in any dialect.
const ID_HEADERS: [&str; 4] = [
    "x-request-id",
    "x-openstack-request-id",
    "x-compute-request-id",
    "x-trans-id",
];

/// The longest body that `fill` makes in a script, in bytes.
const MAX_FILL: usize = 256 << 20;

impl Reply {
    pub(in super::super) fn read(
        reader: Reader,
        value: Option<&Value>,
        path: &str,
    ) -> Result<Self> {
        let empty = Value::Object(serde_json::Map::new());
        let mut fields = reader.fields(value.unwrap_or(&empty), path)?;
        let mut reply = Self {
            delay_ms: fields.count("delay_ms")?.unwrap_or(0),
            status: status(&mut fields)?,
            headers: headers(reader, &mut fields)?,
            body: body(reader, &mut fields)?,
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
            informational: informational(reader, &mut fields)?,
            fault: fault(reader, &mut fields)?,
            raw: None,
            after: word(
                &mut fields,
                "after",
                &[("keep", After::Keep), ("close", After::Close)],
            )?
            .unwrap_or(After::Keep),
            code: None,
            message: None,
            request_id: ReplyId::Default,
            retry_after: None,
        };
        if reader.is_script() {
            reply.read_error(&mut fields)?;
        } else if let Some(text) = fields.string("raw_base64")? {
            reply.raw = Some(decode_base64(text, &fields.path("raw_base64"))?);
        }
        fields.done()?;
        Ok(reply)
    }

    /// Reads the keys that describe an error instead of spelling it out.
    fn read_error(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        self.code = fields.string("code")?.map(str::to_owned);
        self.message = fields.string("message")?.map(str::to_owned);
        self.request_id = request_id(fields)?;
        self.retry_after = fields.number("retry_after")?;
        if self.code.as_ref().is_some_and(String::is_empty) {
            return Err(error_at(
                fields.path("code"),
                "expected a code such as \"rate_limited\", found \"\"",
            ));
        }
        for (key, is_there) in [
            ("code", self.code.is_some()),
            ("message", self.message.is_some()),
        ] {
            if is_there && self.body != Body::None {
                let message = format!(
                    "`{key}` and a body exclude each other; expected `code` and `message`, of which the body is made, or the body itself"
                );
                return Err(error_at(fields.path(key), message));
            }
        }
        if self.message.is_some() && self.code.is_none() {
            return Err(error_at(
                fields.path("message"),
                "`message` needs `code`; expected both, or a body instead",
            ));
        }
        if let Some(seconds) = self.retry_after
            && seconds < 0.0
        {
            let message = format!("expected seconds from 0, found {seconds}");
            return Err(error_at(fields.path("retry_after"), message));
        }
        if matches!(self.request_id, ReplyId::Auto | ReplyId::Exact(_)) {
            self.refuse_beside(fields, "request_id", &ID_HEADERS)?;
        }
        if self.retry_after.is_some() {
            self.refuse_beside(fields, "retry_after", &["retry-after", "retry-after-ms"])?;
        }
        Ok(())
    }

    fn refuse_beside(&self, fields: &Fields<'_>, key: &str, headers: &[&str]) -> Result<()> {
        match headers.iter().find(|name| self.lists(name)) {
            None => Ok(()),
            Some(name) => Err(error_at(
                fields.path(key),
                format!("`{key}` and the header `{name}` are both set; expected one of the two"),
            )),
        }
    }
}

fn status(fields: &mut Fields<'_>) -> Result<Option<u16>> {
    let Some(status) = fields.count("status")? else {
        return Ok(None);
    };
    match status {
        100..=999 => Ok(Some(status as u16)),
        _ => Err(error_at(
            fields.path("status"),
            format!("{status} is not a status"),
        )),
    }
}

fn headers(reader: Reader, fields: &mut Fields<'_>) -> Result<Headers> {
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
        let value = header_value(reader, value, &path)?;
        if reader.is_script() {
            check_header(name, &value, &path)?;
        }
        headers.push((name.to_owned(), value));
    }
    Ok(headers)
}

fn header_value(reader: Reader, value: &Value, path: &str) -> Result<HeaderValue> {
    if let Value::String(text) = value {
        return Ok(HeaderValue::Text(text.clone()));
    }
    let mut fields = reader.fields(value, path)?;
    let date = fields.value("http_date");
    let epoch = fields.integer("epoch_s")?;
    let redirect = fields.string("redirect")?;
    let found = match (date, epoch, redirect) {
        (Some(date), None, None) => {
            let mut date = reader.fields(date, &fields.path("http_date"))?;
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
    found.ok_or_else(|| wrong_type(path, "one of http_date, epoch_s, redirect", value))
}

fn body(reader: Reader, fields: &mut Fields<'_>) -> Result<Body> {
    let mut bodies = Vec::new();
    if let Some(json) = fields.raw("json") {
        bodies.push(Body::Json(json.to_string().into_bytes()));
    }
    if let Some(text) = fields.string("text")? {
        bodies.push(Body::Bytes(text.as_bytes().to_vec()));
    }
    if let Some(text) = fields.string("base64")? {
        bodies.push(Body::Bytes(decode_base64(text, &fields.path("base64"))?));
    }
    if let Some(fill) = fields.value("fill") {
        let mut fill = reader.fields(fill, &fields.path("fill"))?;
        let unit = fill.string("byte")?;
        let unit = fill.required("byte", unit)?.as_bytes().to_vec();
        let count = fill.count("count")?;
        let count = usize::try_from(fill.required("count", count)?).unwrap_or(usize::MAX);
        let length = unit.len().saturating_mul(count);
        if reader.is_script() && length > MAX_FILL {
            let message = format!("a body of {length} bytes; expected at most {MAX_FILL}");
            return Err(error_at(fill.path("count"), message));
        }
        fill.done()?;
        bodies.push(Body::Fill { unit, count });
    }
    if bodies.len() > 1 {
        return Err(error_at(fields.path("json"), "more than one body"));
    }
    Ok(bodies.pop().unwrap_or(Body::None))
}

fn codings(fields: &mut Fields<'_>) -> Result<Vec<Coding>> {
    let names = match fields.value("encoding") {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
    };
    let known = [Coding::Gzip, Coding::Brotli, Coding::Zstd, Coding::Deflate];
    let mut codings = Vec::new();
    for name in names {
        let is_meant = |coding: &&Coding| name.as_str() == Some(coding.token());
        match known.iter().find(is_meant) {
            Some(coding) => codings.push(*coding),
            None => {
                let path = fields.path("encoding");
                return Err(wrong_type(&path, "gzip, br, zstd or deflate", name));
            }
        }
    }
    Ok(codings)
}

fn informational(reader: Reader, fields: &mut Fields<'_>) -> Result<Vec<(u16, Headers)>> {
    let path = fields.path("informational");
    let mut heads = Vec::new();
    let items = fields.array("informational")?.unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let mut item = reader.fields(item, &format!("{path}[{index}]"))?;
        let status = status(&mut item)?;
        heads.push((
            item.required("status", status)?,
            headers(reader, &mut item)?,
        ));
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
    let Some(text) = fields.string(key)? else {
        return Ok(None);
    };
    match known.iter().find(|(word, _)| *word == text) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            Err(unknown(fields, key, text, &words))
        }
    }
}

#[cold]
fn unknown(fields: &Fields<'_>, key: &str, text: &str, words: &[&str]) -> ScriptError {
    let message = format!("unknown `{text}`, expected one of {}", words.join(", "));
    error_at(fields.path(key), message)
}

/// Returns the names of all faults that a script may have.
pub(crate) fn fault_names() -> Vec<&'static str> {
    let names = FAULTS.iter().chain(&CONNECTION_FAULTS);
    names.map(|(name, _)| *name).collect()
}

fn fault(reader: Reader, fields: &mut Fields<'_>) -> Result<Option<Fault>> {
    let mut known = FAULTS.to_vec();
    if reader.is_script() {
        known.extend(CONNECTION_FAULTS);
    }
    word(fields, "fault", &known)
}

/// Null means none, which differs from an absent key.
fn request_id(fields: &mut Fields<'_>) -> Result<ReplyId> {
    match fields.raw("request_id") {
        None => Ok(ReplyId::Default),
        Some(Value::Null) => Ok(ReplyId::None),
        Some(Value::String(text)) if text == "auto" => Ok(ReplyId::Auto),
        Some(Value::String(text)) if is_id(text) => Ok(ReplyId::Exact(text.clone())),
        Some(other) => Err(wrong_type(
            &fields.path("request_id"),
            "null, \"auto\" or an ID of visible ASCII",
            other,
        )),
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A mock passes headers as typed values, which names and values that break HTTP's grammar cannot become.
fn check_header(name: &str, value: &HeaderValue, path: &str) -> Result<()> {
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        let found = Value::from(name);
        return Err(wrong_type(path, "the name of a header", &found));
    }
    let text = match value {
        HeaderValue::Text(text) => text,
        HeaderValue::Redirect { path, .. } => path,
        HeaderValue::Date { .. } | HeaderValue::Epoch { .. } => return Ok(()),
    };
    if http::HeaderValue::from_bytes(text.as_bytes()).is_err() {
        let found = Value::from(text.as_str());
        return Err(wrong_type(
            path,
            "a value without control characters",
            &found,
        ));
    }
    Ok(())
}
