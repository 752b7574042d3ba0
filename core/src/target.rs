//! Where a request goes: base URL, path template, parameters and query, checked before anything is sent.

mod request_url;

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};
use url::{Position, Url};

use crate::redact;

pub use request_url::RequestUrl;

/// What a path template may hold unescaped: RFC 3986's `pchar`, `/`, and the `%` of an existing escape.
const TEMPLATE: &AsciiSet = &redact::COMPONENT
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%');

/// A client's base URL: an origin and a path prefix without trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    origin: Arc<str>,
    prefix: String,
    url: Url,
}

impl BaseUrl {
    /// Reads a base URL; the error says what is wrong and what would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = "expected an absolute URL such as https://api.example.com/api/v1";
        // The text may hold a password, so no message repeats it.
        let url = Url::parse(text).map_err(|e| format!("base_url is not a URL ({e}); {wanted}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!(
                "base_url has the scheme `{}`; expected http or https",
                url.scheme()
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("base_url holds user info (`user:password@`); give the credential to the client as a token instead".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(
                "base_url holds a query or a fragment; expected scheme, host and an optional path"
                    .to_owned(),
            );
        }
        Ok(Self {
            origin: url.origin().ascii_serialization().into(),
            prefix: url.path().trim_end_matches('/').to_owned(),
            url,
        })
    }

    /// The path that all requests begin with; it ends without a slash.
    #[cfg(any(feature = "openstack", feature = "testing"))]
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Scheme, host and port, as in `https://api.example`.
    pub(crate) fn origin(&self) -> &Arc<str> {
        &self.origin
    }

    /// Host and port, without the scheme's default port, as `Host` names them (RFC 9110 §7.2).
    pub(crate) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

/// Checks the address of a page for people; the error says what is wrong and what would be right.
pub(crate) fn check_page(text: &str) -> Result<(), String> {
    let wanted = "expected an http or https URL such as https://acme.example/errors";
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|url| {
        let rest = text.get(url.scheme().len()..);
        let is_absolute = rest.is_some_and(|rest| rest.starts_with("://"));
        is_plain && is_absolute && matches!(url.scheme(), "http" | "https")
    });
    match url {
        Some(url) if url.username().is_empty() && url.password().is_none() => Ok(()),
        // The text may hold a password, so no message repeats it.
        Some(_) => Err(format!("holds user info (`user:password@`); {wanted}")),
        None if text.contains('@') => Err(format!("is not an http or https URL; {wanted}")),
        None => Err(format!("is `{}`; {wanted}", text.escape_debug())),
    }
}

/// A value for a `{name}` of a path template.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) value: redact::Secret,
    /// Stays `{name}` in everything that is shown.
    pub(crate) secret: bool,
}

/// A checked request target.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: RequestUrl,
    /// The URL as trails show it, if that differs from the URL.
    pub(crate) shown: Option<String>,
}

/// The longest URL that can be sent, in bytes: the limit of the `http` crate.
const MAX_URL: usize = 65_534;

/// Refuses a URL that cannot be sent.
fn checked_length(url: &RequestUrl) -> Result<(), String> {
    match url.as_str().len() {
        length if length > MAX_URL => Err(format!(
            "the URL has {length} bytes with its parameters and query; expected {MAX_URL} at most"
        )),
        _ => Ok(()),
    }
}

/// Joins base, template, parameters and query; the error says what is wrong and what would be right.
pub(crate) fn build(
    base: &BaseUrl,
    template: &str,
    params: &[Param],
    query: &[(String, String)],
    shown_query: &[String],
) -> Result<Target, String> {
    let (path, shown_path) = if params.is_empty() && is_plain(template) {
        (Cow::Borrowed(template), Cow::Borrowed(template))
    } else {
        check_template(template)?;
        let (path, shown_path) = expand(template, params)?;
        check_segments(&path, template)?;
        (Cow::Owned(path), Cow::Owned(shown_path))
    };
    let query = encode_query(query);
    // Each part is already escaped, so that nothing has to be parsed again.
    let url = RequestUrl::from_parts(&base.origin, &base.prefix, &path, &query);
    checked_length(&url)?;
    let differs = !query.is_empty() || params.iter().any(|param| param.secret);
    let shown = differs.then(|| {
        let mut shown = format!("{}{}{shown_path}", base.origin, base.prefix);
        if !query.is_empty() {
            shown.push('?');
            shown.push_str(&redact::query(&query, shown_query));
        }
        shown
    });
    Ok(Target { url, shown })
}

