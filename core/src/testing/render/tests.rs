//! A rendered answer is what its dialect reads.

use std::time::Duration;

use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::codes::Category;
use crate::dialect::{CustomDialect, ErrorContext, category_of_status};
use crate::request_id::{self, Reading, RequestId};

/// 2026-01-01T00:00:00Z.
fn wall() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_000)
}

fn rng() -> fastrand::Rng {
    fastrand::Rng::with_seed(7)
}

fn rendered(dialect: &Dialect, reply: &ErrorReply<'_>) -> Result<Rendered, String> {
    error_reply(dialect, reply, &mut rng(), wall()).map_err(|error| error.to_string())
}

fn of_code(code: &str) -> ErrorReply<'_> {
    ErrorReply {
        code: Some(code),
        ..ErrorReply::default()
    }
}

/// An error answer as a call reads it.
struct Answer {
    decoded: Decoded,
    category: Category,
    id: Reading,
    retry_after: Option<Duration>,
}

fn read(dialect: &Dialect, rendered: &Rendered) -> Answer {
    let headers: HeaderMap = rendered.headers.iter().cloned().collect();
    let status = rendered.status.as_u16();
    let decoded = dialect
        .0
        .decode(&ErrorBody::new(&headers, &rendered.body), status);
    let retry_after = crate::retry_after::from_headers(&headers, wall(), |_| ());
    let meaning = dialect.0.decoder.classify(&ErrorContext {
        code: decoded.code.as_deref(),
        message: decoded.message.as_deref(),
        status,
        retry_after,
    });
    let category = meaning.and_then(|meaning| meaning.category);
    let names = &dialect.0.request_id_headers;
    let id = request_id::read(names, &headers, decoded.request_id.as_deref(), |raw| {
        raw.into()
    });
    Answer {
        decoded,
        category: category.unwrap_or_else(|| category_of_status(status)),
        id,
        retry_after,
    }
}

fn body(rendered: &Rendered) -> Value {
    serde_json::from_slice(&rendered.body).expect("JSON")
}

/// The codes that every language shares, with the status and the category of each.
fn shared_codes(name: &str) -> Vec<(String, u16, String, Vec<String>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/codes.json");
    let text = std::fs::read_to_string(path).expect("schema/codes.json");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let dialects = all["dialects"].as_array().expect("dialects");
    let dialect = dialects.iter().find(|dialect| dialect["name"] == name);
    let codes = dialect.expect("the dialect")["codes"].as_array();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    codes
        .expect("codes")
        .iter()
        .map(|code| {
            let status = code["status"].as_u64().and_then(|it| it.try_into().ok());
            let aliases = code["aliases"].as_array().expect("aliases");
            (
                text(&code["name"]),
                status.expect("a status"),
                text(&code["category"]),
                aliases.iter().map(text).collect(),
            )
        })
        .collect()
}

fn built_in() -> Vec<Dialect> {
    vec![
        Dialect::novavms(),
        #[cfg(feature = "openstack")]
        Dialect::openstack(),
    ]
}

#[test]
fn every_code_of_every_built_in_dialect_comes_back() {
    for dialect in built_in() {
        let codes = shared_codes(dialect.name());
        assert!(codes.len() > 10, "{}", dialect.name());
        for (code, status, category, aliases) in codes {
            for written in std::iter::once(&code).chain(&aliases) {
                let reply = ErrorReply {
                    message: Some("what went wrong"),
                    retry_after: Some(1.5),
                    ..of_code(written)
                };
                let rendered = rendered(&dialect, &reply).expect("rendered");
                let answer = read(&dialect, &rendered);
                assert_eq!(rendered.status, status, "{written}");
                assert_eq!(answer.decoded.code.as_ref(), Some(&code), "{written}");
                assert_eq!(answer.decoded.raw_code.as_ref(), Some(written));
                assert_eq!(answer.decoded.message.as_deref(), reply.message);
                assert_eq!(answer.category.as_str(), category, "{written}");
                assert_eq!(answer.retry_after, Some(Duration::from_millis(1500)));
                assert_eq!(answer.id.notes, [], "{written}");
                let id = answer.id.id.expect("an ID");
                let is_in_header = rendered
                    .headers
                    .iter()
                    .any(|(_, value)| *value == *id.as_str());
                assert!(is_in_header, "{written}");
            }
        }
    }
}

