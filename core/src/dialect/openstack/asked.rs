//! What a request asked a volume or a snapshot for. A 202 has no body, so only the request knows.

use std::num::{NonZeroU8, NonZeroU32};

use http::Method;

/// The longest body that is read: an action is a few words.
const LONGEST: usize = 1024;

/// The actions of volumes and snapshots by their names in the API, and what they are called here.
const ACTIONS: [(&str, &str); 11] = [
    (EXTEND, "extend"),
    ("os-retype", "retype"),
    ("os-attach", "attach"),
    ("os-detach", "detach"),
    ("os-migrate_volume", "migrate"),
    ("os-volume_upload_image", "upload_image"),
    ("os-force_delete", "force_delete"),
    ("os-reset_status", "reset_status"),
    ("os-reimage", "reimage"),
    ("os-set_bootable", "set_bootable"),
    ("revert", "revert"),
];

const EXTEND: &str = "os-extend";

/// An action that a request asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Asked {
    /// Its index among the actions, plus one.
    number: NonZeroU8,
    /// The size that an extend asked for, in GiB.
    pub(crate) size: Option<NonZeroU32>,
}

impl Asked {
    /// Reads it from a request; `None` for everything but an action of the block storage API.
    pub(crate) fn read(method: &Method, path: &str, body: &[u8]) -> Option<Self> {
        if *method != Method::POST || !path.ends_with("/action") || body.len() > LONGEST {
            return None;
        }
        let body = std::str::from_utf8(body).ok()?;
        let (name, rest) = key(body.trim_start().strip_prefix('{')?)?;
        let place = ACTIONS.iter().position(|(own, _)| *own == name)?;
        let number = NonZeroU8::new(u8::try_from(place + 1).ok()?)?;
        let size = (name == EXTEND).then(|| new_size(rest)).flatten();
        Some(Self { number, size })
    }

    /// The operation, as in `extend`.
    pub(crate) fn operation(self) -> &'static str {
        ACTIONS[usize::from(self.number.get()) - 1].1
    }
}

/// The next key of an object's text, and the text of its value.
fn key(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.trim_start().strip_prefix('"')?.split_once('"')?;
    Some((name, rest.trim_start().strip_prefix(':')?.trim_start()))
}

/// The size within an extend: a number, or one in quotes.
fn new_size(text: &str) -> Option<NonZeroU32> {
    let (name, value) = key(text.strip_prefix('{')?)?;
    let value = value.strip_prefix('"').unwrap_or(value);
    let end = value.find(|c: char| !c.is_ascii_digit())?;
    let size = value[..end].parse().ok()?;
    (name == "new_size").then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(&'static str, Option<u32>)> {
        let asked = Asked::read(&Method::POST, "/volumes/{id}/action", body.as_bytes())?;
        Some((asked.operation(), asked.size.map(NonZeroU32::get)))
    }

    #[test]
    fn an_extend_says_its_size() {
        for body in [
            r#"{"os-extend": {"new_size": 3}}"#,
            r#"{"os-extend":{"new_size":3}}"#,
            "{\n  \"os-extend\" : {\n \"new_size\" : 3 }\n}",
            r#"{"os-extend": {"new_size": "3"}}"#,
        ] {
            assert_eq!(read(body), Some(("extend", Some(3))), "{body}");
        }
        for body in [
            r#"{"os-extend": {"new_size": -3}}"#,
            r#"{"os-extend": {"size": 3}}"#,
            r#"{"os-extend": {"new_size": 0}}"#,
            r#"{"os-extend": {"new_size": 99999999999}}"#,
            r#"{"os-extend": null}"#,
        ] {
            assert_eq!(read(body), Some(("extend", None)), "{body}");
        }
    }

    #[test]
    fn other_requests_ask_for_none_of_it() {
        assert_eq!(
            read(r#"{"os-retype": {"new_type": "x"}}"#),
            Some(("retype", None))
        );
        for body in ["", "{}", "[]", r#"{"resize": {}}"#, "{\"os-extend", "\u{0}"] {
            assert_eq!(read(body), None, "{body}");
        }
        let body = br#"{"os-extend": {"new_size": 3}}"#;
        assert_eq!(
            Asked::read(&Method::PUT, "/volumes/{id}/action", body),
            None
        );
        assert_eq!(Asked::read(&Method::POST, "/volumes/{id}", body), None);
        let long = [b' '; LONGEST + 1];
        assert_eq!(
            Asked::read(&Method::POST, "/volumes/{id}/action", &long),
            None
        );
    }
}
