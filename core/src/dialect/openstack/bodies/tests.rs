use serde_json::json;

use super::*;

fn decode(body: &serde_json::Value) -> Decoded {
    let body = Value::parse(&body.to_string(), false).expect("JSON");
    super::decode(&body)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_root_is_the_code() {
    let decoded = decode(&json!({"itemNotFound": {"code": 404, "message": "m"}}));
    assert_eq!(decoded.code, some("itemNotFound"));
    assert_eq!(decoded.raw_code, some("itemNotFound"));
    assert_eq!(decoded.message, some("m"));
    let unknown = json!({"brandNew": {"code": 418, "message": "m", "details": "trace"}});
    let decoded = decode(&unknown);
    assert_eq!(
        (decoded.code, decoded.details),
        (some("brandNew"), some("trace"))
    );
}

#[test]
fn bodies_without_a_code_keep_their_title() {
    let middleware = json!({"error": {"code": 401, "title": "Unauthorized", "message": "m"}});
    let rootless = json!({"message": "m", "code": "401 Unauthorized", "title": "Unauthorized"});
    for body in [middleware, rootless] {
        let decoded = decode(&body);
        assert_eq!(decoded.code, None, "{body}");
        assert_eq!(
            (decoded.message, decoded.title),
            (some("m"), some("Unauthorized")),
            "{body}"
        );
    }
}

#[test]
fn a_list_of_errors_gives_the_first() {
    let body = json!({"errors": [
        {"code": "placement.duplicate_name", "title": "Conflict", "detail": "d", "request_id": "req-1"},
        {"code": "other"},
    ]});
    assert_eq!(
        decode(&body),
        Decoded {
            code: some("placement.duplicate_name"),
            raw_code: some("placement.duplicate_name"),
            message: some("d"),
            title: some("Conflict"),
            details: None,
            request_id: some("req-1"),
        }
    );
}

#[test]
fn wrong_types_give_nothing() {
    for body in [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({"errors": []}),
        json!({"errors": "x"}),
        json!({"computeFault": "x"}),
        json!({"computeFault": {"message": 7}}),
        json!({"": {"message": "m"}}),
    ] {
        assert_eq!(decode(&body), Decoded::default(), "{body}");
    }
}

#[test]
fn messages_have_no_markup() {
    let found = "The resource could not be found.<br /><br />\n\n\n";
    for (body, message) in [
        (
            json!({"message": found, "code": "404 Not Found", "title": "Not Found"}),
            Some("The resource could not be found."),
        ),
        (
            json!({"error": {"message": found}}),
            Some("The resource could not be found."),
        ),
        (
            json!({"itemNotFound": {"message": found}}),
            Some("The resource could not be found."),
        ),
        (
            json!({"errors": [{"detail": found}]}),
            Some("The resource could not be found."),
        ),
        (json!({"message": "<br /><br />\n"}), None),
        (
            json!({"computeFault": {"message": "<class 'X'>"}}),
            Some("<class 'X'>"),
        ),
    ] {
        let decoded = decode(&body);
        assert_eq!(decoded.message.as_deref(), message, "{body}");
    }
}

/// Code, message and details.
fn parts(body: &serde_json::Value) -> (Option<String>, Option<String>, Option<String>) {
    let decoded = decode(body);
    assert_eq!(decoded.code, decoded.raw_code, "{body}");
    (decoded.code, decoded.message, decoded.details)
}

#[test]
fn every_service_has_a_shape() {
    let fault = json!({"faultcode": "Client", "faultstring": "Node n could not be found.", "debuginfo": null});
    for (body, code, message, details) in [
        // Neutron.
        (
            json!({"NeutronError": {"type": "PortNotFound", "message": "m", "detail": ""}}),
            Some("PortNotFound"),
            Some("m"),
            None,
        ),
        (
            json!({"x": {"message": "other"}, "NeutronError": {"detail": "d", "message": "m", "type": "T"}}),
            Some("T"),
            Some("m"),
            Some("d"),
        ),
        (
            json!({"NeutronError": {"message": "m"}}),
            None,
            Some("m"),
            None,
        ),
        (
            json!({"NeutronError": {"type": null, "message": "m", "detail": ["d"]}}),
            None,
            Some("m"),
            None,
        ),
        (
            json!({"NeutronError": {"type": "T", "message": 7}}),
            Some("T"),
            None,
            None,
        ),
        (json!({"NeutronError": "m"}), None, Some("m"), None),
        // Heat.
        (
            json!({"code": 404, "title": "Not Found", "explanation": "e",
                   "error": {"message": "m", "traceback": "t", "type": "EntityNotFound"}}),
            Some("EntityNotFound"),
            Some("m"),
            Some("t"),
        ),
        (
            json!({"explanation": "e", "error": {"type": "StackExists", "message": "", "traceback": null}}),
            Some("StackExists"),
            Some("e"),
            None,
        ),
        (
            json!({"explanation": "e", "error": {"message": null}}),
            None,
            Some("e"),
            None,
        ),
        // Octavia, Mistral.
        (
            fault.clone(),
            None,
            Some("Node n could not be found."),
            None,
        ),
        (
            json!({"debuginfo": "trace", "faultcode": "Server", "faultstring": "m"}),
            None,
            Some("m"),
            Some("trace"),
        ),
        (
            json!({"faultcode": "Busy", "faultstring": "m"}),
            Some("Busy"),
            Some("m"),
            None,
        ),
        (
            json!({"faultcode": 404, "faultstring": "m"}),
            None,
            Some("m"),
            None,
        ),
        // Ironic, Aodh.
        (
            json!({"error_message": fault}),
            None,
            Some("Node n could not be found."),
            None,
        ),
        (
            json!({"error_message": fault.to_string()}),
            None,
            Some("Node n could not be found."),
            None,
        ),
        (
            json!({"error_message": json!({"error_message": fault.to_string()}).to_string()}),
            None,
            Some("Node n could not be found."),
            None,
        ),
        (
            json!({"error_message": json!({"NeutronError": {"type": "T", "message": "m"}}).to_string()}),
            Some("T"),
            Some("m"),
            None,
        ),
        // Blazar, and text that is almost JSON.
        (
            json!({"error_code": 404, "error_message": "m", "error_name": 404}),
            None,
            Some("m"),
            None,
        ),
        (
            json!({"error_message": "{\"faultstring\": \"cut"}),
            None,
            Some("{\"faultstring\": \"cut"),
            None,
        ),
        (
            json!({"error_message": "{\"other\": 1}"}),
            None,
            Some("{\"other\": 1}"),
            None,
        ),
        (json!({"error_message": "404"}), None, Some("404"), None),
        (
            json!({"error_message": "<html><h1>404 Not Found</h1>The resource could not be found.<br /></html>"}),
            None,
            Some("The resource could not be found."),
            None,
        ),
        (
            json!({"error_message": "One.<br /><br />\n"}),
            None,
            Some("One."),
            None,
        ),
        (json!({"error_message": ""}), None, None, None),
        (json!({"error_message": ["m"]}), None, None, None),
        // Designate.
        (
            json!({"code": 404, "type": "zone_not_found", "message": "m", "request_id": "req-1"}),
            Some("zone_not_found"),
            Some("m"),
            None,
        ),
        (
            json!({"errors": [{"path": ["name"], "message": "n"}], "message": "m", "type": "invalid_object", "code": 400}),
            Some("invalid_object"),
            Some("m"),
            None,
        ),
        (
            json!({"code": 504, "type": "timeout"}),
            Some("timeout"),
            None,
            None,
        ),
        // Barbican, Zaqar.
        (
            json!({"code": 404, "title": "t", "description": "m"}),
            None,
            Some("m"),
            None,
        ),
        (
            json!({"description": "m<br /><br />\n\n\n", "title": "t"}),
            None,
            Some("m"),
            None,
        ),
        // Gnocchi.
        (
            json!({"code": 404, "title": "Not Found", "description": {"cause": "m", "detail": "d"}}),
            None,
            Some("m"),
            Some("d"),
        ),
        (json!({"description": {"detail": "d"}}), None, None, None),
        // Glance, WebOb.
        (
            json!({"message": "m<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}),
            None,
            Some("m"),
            None,
        ),
        // Tacker.
        (
            json!({"title": "t", "status": 404, "detail": "m"}),
            None,
            Some("m"),
            None,
        ),
        // Magnum, Zun.
        (
            json!({"errors": [{"request_id": "", "code": "client", "status": 404, "title": "t", "detail": "m", "links": []}]}),
            Some("client"),
            Some("m"),
            None,
        ),
        (
            json!({"errors": [{"code": "", "detail": "m"}]}),
            None,
            Some("m"),
            None,
        ),
        (
            json!({"errors": [{"code": 404, "detail": "m"}]}),
            None,
            Some("m"),
            None,
        ),
        // Manila, Trove.
        (
            json!({"code": 413, "overLimit": {"code": 413, "message": "m", "retryAfter": "0", "details": ""}}),
            Some("overLimit"),
            Some("m"),
            None,
        ),
    ] {
        let found = parts(&body);
        let wanted = (code, message, details);
        assert_eq!(
            (found.0.as_deref(), found.1.as_deref(), found.2.as_deref()),
            wanted,
            "{body}"
        );
    }
}

#[test]
fn codes_that_say_nothing_are_none() {
    for code in [
        json!(404),
        json!("404"),
        json!("404 Not Found"),
        json!("Not Found"),
        json!(""),
        json!(" "),
        json!(null),
        json!(["x"]),
    ] {
        for body in [
            json!({"code": code, "message": "m"}),
            json!({"code": code, "description": "m"}),
            json!({"code": code, "faultcode": code, "faultstring": "m"}),
            json!({"error": {"code": code, "type": code, "message": "m"}}),
            json!({"NeutronError": {"type": code, "message": "m"}}),
            json!({"errors": [{"code": code, "detail": "m"}]}),
            json!({"type": code, "code": 404, "message": "m"}),
        ] {
            let decoded = decode(&body);
            assert_eq!((decoded.code, decoded.message), (None, some("m")), "{body}");
        }
    }
}

#[test]
fn an_id_stands_where_the_shape_has_one() {
    for (body, id) in [
        (
            json!({"type": "t", "code": 404, "message": "m", "request_id": "req-1"}),
            Some("req-1"),
        ),
        (
            json!({"message": "m", "request_id": "req-1"}),
            Some("req-1"),
        ),
        (
            json!({"errors": [{"detail": "m", "request_id": "req-1"}]}),
            Some("req-1"),
        ),
        (json!({"errors": [{"detail": "m", "request_id": ""}]}), None),
        (json!({"type": "t", "code": 404, "request_id": ""}), None),
        (json!({"type": "t", "code": 404, "request_id": 7}), None),
    ] {
        assert_eq!(decode(&body).request_id.as_deref(), id, "{body}");
    }
}

#[test]
fn bodies_within_bodies_have_an_end() {
    let mut body = json!({"faultstring": "m"});
    for _ in 0..MAX_NESTED {
        body = json!({"error_message": body});
    }
    assert_eq!(decode(&body).message, some("m"));
    let deeper = json!({"error_message": {"error_message": body}});
    assert_eq!(decode(&deeper), Decoded::default());
    let mut text = json!({"faultstring": "m"}).to_string();
    for _ in 0..12 {
        text = json!({"error_message": text}).to_string();
    }
    let body = Value::parse(&text, false).expect("JSON");
    assert!(
        super::decode(&body)
            .message
            .is_some_and(|it| it.contains("faultstring"))
    );
}