#[test]
fn a_novavms_answer_is_flat_and_its_id_tells_the_time() {
    let dialect = Dialect::novavms();
    let reply = ErrorReply {
        message: Some("slower"),
        retry_after: Some(60.0),
        ..of_code("rate_limited")
    };
    let answer = rendered(&dialect, &reply).expect("rendered");
    let id = answer.headers[1].1.to_str().expect("text").to_owned();
    assert_eq!(
        body(&answer),
        json!({"error": "rate_limited", "message": "slower", "request_id": id})
    );
    let names: Vec<&str> = answer
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["content-type", "x-request-id", "retry-after"]);
    assert_eq!(answer.headers[2].1, "60");
    assert_eq!(RequestId::new(&id).server_time(), Some(wall()));
    assert_eq!(id.len(), 30);
    let other = ErrorReply {
        request_id: RenderedId::None,
        ..of_code("not_found")
    };
    let answer = rendered(&dialect, &other).expect("rendered");
    assert_eq!(body(&answer), json!({"error": "not_found"}));
    assert_eq!(answer.headers.len(), 1);
    assert_eq!(read(&dialect, &answer).id.id, None);
}

#[test]
fn a_ulid_is_written_as_its_rules_say() {
    let millis = SystemTime::UNIX_EPOCH + Duration::from_millis(1_704_161_769_959);
    let text = ulid(millis, u128::MAX);
    assert_eq!(text, "01HK3Z9YF7ZZZZZZZZZZZZZZZZ");
    assert_eq!(ulid(SystemTime::UNIX_EPOCH, 33), format!("{:0>26}", "11"));
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(ulid(before, 0), "0".repeat(26));
}

#[test]
fn ids_are_drawn_from_the_seed() {
    let ids = |dialect: &Dialect| {
        let mut rng = rng();
        let mut next = || request_id(dialect, &mut rng, wall())[0].1.clone();
        (next(), next())
    };
    let mut all = built_in();
    all.push(Dialect::unknown().expect("a dialect"));
    for dialect in all {
        let (first, second) = ids(&dialect);
        assert_ne!(first, second);
        assert_eq!(ids(&dialect), (first, second));
    }
}

#[cfg(feature = "openstack")]
mod openstack {
    use std::sync::Arc;

    use super::*;
    use crate::dialect::openstack::{of_service, of_sign_ins};

    fn service(name: &str) -> Dialect {
        Dialect(Arc::new(of_service(name)))
    }

    #[test]
    fn a_fault_is_keyed_by_its_code_and_has_two_ids_of_one_value() {
        let compute = Dialect::openstack();
        let reply = ErrorReply {
            message: Some("Instance 7 could not be found."),
            ..of_code("itemNotFound")
        };
        let answer = rendered(&compute, &reply).expect("rendered");
        assert_eq!(
            body(&answer),
            json!({"itemNotFound": {"code": 404, "message": "Instance 7 could not be found."}})
        );
        let [_, first, second] = &answer.headers[..] else {
            panic!("{:?}", answer.headers);
        };
        assert_eq!(first.0, "x-openstack-request-id");
        assert_eq!(second.0, "x-compute-request-id");
        assert_eq!(first.1, second.1);
        let id = first.1.to_str().expect("text").strip_prefix("req-");
        let id = id.and_then(|id| uuid::Uuid::try_parse(id).ok());
        assert_eq!(id.map(|id| id.get_version_num()), Some(4));
        assert_eq!(request_id(&service("volume"), &mut rng(), wall()).len(), 1);
    }

    #[test]
    fn what_has_no_code_is_the_middlewares() {
        let compute = Dialect::openstack();
        let reply = ErrorReply {
            message: Some("The resource could not be found."),
            status: Some(404),
            ..ErrorReply::default()
        };
        let answer = rendered(&compute, &reply).expect("rendered");
        assert_eq!(
            body(&answer),
            json!({"message": "The resource could not be found.", "code": "404 Not Found", "title": "Not Found"})
        );
        let answer = read(&compute, &answer);
        assert_eq!(answer.decoded.code, None);
        assert_eq!(answer.decoded.message.as_deref(), reply.message);
        assert_eq!(answer.decoded.title.as_deref(), Some("Not Found"));
    }

