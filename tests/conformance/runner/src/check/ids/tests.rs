use std::sync::Arc;

use serde_json::json;

use super::*;

fn sent(status: u16, headers: &[(&str, &str)], body: Value) -> Sent {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    Sent {
        status: Some(status),
        headers,
        body: Some(Arc::from(body.to_string().into_bytes())),
        body_is_certain: true,
        raw: false,
    }
}

fn client(dialect: Dialect) -> Client {
    Client {
        dialect,
        tokens: vec!["s3cr3t-token".to_owned()],
        ..Client::default()
    }
}

fn novavms(sent: &Sent) -> (Vec<Option<String>>, Vec<Option<String>>) {
    let client = client(Dialect::Named("novavms".to_owned()));
    let mut readings = readings(&client, "novavms", sent, true);
    readings.request_id.dedup();
    readings.body_request_id.dedup();
    (readings.request_id, readings.body_request_id)
}

fn some(id: &str) -> Option<String> {
    Some(id.to_owned())
}

#[test]
fn the_header_has_priority_and_the_id_in_the_body_is_kept() {
    let both = sent(409, &[("X-Request-Id", "a")], json!({"request_id": "b"}));
    assert_eq!(novavms(&both), (vec![some("a")], vec![some("b")]));
    let beyond = |end: &str| format!("{}{end}", "x".repeat(256));
    let body = json!({"request_id": beyond("b")});
    let cut = sent(409, &[("X-Request-Id", &beyond("a"))], body);
    assert_eq!(novavms(&cut).1, vec![None]);
    let same = sent(409, &[("x-request-id", "a")], json!({"request_id": "a"}));
    assert_eq!(novavms(&same), (vec![some("a")], vec![None]));
}

#[test]
fn only_an_error_body_has_an_id() {
    let body = json!({"request_id": "b"});
    assert_eq!(novavms(&sent(500, &[], body.clone())).0, vec![some("b")]);
    assert_eq!(novavms(&sent(200, &[], body.clone())).0, vec![None]);
    let with_header = sent(200, &[("X-Request-Id", "a")], body);
    assert_eq!(novavms(&with_header), (vec![some("a")], vec![None]));
    assert_eq!(
        novavms(&sent(500, &[], json!({"request_id": ""}))).0,
        vec![None]
    );
    assert_eq!(
        novavms(&sent(500, &[], json!({"request_id": []}))).0,
        vec![None]
    );
}

#[test]
fn a_body_that_may_not_have_been_read_allows_both_readings() {
    let mut cut = sent(500, &[], json!({"request_id": "b"}));
    cut.body_is_certain = false;
    assert_eq!(novavms(&cut).0, vec![some("b"), None]);
    let empty = sent(500, &[("X-Request-Id", " ")], json!({"request_id": "b"}));
    assert_eq!(novavms(&empty).0[0], some("b"));
}

#[test]
fn of_several_values_the_first_wins() {
    let twice = sent(
        200,
        &[("X-Request-Id", "a"), ("X-Request-Id", "b")],
        json!({}),
    );
    assert_eq!(novavms(&twice).0, vec![some("a")]);
    let pair = sent(
        404,
        &[
            ("X-Compute-Request-Id", "c"),
            ("X-Openstack-Request-Id", "o"),
        ],
        json!({"itemNotFound": {}}),
    );
    let client = client(Dialect::Default);
    let ids = readings(&client, "openstack", &pair, true).request_id;
    assert!(ids.contains(&some("c")) && ids.contains(&some("o")) && !ids.contains(&None));
}

#[test]
fn control_and_non_ascii_bytes_are_escaped_and_long_ids_cut() {
    let strange = sent(200, &[("X-Request-Id", "a\u{1b}é\\")], json!({}));
    assert_eq!(novavms(&strange).0, vec![some("a\\x1B\\xC3\\xA9\\")]);
    let long = sent(200, &[("X-Request-Id", &"é".repeat(200))], json!({}));
    assert_eq!(novavms(&long).0, vec![Some("\\xC3\\xA9".repeat(128))]);
}

#[test]
fn a_token_in_an_id_is_redacted() {
    let echoed = sent(200, &[("X-Request-Id", "r-s3cr3t-token")], json!({}));
    assert!(novavms(&echoed).0.contains(&some("r-[redacted]")));
}

#[test]
fn a_custom_dialect_says_where_ids_are() {
    let custom = client(Dialect::Custom {
        headers: vec!["X-Acme-Request".to_owned()],
        pointer: Some("/meta/rid".to_owned()),
    });
    let read = |sent: &Sent| readings(&custom, "acme", sent, true).request_id;
    let body = json!({"meta": {"rid": "r-1"}, "request_id": "no"});
    assert_eq!(
        read(&sent(400, &[("X-Request-Id", "no")], body))[0],
        some("r-1")
    );
    let header = sent(200, &[("x-acme-request", "r-2")], json!({}));
    assert_eq!(read(&header)[0], some("r-2"));
}
