//! One exchange of the scripted server: which requests take it, what they must look like, the reply.

use serde_json::Value;

use super::reply::Reply;
use super::strict::{Fields, Result, ScenarioError, wrong_type};
use crate::pattern::Pattern;

/// An exchange of the script.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) method: Option<Pattern>,
    pub(crate) target: Option<Pattern>,
    pub(crate) times: Times,
    pub(crate) want: Want,
    pub(crate) reply: Reply,
}

/// How many requests an exchange answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Count(u64),
    Always,
}

/// What a request must have looked like.
#[derive(Debug, Default)]
pub(crate) struct Want {
    pub(crate) method: Option<Pattern>,
    pub(crate) target: Option<Pattern>,
    pub(crate) headers: Vec<(String, Pattern)>,
    pub(crate) body: Option<WantBody>,
}

/// What a request's body must have been.
#[derive(Debug)]
pub(crate) enum WantBody {
    Json(Pattern),
    Text(Pattern),
    /// Plain base64 is compared as the bytes it means, an operator with the base64 text.
    Bytes(Vec<u8>),
    Base64(Pattern),
}

impl Exchange {
    pub(super) fn parse(value: &Value, path: &str) -> Result<Self> {
        let mut fields = Fields::of(value, path)?;
        let (mut method, mut target) = (None, None);
        if let Some(matching) = fields.value("match") {
            let mut matching = Fields::of(matching, &fields.path("match"))?;
            method = text_pattern(&mut matching, "method")?;
            target = text_pattern(&mut matching, "target")?;
            matching.done()?;
        }
        let times = match fields.value("times") {
            None => Times::Count(1),
            Some(Value::String(text)) if text == "always" => Times::Always,
            Some(Value::String(_)) => {
                let path = fields.path("times");
                return Err(ScenarioError::new(path, "expected a number or \"always\""));
            }
            Some(_) => Times::Count(fields.count("times")?.unwrap_or(1)),
        };
        let want = match fields.value("want") {
            None => Want::default(),
            Some(want) => Want::parse(want, &fields.path("want"))?,
        };
        let reply = Reply::parse(fields.value("reply"), &fields.path("reply"))?;
        fields.done()?;
        Ok(Self {
            method,
            target,
            times,
            want,
            reply,
        })
    }
}

impl Want {
    fn parse(value: &Value, path: &str) -> Result<Self> {
        let mut fields = Fields::of(value, path)?;
        let method = text_pattern(&mut fields, "method")?;
        let target = text_pattern(&mut fields, "target")?;
        let mut headers = Vec::new();
        let headers_path = fields.path("headers");
        for (name, value) in fields.object("headers")?.into_iter().flatten() {
            let path = format!("{headers_path}.{name}");
            let pattern = Pattern::parse(value, &path)?;
            if !matches!(pattern, Pattern::Null | Pattern::String(_)) && !pattern.is_operator() {
                return Err(wrong_type(&path, "null, a string or an operator", value));
            }
            headers.push((name.clone(), pattern));
        }
        let mut bodies = Vec::new();
        if let Some(json) = fields.raw("json") {
            let pattern = Pattern::parse(json, &fields.path("json"))?;
            bodies.push(WantBody::Json(pattern));
        }
        bodies.extend(text_pattern(&mut fields, "text")?.map(WantBody::Text));
        let path64 = fields.path("base64");
        bodies.extend(match text_pattern(&mut fields, "base64")? {
            Some(Pattern::String(text)) => Some(WantBody::Bytes(super::base64(&text, &path64)?)),
            other => other.map(WantBody::Base64),
        });
        fields.done()?;
        if bodies.len() > 1 {
            return Err(ScenarioError::new(path, "more than one body"));
        }
        let want = Self {
            method,
            target,
            headers,
            body: bodies.pop(),
        };
        if want.patterns().any(Pattern::refers_to_a_result) {
            return Err(ScenarioError::new(
                path,
                "operator `$same` has no result to look into here",
            ));
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

/// A string or an operator in its place.
fn text_pattern(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<Pattern>> {
    let path = fields.path(key);
    let Some(value) = fields.value(key) else {
        return Ok(None);
    };
    let pattern = Pattern::parse(value, &path)?;
    if !matches!(pattern, Pattern::String(_)) && !pattern.is_operator() {
        return Err(wrong_type(&path, "a string or an operator", value));
    }
    Ok(Some(pattern))
}