/// Whether a template is a plain path: the usual case, for which the rules need no check one by one.
fn is_plain(template: &str) -> bool {
    let usual = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'~');
    template.starts_with('/') && !template.starts_with("//") && template.bytes().all(usual)
}

/// Takes a link that the API returned, such as a `next` URL: an absolute one on the client's own origin, or one that
/// starts at the origin's root.
pub(crate) fn link(base: &BaseUrl, link: &str, shown_query: &[String]) -> Result<Target, String> {
    let rooted = link.starts_with('/') && !link.starts_with("//");
    let parsed = if rooted {
        base.url.join(link)
    } else {
        Url::parse(link)
    };
    let mut url = parsed.map_err(|e| {
        format!(
            "the link is neither an absolute URL ({e}) nor a path that starts with a single `/`"
        )
    })?;
    if url.origin() != base.url.origin() {
        return Err(format!(
            "the link points to {}, but the client's origin is {}; the credential is not sent elsewhere",
            url.origin().ascii_serialization(),
            base.origin
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the link holds user info (`user:password@`)".to_owned());
    }
    url.set_fragment(None);
    let shown = Some(show(&url, shown_query));
    let url = RequestUrl::from(url);
    checked_length(&url)?;
    Ok(Target { url, shown })
}

/// A URL as trails show it: without user info and fragment, its query values redacted.
pub(crate) fn show(url: &Url, shown_query: &[String]) -> String {
    let mut out = url.origin().ascii_serialization() + url.path();
    if let Some(query) = url.query().filter(|q| !q.is_empty()) {
        out.push('?');
        out.push_str(&redact::query(query, shown_query));
    }
    out
}

/// Returns what is shown of a path that may be refused: one line, without query and fragment, and, if it is a URL, without
/// user info. All of these may be secrets.
pub(crate) fn show_refused(template: &str) -> String {
    let decoded;
    let text = if template.starts_with('/') {
        template
    } else {
        // The URL may be passed escaped.
        decoded = percent_decode_str(template).decode_utf8_lossy();
        &*decoded
    };
    let (head, tail) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
    let is_path = head.starts_with('/') && !head.starts_with("//") && !head.starts_with("/\\");
    let authority = match head.find("://") {
        Some(at) => at + 3,
        None if is_path => return redact::one_line(head).into_owned(),
        None => 0,
    };
    let (scheme, rest) = head.split_at(authority);
    // A password may hold any of the characters that end it elsewhere.
    let shown = match rest.rsplit_once('@') {
        _ if tail.contains('@') => format!("{scheme}{}", redact::REDACTED),
        Some((_, rest)) => format!("{scheme}{}@{rest}", redact::REDACTED),
        None => head.to_owned(),
    };
    redact::one_line(&shown).into_owned()
}

/// Percent-encodes a parameter as a whole.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, redact::COMPONENT).to_string()
}

fn encode_query(query: &[(String, String)]) -> String {
    if query.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

fn check_template(template: &str) -> Result<(), String> {
    if template.contains("://") || template.starts_with("//") || !template.starts_with('/') {
        return Err(format!(
            "the path `{}` is not a path of the API; expected one that starts with a single `/`, such as /cameras/{{id}}",
            show_refused(template)
        ));
    }
    for (bad, advice) in [
        ('?', "give query parameters through `query`"),
        ('#', "a fragment is never sent"),
        ('\\', "separate segments with `/`"),
    ] {
        if template.contains(bad) {
            // Only the part before it is repeated: what follows a `?` may be a secret.
            let before = template.split(bad).next().unwrap_or_default();
            return Err(format!(
                "the path holds `{bad}` after `{}`; {advice}",
                show_refused(before)
            ));
        }
    }
    if let Some(control) = template.chars().find(|c| c.is_control()) {
        return Err(format!(
            "the path holds the control character {}",
            control.escape_default()
        ));
    }
    if template.to_ascii_lowercase().contains("%5c") {
        return Err(format!(
            "the path `{template}` holds an escaped backslash; separate segments with `/`"
        ));
    }
    let bytes = template.as_bytes();
    for (at, _) in template.match_indices('%') {
        let hex = bytes
            .get(at + 1..at + 3)
            .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        if !hex {
            return Err(format!(
                "the path `{template}` holds a `%` that starts no escape; write it as %25"
            ));
        }
    }
    Ok(())
}

/// Inserts the parameters into the template: once as sent, once as shown.
fn expand(template: &str, params: &[Param]) -> Result<(String, String), String> {
    for (index, param) in params.iter().enumerate() {
        if params[..index].iter().any(|other| other.name == param.name) {
            return Err(format!(
                "the path parameter `{}` is given twice",
                param.name
            ));
        }
        let value = param.value.expose();
        if matches!(value, "" | "." | "..") {
            let given = if value.is_empty() {
                "is empty".to_owned()
            } else {
                format!("is `{value}`")
            };
            return Err(format!(
                "the path parameter `{}` {given}, which would change the path; expected an ID",
                param.name
            ));
        }
        if !template.contains(&format!("{{{}}}", param.name)) {
            return Err(format!(
                "the path `{template}` has no parameter `{0}`; expected `{{{0}}}` in the path, or `{0}` given as `query`",
                param.name
            ));
        }
    }
    let (mut path, mut shown) = (String::new(), String::new());
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let literal = utf8_percent_encode(&rest[..open], TEMPLATE).to_string();
        path.push_str(&literal);
        shown.push_str(&literal);
        let tail = &rest[open..];
        let name = tail
            .strip_prefix('{')
            .and_then(|t| t.split_once('}'))
            .map(|(name, _)| name)
            .filter(|name| !name.is_empty() && !name.contains('{'))
            .ok_or_else(|| {
                format!(
                    "the path `{template}` has an unpaired brace; expected parameters as {{name}}"
                )
            })?;
        let param = params.iter().find(|p| p.name == name).ok_or_else(|| {
            format!("the path `{template}` needs a value for its parameter `{name}`")
        })?;
        let encoded = encode(param.value.expose());
        if param.secret {
            shown.push_str(&format!("{{{name}}}"));
        } else {
            shown.push_str(&encoded);
        }
        path.push_str(&encoded);
        rest = &tail[name.len() + 2..];
    }
    let literal = utf8_percent_encode(rest, TEMPLATE).to_string();
    path.push_str(&literal);
    shown.push_str(&literal);
    Ok((path, shown))
}

/// Refuses segments that would leave the API's prefix, also in escaped form. The error repeats only the template, since
/// the path may hold a secret.
fn check_segments(path: &str, template: &str) -> Result<(), String> {
    let is_dots = |part: &[u8]| matches!(part, b"." | b"..");
    let decode = |segment| -> Vec<u8> { percent_decode_str(segment).collect() };
    let climbs = path.split('/').any(|segment| is_dots(&decode(segment)));
    // A server may decode the `%2F` of a template before it looks for dots; a parameter's is part of an ID.
    let hides = template
        .split('/')
        .any(|segment| decode(segment).split(|&b| b == b'/').any(is_dots));
    if climbs || hides {
        return Err(format!(
            "the path `{template}` holds a dot segment (`.` or `..`); expected a path without"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
