//! SOCKS proxies: each reply that they have, and what they are sent.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use super::{dialer, proxied};
use crate::transport::hyper::dial::testing::{Fixed, serve};
use crate::transport::hyper::dial::{DialState, Dialer};
use crate::transport::{Failure, TransportError};

/// What a proxy answers, message by message.
type Answers = &'static [&'static [u8]];

/// A proxy that answers the n-th message of a client with the n-th answer, and the messages that it got.
async fn proxy(answers: Answers) -> (SocketAddr, Arc<Mutex<Vec<Vec<u8>>>>) {
    let messages = Arc::new(Mutex::new(Vec::new()));
    let log = messages.clone();
    let (address, _) = serve(move |mut socket| {
        let log = log.clone();
        async move {
            for answer in answers {
                let mut message = vec![0; 600];
                // Messages come whole: the client waits for each answer.
                let Ok(length) = socket.read(&mut message).await else {
                    return;
                };
                message.truncate(length);
                log.lock().expect("no panic").push(message);
                if socket.write_all(answer).await.is_err() {
                    return;
                }
            }
            let _ = socket.shutdown().await;
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
    })
    .await;
    (address, messages)
}

const GREETING: &[u8] = &[5, 0];
const GRANTED: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/// Dials through the proxy, and returns what it was sent last.
async fn through(
    scheme: &str,
    base: &str,
    answers: Answers,
) -> (Result<(), TransportError>, Vec<Vec<u8>>) {
    let (address, messages) = proxy(answers).await;
    let dialer = dialer(&proxied(&format!("{scheme}://{address}")), base);
    let dialled = dialer.dial(&DialState::default()).await.map(|dialled| {
        assert_eq!(dialled.remote, Some(address));
        assert!(dialer.absolute_form().is_none());
    });
    let messages = messages.lock().expect("no panic").clone();
    (dialled, messages)
}

#[tokio::test]
async fn who_looks_up_the_host() {
    for (scheme, base, request) in [
        (
            "socks5h",
            "http://api.example:8080",
            &b"\x05\x01\x00\x03\x0bapi.example\x1f\x90"[..],
        ),
        (
            "socks5",
            "http://api.example:8080",
            b"\x05\x01\x00\x01\x7f\x00\x00\x01\x1f\x90",
        ),
        (
            "socks5h",
            "http://[::1]:8080",
            b"\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1f\x90",
        ),
        (
            "socks5h",
            "http://192.0.2.7",
            b"\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x50",
        ),
    ] {
        let (dialled, messages) = through(scheme, base, &[GREETING, GRANTED]).await;
        dialled.expect("a connection");
        assert_eq!(messages, [b"\x05\x01\x00", request], "{scheme} {base}");
    }
    for (scheme, base, request) in [
        (
            "socks4",
            "http://api.example:8080",
            &b"\x04\x01\x1f\x90\x7f\x00\x00\x01\x00"[..],
        ),
        (
            "socks4a",
            "http://api.example:8080",
            b"\x04\x01\x1f\x90\x00\x00\x00\xff\x00api.example\x00",
        ),
    ] {
        let granted: Answers = &[&[0, 0x5a, 0, 0, 0, 0, 0, 0]];
        let (dialled, messages) = through(scheme, base, granted).await;
        dialled.expect("a connection");
        assert_eq!(messages, [request], "{scheme} {base}");
    }
}

#[tokio::test]
async fn credentials_are_sent_and_may_be_refused() {
    let base = "http://api.example";
    let (address, messages) = proxy(&[&[5, 2], &[1, 0], GRANTED]).await;
    let options = proxied(&format!("socks5h://squid:hun%2Fter2@{address}"));
    let dialled = dialer(&options, base).dial(&DialState::default()).await;
    dialled.expect("a connection");
    let messages = messages.lock().expect("no panic").clone();
    assert_eq!(messages[0], b"\x05\x01\x02");
    assert_eq!(messages[1], b"\x01\x05squid\x08hun/ter2");

    let (address, _) = proxy(&[&[5, 2], &[1, 1]]).await;
    let options = proxied(&format!("socks5h://squid:hunter2@{address}"));
    let refused = dialer(&options, base).dial(&DialState::default()).await;
    let refused = refused.expect_err("an error");
    assert_eq!(refused.failure(), Failure::ProxyRefused);
    assert_eq!(
        refused.to_string(),
        format!("the proxy {address} does not take the user and password of the proxy URL")
    );

    let (wanted, _) = through("socks5h", base, &[&[5, 255]]).await;
    let wanted = wanted.expect_err("an error");
    assert_eq!(wanted.failure(), Failure::ProxyRefused);
    let text = wanted.to_string();
    assert!(text.ends_with("put them into the proxy URL"), "{text}");
}

#[tokio::test]
async fn every_reply_has_its_meaning() {
    use Failure::{Connect, ProxyRefused};
    let cases: [(Answers, Failure, Option<&str>); 8] = [
        (&[GREETING, &REFUSALS[0]], Connect, None),
        (&[GREETING, &REFUSALS[1]], ProxyRefused, None),
        (&[GREETING, &REFUSALS[2]], Connect, Some("ENETUNREACH")),
        (&[GREETING, &REFUSALS[3]], Connect, Some("EHOSTUNREACH")),
        (&[GREETING, &REFUSALS[4]], Connect, Some("ECONNREFUSED")),
        (&[GREETING, &REFUSALS[5]], Connect, Some("ETIMEDOUT")),
        (&[GREETING, &REFUSALS[6]], ProxyRefused, None),
        (&[GREETING, &REFUSALS[7]], ProxyRefused, None),
    ];
    for (answers, failure, code) in cases {
        let (dialled, _) = through("socks5h", "http://api.example", answers).await;
        let error = dialled.expect_err("an error");
        let text = error.to_string();
        assert_eq!((error.failure(), error.code()), (failure, code), "{text}");
        assert!(text.starts_with("the proxy 127.0.0.1:"), "{text}");
        assert!(text.contains("api.example:80"), "{text}");
    }
    let (dialled, _) = through(
        "socks4",
        "http://api.example",
        &[&[0, 0x5b, 0, 0, 0, 0, 0, 0]],
    )
    .await;
    let error = dialled.expect_err("an error");
    assert_eq!(error.failure(), Connect);
    let text = error.to_string();
    assert!(text.contains("does not say why"), "{text}");
}

const REFUSALS: [[u8; 10]; 8] = {
    let mut replies = [[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]; 8];
    let mut n = 0;
    while n < 8 {
        replies[n][1] = 1 + n as u8;
        n += 1;
    }
    replies
};

#[tokio::test]
async fn a_proxy_of_another_kind_is_no_connection() {
    const HTTP: Answers = &[b"HTTP/1.1 400 Bad Request\r\n\r\n"];
    const NOTHING: Answers = &[b""];
    for (answers, code, word) in [(HTTP, "EPROTO", "SOCKS"), (NOTHING, "ECONNRESET", "broke")] {
        let (dialled, _) = through("socks5h", "http://api.example", answers).await;
        let error = dialled.expect_err("an error");
        assert_eq!(error.failure(), Failure::Connect);
        assert_eq!(error.code(), Some(code), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn addresses_are_tried_one_after_the_other() {
    // Refuses the first and grants the second.
    let seen = Arc::new(Mutex::new(0));
    let (address, _) = serve(move |mut socket| {
        let seen = seen.clone();
        async move {
            let nth = {
                let mut seen = seen.lock().expect("no panic");
                *seen += 1;
                *seen
            };
            let mut message = [0; 600];
            let _ = socket.read(&mut message).await;
            let _ = socket.write_all(GREETING).await;
            let _ = socket.read(&mut message).await;
            let answer = if nth == 1 { &REFUSALS[3] } else { GRANTED };
            let _ = socket.write_all(answer).await;
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
    })
    .await;
    let ips = ["::1", "127.0.0.1"].map(|ip| ip.parse::<IpAddr>().expect("an address"));
    let base = Url::parse("http://api.example").expect("a URL");
    let dialer = Dialer::new(&proxied(&format!("socks5://{address}")), &base).expect("a dialer");
    let dialer = dialer.with_resolver(Arc::new(Fixed(ips.to_vec())));
    let dialled = dialer.dial(&DialState::default()).await;
    dialled.expect("a connection");
}

#[tokio::test]
async fn socks_4_has_no_ipv6() {
    let (dialled, messages) = through("socks4", "http://[::1]", &[]).await;
    let error = dialled.expect_err("an error");
    assert_eq!(error.failure(), Failure::ProxyRefused);
    assert!(error.to_string().contains("socks5"), "{error}");
    assert!(messages.is_empty());
}
