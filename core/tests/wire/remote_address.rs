//! The field `remote_address` of attempts: the peer of the socket, in the trail's JSON too.

use std::time::Duration;

use reqtrail::{ErrorKind, Proxy, Sent};
use serde_json::{Value, json};

use crate::support::ports::ClosedPort;
use crate::support::proxy_server::proxy_server;
use crate::support::{
    Authority, Outcome, Server, Tls, assert_succeeded, builder, get, http1, trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);

/// What the attempts say, in the JSON as to the program.
fn addresses(outcome: &Outcome) -> Vec<Value> {
    let trail = trail(outcome);
    let written: Value = serde_json::from_str(&trail.to_json()).expect("JSON");
    let attempts = written["attempts"].as_array().expect("attempts").iter();
    let written: Vec<_> = attempts.map(|it| it["remote_address"].clone()).collect();
    let read = trail.attempts().iter();
    let read = read.map(|it| json!(it.remote_address().map(|at| at.to_string())));
    assert_eq!(read.collect::<Vec<_>>(), written);
    written
}

#[tokio::test]
async fn remote_address_is_the_servers_on_new_and_reused_connections() {
    let authority = Authority::new();
    let (plain, secure) = (
        Server::plain().await,
        Tls::new(authority.server()).serve().await,
    );
    for (server, base) in [(&plain, plain.http()), (&secure, secure.https())] {
        let client = builder(base).extra_ca(authority.pem.clone());
        let client = client.build().expect("a client");
        for _ in 0..2 {
            let outcome = client.get("/things").send().await;
            assert_succeeded(&outcome, &[OK]);
            assert_eq!(addresses(&outcome), [json!(server.address().to_string())]);
        }
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn remote_address_is_that_of_the_proxy_if_there_is_one() {
    let authority = Authority::new();
    let proxy = proxy_server(None).await;
    let (plain, secure) = (
        Server::plain().await,
        Tls::new(authority.server()).serve().await,
    );
    for base in [plain.http(), secure.https()] {
        let client = builder(base)
            .extra_ca(authority.pem.clone())
            .proxy(Proxy::Url(proxy.http().into()));
        let outcome = get(client).await;
        assert_succeeded(&outcome, &[OK]);
        assert_eq!(addresses(&outcome), [json!(proxy.address().to_string())]);
    }
}

#[tokio::test]
async fn remote_address_is_null_without_a_connection() {
    let port = ClosedPort::new();
    let client = builder(format!("http://{}", port.address()));
    let outcome = get(client).await;
    assert_eq!(addresses(&outcome), [json!(null), json!(null), json!(null)]);

    // One whose certificate is refused serves no request.
    let server = Tls::new(Authority::new().server()).serve().await;
    let client = builder(server.https()).extra_ca(Authority::new().pem);
    let outcome = get(client).await;
    assert_eq!(addresses(&outcome), [json!(null)]);
}

#[tokio::test]
async fn remote_address_is_set_without_an_answer() {
    needs_own_transport!("reqwest says where a request went once it is answered");
    let server = Server::start(|_, mut socket, log| async move {
        while let Some(request) = http1::read(&mut socket).await? {
            log.enter(request.seen(0));
        }
        Ok(())
    })
    .await;
    let client = builder(server.http()).attempt_timeout(Duration::from_millis(50));
    let client = client.build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let error = outcome.as_ref().expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(addresses(&outcome), [json!(server.address().to_string())]);
}

#[tokio::test]
async fn report_and_log_lines_do_not_show_the_remote_address() {
    let server = Server::plain().await;
    let client = builder(server.http()).build().expect("a client");
    let outcome = client.get("/things").send().await;
    let trail = trail(&outcome);
    let written = trail.to_json();
    let address = format!("\"remote_address\":\"{}\"", server.address());
    assert!(written.contains(&address), "{written}");
    let without = written.replace(&address, "\"remote_address\":null");
    let without = reqtrail::Trail::from_json(&without).expect("a trail");
    assert_eq!(without.report(), trail.report());
}
