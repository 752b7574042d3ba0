use super::*;
use serde_json::json;

const READER: Reader = Reader::scenario(compile);

fn compile(expression: &str) -> std::result::Result<IsMatch, String> {
    Reader::script().compile(expression)
}

fn differences(expected: Value, actual: Value) -> Vec<String> {
    let scope = Scope {
        objects: Objects::Subset,
        root: Some(&actual),
    };
    let pattern = READER.pattern(&expected, "p").expect("a pattern");
    let mut out = Vec::new();
    pattern.check(Some(&actual), scope, "p", &mut out);
    out.iter().map(ToString::to_string).collect()
}

#[test]
fn objects_are_subsets_and_arrays_are_whole() {
    assert!(differences(json!({"a": 1}), json!({"a": 1, "b": 2})).is_empty());
    assert!(differences(json!([{"a": 1}]), json!([{"a": 1, "b": 2}])).is_empty());
    assert_eq!(differences(json!([1]), json!([1, 2])).len(), 1);
    assert_eq!(differences(json!([1, 2]), json!([2, 1])).len(), 2);
    assert_eq!(differences(json!({"a": 1}), json!([])).len(), 1);
}

#[test]
fn a_whole_object_holds_nothing_more() {
    let pattern = READER.pattern(&json!({"a": 1}), "p").expect("a pattern");
    let scope = Scope {
        objects: Objects::Whole,
        root: None,
    };
    let mut out = Vec::new();
    pattern.check(Some(&json!({"a": 1, "b": 2})), scope, "p", &mut out);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].to_string(), "p.b: expected nothing, got 2");
}

#[test]
fn numbers_compare_by_value() {
    assert!(differences(json!(350), json!(350.0)).is_empty());
    assert!(differences(json!(350.0), json!(350)).is_empty());
    assert_eq!(differences(json!(350), json!("350")).len(), 1);
    assert_eq!(differences(json!(u64::MAX), json!(u64::MAX - 1)).len(), 1);
}

#[test]
fn a_missing_field_is_null() {
    assert!(differences(json!({"a": null}), json!({})).is_empty());
    assert_eq!(differences(json!({"a": null}), json!({"a": 1})).len(), 1);
    assert_eq!(differences(json!({"a": 1}), json!({})).len(), 1);
}

#[test]
fn operators_hold() {
    assert!(differences(json!({"$min": 1, "$max": 2}), json!(1.5)).is_empty());
    assert!(differences(json!({"$max": 2}), json!(-7)).is_empty());
    assert!(differences(json!({"$re": "^a+$"}), json!("aaa")).is_empty());
    assert!(differences(json!({"$re": "b"}), json!("abc")).is_empty());
    assert!(differences(json!({"$any": true}), json!(0)).is_empty());
    assert!(differences(json!({"$len": 2}), json!([1, 2])).is_empty());
    assert!(differences(json!({"$len": 2}), json!("äö")).is_empty());
    assert!(differences(json!({"$has": ["b"]}), json!(["a", "b"])).is_empty());
    assert!(differences(json!({"$has": [{"n": 1}]}), json!([{"n": 1, "m": 2}])).is_empty());
}

#[test]
fn operators_fail() {
    assert_eq!(differences(json!({"$min": 2}), json!(1)).len(), 1);
    assert_eq!(differences(json!({"$min": 0}), json!(null)).len(), 1);
    assert_eq!(differences(json!({"$max": 2}), json!("1")).len(), 1);
    assert_eq!(differences(json!({"$re": "^a$"}), json!("b")).len(), 1);
    assert_eq!(differences(json!({"$re": ".*"}), json!(null)).len(), 1);
    assert_eq!(differences(json!({"$any": true}), json!(null)).len(), 1);
    assert_eq!(differences(json!({"$len": 1}), json!([])).len(), 1);
    assert_eq!(differences(json!({"$has": ["c"]}), json!(["a"])).len(), 1);
    assert_eq!(differences(json!({"$has": ["c"]}), json!("c")).len(), 1);
}

#[test]
fn same_looks_into_the_result() {
    let result = json!({"error": {"request_id": "a", "other": "a", "none": null,
        "trail": {"attempts": [{"request_id": "a"}, {"request_id": "b"}]}}});
    let same = |path: &str| {
        let expected = json!({"error": {"request_id": {"$same": path}}});
        differences(expected, result.clone()).is_empty()
    };
    assert!(same("error.other"));
    assert!(same("trail.attempts.0.request_id"));
    assert!(same("trail.attempts[0].request_id"));
    assert!(!same("trail.attempts[1].request_id"));
    assert!(!same("error.absent"));
    assert!(!same("error.none"));
}

#[test]
fn malformed_operators_are_refused() {
    let refused = |value: Value| {
        READER
            .pattern(&value, "calls[0].expect.x")
            .expect_err("refused")
            .to_string()
    };
    assert!(refused(json!({"$gt": 1})).contains("unknown operator `$gt`"));
    assert!(refused(json!({"$gt": 1})).contains("calls[0].expect.x"));
    assert!(refused(json!({"$min": 1, "x": 2})).contains("unknown key `x`"));
    assert!(refused(json!({"$re": "("})).contains("not a regex"));
    assert!(refused(json!({"$re": "a", "$len": 1})).contains("exactly one operator"));
    assert!(refused(json!({"$any": false})).contains("$any"));
    assert!(refused(json!({"$min": null})).contains("exactly one operator"));
    assert!(refused(json!({"a": [{"b": {"$near": 1}}]})).contains("x.a[0].b"));
}
