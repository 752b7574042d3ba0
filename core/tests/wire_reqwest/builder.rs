//! Which settings of a program's builder apply.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use reqtrail::{ErrorKind, reqwest};
use tokio::io::AsyncWriteExt as _;

use crate::client::provide_tls;
use crate::support::{Server, TOKEN, http1, trail};

/// A server whose answers are `raw`, whatever is asked.
async fn answering(raw: Vec<u8>) -> Server {
    Server::start(move |number, mut socket, log| {
        let raw = raw.clone();
        async move {
            while http1::next_request(&mut socket, number, &log)
                .await?
                .is_some()
            {
                socket.write_all(&raw).await?;
            }
            Ok(())
        }
    })
    .await
}

fn response(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {headers}\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_decoder_that_the_program_turned_on_is_off() {
    provide_tls();
    let mut coded = GzEncoder::new(Vec::new(), Compression::default());
    coded.write_all(b"plain").expect("a vector");
    let coded = coded.finish().expect("a vector");
    let raw = response("200 OK\r\nContent-Encoding: gzip", &coded);
    let server = answering(raw).await;
    for (decompress, coding, body) in [(true, None, &b"plain"[..]), (false, Some("gzip"), &coded)] {
        let http = reqwest::Client::builder().no_proxy().gzip(true);
        let client = reqtrail::Client::novavms(server.http()).token(TOKEN);
        let client = client.decompress(decompress).reqwest(http);
        let response = client.expect("a client").get("/things").send().await;
        let response = response.expect("a response");
        // reqwest's decoder would take the header and the coding away before the library sees them.
        let given = response.headers().get("content-encoding");
        assert_eq!(given.and_then(|value| value.to_str().ok()), coding);
        assert_eq!(&response.bytes()[..], body);
    }
}

#[tokio::test]
async fn a_redirect_that_the_program_allowed_is_an_attempt() {
    provide_tls();
    let server = answering(response("302 Found\r\nLocation: /other", b"")).await;
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::limited(9));
    let client = reqtrail::Client::novavms(server.http()).token(TOKEN);
    let client = client.max_redirects(2).reqwest(http).expect("a client");
    let outcome = client.get("/things").send().await;
    assert_eq!(trail(&outcome).attempts().len(), 3);
    assert_eq!(server.log().len(), 3);
}

#[test]
fn an_option_of_the_built_in_transport_is_a_config_error() {
    let client = reqtrail::Client::novavms("https://127.0.0.1:1").http1_only(true);
    let error = client.reqwest(reqwest::Client::builder());
    let error = error.expect_err("a config error");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("http1_only"), "{error}");
}

#[test]
fn a_builder_that_cannot_be_built_is_a_config_error() {
    provide_tls();
    let http = reqwest::Client::builder().user_agent("line\nbreak");
    let error = reqtrail::Client::novavms("https://127.0.0.1:1").reqwest(http);
    let error = error.expect_err("a config error");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("reqwest"), "{error}");
}
