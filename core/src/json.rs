//! Reading and making JSON for programs.

pub(crate) mod quick;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::charset;

/// Reads a body as `T`. It is UTF-8 whatever its charset says (RFC 8259 §8.1); a byte-order mark before it is skipped, and
/// the last of repeated names wins.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let body = charset::without_mark(body);
    serde_json::from_slice(body).or_else(|error| {
        // A struct refuses a repeated name; a map does not, and keeps the last.
        let again = error.is_data().then(|| serde_json::from_slice(body).ok());
        let value: Option<serde_json::Value> = again.flatten();
        value
            .and_then(|value| serde_json::from_value(value).ok())
            .ok_or(error)
    })
}

/// Whether a text is JSON, at any depth of nesting.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Adds a member to an object. The many members that the testing kit writes share this code.
#[cfg(feature = "testing")]
#[inline(never)]
pub(crate) fn put(
    object: &mut serde_json::Map<String, serde_json::Value>,
    name: &str,
    value: serde_json::Value,
) {
    object.insert(name.to_owned(), value);
}

/// Makes an object of members, whose values it takes. `json!` would repeat the same code at every use.
#[cfg(feature = "testing")]
#[inline(never)]
pub(crate) fn object(members: &mut [(&str, serde_json::Value)]) -> serde_json::Value {
    let mut object = serde_json::Map::new();
    for (name, value) in members {
        put(&mut object, name, value.take());
    }
    object.into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Camera {
        id: u64,
    }

    #[test]
    fn of_repeated_names_the_last_counts() {
        let body = b"{\"id\":1,\"id\":2}";
        assert_eq!(read::<Value>(body).expect("JSON"), json!({"id": 2}));
        assert_eq!(read::<Camera>(body).expect("JSON"), Camera { id: 2 });
        let wrong = read::<Camera>(b"{\"id\":1,\n\"id\":\"x\"}").expect_err("no camera");
        assert_eq!(wrong.line(), 2);
    }

    #[test]
    fn a_mark_is_passed_over_and_nothing_else() {
        assert_eq!(read::<u8>(b"\xef\xbb\xbf7").expect("JSON"), 7);
        for body in [
            &b"\xef\xbb\xbf\xef\xbb\xbf7"[..],
            b"7\xef\xbb\xbf",
            b"\xff\xfe7\0",
            b"\x007",
            b"\"caf\xe9\"",
            b"NaN",
            b"[Infinity]",
            b"-Infinity",
        ] {
            assert!(read::<Value>(body).is_err(), "{body:?}");
        }
    }
}
