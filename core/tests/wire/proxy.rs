//! Proxies: tunnels, forwarded requests, and credentials that nothing shows.

use http::Method;
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use reqtrail::{ErrorKind, Proxy, Sent, StopReason};

use crate::client::{ClientBuilder, VIA_PROXY};
use crate::support::ports::ClosedPort;
use crate::support::proxy_server::{basic, proxy_server};
use crate::support::{
    Authority, Outcome, Seen, Server, TOKEN, Tls, assert_agrees, assert_failed, assert_succeeded,
    builder, notes, trail,
};

/// The password, plain and as in a URL.
const PASSWORD: &str = "hun/ter2@proxy";
const ENCODED: &str = "hun%2Fter2%40proxy";

const NO_CONNECTION: (&str, Sent) = ("connect", Sent::No);
const OK: (&str, Sent) = ("200", Sent::Yes);

fn url(proxy: &Server, password: &str) -> Proxy {
    Proxy::Url(format!("http://squid:{password}@{}", proxy.address()).into())
}

/// A proxy that wants the password.
async fn guarded() -> Server {
    proxy_server(Some(basic(&format!("squid:{PASSWORD}")))).await
}

/// Makes a call, and sees to it that nothing that a person could be shown has the password.
async fn call(client: ClientBuilder, password: &str) -> Outcome {
    let mut shown = vec![format!("{client:?}")];
    let client = client.build().expect("a client");
    let request = client.post("/things").body("{}");
    shown.push(format!("{client:?} {request:?}"));
    let outcome = request.send().await;
    let trail = trail(&outcome);
    shown.push(format!(
        "{outcome:?} {trail:?} {trail:#?} {trail} {} {}",
        trail.report(),
        trail.to_json()
    ));
    if let Err(error) = &outcome {
        shown.push(format!("{error} {error:#?} {:?}", error.api()));
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            shown.push(format!("{error} {error:?}"));
            cause = error.source();
        }
    }
    let credentials = format!("squid:{password}");
    let coded = basic(&credentials);
    let coded = coded.trim_start_matches("Basic ");
    for text in shown {
        for secret in [password, ENCODED, coded] {
            assert!(!text.contains(secret), "{secret} is shown: {text}");
        }
    }
    outcome
}

fn header<'a>(row: &'a Seen, name: &http::HeaderName) -> Option<&'a str> {
    row.headers.get(name).map(|v| v.to_str().expect("text"))
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let (proxy, origin) = (guarded().await, Tls::new(authority.server()).serve().await);
    let client = builder(origin.https()).extra_ca(authority.pem);
    let outcome = call(client.proxy(url(&proxy, ENCODED)), PASSWORD).await;
    assert_succeeded(&outcome, &[OK]);
    assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    assert_agrees(origin.log(), &[trail(&outcome)]);

    let [connect] = &proxy.log().rows()[..] else {
        panic!("one CONNECT: {:?}", proxy.log());
    };
    assert_eq!(connect.method, Method::CONNECT);
    assert_eq!(connect.target, origin.address().to_string());
    assert_eq!(
        header(connect, &PROXY_AUTHORIZATION),
        Some(&*basic(&format!("squid:{PASSWORD}")))
    );
    // What is meant for the API stays within the tunnel.
    assert_eq!(header(connect, &AUTHORIZATION), None);
    assert!(!connect.headers.contains_key("traceparent"));
    let row = &origin.log().rows()[0];
    assert_eq!(
        header(row, &AUTHORIZATION),
        Some(&*format!("Bearer {TOKEN}"))
    );
    assert_eq!(header(row, &PROXY_AUTHORIZATION), None);
}

#[tokio::test]
async fn http_is_forwarded() {
    let (proxy, origin) = (guarded().await, Server::plain().await);
    let outcome = call(builder(origin.http()).proxy(url(&proxy, ENCODED)), PASSWORD).await;
    assert_succeeded(&outcome, &[OK]);
    assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    assert_agrees(origin.log(), &[trail(&outcome)]);

    let [forwarded] = &proxy.log().rows()[..] else {
        panic!("one request: {:?}", proxy.log());
    };
    assert_eq!(forwarded.target, format!("{}/things", origin.http()));
    assert_eq!(
        header(forwarded, &PROXY_AUTHORIZATION),
        Some(&*basic(&format!("squid:{PASSWORD}")))
    );
}

