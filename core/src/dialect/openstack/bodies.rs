//! Where the error responses of OpenStack's services keep their parts.
//!
//! A response is recognised by its members, whatever service was called, since proxies, middleware and older releases
//! use their own shapes. The shapes are those of API-SIG's guideline on errors
//! (<https://specs.openstack.org/openstack/api-sig/guidelines/errors.html>) and of the services' sources.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::markup::plain;
use super::page;
use crate::dialect::{Decoded, id_text, text};
use crate::lenient_json::{Replaced, Value};

/// One shape of error bodies. Each part is at the first pointer that finds it.
struct Row {
    /// The shape is recognised by all of these.
    signs: &'static [Sign],
    code: &'static [&'static str],
    /// Codes that only say which side failed.
    no_codes: &'static [&'static str],
    message: &'static [&'static str],
    title: &'static [&'static str],
    details: &'static [&'static str],
    request_id: &'static [&'static str],
}

/// What has to be at a pointer.
enum Sign {
    Text(&'static str),
    Object(&'static str),
    Any(&'static str),
}

use Sign::{Any, Object, Text};

const EMPTY: Row = Row {
    signs: &[],
    code: &[],
    no_codes: &[],
    message: &[],
    title: &[],
    details: &[],
    request_id: &[],
};

/// The shapes, in order of precedence.
static ROWS: [Row; 10] = [
    // Designate. Its `errors` is what was wrong with a record, and a timeout has no message.
    Row {
        signs: &[Text("/type"), Any("/code")],
        code: &["/type"],
        message: &["/message"],
        request_id: &["/request_id"],
        ..EMPTY
    },
    // API-SIG's list of errors: Placement, Magnum, Zun, Masakari's middleware.
    Row {
        signs: &[Object("/errors/0")],
        code: &["/errors/0/code"],
        message: &["/errors/0/detail"],
        title: &["/errors/0/title"],
        request_id: &["/errors/0/request_id"],
        ..EMPTY
    },
    // Neutron.
    Row {
        signs: &[Object("/NeutronError")],
        code: &["/NeutronError/type"],
        message: &["/NeutronError/message"],
        details: &["/NeutronError/detail"],
        ..EMPTY
    },
    // WSME and Pecan: Octavia, Mistral, and within a string Ironic and Aodh.
    Row {
        signs: &[Text("/faultstring")],
        code: &["/faultcode"],
        no_codes: &["Client", "Server"],
        message: &["/faultstring"],
        details: &["/debuginfo"],
        ..EMPTY
    },
    // WebOb, and with it Glance and the middleware of every service.
    Row {
        signs: &[Text("/message")],
        code: &["/type", "/code"],
        message: &["/message"],
        title: &["/title"],
        request_id: &["/request_id"],
        ..EMPTY
    },
    // Heat and Senlin; without a type Keystone and its middleware.
    Row {
        signs: &[Object("/error")],
        code: &["/error/type", "/error/code"],
        message: &["/error/message", "/explanation"],
        title: &["/error/title", "/title"],
        details: &["/error/traceback"],
        ..EMPTY
    },
    // Barbican, Zaqar.
    Row {
        signs: &[Text("/description")],
        code: &["/code"],
        message: &["/description"],
        title: &["/title"],
        ..EMPTY
    },
    // Gnocchi.
    Row {
        signs: &[Text("/description/cause")],
        code: &["/code"],
        message: &["/description/cause"],
        title: &["/title"],
        details: &["/description/detail"],
        ..EMPTY
    },
    // Tacker: problem details (RFC 9457).
    Row {
        signs: &[Text("/detail"), Text("/title")],
        message: &["/detail"],
        title: &["/title"],
        ..EMPTY
    },
    Row {
        signs: &[Text("/detail"), Any("/status")],
        message: &["/detail"],
        ..EMPTY
    },
];

/// Members that hold a body within the body, as JSON or as a text: Ironic, Aodh and Blazar, and an old Neutron.
const NESTED: [&str; 2] = ["/error_message", "/NeutronError"];

/// How deep bodies may be nested.
const MAX_NESTED: usize = 4;

/// Reads the parts of an error body.
pub(super) fn decode(body: &Value) -> Decoded {
    read(body, 0)
}

fn read(body: &Value, depth: usize) -> Decoded {
    if let Some(row) = ROWS.iter().find(|row| row.fits(body)) {
        return row.read(body);
    }
    let mut nested = NESTED.iter().filter_map(|at| body.pointer(at));
    let nested = nested.find_map(|value| within(value, depth));
    nested.or_else(|| rooted(body)).unwrap_or_default()
}

/// Reads the body within a body.
fn within(value: &Value, depth: usize) -> Option<Decoded> {
    let is_shallow = depth < MAX_NESTED;
    let text = match value {
        Value::Object(_) if is_shallow => return Some(read(value, depth + 1)),
        Value::String(text, _) if text.trim().is_empty() => return None,
        Value::String(text, replaced) => {
            let inner = is_shallow.then(|| Value::parse(text, *replaced == Replaced::Yes));
            let inner = inner.flatten().map(|inner| read(&inner, depth + 1));
            let is_telling = |inner: &Decoded| inner.code.is_some() || inner.message.is_some();
            if let Some(inner) = inner.filter(is_telling) {
                return Some(inner);
            }
            text
        }
        _ => return None,
    };
    if page::begins(text) {
        return Some(page::read(text));
    }
    Some(Decoded {
        message: words(text),
        ..Decoded::default()
    })
}

/// A fault under its own name: Nova, Cinder, Manila, Trove, Masakari.
fn rooted(body: &Value) -> Option<Decoded> {
    let has_message = |fault: &Value| fault.get("message").and_then(Value::as_str).is_some();
    let mut faults = body.members().iter();
    let (name, fault) = faults.find(|(name, fault)| !name.is_empty() && has_message(fault))?;
    // A name with lost characters is not a code.
    let code = Some(name.clone()).filter(|name| !name.contains('\u{fffd}'));
    Some(Decoded {
        raw_code: code.clone(),
        code,
        message: message(fault, &["/message"]),
        details: first(fault, &["/details"], filled),
        ..Decoded::default()
    })
}

impl Row {
    fn fits(&self, body: &Value) -> bool {
        self.signs.iter().all(|sign| sign.is_in(body))
    }

    fn read(&self, body: &Value) -> Decoded {
        let code = first(body, self.code, telling);
        let code = code.filter(|code| !self.no_codes.contains(&&**code));
        Decoded {
            raw_code: code.clone(),
            code,
            message: message(body, self.message),
            title: first(body, self.title, text),
            details: first(body, self.details, filled),
            request_id: first(body, self.request_id, id_text).filter(|id| !id.is_empty()),
        }
    }
}

impl Sign {
    fn is_in(&self, body: &Value) -> bool {
        match self {
            Text(at) => body.pointer(at).and_then(Value::as_str).is_some(),
            Object(at) => matches!(body.pointer(at), Some(Value::Object(_))),
            Any(at) => body.pointer(at).is_some(),
        }
    }
}

/// The first part that one of the pointers finds.
fn first(
    body: &Value,
    pointers: &[&str],
    part: impl Fn(Option<&Value>) -> Option<String>,
) -> Option<String> {
    pointers.iter().find_map(|at| part(body.pointer(at)))
}

/// The first message that is not empty, in plain text; an empty one if all are empty.
fn message(body: &Value, pointers: &[&str]) -> Option<String> {
    let texts = || {
        let found = pointers.iter().filter_map(|at| body.pointer(at));
        found.filter_map(Value::as_str)
    };
    let telling = texts().find(|text| !text.trim().is_empty());
    words(telling.or_else(|| texts().next())?)
}

/// A message in plain text; `None` if it only consists of markup.
fn words(message: &str) -> Option<String> {
    match plain(message) {
        Cow::Borrowed(same) => Some(same.to_owned()),
        Cow::Owned(words) => Some(words).filter(|words| !words.is_empty()),
    }
}

/// A text that is not empty.
fn filled(value: Option<&Value>) -> Option<String> {
    text(value).filter(|text| !text.is_empty())
}

/// A code that says more than the status: one word, and not a number such as `404`.
fn telling(value: Option<&Value>) -> Option<String> {
    let text = value?.as_whole_str()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    // "404 Not Found".
    let is_sentence = text.contains(char::is_whitespace);
    (!is_number && !is_sentence).then(|| text.to_owned())
}
