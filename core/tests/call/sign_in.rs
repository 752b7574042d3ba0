//! Signing in to OpenStack: what is sent, what is read, and what is shown of it.

use futures_util::future::join_all;
use http::StatusCode;
use reqtrail::openstack::{Auth, Cloud, Connection, Domain, Keystone, Project, Scope, User};
use reqtrail::{Category, Cause, Client, ErrorKind, StopReason};
use serde_json::{Value, json};

use crate::secrets::{assert_hidden, shown};
use crate::support::*;

const PASSWORD: &str = "pä55/\"wörd\" \\ tail";
const COMPUTE: &str = "https://nova.example/v2.1";

fn auth() -> Auth {
    let user = User::named("demo", Domain::name("Default"));
    let project = Project::named("demo", Domain::id("default"));
    Auth::password(user, PASSWORD).scope(Scope::Project(project))
}

fn cloud() -> Cloud {
    Cloud::new("https://keystone.example/v3/", auth())
}

/// Keystone's answer with the token of this number, which holds for an hour by Keystone's clock: that is a day slow.
fn token(number: usize) -> Exchange {
    let body = json!({"token": {
        "issued_at": "2026-11-20T21:00:00.000000Z",
        "expires_at": "2026-11-20T22:00:00.000000Z",
        "user": {"id": "u1", "name": "demo"},
        "project": {"id": "p1", "name": "demo"},
        "catalog": [{"type": "compute", "endpoints": [
            {"interface": "public", "region_id": "One", "url": COMPUTE},
            {"interface": "internal", "region_id": "One", "url": "https://inner.example/v2.1"},
        ]}],
    }});
    reply(201)
        .header("x-subject-token", format!("gAAAA-{number}"))
        .header("x-openstack-request-id", format!("req-signin-{number}"))
        .body(body.to_string())
}

/// A transport that returns a new token for each sign-in.
fn keystone() -> ScriptedTransport {
    ScriptedTransport::answering(|number, _| token(number + 1))
}

async fn connected(wire: &ScriptedTransport) -> Connection {
    let client = cloud().keystone().expect("a cloud to sign in to");
    let client = client.build_with(wire.clone()).expect("a client");
    cloud().connect_with(client).await.expect("a connection")
}