    #[test]
    fn a_fault_always_has_a_message() {
        let compute = Dialect::openstack();
        let answer = rendered(&compute, &of_code("serviceUnavailable")).expect("rendered");
        let decoded = read(&compute, &answer).decoded;
        assert_eq!(decoded.code.as_deref(), Some("serviceUnavailable"));
        assert_eq!(decoded.message.as_deref(), Some("Service Unavailable"));
    }

    #[test]
    fn sign_in_has_no_codes() {
        let identity = Dialect(Arc::new(of_sign_ins()));
        let reply = ErrorReply {
            message: Some("The request you have made requires authentication."),
            status: Some(401),
            ..ErrorReply::default()
        };
        let answer = rendered(&identity, &reply).expect("rendered");
        assert_eq!(
            body(&answer),
            json!({"error": {
                "code": 401,
                "title": "Unauthorized",
                "message": "The request you have made requires authentication.",
            }})
        );
        assert_eq!(answer.headers.len(), 2);
        let read = read(&identity, &answer);
        assert_eq!(read.category, Category::Authentication);
        assert_eq!(read.decoded.message.as_deref(), reply.message);
        let error = rendered(&identity, &of_code("unauthorized")).expect_err("no code");
        assert!(error.starts_with("reply.code: `unauthorized`"), "{error}");
        assert!(error.contains("reply.status"), "{error}");
    }

    #[test]
    fn a_name_that_means_another_shape_is_no_code() {
        let compute = Dialect::openstack();
        let reply = ErrorReply {
            status: Some(400),
            ..of_code("error")
        };
        let error = rendered(&compute, &reply).expect_err("no code");
        assert!(error.starts_with("reply.code"), "{error}");
    }

    #[test]
    fn over_limit_is_final_where_nothing_is_to_be_waited_for() {
        let compute = Dialect::openstack();
        let reply = ErrorReply {
            retry_after: Some(0.0),
            ..of_code("overLimit")
        };
        let answer = rendered(&compute, &reply).expect("rendered");
        assert_eq!(answer.status, 413);
        assert_eq!(
            answer.headers.last().map(|(_, value)| value),
            Some(&HeaderValue::from_static("0"))
        );
        assert_eq!(read(&compute, &answer).category, Category::Quota);
    }
}

