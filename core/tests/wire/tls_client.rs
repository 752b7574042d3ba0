//! Client certificates: presented, missing, wrong, unusable.

use reqtrail::{ErrorKind, Sent, StopReason};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::client::Client;
use crate::support::h2_server::with_tls;
use crate::support::{
    Act, Authority, Outcome, Server, Tls, assert_agrees, assert_failed, assert_succeeded, builder,
    trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);

/// What a server is configured with.
type Versions = &'static [&'static SupportedProtocolVersion];

static ONLY_12: Versions = &[&TLS12];
static ONLY_13: Versions = &[&TLS13];

/// A server that wants certificates of `authority`.
fn wanting(authority: &Authority, versions: Versions) -> Tls<'_> {
    Tls {
        versions,
        clients_of: Some(authority),
        ..Tls::new(authority.server())
    }
}

async fn both(client: &Client) -> [Outcome; 2] {
    [
        client.get("/things").send().await,
        client.post("/things").body("{}").send().await,
    ]
}

/// Neither call got through, neither was repeated, and neither claims to have sent anything.
fn assert_refused(outcomes: &[Outcome; 2], server: &Server) {
    for outcome in outcomes {
        let (kind, why) = (ErrorKind::Connect, StopReason::NotRetryable);
        assert_failed(outcome, kind, why, &[("connect", Sent::No)]);
    }
    assert_eq!(server.connections(), 2);
    assert!(server.log().is_empty());
}

async fn without_certificate(versions: Versions) {
    let authority = Authority::new();
    let server = wanting(&authority, versions).serve().await;
    let client = builder(server.https()).extra_ca(authority.pem.clone());
    let client = client.build().expect("a client");
    assert_refused(&both(&client).await, &server);
}

#[tokio::test]
async fn a_missing_certificate_is_refused_in_tls_1_2() {
    without_certificate(ONLY_12).await;
}

#[tokio::test]
async fn a_missing_certificate_is_refused_in_tls_1_3() {
    without_certificate(ONLY_13).await;
}

async fn without_certificate_over_http2(versions: Versions) {
    let authority = Authority::new();
    let tls = Tls {
        alpn: &["h2"],
        ..wanting(&authority, versions)
    };
    let server = with_tls(tls, |_| Act::Answer).await;
    let client = builder(server.https()).extra_ca(authority.pem.clone());
    let client = client.build().expect("a client");
    assert_refused(&both(&client).await, &server);
}

#[tokio::test]
async fn a_missing_certificate_is_refused_in_tls_1_2_with_http2() {
    without_certificate_over_http2(ONLY_12).await;
}

#[tokio::test]
async fn a_missing_certificate_is_refused_in_tls_1_3_with_http2() {
    without_certificate_over_http2(ONLY_13).await;
}

async fn with_certificate_of(other: &Authority) {
    let authority = Authority::new();
    for versions in [ONLY_12, ONLY_13] {
        let server = wanting(&authority, versions).serve().await;
        let client = builder(server.https())
            .extra_ca(authority.pem.clone())
            .client_certificate(other.client().pem());
        let client = client.build().expect("a client");
        assert_refused(&both(&client).await, &server);
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    with_certificate_of(&Authority::named("another CA")).await;
}

#[tokio::test]
async fn a_certificate_of_an_authority_with_a_new_key_is_refused() {
    // The name fits and the signature does not, which the server reports with a separate alert.
    with_certificate_of(&Authority::new()).await;
}

#[tokio::test]
async fn a_client_certificate_is_presented() {
    let authority = Authority::new();
    for versions in [ONLY_12, ONLY_13] {
        let server = wanting(&authority, versions).serve().await;
        let identity = authority.client();
        let client = builder(server.https())
            .extra_ca(authority.pem.clone())
            .client_certificate(identity.pem());
        let client = client.build().expect("a client");
        let outcomes = both(&client).await;
        for outcome in &outcomes {
            assert_succeeded(outcome, &[OK]);
        }
        assert_agrees(server.log(), &outcomes.each_ref().map(trail));
        assert!(!format!("{client:?}").contains("PRIVATE KEY"));
    }
}

#[tokio::test]
async fn the_key_may_come_before_the_certificate() {
    let authority = Authority::new();
    let server = wanting(&authority, ONLY_13).serve().await;
    let identity = authority.client();
    let client = builder(server.https())
        .extra_ca(authority.pem.clone())
        .client_certificate(format!(
            "{}{}",
            identity.key_pem(),
            identity.certificate_pem
        ));
    let client = client.build().expect("a client");
    for outcome in both(&client).await {
        assert_succeeded(&outcome, &[OK]);
    }
}

#[test]
fn an_invalid_client_certificate_is_a_config_error() {
    needs_own_transport!("reqwest checks its options by itself");
    let authority = Authority::new();
    let (one, other) = (authority.client(), authority.client());
    let cases = [
        ("empty", String::new()),
        ("no PEM", "a certificate".to_owned()),
        ("no key", one.certificate_pem.clone()),
        ("no certificate", one.key_pem()),
        (
            "another's key",
            format!("{}{}", one.certificate_pem, other.key_pem()),
        ),
        (
            "a broken key",
            format!(
                "{}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                one.certificate_pem
            ),
        ),
        (
            "a broken certificate",
            format!(
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{}",
                one.key_pem()
            ),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, pem) in cases {
        let secrets: Vec<String> = pem
            .lines()
            .filter(|l| l.len() > 30)
            .map(str::to_owned)
            .collect();
        let client = builder("https://127.0.0.1:1").client_certificate(pem);
        let error = client.build().expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Config, "{name}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(!secrets.iter().any(|line| shown.contains(line)), "{name}");
        if !error.to_string().contains("client_certificate") {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "do not name the option: {wrong:#?}");
}
