//! Which servers are trusted, and the errors of failed handshakes.

use rcgen::date_time_ymd;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{api, dial, dialer, direct};
use crate::transport::hyper::dial::testing::certs::{Identity, authority, params};
use crate::transport::hyper::dial::testing::{read_line, serve};
use crate::transport::hyper::dial::{DialState, Dialled, Stream};
use crate::transport::{Failure, TransportError, WireOptions};

const H1: &[&str] = &["http/1.1"];

fn trusting(identities: &[&Identity]) -> WireOptions {
    WireOptions {
        extra_ca: identities.iter().map(|i| i.pem.clone().into()).collect(),
        ..direct()
    }
}

/// Dials a server that presents `identity`, as `api.example`.
async fn meet(options: &WireOptions, identity: &Identity) -> Result<Dialled, TransportError> {
    let address = identity.serve(H1).await;
    dial(options, &api("https", address)).await
}

/// The code and text of a TLS refusal, which is not retried.
async fn refusal(options: &WireOptions, identity: &Identity) -> (String, String) {
    let error = meet(options, identity).await.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls, "{error}");
    let text = error.to_string();
    assert!(text.contains("api.example:"), "{text}");
    let code = error.code().expect("a code").to_owned();
    assert!(text.ends_with(&format!("({code})")), "{text}");
    (code, text)
}

#[tokio::test]
async fn an_issued_certificate_is_trusted_by_its_authority() {
    let ca = Identity::self_signed(authority("a CA"));
    let mut dialled = meet(&trusting(&[&ca]), &ca.issue(params("api.example")))
        .await
        .expect("a connection");
    assert!(!dialled.http2);
    assert_eq!(read_line(&mut dialled.stream).await, "api.example");
    assert_eq!(
        dialled.remote.map(|at| at.to_string()).as_deref(),
        Some(&*dialled.peer)
    );
    assert!(matches!(dialled.stream, Stream::Tls(_)));
}

#[tokio::test]
async fn both_sides_agree_on_a_protocol() {
    let ca = Identity::self_signed(authority("a CA"));
    let server = ca.issue(params("api.example"));
    for (alpn, http1_only, http2) in [
        (&["h2", "http/1.1"][..], false, true),
        (&["h2", "http/1.1"], true, false),
        (&["http/1.1"], false, false),
        (&[], false, false),
    ] {
        let options = WireOptions {
            http1_only,
            ..trusting(&[&ca])
        };
        let base = api("https", server.serve(alpn).await);
        let dialer = dialer(&options, &base);
        assert_eq!(dialer.may_be_http2(), !http1_only);
        let dialled = dialer.dial(&DialState::default()).await;
        assert_eq!(dialled.expect("a connection").http2, http2, "{alpn:?}");
    }
}

#[tokio::test]
async fn the_server_name_is_that_of_a_host_and_not_an_address() {
    let ca = Identity::self_signed(authority("a CA"));
    let options = trusting(&[&ca]);
    for (host, certified, sent) in [
        ("API.example", "api.example", "api.example"),
        ("api.example.", "api.example", "api.example"),
        ("127.0.0.1", "127.0.0.1", "-"),
    ] {
        let address = ca.issue(params(certified)).serve(H1).await;
        let base = format!("https://{host}:{}", address.port());
        let mut dialled = dial(&options, &base).await.expect("a connection");
        assert_eq!(read_line(&mut dialled.stream).await, sent, "{host}");
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let ca = Identity::self_signed(authority("a CA"));
    let address = ca.issue(params("api.example")).serve(H1).await;
    let dialer = dialer(&trusting(&[&ca]), &api("https", address));
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let dialled = dialer.dial(&DialState::default()).await;
        let mut stream = dialled.expect("a connection").stream;
        // The ticket comes before the first data.
        read_line(&mut stream).await;
        let Stream::Tls(tls) = stream else {
            panic!("TLS: {stream:?}");
        };
        kinds.push(tls.get_ref().1.handshake_kind());
    }
    use rustls::HandshakeKind::{Full, Resumed};
    assert_eq!(kinds, [Some(Full), Some(Resumed)]);
}

