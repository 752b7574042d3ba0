//! Names and values out of what can be serialized: the fields of a form, the parameters of a query.

use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::JsonError;

/// Returns the names and values of a struct, a map or a list of pairs, in their order. A value is text, a number, a boolean
/// or a list of those, which gives its name to each; null gives nothing.
pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Vec<(String, String)>, String> {
    // JSON keeps the order, and says how each scalar is written.
    let json = serde_json::to_vec(value).map_err(|error| reason(&error))?;
    let mut pairs = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(&json);
    match reader.deserialize_any(Pairs(&mut pairs)) {
        Ok(()) => Ok(pairs),
        Err(error) => Err(reason(&error)),
    }
}

/// What is wrong, without line and column, which are those of text that the caller never saw, and without the value, which
/// may be a secret.
fn reason(error: &serde_json::Error) -> String {
    JsonError::without_place(error).to_string()
}

/// Collects all pairs.
struct Pairs<'a>(&'a mut Vec<(String, String)>);

impl<'de> Visitor<'de> for Pairs<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a struct, a map or a list of pairs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Values {
                name: &name,
                pairs: self.0,
                in_list: false,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Pair(self.0))?.is_some() {}
        Ok(())
    }
}

/// Collects one pair of a list.
struct Pair<'a>(&'a mut Vec<(String, String)>);

impl<'de> DeserializeSeed<'de> for Pair<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pair<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pair of a name and a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(), A::Error> {
        let name: String = pair
            .next_element()?
            .ok_or_else(|| A::Error::invalid_length(0, &self))?;
        pair.next_element_seed(Values {
            name: &name,
            pairs: self.0,
            in_list: false,
        })?
        .ok_or_else(|| A::Error::invalid_length(1, &"a pair of a name and a value"))
    }
}

/// Collects the values of a name.
struct Values<'a> {
    name: &'a str,
    pairs: &'a mut Vec<(String, String)>,
    in_list: bool,
}

impl Values<'_> {
    fn push(self, value: impl ToString) {
        self.pairs.push((self.name.to_owned(), value.to_string()));
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text, a number or a boolean")?;
        if !self.in_list {
            write!(f, ", or a list of them,")?;
        }
        write!(f, " as the value of `{}`", self.name.escape_debug())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.push(text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(number);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.push(number);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(number);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.in_list {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        loop {
            let value = Values {
                name: self.name,
                pairs: &mut *self.pairs,
                in_list: true,
            };
            if list.next_element_seed(value)?.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Search<'a> {
        name: &'a str,
        limit: u32,
        ratio: f32,
        all: bool,
        site: Option<u32>,
        tags: Vec<&'a str>,
    }

    fn of_json(json: serde_json::Value) -> Result<Vec<(String, String)>, String> {
        of(&json)
    }

    #[test]
    fn fields_keep_their_order() {
        let pairs = of(&Search {
            name: "a b",
            limit: 10,
            ratio: 0.5,
            all: true,
            site: None,
            tags: vec!["x", "y"],
        });
        let pairs = pairs.expect("pairs");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("name", "a b"),
                ("limit", "10"),
                ("ratio", "0.5"),
                ("all", "true"),
                ("tags", "x"),
                ("tags", "y"),
            ]
        );
    }

    #[test]
    fn a_list_of_pairs_may_repeat_a_name() {
        let pairs = of(&[("b", "1"), ("a", "2"), ("b", "3")]).expect("pairs");
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs[2], ("b".to_owned(), "3".to_owned()));
        assert_eq!(
            of(&()).expect_err("null is no list"),
            "invalid type, expected a struct, a map or a list of pairs"
        );
    }

    #[test]
    fn what_is_refused_is_not_quoted() {
        struct Odd;

        impl Serialize for Odd {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("hunter2 is odd"))
            }
        }

        let errors = [
            of("grant_type=password&password=hunter2"),
            of(&["client_secret=hunter2"]),
            of(&[["client_secret=hunter2"]]),
            of(&[("password", "hunter2", "hunter2")]),
            of(&[("password", [["hunter2"]])]),
            of(&[("password", Odd)]),
        ];
        for error in errors {
            let error = error.expect_err("no pairs");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_no_pair_is_named() {
        let rows = [
            (serde_json::json!({ "a": { "b": 1 } }), "`a`"),
            (serde_json::json!({ "a": [[1]] }), "`a`"),
            (serde_json::json!(["a"]), "pair of a name and a value"),
            (serde_json::json!([["a"]]), "pair of a name and a value"),
            (serde_json::json!([["a", 1, 2]]), "trailing"),
            (serde_json::json!([[1, "a"]]), "string"),
            (
                serde_json::json!("a=b"),
                "a struct, a map or a list of pairs",
            ),
        ];
        for (json, names) in rows {
            let error = of_json(json.clone()).expect_err("no pairs");
            assert!(error.contains(names), "{json}: {error}");
            assert!(!error.contains("column"), "{error}");
        }
    }
}
