//! TLS: which servers are trusted, what options do, and handshakes that fail.

use reqtrail::{ErrorKind, Sent, StopReason};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::ClientBuilder;
use crate::support::{
    Act, Authority, Outcome, Server, Tls, assert_agrees, assert_failed, assert_succeeded, builder,
    h2_server, http1, notes, trail,
};

const NO_CONNECTION: (&str, Sent) = ("connect", Sent::No);
const OK: (&str, Sent) = ("200", Sent::Yes);

async fn get(client: ClientBuilder) -> Outcome {
    let client = client.build().expect("a client");
    client.get("/things").send().await
}

async fn post(client: ClientBuilder) -> Outcome {
    let client = client.build().expect("a client");
    client.post("/things").body("{}").send().await
}

/// The handshake failed, the client knows that it would fail again, and the server saw nothing else.
fn assert_refused(outcome: &Outcome, server: &Server) {
    let (kind, why) = (ErrorKind::Connect, StopReason::NotRetryable);
    assert_failed(outcome, kind, why, &[NO_CONNECTION]);
    let error = outcome.as_ref().expect_err("an error");
    assert!(!error.may_have_been_sent());
    assert_eq!(server.connections(), 1);
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let unknown = Authority::new();
    let server = Tls::new(unknown.server()).serve().await;
    assert_refused(&get(builder(server.https())).await, &server);

    // One of the same name too: it is the key that counts.
    for known in [Authority::named("another CA"), Authority::new()] {
        let server = Tls::new(unknown.server()).serve().await;
        let outcome = post(builder(server.https()).extra_ca(known.pem)).await;
        assert_refused(&outcome, &server);
    }
}

#[tokio::test]
async fn another_name_is_refused() {
    let authority = Authority::new();
    let server = Tls::new(authority.other_server()).serve().await;
    let outcome = get(builder(server.https()).extra_ca(authority.pem)).await;
    assert_refused(&outcome, &server);
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let server = Tls::new(authority.expired_server()).serve().await;
    let outcome = get(builder(server.https()).extra_ca(authority.pem)).await;
    assert_refused(&outcome, &server);
}

#[tokio::test]
async fn an_extra_authority_is_trusted() {
    let (first, second) = (Authority::named("another CA"), Authority::new());
    for bundled in [false, true] {
        let server = Tls::new(second.server()).serve().await;
        let client = builder(server.https());
        let client = if bundled {
            client.extra_ca(format!("{}{}", first.pem, second.pem))
        } else {
            client
                .extra_ca(first.pem.clone())
                .extra_ca(second.pem.clone())
        };
        let outcome = post(client).await;
        assert_succeeded(&outcome, &[OK]);
        assert_eq!(notes(trail(&outcome)), [""; 0]);
        assert_agrees(server.log(), &[trail(&outcome)]);
    }
}

#[test]
fn an_extra_authority_that_is_not_a_certificate_is_a_config_error() {
    needs_own_transport!("reqwest checks its options by itself");
    let block =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let whole = Authority::new().pem;
    let cases = [
        ("empty", String::new()),
        ("no PEM", "a certificate".to_owned()),
        ("no base64", block("%%%%")),
        ("no certificate", block("AAAA")),
        ("cut off", whole[..whole.len() / 2].to_owned()),
        (
            "a good one and a bad one",
            format!("{whole}{}", block("AAAA")),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, pem) in cases {
        let error = builder("https://127.0.0.1:1").extra_ca(pem).build();
        let error = error.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Config, "{name}: {error}");
        assert!(error.trail().is_none());
        if !error.to_string().contains("extra_ca") {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "do not name the option: {wrong:#?}");
}

#[tokio::test]
async fn verification_can_be_turned_off_and_every_trail_says_so() {
    needs_own_transport!("a reqwest client does not say whether it verifies");
    let authority = Authority::new();
    let identities = [
        authority.server(),
        authority.other_server(),
        authority.expired_server(),
    ];
    for identity in identities {
        let server = Tls::new(identity).serve().await;
        let client = builder(server.https()).danger_accept_invalid_certs(true);
        let outcome = get(client).await;
        assert_succeeded(&outcome, &[OK]);
        assert_eq!(notes(trail(&outcome)), ["tls_unverified"]);
        assert!(
            trail(&outcome)
                .to_json()
                .contains(r#""notes":["tls_unverified"]"#)
        );
        assert_agrees(server.log(), &[trail(&outcome)]);
    }
}

#[tokio::test]
async fn an_error_of_an_unverified_client_says_so_too() {
    needs_own_transport!("a reqwest client does not say whether it verifies");
    let server = Server::start(|_, socket, _| async move { socket.set_zero_linger() }).await;
    let client = builder(server.https()).danger_accept_invalid_certs(true);
    let outcome = get(client.max_attempts(1)).await;
    assert!(outcome.is_err());
    assert_eq!(notes(trail(&outcome)), ["tls_unverified"]);
}

#[tokio::test]
async fn verification_that_was_turned_on_again_verifies() {
    let server = Tls::new(Authority::new().server()).serve().await;
    let client = builder(server.https())
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_certs(false);
    let outcome = get(client).await;
    assert_refused(&outcome, &server);
    assert_eq!(notes(trail(&outcome)), [""; 0]);
}

#[tokio::test]
async fn a_server_without_tls_is_refused() {
    let server = Server::start(|_, mut socket, _| async move {
        let mut hello = [0; 5];
        socket.read_exact(&mut hello).await?;
        let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        socket.write_all(text).await?;
        http1::finish(&mut socket).await
    })
    .await;
    assert_refused(&post(builder(server.https())).await, &server);
}

#[tokio::test]
async fn a_handshake_that_the_server_closes_sends_nothing() {
    let server = Server::start(|_, mut socket, _| async move {
        let mut hello = [0; 5];
        socket.read_exact(&mut hello).await?;
        http1::finish(&mut socket).await
    })
    .await;
    let outcome = post(builder(server.https())).await;
    let error = outcome.as_ref().expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_been_sent());
    // Whether another attempt is made is left open: it might be a server that is just starting.
    assert_eq!(trail(&outcome).attempts().len(), server.connections());
    assert_agrees(server.log(), &[trail(&outcome)]);
}

#[tokio::test]
async fn a_handshake_that_is_reset_sends_nothing_and_is_repeated() {
    let authority = Authority::new();
    let acceptor = Tls::new(authority.server()).acceptor();
    let server = Server::start(move |number, mut socket, log| {
        let acceptor = acceptor.clone();
        async move {
            if number == 1 {
                let mut hello = [0; 5];
                socket.read_exact(&mut hello).await?;
                return socket.set_zero_linger();
            }
            let mut io = acceptor.accept(socket).await?;
            http1::serve(&mut io, number, &log).await
        }
    })
    .await;
    let outcome = post(builder(server.https()).extra_ca(authority.pem)).await;
    assert_succeeded(&outcome, &[NO_CONNECTION, OK]);
    assert_eq!(notes(trail(&outcome)), [""; 0]);
    assert_eq!(server.connections(), 2);
    assert_agrees(server.log(), &[trail(&outcome)]);
}

#[tokio::test]
async fn a_connection_that_is_reset_before_the_handshake_is_repeated() {
    let server = Server::start(|_, socket, _| async move { socket.set_zero_linger() }).await;
    let outcome = post(builder(server.https())).await;
    let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
    assert_eq!(server.connections(), 3);
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn a_refused_server_of_http2_is_refused_alike() {
    let server = h2_server(&Authority::new(), |_| Act::Answer).await;
    assert_refused(&post(builder(server.https())).await, &server);
}
