//! Signing in with one-time passcodes and by several methods, and user and password of HTTP: what is sent, how often, and
//! what is shown of it.

use reqtrail::openstack::{Auth, Cloud, Keystone, Receipt, User};
use reqtrail::{Category, ErrorKind, Failure};
use serde_json::{Value, json};

use crate::secrets::{assert_hidden, shown};
use crate::support::*;

const PASSWORD: &str = "hunter2-of-the-user";
const PASSCODE: &str = "918273";
const RECEIPT: &str = "gAAAA-receipt";

fn user() -> User {
    User::id("u1")
}

fn both() -> Auth {
    Auth::multifactor([
        Auth::password(user(), PASSWORD),
        Auth::totp(user(), PASSCODE),
    ])
}

fn token() -> Exchange {
    let body = json!({"token": {
        "issued_at": "2026-11-20T21:00:00.000000Z",
        "expires_at": "2026-11-20T22:00:00.000000Z",
        "catalog": [{"type": "compute", "endpoints": [{"interface": "public", "url": "https://nova.example/v2.1"}]}],
    }});
    reply(201)
        .header("x-subject-token", "gAAAA-token")
        .header("x-openstack-request-id", "req-signin")
        .body(body.to_string())
}

/// Keystone accepts these ways of proof, and wants one of these sets.
fn receipt(accepted: &[&str], required: Value) -> Exchange {
    let body = json!({
        "receipt": {"methods": accepted, "user": {"id": "u1"}, "expires_at": "2026-11-20T21:05:00.000000Z"},
        "required_auth_methods": required,
    });
    reply(401)
        .header("openstack-auth-receipt", RECEIPT)
        .header("x-openstack-request-id", "req-receipt")
        .body(body.to_string())
}

fn keystone(wire: &ScriptedTransport, seen: &Seen, auth: Auth) -> Keystone {
    let client = Keystone::builder("https://keystone.example/v3").observer(seen.clone());
    Keystone::new(client.build_with(wire.clone()).expect("a client"), auth)
}

/// Everything that an error shows by itself. The answer's headers, which have the receipt, have to be asked for.
fn printed(error: &reqtrail::Error, seen: &Seen) -> String {
    let trail = error.trail().expect("a trail");
    let api = error.api().expect("an answer");
    let (report, json) = (trail.report(), trail.to_json());
    format!(
        "{error} {error:?} {error:#?} {api:?} {trail:?} {report} {json} {:?}",
        seen.events()
    )
}

/// The ways of proof that the request of this number gave.
fn methods(wire: &ScriptedTransport, number: usize) -> Value {
    let body: Value = serde_json::from_slice(&wire.log()[number].body).expect("JSON");
    body["auth"]["identity"]["methods"].clone()
}

#[tokio::test(start_paused = true)]
async fn several_ways_go_out_in_one_request() {
    let wire = ScriptedTransport::playing([token()]);
    let keystone = keystone(&wire, &Seen::default(), both());
    let session = keystone.sign_in().await.expect("a session");
    assert_eq!(wire.count(), 1);
    assert_eq!(methods(&wire, 0), json!(["password", "totp"]));
    assert_eq!(wire.log()[0].header("openstack-auth-receipt"), None);
    let all = format!("{session:?} {keystone:?} {}", session.trail().to_json());
    for secret in [PASSWORD, PASSCODE, "gAAAA-token"] {
        assert_hidden(secret, &all);
    }
}

