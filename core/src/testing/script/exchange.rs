//! One exchange: which requests take it, what they must look like, the reply.

use serde_json::Value;

use super::path_template::PathTemplate;
use super::pattern::{NO_RESULT, Pattern};
use super::reader::Reader;
use super::reply::Reply;
use super::strict::{Fields, Result, decode_base64, error_at, wrong_type};

/// An exchange: `match`, `times`, `want` and `reply`.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `match.method`: the method of the requests that take it; `None` for any.
    pub method: Option<Pattern>,
    /// `match.target`: their path and query, as sent; `None` for any.
    pub target: Option<Pattern>,
    /// `match.path`: a template of their path, in scripts only; `None` for any.
    pub path: Option<PathTemplate>,
    /// How many requests it answers.
    pub times: Times,
    /// `optional`: whether it may stay unused, in scripts only.
    pub optional: bool,
    /// What a request that takes it must have looked like.
    pub want: Want,
    /// What is answered.
    pub reply: Reply,
}

/// How many requests an exchange answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// This many.
    Count(u64),
    /// Any number.
    Always,
}

/// What a request must have looked like.
#[derive(Clone, Debug, Default)]
pub struct Want {
    /// Its method; `None` for any.
    pub method: Option<Pattern>,
    /// Its path and query; `None` for any.
    pub target: Option<Pattern>,
    /// Headers by name; one that must be absent is [`Pattern::Null`].
    pub headers: Vec<(String, Pattern)>,
    /// Its body; `None` for any.
    pub body: Option<WantBody>,
}

/// What a request's body must have been.
#[derive(Clone, Debug)]
pub enum WantBody {
    /// JSON with exactly these members.
    Json(Pattern),
    /// UTF-8.
    Text(Pattern),
    /// Bytes, from plain base64. An operator is compared with the base64 text instead.
    Bytes(Vec<u8>),
    /// Bytes whose base64 text matches this.
    Base64(Pattern),
}

impl Reader {
    /// Reads an EXCHANGE; `path` is its location, for messages.
    pub fn exchange(self, value: &Value, path: &str) -> Result<Exchange> {
        Exchange::read(self, value, path)
    }
}

impl Exchange {
    /// Reads an exchange of a script; `path` is its location, for messages.
    pub fn from_json(value: &Value, path: &str) -> Result<Self> {
        Self::read(Reader::script(), value, path)
    }

    fn read(reader: Reader, value: &Value, path: &str) -> Result<Self> {
        let mut fields = reader.fields(value, path)?;
        let (mut method, mut target, mut template) = (None, None, None);
        if let Some(matching) = fields.value("match") {
            let mut matching = reader.fields(matching, &fields.path("match"))?;
            method = text_pattern(reader, &mut matching, "method")?;
            target = text_pattern(reader, &mut matching, "target")?;
            if reader.is_script() {
                template = path_template(&mut matching)?;
            }
            matching.done()?;
        }
        let times = match fields.value("times") {
            None => Times::Count(1),
            Some(Value::String(text)) if text == "always" => Times::Always,
            Some(Value::String(_)) => {
                let path = fields.path("times");
                return Err(error_at(path, "expected a number or \"always\""));
            }
            Some(_) => Times::Count(fields.count("times")?.unwrap_or(1)),
        };
        let want = match fields.value("want") {
            None => Want::default(),
            Some(want) => Want::read(reader, want, &fields.path("want"))?,
        };
        let optional = reader.is_script() && fields.boolean("optional")?.unwrap_or(false);
        let reply = Reply::read(reader, fields.value("reply"), &fields.path("reply"))?;
        fields.done()?;
        Ok(Self {
            method,
            target,
            path: template,
            times,
            optional,
            want,
            reply,
        })
    }
}

impl Exchange {
    /// Describes it by the requests that it takes, as in `GET /cameras/{id}`.
    #[must_use]
    pub fn described(&self) -> String {
        let text = |pattern: &Option<Pattern>, any: &str| match pattern {
            None => any.to_owned(),
            Some(Pattern::String(text)) => text.clone(),
            Some(_) => "…".to_owned(),
        };
        let place = match &self.path {
            Some(template) => template.as_str().to_owned(),
            None => text(&self.target, "anywhere"),
        };
        format!("{} {place}", text(&self.method, "any method"))
    }
}

impl Want {
    fn read(reader: Reader, value: &Value, path: &str) -> Result<Self> {
        let mut fields = reader.fields(value, path)?;
        let method = text_pattern(reader, &mut fields, "method")?;
        let target = text_pattern(reader, &mut fields, "target")?;
        let mut headers = Vec::new();
        let headers_path = fields.path("headers");
        for (name, value) in fields.object("headers")?.into_iter().flatten() {
            let path = format!("{headers_path}.{name}");
            let pattern = reader.pattern(value, &path)?;
            if !matches!(pattern, Pattern::Null | Pattern::String(_)) && !pattern.is_operator() {
                return Err(wrong_type(&path, "null, a string or an operator", value));
            }
            headers.push((name.clone(), pattern));
        }
        let mut bodies = Vec::new();
        if let Some(json) = fields.raw("json") {
            let pattern = reader.pattern(json, &fields.path("json"))?;
            bodies.push(WantBody::Json(pattern));
        }
        bodies.extend(text_pattern(reader, &mut fields, "text")?.map(WantBody::Text));
        bodies.extend(match text_pattern(reader, &mut fields, "base64")? {
            Some(Pattern::String(text)) => {
                let bytes = decode_base64(&text, &fields.path("base64"))?;
                Some(WantBody::Bytes(bytes))
            }
            other => other.map(WantBody::Base64),
        });
        fields.done()?;
        if bodies.len() > 1 {
            return Err(error_at(path, "more than one body"));
        }
        let want = Self {
            method,
            target,
            headers,
            body: bodies.pop(),
        };
        if want.patterns().any(Pattern::refers_to_a_result) {
            return Err(error_at(path, NO_RESULT));
        }
        Ok(want)
    }

    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let body = match &self.body {
            Some(WantBody::Json(pattern) | WantBody::Text(pattern) | WantBody::Base64(pattern)) => {
                Some(pattern)
            }
            Some(WantBody::Bytes(_)) | None => None,
        };
        self.method
            .iter()
            .chain(&self.target)
            .chain(self.headers.iter().map(|(_, pattern)| pattern))
            .chain(body)
    }
}

/// A string or an operator.
#[inline(never)]
fn text_pattern(
    reader: Reader,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<Option<Pattern>> {
    let Some(value) = fields.value(key) else {
        return Ok(None);
    };
    let path = fields.path(key);
    let pattern = reader.pattern(value, &path)?;
    if !matches!(pattern, Pattern::String(_)) && !pattern.is_operator() {
        return Err(wrong_type(&path, "a string or an operator", value));
    }
    Ok(Some(pattern))
}

fn path_template(fields: &mut Fields<'_>) -> Result<Option<PathTemplate>> {
    let template = fields.string("path")?.map(PathTemplate::parse);
    let template = template.transpose();
    template.map_err(|error| error_at(fields.path("path"), error))
}
