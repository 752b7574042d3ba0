//! A server that answers in every way that a recording has to hold.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens once the bytes are sent.
enum End {
    Close,
    Reset,
    Stall,
}

/// Starts a server, which lasts as long as the process.
pub(super) fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a socket");
            loop {
                let (socket, _) = listener.accept().await.expect("a client");
                tokio::spawn(serve(socket, address));
            }
        });
    });
    address
}

async fn serve(mut socket: TcpStream, address: SocketAddr) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.expect("a body");
    let path = head.split(' ').nth(1).expect("a path");
    let (answer, end) = answer(path, &head, address);
    // A client that has read enough goes.
    if socket.write_all(&answer).await.is_err() {
        return;
    }
    match end {
        End::Close => {}
        End::Reset => socket.set_zero_linger().expect("a socket"),
        // Until the client gives up.
        End::Stall => drop(socket.read_u8().await),
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut coded = GzEncoder::new(Vec::new(), Compression::default());
    coded.write_all(body).expect("a buffer");
    coded.finish().expect("a body")
}

/// An answer of a whole body.
fn whole(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let id = if headers.to_lowercase().contains("x-request-id") {
        ""
    } else {
        "X-Request-Id: req_1\r\n"
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Word\r\nConnection: close\r\n{id}Content-Length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// An answer that says how it is framed, or does not.
fn framed(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Word\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// An HTTP date some seconds from now.
fn date(offset: u64) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(
            &jiff::Timestamp::try_from(SystemTime::now() + Duration::from_secs(offset))
                .expect("a time"),
        )
        .expect("a date")
}

const JSON: &str = "Content-Type: application/json\r\n";

fn answer(path: &str, head: &str, address: SocketAddr) -> (Vec<u8>, End) {
    let error = br#"{"error":"service_unavailable","message":"later","request_id":"req_other"}"#;
    let coded = format!("{JSON}Content-Encoding: gzip\r\n");
    let zipped = gzip(br#"{"zipped": [1, 2.5, "three"]}"#);
    let bytes = match path {
        "/json" => whole(
            200,
            JSON,
            br#"{"b": 1, "a": [null, true, "\u00e9"], "n": 12345678901234567890123}"#,
        ),
        "/scalar" => whole(200, JSON, b" 5"),
        "/null" => whole(200, JSON, b"null"),
        "/bom" => whole(200, JSON, b"\xef\xbb\xbf{\"a\": 1}"),
        "/nan" => whole(200, JSON, b"{\"a\": NaN}"),
        "/cut-json" => whole(200, JSON, b"{\"a\": "),
        "/no-json" => whole(200, JSON, b""),
        "/latin" => whole(
            200,
            "Content-Type: text/plain; charset=iso-8859-1\r\n",
            b"caf\xe9",
        ),
        "/text" => whole(
            200,
            "Content-Type: text/plain\r\n",
            "caf\u{e9}\r\n\u{0}".as_bytes(),
        ),
        "/bytes" => whole(200, "Content-Type: image/png\r\n", &[0xff, 0xd8, 0, 1]),
        "/large" => whole(200, "", &vec![b'a'; (1 << 20) + 1]),
        "/too-large" => {
            let piece = [b"100000\r\n", &*vec![b'a'; 1 << 20], b"\r\n"].concat();
            framed(
                200,
                "Transfer-Encoding: chunked\r\n",
                &[piece.repeat(3), b"0\r\n\r\n".to_vec()].concat(),
            )
        }
        "/empty" => whole(200, "", b""),
        "/no-content" => framed(204, "X-Request-Id: req_1\r\n", b""),
        "/not-modified" => framed(304, "ETag: \"1\"\r\nX-Request-Id: req_1\r\n", b""),
        "/head" => framed(200, "Content-Length: 5\r\n", b""),
        "/chunked" => framed(
            200,
            "Transfer-Encoding: chunked\r\n",
            b"3\r\nabc\r\n0\r\n\r\n",
        ),
        "/until-close" => framed(200, "", b"abc"),
        "/early" => [
            b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n",
            &*whole(200, "", b"abc"),
        ]
        .concat(),
        "/gzip" => whole(200, &coded, &zipped),
        "/gzip-error" => whole(503, &coded, &gzip(error)),
        "/gzip-corrupt" => whole(200, &coded, b"\x1f\x8b\x08 no more"),
        "/gzip-empty" => whole(200, &coded, b""),
        "/gzip-late-error" => {
            // What is behind the part that breaks off is lost.
            let length = zipped.len() + 100;
            framed(
                500,
                &format!("{coded}Content-Length: {length}\r\n"),
                &zipped[..20],
            )
        }
        "/coding" => whole(200, "Content-Encoding: strange\r\n", b"abc"),
        "/transfer" => framed(
            200,
            "Transfer-Encoding: gzip, chunked\r\n",
            b"3\r\nabc\r\n0\r\n\r\n",
        ),
        "/missing" => whole(404, JSON, br#"{"error":"not_found","message":"no camera"}"#),
        "/unavailable" => whole(503, JSON, error),
        "/page" => framed(
            502,
            "Content-Type: text/html\r\nContent-Length: 13\r\n",
            b"<html></html>",
        ),
        "/odd-status" => whole(599, "", b""),
        "/two-ids" => whole(500, "X-Request-Id: req_1\r\nX-Request-Id: req_2\r\n", b""),
        "/utf-8-id" => whole(500, "X-Request-Id: req_\u{e9}\r\n", b""),
        "/long-id" => whole(500, &format!("X-Request-Id: {}\r\n", "r".repeat(300)), b""),
        "/many-headers" => whole(
            200,
            &(0..300)
                .map(|n| format!("X-{n}: 1\r\n"))
                .collect::<String>(),
            b"",
        ),
        "/token" if head.contains("s3cr3t-new") => whole(200, "", b"in"),
        "/token" => whole(401, JSON, br#"{"error":"unauthorized"}"#),
        "/moved" => whole(302, "Location: /json\r\n", b"it is there"),
        "/moved-far" => whole(301, &format!("Location: http://{address}/json\r\n"), b""),
        "/moved-kept" => whole(
            307,
            &format!("Location: http://{address}/text?limit=2\r\n"),
            b"",
        ),
        "/moved-get" => whole(303, "Location: /text\r\nRetry-After: 0\r\n", b""),
        "/moved-out" => whole(302, "Location: https://other.example/x\r\n", b""),
        "/moved-nowhere" => whole(302, "", b""),
        "/limited" => whole(
            429,
            "Retry-After: 30\r\nX-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 4102444800\r\n",
            b"",
        ),
        "/limited-ms" => whole(429, "Retry-After-Ms: 1500\r\n", b""),
        "/limited-date" => whole(
            429,
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n",
            b"",
        ),
        // A clock that is almost right.
        "/limited-ahead" => whole(
            429,
            &format!("Date: {}\r\nRetry-After: {}\r\n", date(1), date(31)),
            b"",
        ),
        "/cut" => framed(200, "Content-Length: 100\r\n", b"abc"),
        "/cut-error" => framed(
            500,
            &format!("{JSON}Content-Length: 100\r\n"),
            b"{\"error\":\"internal_error\",\"messa",
        ),
        "/cut-at-once" => framed(200, "Content-Length: 100\r\n", b""),
        "/cut-chunked" => framed(
            200,
            "Transfer-Encoding: chunked\r\n",
            b"3\r\nabc\r\n7\r\nab",
        ),
        "/cut-gzip" => framed(
            200,
            &format!("{coded}Content-Length: 100\r\n"),
            &zipped[..20],
        ),
        "/cut-bytes" => framed(200, "Content-Length: 100\r\n", &[0xff, 0, 1]),
        "/cut-large" => framed(
            200,
            "Content-Length: 2000000\r\n",
            &vec![b'a'; (1 << 20) + 1],
        ),
        "/reset-body" => return (framed(200, "Content-Length: 100\r\n", b"abc"), End::Reset),
        "/stall-body" => return (framed(200, "Content-Length: 100\r\n", b"abc"), End::Stall),
        "/stall-error" => return (framed(500, "Content-Length: 100\r\n", b"abc"), End::Stall),
        "/stall" => return (Vec::new(), End::Stall),
        "/reset" => return (Vec::new(), End::Reset),
        "/close" => Vec::new(),
        "/half-head" => b"HTTP/1.1 200 Wo".to_vec(),
        "/garbage" => b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        _ => whole(418, "", b""),
    };
    (bytes, End::Close)
}