#[tokio::test]
async fn a_proxy_without_credentials_gets_none() {
    let authority = Authority::new();
    let proxy = proxy_server(None).await;
    let (secure, plain) = (
        Tls::new(authority.server()).serve().await,
        Server::plain().await,
    );
    for origin in [secure.https(), plain.http()] {
        let client = builder(origin).extra_ca(authority.pem.clone());
        let outcome = call(client.proxy(Proxy::Url(proxy.http().into())), PASSWORD).await;
        assert_succeeded(&outcome, &[OK]);
        assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    }
    for row in proxy.log().rows() {
        assert_eq!(header(&row, &PROXY_AUTHORIZATION), None);
    }
    assert_eq!(proxy.log().len(), 2);
}

#[tokio::test]
async fn a_tunnel_that_the_proxy_refuses_is_no_connection() {
    let authority = Authority::new();
    let (proxy, origin) = (guarded().await, Tls::new(authority.server()).serve().await);
    let client = builder(origin.https()).extra_ca(authority.pem);
    let outcome = call(client.proxy(url(&proxy, "wrong-pass")), "wrong-pass").await;
    let error = outcome.as_ref().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_been_sent());
    assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    // Each attempt asked the proxy once, and none reached the API.
    assert_eq!(proxy.log().len(), trail(&outcome).attempts().len());
    assert_eq!(origin.connections(), 0);
}

#[tokio::test]
async fn a_request_that_the_proxy_refuses_is_its_answer() {
    let (proxy, origin) = (guarded().await, Server::plain().await);
    let client = builder(origin.http()).proxy(url(&proxy, "wrong-pass"));
    let outcome = call(client, "wrong-pass").await;
    let (kind, why) = (ErrorKind::Api, StopReason::NotRetryable);
    assert_failed(&outcome, kind, why, &[("407", Sent::Yes)]);
    assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    assert_agrees(proxy.log(), &[trail(&outcome)]);
    assert_eq!(origin.connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_is_no_connection() {
    let closed = ClosedPort::new();
    let address = closed.address();
    for origin in ["https://127.0.0.1:1", "http://127.0.0.1:1"] {
        let proxy = Proxy::Url(format!("http://squid:{ENCODED}@{address}").into());
        let outcome = call(builder(origin).proxy(proxy), PASSWORD).await;
        let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
        assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
        assert_eq!(notes(trail(&outcome)), VIA_PROXY);
    }
}

#[tokio::test]
async fn an_origin_that_the_proxy_cannot_reach_is_no_connection() {
    let proxy = guarded().await;
    let closed = ClosedPort::new();
    let address = closed.address();
    let client = builder(format!("https://{address}")).proxy(url(&proxy, ENCODED));
    let outcome = call(client, PASSWORD).await;
    let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
    assert_eq!(proxy.log().len(), 3);
}

#[tokio::test]
async fn a_certificate_behind_a_tunnel_is_verified() {
    let origin = Tls::new(Authority::new().server()).serve().await;
    let proxy = guarded().await;
    let client = builder(origin.https()).proxy(url(&proxy, ENCODED));
    let outcome = call(client, PASSWORD).await;
    let (kind, why) = (ErrorKind::Connect, StopReason::NotRetryable);
    assert_failed(&outcome, kind, why, &[NO_CONNECTION]);
    assert!(origin.log().is_empty());
}

#[test]
fn an_invalid_proxy_is_a_config_error() {
    needs_own_transport!("reqwest checks its options by itself");
    let cases = [
        "",
        "squid:hunter2",
        "http://squid:hunter2@",
        "http://squid:hunter2@:3128",
        "http://squid:hunter2@proxy.example:port",
        "http://squid:hunter2@[::1",
        "http://squid:hunter2@proxy example:3128",
        "ftp://squid:hunter2@proxy.example:3128",
        "squid:hunter2@proxy.example:3128",
    ];
    for text in cases {
        let proxy = Proxy::Url(text.into());
        assert!(!format!("{proxy:?}").contains("hunter2"));
        let built = builder("https://127.0.0.1:1").proxy(proxy).build();
        let error = built.err().unwrap_or_else(|| panic!("`{text}` is taken"));
        assert_eq!(error.kind(), ErrorKind::Config, "{text}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("proxy"), "{text}: {shown}");
        assert!(!shown.contains("hunter2"), "{text}: {shown}");
    }
}
