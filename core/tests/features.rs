//! What works with fewer features than by default. `scripts/features.sh` runs it with several sets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use reqtrail::{Client, ClientBuilder, ErrorKind, Proxy, Secret};

/// A coding's name, its feature, whether that is on, and the letter `a` in that coding.
type Coded = (&'static str, &'static str, bool, &'static [u8]);

const CODED: [Coded; 5] = [
    ("gzip", "gzip", cfg!(feature = "gzip"), GZIP),
    ("x-gzip", "gzip", cfg!(feature = "gzip"), GZIP),
    (
        "br",
        "brotli",
        cfg!(feature = "brotli"),
        &[0x0b, 0x00, 0x80, 0x61, 0x03],
    ),
    (
        "zstd",
        "zstd",
        cfg!(feature = "zstd"),
        &[0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0x00, 0x00, 0x61],
    ),
    ("deflate", "gzip", cfg!(feature = "gzip"), DEFLATE),
];

const GZIP: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x04, 0x00, 0x43, 0xbe, 0xb7,
    0xe8, 0x01, 0x00, 0x00, 0x00,
];
const DEFLATE: &[u8] = &[0x78, 0x9c, 0x4b, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62];

/// A client that takes no proxy from the environment and makes one attempt.
fn client(base: &str) -> ClientBuilder {
    Client::builder(base).proxy(Proxy::None).max_attempts(1)
}

/// Accepts one connection, reads what comes first, and answers it. The thread returns what it read.
fn answering(answer: Vec<u8>) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a client");
        let mut read = vec![0; 16 * 1024];
        let count = socket.read(&mut read).expect("a request");
        socket.write_all(&answer).expect("an answer");
        read.truncate(count);
        read
    });
    (address, serving)
}

fn answer(coding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_coding_is_requested_and_decoded_if_its_feature_is_on() {
    for (coding, feature, is_on, body) in CODED {
        let (address, serving) = answering(answer(coding, body));
        let client = client(&format!("http://{address}"))
            .build()
            .expect("a client");
        let outcome = client.get("/x").send().await;
        let request = serving.join().expect("a server");
        let request = String::from_utf8(request).expect("text").to_lowercase();
        let offered = request
            .lines()
            .find_map(|line| line.strip_prefix("accept-encoding: "))
            .expect("an offer");
        let is_offered = offered.split(", ").any(|name| name == coding);
        assert_eq!(is_offered, is_on && coding != "x-gzip", "{offered}");
        match outcome {
            Ok(response) => {
                assert!(is_on, "{coding}");
                assert_eq!(response.bytes().as_ref(), b"a", "{coding}");
            }
            Err(error) => {
                assert!(!is_on, "{coding}: {error}");
                assert_eq!(error.kind(), ErrorKind::Decode);
                let wanted = format!("needs the feature `{feature}`");
                assert!(error.to_string().contains(&wanted), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn without_codings_none_is_requested() {
    let (address, serving) = answering(answer("identity", b"a"));
    let client = client(&format!("http://{address}"))
        .build()
        .expect("a client");
    client.get("/x").send().await.expect("a response");
    let request = serving.join().expect("a server");
    let request = String::from_utf8(request).expect("text").to_lowercase();
    let is_on = CODED.iter().any(|(_, _, is_on, _)| *is_on);
    assert_eq!(
        request.contains("accept-encoding: identity\r\n"),
        !is_on,
        "{request}"
    );
}

/// An option that asks for https, by its name.
type Asks = (&'static str, fn(ClientBuilder) -> ClientBuilder);

#[test]
fn without_tls_https_is_refused_and_the_feature_named() {
    let proxy =
        |builder: ClientBuilder| builder.proxy(Proxy::Url(Secret::from("https://127.0.0.1:9")));
    let asks: [(&str, Asks); 4] = [
        ("https://127.0.0.1:9", ("base_url", |builder| builder)),
        ("http://127.0.0.1:9", ("proxy", proxy)),
        (
            "http://127.0.0.1:9",
            ("extra_ca", |builder| builder.extra_ca("x")),
        ),
        (
            "http://127.0.0.1:9",
            ("client_certificate", |builder| {
                builder.client_certificate("s3cr3t")
            }),
        ),
    ];
    for (base, (option, set)) in asks {
        let built = set(client(base)).danger_accept_invalid_certs(true).build();
        let error = match built {
            Ok(_) => String::new(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Config);
                error.to_string()
            }
        };
        let is_refused = error.contains(option) && error.contains("`rustls-ring`");
        assert_eq!(
            is_refused,
            !cfg!(feature = "rustls-ring"),
            "{option}: {error}"
        );
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

/// The first message of a TLS handshake names the protocols that the client speaks (RFC 7301 §3.1).
#[cfg(feature = "rustls-ring")]
#[tokio::test]
async fn http2_is_offered_if_its_feature_is_on() {
    let (address, serving) = answering(Vec::new());
    let client = client(&format!("https://{address}"))
        .danger_accept_invalid_certs(true)
        .build()
        .expect("a client");
    client.get("/x").send().await.expect_err("no handshake");
    let hello = serving.join().expect("a server");
    let offers = |protocol: &[u8]| {
        let name = [&[u8::try_from(protocol.len()).expect("short")], protocol].concat();
        hello.windows(name.len()).any(|part| part == name)
    };
    assert!(offers(b"http/1.1"));
    assert_eq!(offers(b"h2"), cfg!(feature = "http2"));
}