#[test]
fn what_cannot_be_rendered_names_its_key() {
    let novavms = Dialect::novavms();
    let base = of_code("not_found");
    for (reply, key, part) in [
        (of_code("brand_new"), "status", "reply.status"),
        (of_code(""), "status", "503"),
        (ErrorReply::default(), "status", "it is missing"),
        (
            ErrorReply {
                status: Some(200),
                ..base
            },
            "status",
            "300 to 599",
        ),
        (
            ErrorReply {
                status: Some(600),
                ..base
            },
            "status",
            "300 to 599",
        ),
        (
            ErrorReply {
                status: Some(400),
                ..of_code("")
            },
            "code",
            "novavms",
        ),
        (
            ErrorReply {
                request_id: RenderedId::Text(""),
                ..base
            },
            "request_id",
            "null",
        ),
        (
            ErrorReply {
                request_id: RenderedId::Text("a\nb"),
                ..base
            },
            "request_id",
            "a\\nb",
        ),
        (
            ErrorReply {
                retry_after: Some(-1.0),
                ..base
            },
            "retry_after",
            "0 or more",
        ),
        (
            ErrorReply {
                retry_after: Some(f64::NAN),
                ..base
            },
            "retry_after",
            "seconds",
        ),
        (
            ErrorReply {
                retry_after: Some(f64::INFINITY),
                ..base
            },
            "retry_after",
            "seconds",
        ),
    ] {
        let error = error_reply(&novavms, &reply, &mut rng(), wall()).expect_err(key);
        assert_eq!(error.key, key, "{error}");
        assert!(
            error.to_string().starts_with(&format!("reply.{key}: ")),
            "{error}"
        );
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn an_unknown_code_comes_back_with_the_status_it_is_given() {
    let mut all = built_in();
    all.push(Dialect::unknown().expect("a dialect"));
    for dialect in all {
        let reply = ErrorReply {
            status: Some(418),
            message: Some("m"),
            request_id: RenderedId::Text("mine"),
            ..of_code("brand_new")
        };
        let answer = rendered(&dialect, &reply).expect("rendered");
        let answer = read(&dialect, &answer);
        assert_eq!(answer.decoded.code.as_deref(), Some("brand_new"));
        assert_eq!(answer.decoded.message.as_deref(), Some("m"));
        assert_eq!(answer.category, Category::Invalid);
        assert_eq!(answer.id.id.as_ref().map(RequestId::as_str), Some("mine"));
    }
}

#[test]
fn without_a_dialect_the_answer_has_the_common_shape() {
    let dialect = Dialect::unknown().expect("a dialect");
    let reply = ErrorReply {
        status: Some(404),
        message: Some("m"),
        ..of_code("404")
    };
    let answer = rendered(&dialect, &reply).expect("rendered");
    assert_eq!(
        body(&answer),
        json!({"error": {"code": "404", "message": "m"}})
    );
    let read = read(&dialect, &answer);
    assert_eq!(read.decoded.code.as_deref(), Some("404"));
    assert_eq!(read.id.notes, []);
    let plain = ErrorReply {
        status: Some(503),
        ..ErrorReply::default()
    };
    let answer = rendered(&dialect, &plain).expect("rendered");
    assert!(answer.body.is_empty());
    assert_eq!(answer.headers.len(), 1);
}

fn custom(data: Value) -> Dialect {
    let data = CustomDialect::from_json(&data.to_string()).and_then(Dialect::custom);
    data.expect("a dialect")
}

#[test]
fn a_custom_answer_is_built_along_its_pointers() {
    let dialect = custom(json!({
        "name": "acme",
        "request_id_headers": ["X-First", "X-Second"],
        "error": {"code": "/errors/1/code", "message": "/errors/1/te~1xt", "request_id": "/meta/0"},
        "codes": {"TOO_FAST": {"category": "rate_limited"}, "LATE": {"retry": "never"}},
    }));
    let reply = ErrorReply {
        message: Some("m"),
        request_id: RenderedId::Text("r-1"),
        ..of_code("TOO_FAST")
    };
    let answer = rendered(&dialect, &reply).expect("rendered");
    assert_eq!(answer.status, 429);
    assert_eq!(
        body(&answer),
        json!({"errors": [null, {"code": "TOO_FAST", "te/xt": "m"}], "meta": ["r-1"]})
    );
    assert_eq!(answer.headers[1].0, "x-first");
    assert_eq!(answer.headers.len(), 2);
    let error = rendered(&dialect, &of_code("LATE")).expect_err("no status");
    assert!(error.starts_with("reply.status: "), "{error}");
}

#[test]
fn places_that_exclude_each_other_are_an_error() {
    let reply = ErrorReply {
        message: Some("m"),
        status: Some(400),
        ..of_code("C")
    };
    for (code, message) in [
        ("/error", "/error/text"),
        ("/error/text", "/error"),
        ("/e", "/e"),
        ("", "/m"),
    ] {
        let dialect = custom(json!({"name": "acme", "error": {"code": code, "message": message}}));
        let error = rendered(&dialect, &reply).expect_err("one place");
        assert!(error.starts_with("reply.message: the pointer"), "{error}");
    }
    let deep = custom(json!({"name": "acme", "error": {"code": "/a".repeat(100_000)}}));
    let error = rendered(&deep, &reply).expect_err("too deep");
    assert!(error.contains("128 steps"), "{error}");
    let nowhere = custom(json!({"name": "acme"}));
    let error = rendered(&nowhere, &reply).expect_err("no pointer");
    assert!(error.starts_with("reply.code"), "{error}");
}

#[test]
fn an_id_stands_where_the_dialect_has_a_place_for_it() {
    let in_body = custom(json!({
        "name": "acme", "request_id_headers": [], "error": {"code": "/code", "request_id": "/id"},
    }));
    let reply = ErrorReply {
        status: Some(400),
        ..of_code("C")
    };
    let answer = rendered(&in_body, &reply).expect("rendered");
    assert_eq!(answer.headers.len(), 1);
    assert!(read(&in_body, &answer).id.id.is_some());
    assert_eq!(request_id(&in_body, &mut rng(), wall()), []);
    let nowhere = custom(json!({
        "name": "acme", "request_id_headers": [], "error": {"code": "/code"},
    }));
    assert!(rendered(&nowhere, &reply).is_ok());
    let asked = ErrorReply {
        request_id: RenderedId::Text("r-1"),
        ..reply
    };
    let error = rendered(&nowhere, &asked).expect_err("no place");
    assert!(error.starts_with("reply.request_id: `r-1`"), "{error}");
}

/// A JSON pointer of a few steps, some of them indices.
fn pointer() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        "[a-c]{1,2}",
        "[0-9]{1,2}",
        Just("~0".to_owned()),
        Just("~1x".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just(String::new()),
    ];
    prop::collection::vec(token, 1..4).prop_map(|tokens| {
        let tokens = tokens.iter();
        tokens.map(|token| format!("/{token}")).collect()
    })
}

proptest! {
    /// Either the answer says what was asked for, or there is an error, but never anything else.
    #[test]
    fn what_a_custom_dialect_renders_it_reads(
        pointers in prop::array::uniform3(prop::option::of(pointer())),
        in_header in any::<bool>(),
        code in prop::option::of("\\PC{0,8}"),
        message in prop::option::of("\\PC{0,20}"),
        id in prop::option::of("[!-~]{1,40}"),
        category in 0..Category::ALL.len(),
        retry_after in prop::option::of(0.0..1e12_f64),
    ) {
        let category = Category::ALL[category];
        let headers: &[&str] = if in_header { &["X-Rid"] } else { &[] };
        let mut data = json!({
            "name": "acme",
            "request_id_headers": headers,
            "error": {"code": pointers[0], "message": pointers[1], "request_id": pointers[2]},
            "codes": {},
        });
        if let Some(code) = &code {
            data["codes"][code] = json!({"category": category.as_str()});
        }
        let dialect = custom(data);
        let reply = ErrorReply {
            code: code.as_deref(),
            message: message.as_deref(),
            status: None,
            request_id: id.as_deref().map_or(RenderedId::None, RenderedId::Text),
            retry_after,
        };
        if let Ok(rendered) = rendered(&dialect, &reply) {
            let answer = read(&dialect, &rendered);
            prop_assert_eq!(answer.decoded.code, code);
            prop_assert_eq!(answer.decoded.message, message);
            prop_assert_eq!(answer.id.id.map(|id| id.to_string()), id);
            prop_assert_eq!(answer.id.body_id, None);
            prop_assert_eq!(answer.category, category);
            prop_assert_eq!(answer.retry_after, retry_after.map(Duration::from_secs_f64));
        } else {
            // Parts with separate places and a status are always rendered.
            let usual = pointers[0].is_some() && pointers[1].is_some() && pointers[2].is_some();
            let apart = |a: &Option<String>, b: &Option<String>| {
                let (Some(a), Some(b)) = (a, b) else { return true };
                !format!("{a}/").starts_with(&format!("{b}/"))
                    && !format!("{b}/").starts_with(&format!("{a}/"))
            };
            let are_apart = apart(&pointers[0], &pointers[1])
                && apart(&pointers[0], &pointers[2])
                && apart(&pointers[1], &pointers[2]);
            let has_code = code.is_some_and(|code| !code.is_empty());
            prop_assert!(!(usual && are_apart && has_code && category != Category::Unknown));
        }
    }

    #[test]
    fn a_wait_comes_back(seconds in prop_oneof![0.0..1e18_f64, (0_u32..100_000).prop_map(f64::from)]) {
        let (name, value) = retry_after(seconds).expect("a header");
        let headers: HeaderMap = [(name, value)].into_iter().collect();
        let told = crate::retry_after::from_headers(&headers, wall(), |_| ());
        prop_assert_eq!(told, Some(Duration::from_secs_f64(seconds)));
    }
}

#[test]
fn a_whole_wait_is_written_in_digits_alone() {
    for (seconds, text) in [
        (2.0, "2"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (1e20, "100000000000000000000"),
    ] {
        assert_eq!(retry_after(seconds).expect("a header").1, text);
    }
}
