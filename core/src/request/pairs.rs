//! Reads names and values from what can be serialized: the fields of a form, the parameters of a query.

mod item;

use serde::Serialize;

use item::Item;

/// What a value as a whole can be.
const WHOLE: &str = "a struct, a map or a list of pairs";

/// What an element of a list can be.
const PAIR: &str = "a pair of a name and a value";

/// Returns the names and values of a struct, a map or a list of pairs, in their order. A value is text, a number, a boolean
/// or a list of those, which all get its name; null is left out. The error shows no value, since it may be a secret.
pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    match Item::of(value).map_err(|refused| refused.to_string())? {
        Item::Map(entries) => {
            for (name, value) in entries {
                values(&name, value, &mut pairs)?;
            }
        }
        Item::List(items) => {
            for item in items {
                let (name, value) = pair(item)?;
                values(&name, value, &mut pairs)?;
            }
        }
        other => return Err(format!("expected {WHOLE}, not {}", other.kind())),
    }
    Ok(pairs)
}

/// The name and the value of a list's element.
fn pair(item: Item) -> Result<(String, Item), String> {
    let Item::List(items) = item else {
        return Err(format!("expected {PAIR}, not {}", item.kind()));
    };
    let length = items.len();
    match <[Item; 2]>::try_from(items) {
        Ok([Item::Text(name), value]) => Ok((name, value)),
        Ok([name, _]) => Err(format!(
            "expected text as the name of a pair, not {}",
            name.kind()
        )),
        Err(_) => Err(format!("expected {PAIR}, not a list of {length}")),
    }
}

/// Collects the values of a name.
fn values(name: &str, value: Item, pairs: &mut Vec<(String, String)>) -> Result<(), String> {
    let Item::List(items) = value else {
        return scalar(name, value, pairs);
    };
    items
        .into_iter()
        .try_for_each(|item| scalar(name, item, pairs))
}

fn scalar(name: &str, value: Item, pairs: &mut Vec<(String, String)>) -> Result<(), String> {
    match value {
        Item::Null => Ok(()),
        Item::Text(value) | Item::Scalar(value) => {
            pairs.push((name.to_owned(), value));
            Ok(())
        }
        Item::NotFinite => Err(format!(
            "`{}` is NaN or infinite; expected a finite number",
            name.escape_debug()
        )),
        Item::List(_) | Item::Map(_) => Err(format!(
            "expected text, a number, a boolean or a list of those as the value of `{}`, not {}",
            name.escape_debug(),
            match value {
                Item::List(_) => "lists within a list",
                _ => "a map",
            }
        )),
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
            of(&()).expect_err("null is not a list"),
            "expected a struct, a map or a list of pairs, not null"
        );
    }

    #[test]
    fn numbers_keep_their_value() {
        let pairs = of(&[("a", u128::MAX.to_string()), ("b", i128::MIN.to_string())]);
        let numbers = of(&(("a", u128::MAX), ("b", i128::MIN)));
        assert_eq!(numbers, pairs);
        let pairs = of(&[("a", 0.1_f32), ("b", 1.0), ("c", -2.5)]).expect("pairs");
        let values: Vec<_> = pairs.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["0.1", "1", "-2.5"]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = of(&[("ratio", [value])]).expect_err("no number");
            assert!(error.contains("`ratio` is NaN or infinite"), "{error}");
            of(&[("ratio", value as f32)]).expect_err("no number");
        }
    }

    /// As serde_json writes them where its feature `arbitrary_precision` is on, which any part of a program may ask for.
    #[test]
    fn numbers_of_any_precision() {
        #[derive(Serialize)]
        #[serde(rename = "$serde_json::private::Number")]
        struct Number {
            #[serde(rename = "$serde_json::private::Number")]
            text: &'static str,
        }

        let pairs = of(&[("a", Number { text: "1.50" })]).expect("pairs");
        assert_eq!(pairs, [("a".to_owned(), "1.50".to_owned())]);
    }

    #[test]
    fn enums_newtypes_and_keys_are_written_as_in_json() {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Plain,
            Of(u8),
        }
        #[derive(Serialize)]
        struct Wrapped(Vec<(char, Option<Kind>)>);

        let wrapped = Wrapped(vec![('a', Some(Kind::Plain)), ('b', None)]);
        assert_eq!(of(&wrapped), Ok(vec![("a".into(), "plain".into())]));
        assert_eq!(of(&Kind::Of(7)), Ok(vec![("of".into(), "7".into())]));
        let map = std::collections::BTreeMap::from([(3, true)]);
        assert_eq!(of(&Some(map)), Ok(vec![("3".into(), "true".into())]));
        of(&[("a", Kind::Of(7))]).expect_err("a map as a value");
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
            (serde_json::json!([["a", 1, 2]]), "not a list of 3"),
            (serde_json::json!([[1, "a"]]), "text as the name"),
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