/// A Keystone that takes one way at a time gets the rest, with its receipt.
#[tokio::test(start_paused = true)]
async fn a_receipt_is_sent_back_with_the_ways_that_are_left() {
    let rules = json!([["password", "totp"]]);
    let wire = ScriptedTransport::playing([receipt(&["password"], rules), token()]);
    let seen = Seen::default();
    let session = keystone(&wire, &seen, both()).sign_in().await;
    assert!(session.is_ok(), "{session:?}");
    assert_eq!(wire.count(), 2);
    assert_eq!(methods(&wire, 1), json!(["totp"]));
    let sent = &wire.log()[1];
    assert_eq!(sent.header("openstack-auth-receipt"), Some(RECEIPT));
    let body = String::from_utf8_lossy(&sent.body).into_owned();
    assert!(!body.contains(PASSWORD), "the receipt stands for it");
    let all = format!("{session:?} {:?}", seen.events());
    for secret in [RECEIPT, PASSCODE, PASSWORD] {
        assert_hidden(secret, &all);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_without_progress_ends_the_sign_in() {
    let third = json!([["password", "totp", "custom"]]);
    for (accepted, requests, parts) in [
        // All was accepted, and is not enough.
        (
            &["password", "totp"][..],
            1,
            ["accepted password and totp", "wants custom"],
        ),
        (
            &[],
            1,
            ["accepted the proof", "password and totp and custom"],
        ),
    ] {
        let wire = ScriptedTransport::answering({
            let third = third.clone();
            move |_, _| receipt(accepted, third.clone())
        });
        let seen = Seen::default();
        let error = keystone(&wire, &seen, both())
            .sign_in()
            .await
            .expect_err("no session");
        assert_eq!(wire.count(), requests);
        for part in parts {
            assert!(error.to_string().contains(part), "{error}");
        }
        let all = printed(&error, &seen);
        for secret in [RECEIPT, PASSCODE, PASSWORD] {
            assert_hidden(secret, &all);
        }
    }
}

/// A receipt that nobody expected can be used in the program's own time.
#[tokio::test(start_paused = true)]
async fn an_unexpected_receipt_names_what_is_missing_and_can_be_continued() {
    let rules = json!([["totp", "password"], ["custom", "password"]]);
    let wire = ScriptedTransport::playing([receipt(&["password"], rules)]);
    let seen = Seen::default();
    let password = Auth::password(user(), PASSWORD);
    let error = keystone(&wire, &seen, password)
        .sign_in()
        .await
        .expect_err("no session");
    assert_eq!(error.category(), Some(Category::Authentication));
    let text = error.to_string();
    for part in [
        "accepted password",
        "wants totp, or custom as well",
        "v3multifactor",
        "v3password,v3totp",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_hidden(RECEIPT, &printed(&error, &seen));
    let receipt = Receipt::of(&error).expect("a receipt");
    assert_eq!(receipt.accepted(), ["password"]);
    assert_eq!(receipt.missing(), [["totp"], ["custom"]]);
    assert_hidden(RECEIPT, &format!("{receipt:?} {receipt:#?}"));

    // A wrong passcode leaves the receipt as it was.
    let wire = ScriptedTransport::playing([reply(401), token()]);
    let wrong = Auth::totp(user(), "000000").receipt(receipt.clone());
    let refused = keystone(&wire, &seen, wrong).sign_in().await;
    assert!(Receipt::of(&refused.expect_err("no session")).is_none());
    let right = Auth::totp(user(), PASSCODE).receipt(receipt);
    let keystone = keystone(&wire, &seen, right);
    let session = keystone.sign_in().await.expect("a session");
    assert_eq!(wire.count(), 2);
    for sent in wire.log() {
        assert_eq!(sent.header("openstack-auth-receipt"), Some(RECEIPT));
    }
    let all = format!(
        "{session:?} {keystone:?} {:?} {}",
        seen.events(),
        session.trail().to_json()
    );
    assert_hidden(RECEIPT, &all);
    assert_hidden(PASSCODE, &all);
}

#[tokio::test(start_paused = true)]
async fn what_keystone_sends_back_of_passcode_and_receipt_is_not_shown() {
    let echoed = json!({"error": {"code": 401, "title": PASSCODE, "message": format!("{RECEIPT} {PASSCODE}")}});
    let answer = reply(401).id(RECEIPT).body(echoed.to_string());
    let wire = ScriptedTransport::playing([answer]);
    let seen = Seen::default();
    let auth = both().receipt(Receipt::new(RECEIPT));
    let error = keystone(&wire, &seen, auth)
        .sign_in()
        .await
        .expect_err("no session");
    let all = shown(&error, &seen);
    assert_hidden(RECEIPT, &all);
    assert_hidden(PASSCODE, &all);
}

#[tokio::test(start_paused = true)]
async fn a_passcode_is_sent_once() {
    // What may have reached Keystone is not repeated, and a later sign-in does not begin.
    for first in [
        fails(Failure::Broken).sent(),
        reply(401),
        reply(503),
        token(),
    ] {
        let wire = ScriptedTransport::playing([first]);
        let auth = Auth::totp(user(), PASSCODE);
        let keystone = keystone(&wire, &Seen::default(), auth.clone());
        let _ = keystone.sign_in().await;
        let error = keystone.clone().sign_in().await.expect_err("used");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("new passcode"), "{error}");
        assert_eq!(wire.count(), 1);
        let other = Cloud::new("https://keystone.example", auth);
        let error = other
            .connect()
            .await
            .expect_err("a clone has the same passcode");
        assert!(error.message().contains("new passcode"), "{error}");
    }
    // What never left is as good as before.
    let wire = ScriptedTransport::answering(|number, _| match number {
        0 => fails(Failure::Broken),
        _ => token(),
    });
    let client = Keystone::builder("https://keystone.example/v3").max_attempts(1);
    let client = client.build_with(wire.clone()).expect("a client");
    let keystone = Keystone::new(client, both());
    keystone.sign_in().await.expect_err("unreachable");
    keystone.sign_in().await.expect("a session");
    assert_eq!(wire.count(), 2);
}

/// A client whose token is refused cannot sign in again by a passcode that has been used: it says so, and asks nobody.
#[tokio::test(start_paused = true)]
async fn a_renewal_says_that_it_needs_a_new_passcode() {
    let wire = ScriptedTransport::playing([token()]);
    let cloud = Cloud::new("https://keystone.example/v3", both());
    let client = cloud
        .keystone()
        .expect("a builder")
        .build_with(wire.clone());
    let connection = cloud
        .connect_with(client.expect("a client"))
        .await
        .expect("a connection");
    let nova = ScriptedTransport::answering(|_, _| reply(401));
    let builder = connection.compute().expect("a builder");
    let client = builder.build_with(nova.clone()).expect("a client");
    for _ in 0..3 {
        let error = error(client.get("/servers").send().await);
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.category(), Some(Category::Authentication));
        let mut causes = std::iter::successors(std::error::Error::source(&error), |e| e.source());
        assert!(
            causes.any(|e| e.to_string().contains("new passcode")),
            "{error:?}"
        );
        assert_hidden(PASSCODE, &format!("{error} {error:?}"));
    }
    assert_eq!(wire.count(), 1, "no useless request is made");
    // After the token's end no call goes out without one.
    tokio::time::sleep(secs(3600)).await;
    let before = nova.count();
    let error = error(client.get("/servers").send().await);
    assert_eq!(
        (error.kind(), error.category()),
        (ErrorKind::Api, Some(Category::Authentication))
    );
    assert!(error.to_string().contains("new passcode"), "{error}");
    assert_eq!((nova.count(), wire.count()), (before, 1));
}

#[tokio::test(start_paused = true)]
async fn user_and_password_of_http_go_with_each_call() {
    let cloud = Cloud::with_basic_auth("https://ironic.example:6385/v1", "admin", PASSWORD);
    for connection in [cloud.connect().await, cloud.connect_blocking()] {
        let connection = connection.expect("a connection");
        assert!(connection.session().is_none());
        let echo = "YWRtaW46aHVudGVyMi1vZi10aGUtdXNlcg==";
        let wire = ScriptedTransport::answering(move |_, _| {
            let text = format!("{echo} {PASSWORD}");
            reply(401).body(json!({"error_message": text, "error": {"message": text}}).to_string())
        });
        let seen = Seen::default();
        let builder = connection
            .compute()
            .expect("a builder")
            .observer(seen.clone());
        let client = builder.build_with(wire.clone()).expect("a client");
        let error = error(client.get("/nodes").send().await);
        assert_eq!(wire.count(), 1);
        let sent = &wire.log()[0];
        assert_eq!(sent.url.as_str(), "https://ironic.example:6385/v1/nodes");
        assert_eq!(
            sent.header("authorization"),
            Some(&*format!("Basic {echo}"))
        );
        assert_eq!(sent.header("x-auth-token"), None);
        let all = format!("{} {connection:?} {client:?}", shown(&error, &seen));
        assert_hidden(echo, &all);
        assert_hidden(PASSWORD, &all);
    }
    for (user, password) in [("ad:min", PASSWORD), ("admin", "hunter2-of-the-user\r\n")] {
        let cloud = Cloud::with_basic_auth("https://ironic.example", user, password);
        let error = cloud
            .connect()
            .await
            .expect("a connection")
            .compute()
            .expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with("http_basic: "), "{error}");
        assert_hidden(PASSWORD, &format!("{error} {error:?}"));
    }
}
