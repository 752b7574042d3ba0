//! Requests that Cinder, Glance and Neutron refuse, and their errors.

use reqtrail::http::Method;
use reqtrail::{Category, Client, Error, ErrorKind};
use serde_json::{Value, json};

use crate::support::{client_of, cloud, new_global_id};

/// A request that a service refuses, and its error.
struct Row {
    user: &'static str,
    call: (Method, &'static str, Value),
    status: u16,
    category: Category,
    code: Option<&'static str>,
    /// A part of the server's message.
    words: &'static str,
}

const UNKNOWN: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";

async fn refused(service: &str, row: &Row) -> Error {
    let (method, path, body) = &row.call;
    let client: Client = client_of(service, row.user);
    let mut call = client.request(method.clone(), path);
    if !body.is_null() {
        call = call.json(body);
    }
    let global = new_global_id();
    let outcome = call.correlation_id(&*global).send().await;
    let error = outcome.expect_err("a refusal");
    let seen = (
        error.kind(),
        error.status().map(|s| s.as_u16()),
        error.category(),
        error.code(),
    );
    let wanted = (
        ErrorKind::Api,
        Some(row.status),
        Some(row.category),
        row.code,
    );
    assert_eq!(seen, wanted, "{service} {path}: {error}");
    assert!(error.message().contains(row.words), "{error}");
    assert!(!error.message().contains(['<', '\n']), "{error}");
    // Glance sends no ID with a 401. Its log has the global one.
    match error.request_id() {
        Some(id) => assert!(error.to_string().contains(id.as_str()), "{error}"),
        None => assert_eq!((service, row.status), ("glance", 401), "{error}"),
    }
    let trail = error.trail().expect("a trail");
    assert_eq!(trail.correlation_id(), Some(&*global));
    error
}

async fn each_is_refused(service: &str, rows: &[Row]) {
    for row in rows {
        let _ = refused(service, row).await;
    }
}

#[tokio::test]
async fn refusals_of_cinder() {
    let volume = |size: Value| json!({ "volume": { "size": size } });
    each_is_refused(
        "cinder",
        &[
            Row {
                user: "member",
                call: (
                    Method::GET,
                    "/volumes/344174b8-34fd-4017-ae29-b9084dcf3861",
                    Value::Null,
                ),
                status: 404,
                category: Category::NotFound,
                code: Some("itemNotFound"),
                words: UNKNOWN,
            },
            Row {
                user: "member",
                call: (Method::POST, "/volumes", volume(json!("big"))),
                status: 400,
                category: Category::Invalid,
                code: Some("badRequest"),
                words: "size",
            },
            Row {
                user: "noquota",
                call: (Method::POST, "/volumes", volume(json!(1))),
                status: 413,
                category: Category::Quota,
                code: Some("overLimit"),
                words: "VolumeLimitExceeded",
            },
            Row {
                user: "reader",
                call: (Method::POST, "/volumes", volume(json!(1))),
                status: 403,
                category: Category::Permission,
                code: Some("forbidden"),
                words: "Policy",
            },
            Row {
                user: "expired",
                call: (Method::GET, "/volumes", Value::Null),
                status: 401,
                category: Category::Authentication,
                code: None,
                words: "authentication",
            },
        ],
    )
    .await;
}

#[tokio::test]
async fn refusals_of_neutron() {
    let network = |name: Value| json!({ "network": { "name": name } });
    each_is_refused(
        "neutron",
        &[
            Row {
                user: "member",
                call: (
                    Method::GET,
                    "/networks/344174b8-34fd-4017-ae29-b9084dcf3861",
                    Value::Null,
                ),
                status: 404,
                category: Category::NotFound,
                code: Some("NetworkNotFound"),
                words: UNKNOWN,
            },
            Row {
                user: "member",
                call: (
                    Method::POST,
                    "/networks",
                    json!({ "network": { "colour": "red" } }),
                ),
                status: 400,
                category: Category::Invalid,
                code: Some("HTTPBadRequest"),
                words: "colour",
            },
            Row {
                user: "noquota",
                call: (Method::POST, "/networks", network(json!("one"))),
                status: 409,
                category: Category::Quota,
                code: Some("OverQuota"),
                words: "Quota exceeded",
            },
            Row {
                user: "reader",
                call: (Method::POST, "/networks", network(json!("one"))),
                status: 403,
                category: Category::Permission,
                code: Some("PolicyNotAuthorized"),
                words: "create_network",
            },
            Row {
                user: "expired",
                call: (Method::GET, "/networks", Value::Null),
                status: 401,
                category: Category::Authentication,
                code: None,
                words: "authentication",
            },
        ],
    )
    .await;
}

#[tokio::test]
async fn refusals_of_glance() {
    each_is_refused(
        "glance",
        &[
            Row {
                user: "member",
                call: (
                    Method::GET,
                    "/images/344174b8-34fd-4017-ae29-b9084dcf3861",
                    Value::Null,
                ),
                status: 404,
                category: Category::NotFound,
                code: None,
                words: UNKNOWN,
            },
            Row {
                user: "member",
                call: (Method::POST, "/images", json!({ "name": 7 })),
                status: 400,
                category: Category::Invalid,
                code: None,
                words: "name",
            },
            Row {
                user: "member",
                call: (Method::POST, "/images", json!({ "visibility": "public" })),
                status: 403,
                category: Category::Permission,
                code: None,
                words: "publicize_image",
            },
            Row {
                user: "expired",
                call: (Method::GET, "/images", Value::Null),
                status: 401,
                category: Category::Authentication,
                code: None,
                words: "authorized",
            },
        ],
    )
    .await;
    // An ID that is in use, and an image that is larger than Glance allows.
    let taken = Row {
        user: "member",
        call: (
            Method::POST,
            "/images",
            json!({ "id": cloud().fact("/image") }),
        ),
        status: 409,
        category: Category::Conflict,
        code: None,
        words: "already exists",
    };
    let _ = refused("glance", &taken).await;
    let glance = client_of("glance", "member");
    let image = json!({ "name": "large", "disk_format": "raw", "container_format": "bare" });
    let created = glance.post("/images").json(&image).send().await;
    let created: Value = created.expect("created").json().expect("JSON");
    let id = created["id"].as_str().expect("an ID");
    let call = glance.put("/images/{id}/file").param("id", id);
    let call = call.header("Content-Type", "application/octet-stream");
    let error = call.body(vec![b'x'; 1_000_001]).send().await;
    let error = error.expect_err("too large");
    assert_eq!(error.status().map(|s| s.as_u16()), Some(413), "{error}");
    assert!(error.message().contains("too large"), "{error}");
}