#[tokio::test]
async fn refusals_have_codes() {
    let ca = Identity::self_signed(authority("a CA"));
    let (known, unknown) = (
        trusting(&[&ca]),
        trusting(&[&Identity::self_signed(authority("another"))]),
    );
    let mut expired = params("api.example");
    expired.not_after = date_time_ymd(2021, 1, 1);
    let mut early = params("api.example");
    early.not_before = date_time_ymd(2098, 1, 1);
    for (options, identity, code, word) in [
        (&known, ca.issue(expired), "CERT_HAS_EXPIRED", "2021-01-01"),
        (&known, ca.issue(early), "CERT_NOT_YET_VALID", "2098-01-01"),
        (
            &known,
            ca.issue(params("other.example")),
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "is for other.example, not for this host",
        ),
        (
            &unknown,
            ca.issue(params("api.example")),
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "extra_ca or in SSL_CERT_FILE",
        ),
        (
            &unknown,
            Identity::self_signed(params("api.example")),
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "is self-signed; give it as extra_ca",
        ),
    ] {
        let (found, text) = refusal(options, &identity).await;
        assert_eq!(found, code, "{text}");
        assert!(text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn an_authority_of_the_same_name_with_another_key_is_unknown() {
    let [one, other] = ["a CA"; 2].map(|name| Identity::self_signed(authority(name)));
    let (code, text) = refusal(&trusting(&[&one]), &other.issue(params("api.example"))).await;
    assert!(
        matches!(
            &*code,
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" | "CERT_SIGNATURE_FAILURE"
        ),
        "{code}: {text}"
    );
    assert!(text.contains("extra_ca"), "{text}");
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_if_it_is_given() {
    let server = Identity::self_signed(params("api.example"));
    meet(&trusting(&[&server]), &server)
        .await
        .expect("a connection");
}

#[tokio::test]
async fn an_authority_that_is_the_server_is_trusted_if_it_is_given() {
    let server = Identity::self_signed(authority("api.example"));
    let other = Identity::self_signed(authority("other.example"));
    meet(&trusting(&[&other, &server]), &server)
        .await
        .expect("a connection");
    // Of another authority, which is not needed.
    let server = other.issue(authority("api.example"));
    meet(&trusting(&[&server]), &server)
        .await
        .expect("a connection");
}

#[tokio::test]
async fn an_authority_that_is_the_server_is_refused_if_it_is_not_given() {
    let server = Identity::self_signed(authority("api.example"));
    // Of the same name, too: it is the certificate that counts.
    let other = Identity::self_signed(authority("api.example"));
    let (code, text) = refusal(&trusting(&[&other]), &server).await;
    assert_eq!(code, "DEPTH_ZERO_SELF_SIGNED_CERT", "{text}");
    assert!(
        text.contains("CA:TRUE") && text.contains("extra_ca"),
        "{text}"
    );
    // An authority below one that is trusted.
    let above = Identity::self_signed(authority("a CA"));
    let below = above.issue(authority("api.example"));
    let (code, text) = refusal(&trusting(&[&above]), &below).await;
    assert_eq!(code, "INVALID_PURPOSE", "{text}");
    assert!(text.contains("CA:TRUE"), "{text}");
}

#[tokio::test]
async fn an_authority_that_is_the_server_needs_the_right_dates_and_name() {
    let mut expired = authority("api.example");
    expired.not_after = date_time_ymd(2021, 1, 1);
    let mut early = authority("api.example");
    early.not_before = date_time_ymd(2098, 1, 1);
    for (params, code) in [
        (expired, "CERT_HAS_EXPIRED"),
        (early, "CERT_NOT_YET_VALID"),
        (authority("other.example"), "ERR_TLS_CERT_ALTNAME_INVALID"),
    ] {
        let server = Identity::self_signed(params);
        let (found, text) = refusal(&trusting(&[&server]), &server).await;
        assert_eq!(found, code, "{text}");
    }
}

#[tokio::test]
async fn an_authority_that_is_the_server_has_to_have_its_key() {
    let server = Identity::self_signed(authority("api.example"));
    let options = trusting(&[&server]);
    let thief = server.with_key_of(&Identity::self_signed(authority("api.example")));
    let error = meet(&options, &thief).await.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls, "{error}");
}

#[tokio::test]
async fn without_verification_any_certificate_will_do_but_not_another_key() {
    let options = WireOptions {
        danger_accept_invalid_certs: true,
        ..direct()
    };
    let mut expired = params("other.example");
    expired.not_after = date_time_ymd(2021, 1, 1);
    let server = Identity::self_signed(expired);
    meet(&options, &server).await.expect("a connection");
    let server = Identity::self_signed(authority("api.example"));
    meet(&options, &server).await.expect("a connection");

    let thief = server.with_key_of(&Identity::self_signed(params("api.example")));
    let error = meet(&options, &thief).await.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls, "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_such() {
    let (address, _) = serve(|mut socket| async move {
        let _ = socket.read_u8().await;
        let _ = socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            .await;
        let _ = socket.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let error = dial(&direct_unverified(), &api("https", address)).await;
    let error = error.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls);
    assert_eq!(error.code(), Some("ERR_SSL_WRONG_VERSION_NUMBER"));
    let text = error.to_string();
    assert!(text.contains("does it expect http://"), "{text}");
}

#[tokio::test]
async fn a_handshake_that_breaks_is_no_connection() {
    for reset in [false, true] {
        let (address, _) = serve(move |mut socket| async move {
            let _ = socket.read_exact(&mut [0; 5]).await;
            if reset {
                socket.set_zero_linger().expect("a socket");
            } else {
                let _ = socket.shutdown().await;
                let _ = socket.read_to_end(&mut Vec::new()).await;
            }
        })
        .await;
        let error = dial(&direct_unverified(), &api("https", address)).await;
        let error = error.expect_err("an error");
        assert_eq!(error.failure(), Failure::Connect, "{error}");
        assert_eq!(error.code(), Some("ECONNRESET"));
        let port = address.port();
        let did = if reset { "reset" } else { "closed" };
        assert_eq!(
            error.to_string(),
            format!(
                "api.example:{port} {did} the connection during the TLS handshake (ECONNRESET)"
            )
        );
    }
}

#[tokio::test]
async fn an_alert_says_what_the_server_minds() {
    let ca = Identity::self_signed(authority("a CA"));
    let address = ca.issue(params("api.example")).serve(&["nonsense"]).await;
    let error = dial(&trusting(&[&ca]), &api("https", address)).await;
    let error = error.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls);
    assert_eq!(error.code(), Some("EPROTO"));
    let text = error.to_string();
    assert!(text.contains("speaks neither h2 nor http/1.1"), "{text}");
}

fn direct_unverified() -> WireOptions {
    WireOptions {
        danger_accept_invalid_certs: true,
        ..direct()
    }
}