/// A compute API that knows the tokens of these numbers.
fn nova(known: &'static [usize]) -> ScriptedTransport {
    ScriptedTransport::answering(move |number, sent| {
        let token = sent.header("x-auth-token").unwrap_or_default();
        let good = known.iter().any(|n| token == format!("gAAAA-{n}"));
        let id = format!("req-{number}");
        reply(if good { 200 } else { 401 }).header("x-openstack-request-id", id)
    })
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_returns_token_and_endpoint() {
    for auth_url in [
        "https://keystone.example",
        "https://keystone.example/",
        "https://keystone.example/v3",
        "https://keystone.example/v3/",
        "https://keystone.example/v3/auth/tokens",
        "https://keystone.example/v3/auth/tokens/",
        "https://keystone.example/v3/auth",
    ] {
        let wire = keystone();
        let client = Keystone::builder(auth_url).build_with(wire.clone());
        let keystone = Keystone::new(client.expect("a client"), auth());
        let session = keystone.sign_in().await.expect("a session");
        let sent = &wire.log()[0];
        assert_eq!(sent.method, "POST");
        assert_eq!(sent.url.as_str(), "https://keystone.example/v3/auth/tokens");
        assert_eq!(sent.header("x-auth-token"), None);
        assert_eq!(sent.header("accept"), Some("application/json"));
        let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
        let user = &body["auth"]["identity"]["password"]["user"];
        assert_eq!(user["password"], PASSWORD);
        assert_eq!(session.project_id(), Some("p1"));
        assert_eq!(session.user_name(), Some("demo"));
        let ids = session.trail().request_ids();
        assert_eq!(ids[0].as_str(), "req-signin-1");
        let catalog = session.catalog();
        let internal = catalog.endpoint("compute", "internalURL", Some("One"));
        assert_eq!(internal.expect("an endpoint"), "https://inner.example/v2.1");
        let all = format!("{session:?} {keystone:?} {}", session.trail().to_json());
        assert_hidden("gAAAA", &all);
        assert_hidden("tail", &all);
    }
}

#[tokio::test(start_paused = true)]
async fn one_sign_in_serves_many_calls() {
    let keystone = keystone();
    let connection = connected(&keystone).await;
    assert_eq!(connection.endpoint().expect("an endpoint"), COMPUTE);
    let wire = nova(&[2]);
    let builder = connection.compute().expect("a builder");
    let client = builder.build_with(wire.clone()).expect("a client");
    let outcomes = join_all((0..30).map(|_| client.get("/servers").send())).await;
    assert_eq!((keystone.count(), wire.count()), (2, 60));
    for outcome in &outcomes {
        assert_eq!(end(outcome), ("ok", StopReason::Succeeded));
        assert_eq!(causes(trail(outcome)), [Cause::Initial, Cause::Reauth]);
        assert_eq!(statuses(trail(outcome)), [401, 200]);
        assert_eq!(trail(outcome).request_ids().len(), 2);
    }
}

/// The clocks of client and server differ by a day, and that does not matter.
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_expires() {
    let keystone = keystone();
    let connection = connected(&keystone).await;
    let wire = nova(&[1, 2]);
    let builder = connection.compute().expect("a builder");
    let client = builder.build_with(wire.clone()).expect("a client");
    client.get("/servers").send().await.expect("a response");
    tokio::time::sleep(secs(3535)).await;
    client.get("/servers").send().await.expect("a response");
    assert_eq!(keystone.count(), 1);
    tokio::time::sleep(secs(10)).await;
    let outcomes = join_all((0..10).map(|_| client.get("/servers").send())).await;
    assert!(outcomes.iter().all(|o| statuses(trail(o)) == [200]));
    assert_eq!(keystone.count(), 2);
    let tokens = wire.headers("x-auth-token");
    assert_eq!((&*tokens[1], &*tokens[2]), ("gAAAA-1", "gAAAA-2"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_sign_in_is_the_source_of_the_call_that_needed_it() {
    let refusal =
        r#"{"error": {"code": 401, "title": "Unauthorized", "message": "Could not find user"}}"#;
    let keystone = ScriptedTransport::playing([
        token(1),
        reply(401)
            .header("x-openstack-request-id", "req-refused")
            .body(refusal),
    ]);
    let connection = connected(&keystone).await;
    let builder = connection.compute().expect("a builder");
    let client = builder.build_with(nova(&[])).expect("a client");
    let error = error(client.get("/servers").send().await);
    assert_eq!(
        (error.status(), error.kind()),
        (Some(StatusCode::UNAUTHORIZED), ErrorKind::Api)
    );
    assert_eq!(error.request_id().map(|id| id.as_str()), Some("req-0"));
    let refresh = std::error::Error::source(&error).expect("the refresh");
    let cause = refresh.source().expect("the sign-in's error");
    let cause: &reqtrail::Error = cause.downcast_ref().expect("an error of reqtrail");
    assert_eq!(cause.category(), Some(Category::Authentication));
    assert_eq!(
        cause.request_id().map(|id| id.as_str()),
        Some("req-refused")
    );
    assert!(cause.to_string().contains("req-refused"), "{cause}");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_is_repeated_when_keystone_stumbles() {
    let broken = fails(reqtrail::Failure::Broken).sent();
    let wire = ScriptedTransport::playing([broken, reply(503), token(1)]);
    let connection = connected(&wire).await;
    let session = connection.session().expect("a session");
    assert_eq!(session.trail().attempts().len(), 3);
    assert_eq!(wire.log()[2].body, wire.log()[0].body);
}

#[tokio::test(start_paused = true)]
async fn what_keystone_sends_back_of_the_password_is_not_shown() {
    let as_json = serde_json::to_string(PASSWORD).expect("JSON");
    let ascii = as_json.replace('ä', "\\u00e4").replace('ö', "\\u00f6");
    for echoed in [as_json.clone(), ascii] {
        let error_body = format!(
            r#"{{"error": {{"code": 400, "title": "Bad Request", "message": {echoed}, "more": {echoed}}}}}"#
        );
        for script in [
            reply(400).body(error_body),
            reply(400).body(format!("<html>{PASSWORD} {echoed}</html>")),
            reply(400)
                .id(PASSWORD)
                .header("x-openstack-request-id", PASSWORD),
            reply(201)
                .body(format!(r#"{{"token": {echoed}}}"#))
                .header("x-subject-token", "gAAAA-7"),
            reply(201).body(echoed.clone()),
        ] {
            let seen = Seen::default();
            let builder = cloud().keystone().expect("a builder");
            let builder = builder.observer(seen.clone());
            let wire = ScriptedTransport::playing([script]);
            let client = builder.build_with(wire).expect("a client");
            let error = cloud().connect_with(client).await.expect_err("no session");
            let all = shown(&error, &seen);
            for piece in ["wörd", "tail", "gAAAA-7", "w\\u00f6rd"] {
                assert_hidden(piece, &all);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_token_says_so() {
    let body = r#"{"token": {}}"#;
    for (script, part) in [
        (reply(201).body(body), "no X-Subject-Token"),
        (
            reply(200).header("x-subject-token", "").body(body),
            "no X-Subject-Token",
        ),
        (
            reply(200).header("x-subject-token", "\u{e9}").body(body),
            "no X-Subject-Token",
        ),
        (
            reply(201).header("x-subject-token", "t").body("{}"),
            "no `token`",
        ),
        (
            reply(201).header("x-subject-token", "t").body("[]"),
            "no `token`",
        ),
        (
            reply(201).header("x-subject-token", "t").body("<html>"),
            "not JSON",
        ),
    ] {
        let wire = ScriptedTransport::playing([script.header("x-openstack-request-id", "req-1")]);
        let client = cloud().keystone().expect("a builder");
        let client = client.build_with(wire).expect("a client");
        let error = cloud().connect_with(client).await.expect_err("no session");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains(part), "{error}");
        assert_eq!(error.request_id().map(|id| id.as_str()), Some("req-1"));
    }
    // A token alone is enough to be one; what it is good for shows later.
    let bare = reply(201).header("x-subject-token", "t").body(body);
    let connection = connected(&ScriptedTransport::playing([bare])).await;
    let session = connection.session().expect("a session");
    assert_eq!((session.expires_at(), session.project_id()), (None, None));
    #[cfg(feature = "unstable-host")]
    assert_eq!(
        session.to_json(),
        r#"{"expires_at":null,"project_id":null,"project_name":null,"user_id":null,"user_name":null}"#
    );
    let error = connection.compute().expect_err("no endpoint");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("without a catalog"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_and_an_endpoint_need_no_sign_in() {
    let cloud = Cloud::with_token(COMPUTE, "gAAAA-1");
    for connection in [cloud.connect().await, cloud.connect_blocking()] {
        let connection = connection.expect("a connection");
        assert!(connection.session().is_none());
        let wire = nova(&[1]);
        let client = connection.compute().expect("a builder").build_with(wire);
        let client: Client = client.expect("a client");
        client.get("/servers").send().await.expect("a response");
        assert_hidden("gAAAA", &format!("{connection:?}"));
    }
    assert!(cloud.keystone().is_err());
}

/// The error of a sign-in that is answered so.
async fn refused(answer: Exchange) -> reqtrail::Error {
    let wire = ScriptedTransport::playing([answer.header("x-openstack-request-id", "req-1")]);
    let client = cloud().keystone().expect("a builder");
    let client = client.max_attempts(1).build_with(wire).expect("a client");
    let error = cloud().connect_with(client).await.expect_err("no session");
    assert_eq!(error.request_id().map(|id| id.as_str()), Some("req-1"));
    error
}

#[tokio::test(start_paused = true)]
async fn a_web_page_instead_of_keystone_is_named() {
    let page = "<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>";
    let html = |status| reply(status).header("content-type", "text/html; charset=utf-8");
    for (answer, kind) in [
        (html(200).body(page), ErrorKind::Decode),
        (reply(200).body(format!("\n{page}")), ErrorKind::Decode),
        (html(403).body("Forbidden"), ErrorKind::Api),
        (html(404).body(page), ErrorKind::Api),
        (reply(405).body(page), ErrorKind::Api),
    ] {
        let error = refused(answer).await;
        assert_eq!(error.kind(), kind, "{error}");
        for part in ["web page", "auth_url", "dashboard"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    // A gateway's page says that Keystone is down.
    let error = refused(html(503).body(page)).await;
    assert!(!error.to_string().contains("auth_url"), "{error}");
    let moved = reply(302).header("location", "/dashboard/auth/login/");
    let error = refused(moved).await;
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("auth_url"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_second_factor_is_named() {
    let body = json!({
        "receipt": {"methods": ["password"], "user": {"id": "u1"}, "expires_at": "2026-11-20T21:05:00.000000Z"},
        "required_auth_methods": [["totp", "password"], ["password", "custom"]],
    });
    for (body, part) in [
        (body.to_string(), "totp, or custom as well"),
        ("{}".to_owned(), "more than one factor"),
    ] {
        let answer = reply(401).header("openstack-auth-receipt", "gAAAA-receipt");
        let error = refused(answer.body(body)).await;
        assert_eq!(error.category(), Some(Category::Authentication));
        let text = error.to_string();
        for part in [part, "Openstack-Auth-Receipt", "application credential"] {
            assert!(text.contains(part), "{text}");
        }
        assert_hidden("gAAAA-receipt", &format!("{error:?} {error:#?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_credential_is_an_authentication_error() {
    for (title, message) in [
        ("Not Found", "Could not find token: gAAAA-old."),
        ("Not Found", "Could not find Application Credential: c1f3."),
    ] {
        let body = json!({"error": {"code": 404, "title": title, "message": message}});
        let error = refused(reply(404).body(body.to_string())).await;
        assert_eq!(
            (error.category(), error.status()),
            (Some(Category::Authentication), Some(StatusCode::NOT_FOUND)),
            "{error}"
        );
    }
    let missing = json!({"error": {"code": 404, "title": "Not Found", "message": "Could not find resource."}});
    let error = refused(reply(404).body(missing.to_string())).await;
    assert_eq!(error.category(), Some(Category::NotFound));
}

#[tokio::test(start_paused = true)]
async fn templates_of_endpoints_are_filled() {
    let answer = |url: &str, project: bool| {
        let mut body = json!({"token": {
            "user": {"id": "u1"},
            "catalog": [{"type": "compute", "endpoints": [{"interface": "public", "url": url}]}],
        }});
        if project {
            body["token"]["project"] = json!({"id": "p1"});
        }
        reply(201)
            .header("x-subject-token", "t")
            .body(body.to_string())
    };
    for (url, wanted) in [
        (
            "https://nova.example/v2.1/%(project_id)s",
            "https://nova.example/v2.1/p1",
        ),
        (
            "https://nova.example/v2.1/$(tenant_id)s",
            "https://nova.example/v2.1/p1",
        ),
        (
            "https://nova.example/%(tenant_id)s",
            "https://nova.example/p1/v2.1",
        ),
    ] {
        let connection = connected(&ScriptedTransport::playing([answer(url, true)])).await;
        assert_eq!(connection.endpoint().expect("an endpoint"), wanted);
        let catalog = connection.session().expect("a session").catalog();
        let found = catalog.endpoint("compute", "public", None);
        assert!(found.expect("an endpoint").contains("/p1"));
        let connection = connected(&ScriptedTransport::playing([answer(url, false)])).await;
        let error = connection.endpoint().expect_err("no project");
        assert!(error.message().contains("not for a project"), "{error}");
    }
    let own = cloud().endpoint("https://own.example/v2.1/%(project_id)s");
    let client = own.keystone().expect("a builder");
    let wire = ScriptedTransport::playing([answer(COMPUTE, true)]);
    let client = client.build_with(wire).expect("a client");
    let connection = own.connect_with(client).await.expect("a connection");
    assert_eq!(
        connection.endpoint().expect("an endpoint"),
        "https://own.example/v2.1/p1"
    );
    let unsigned = Cloud::with_token("https://own.example/v2.1/%(project_id)s", "t");
    let connection = unsigned.connect().await.expect("a connection");
    let error = connection.endpoint().expect_err("no project");
    assert_eq!(error.kind(), ErrorKind::Config);
}
