//! The option `resolve`: connections go to its addresses, and everything else keeps the name.

use http::header::HOST;
use reqtrail::{ErrorKind, Proxy, Sent, StopReason};

use crate::client::ClientBuilder;
use crate::support::ports::ClosedPort;
use crate::support::proxy_server::proxy_server;
use crate::support::{
    Authority, Server, Tls, assert_agrees, assert_failed, assert_succeeded, builder, get, trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);

/// A client of `api.example` at the port of a server.
fn named(scheme: &str, server: &Server) -> ClientBuilder {
    builder(format!(
        "{scheme}://Api.Example:{}",
        server.address().port()
    ))
}

/// The entry of a host at the port of a server.
fn entry(host: &str, server: &Server, addresses: &str) -> [String; 1] {
    [format!("{host}:{}:{addresses}", server.address().port())]
}

fn header(server: &Server, name: &http::HeaderName) -> String {
    let rows = server.log().rows();
    let value = rows[0].headers.get(name).expect("the header");
    value.to_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_connection_goes_to_the_address_and_the_request_names_the_host() {
    for host in ["api.example", "API.example.", "*"] {
        let server = Server::plain().await;
        let client = named("http", &server).resolve(entry(host, &server, "127.0.0.1"));
        let outcome = get(client).await;
        assert_succeeded(&outcome, &[OK]);
        assert_agrees(server.log(), &[trail(&outcome)]);
        let name = format!("api.example:{}", server.address().port());
        assert_eq!(header(&server, &HOST), name);
        assert_eq!(trail(&outcome).origin(), format!("http://{name}"));
        let attempt = &trail(&outcome).attempts()[0];
        assert_eq!(attempt.remote_addr(), Some(server.address()));
    }
}

#[tokio::test]
async fn certificates_are_checked_against_the_name() {
    let authority = Authority::new();
    for (identity, is_right) in [
        (authority.server_named("api.example"), true),
        // It names the address.
        (authority.server(), false),
    ] {
        let server = Tls::new(identity).serve().await;
        let client = named("https", &server)
            .extra_ca(authority.pem.clone())
            .resolve(entry("api.example", &server, "127.0.0.1"));
        let outcome = get(client).await;
        match is_right {
            true => assert_succeeded(&outcome, &[OK]),
            false => {
                let error = outcome.expect_err("another name");
                let code = error.trail().expect("a trail").attempts()[0].failure_code();
                assert_eq!(code, Some("ERR_TLS_CERT_ALTNAME_INVALID"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn the_next_address_is_tried_where_one_refuses() {
    let server = Server::plain().await;
    // Nobody listens at that port of the other address.
    let addresses = "127.0.0.2,[::ffff:127.0.0.2],127.0.0.1";
    let client = named("http", &server).resolve(entry("api.example", &server, addresses));
    let client = client.build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    assert_succeeded(&outcome, &[OK]);
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(attempt.remote_addr(), Some(server.address()));
}

#[tokio::test]
async fn where_no_address_answers_the_error_names_host_and_address() {
    let port = ClosedPort::new();
    let number = port.address().port();
    let client = builder(format!("http://api.example:{number}"))
        .max_attempts(1)
        .resolve([format!("api.example:{number}:127.0.0.1")]);
    let outcome = get(client).await;
    let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[("connect", Sent::No)]);
    let error = outcome.expect_err("refused");
    let text = error.to_string();
    assert!(text.contains(&format!("127.0.0.1:{number}")), "{text}");
    let attempt = &error.trail().expect("a trail").attempts()[0];
    assert_eq!(attempt.failure_code(), Some("ECONNREFUSED"));
    assert_eq!(attempt.remote_addr(), None);
}

#[tokio::test]
async fn resolve_applies_to_the_proxy_but_not_to_its_look_ups() {
    let (proxy, server) = (proxy_server(None).await, Server::plain().await);
    let url = format!("http://Proxy.Example:{}", proxy.address().port());
    // The proxy is sent to localhost, whatever the entry of that name says.
    let client = builder(format!("http://localhost:{}", server.address().port()))
        .proxy(Proxy::Url(url.into()))
        .resolve(entry("proxy.example", &proxy, "127.0.0.1"))
        .resolve(entry("localhost", &server, "192.0.2.1"));
    let outcome = get(client).await;
    assert_succeeded(&outcome, &[OK]);
    assert_eq!((proxy.log().len(), server.log().len()), (1, 1));
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(attempt.remote_addr(), Some(proxy.address()));
}

#[test]
fn an_entry_that_is_wrong_is_a_config_error() {
    let client = builder("https://api.example").resolve(["api.example:443:other.example"]);
    let error = client.build().expect_err("no address");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "config: resolve[0] is `api.example:443:other.example`, whose address `other.example` is not an IP address; expected \
         HOST:PORT:ADDRESS[,ADDRESS]…, such as `api.example:443:10.0.0.7`"
    );
    let error = builder("http://api.example")
        .unix_socket("/run/api.sock")
        .resolve(["api.example:80:10.0.0.7"])
        .build()
        .expect_err("two ways");
    assert!(
        error.to_string().contains("resolve and unix_socket"),
        "{error}"
    );
}
