use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tls::Identity;
use super::*;

const LIMIT: Duration = Duration::from_secs(20);
const GET: &str = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

/// A client on a raw socket.
struct Peer {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Peer {
    fn of(server: &Server) -> Self {
        let stream = TcpStream::connect(server.shared.addresses.main).expect("connected");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        Self {
            stream,
            seen: Vec::new(),
        }
    }

    fn say(mut self, text: &str) -> Self {
        self.stream.write_all(text.as_bytes()).expect("written");
        self
    }

    /// Reads until the text has come, and returns everything up to there.
    fn until(&mut self, end: &str) -> String {
        loop {
            let seen = String::from_utf8_lossy(&self.seen).into_owned();
            if let Some(at) = seen.find(end) {
                self.seen.clear();
                return seen[..at + end.len()].to_owned();
            }
            let mut buffer = [0; 1024];
            let count = self.stream.read(&mut buffer).expect("more to read");
            assert_ne!(count, 0, "the end came after {seen:?}");
            self.seen.extend_from_slice(&buffer[..count]);
        }
    }

    /// Reads to the end of the connection.
    fn rest(mut self) -> io::Result<String> {
        let mut bytes = std::mem::take(&mut self.seen);
        self.stream.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn scenario(server: Value) -> Arc<Scenario> {
    let text = json!({"format": 1, "name": "server", "server": server, "calls": []}).to_string();
    Arc::new(Scenario::parse(&text).expect("a scenario"))
}

fn serve(exchanges: Value) -> Server {
    let scenario = scenario(json!({"exchanges": exchanges}));
    let mut server = Server::start(scenario, None).expect("a server");
    server.open().expect("open");
    server
}

fn answer(reply: Value) -> String {
    let server = serve(json!([{"reply": reply}]));
    Peer::of(&server).say(GET).rest().expect("an answer")
}

fn is_reset<T: fmt::Debug>(result: io::Result<T>) -> bool {
    result.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
}

#[test]
fn a_reply_with_a_length_keeps_the_connection() {
    let server = serve(json!([
        {"reply": {"status": 201, "headers": [["X-A", "ä"]], "json": {"a": 1}}},
        {"reply": {"text": "second"}}
    ]));
    let mut peer = Peer::of(&server).say(GET);
    let first = peer.until("{\"a\":1}");
    assert!(first.starts_with("HTTP/1.1 201 "), "{first}");
    assert!(first.contains("X-A: ä\r\n"), "{first}");
    assert!(
        first.contains("Content-Type: application/json\r\n"),
        "{first}"
    );
    assert!(first.contains("Content-Length: 7\r\n"), "{first}");
    assert!(
        !first.contains("Date") && !first.contains("X-Request-Id"),
        "{first}"
    );
    let second = peer.say(GET).until("second");
    assert!(second.contains("Content-Length: 6\r\n"), "{second}");
    let rows = server.script().rows();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].connection, rows[1].connection);
    assert_eq!(
        rows[0].sent.as_ref().and_then(|sent| sent.status),
        Some(201)
    );
}

#[test]
fn the_whole_body_of_a_request_is_read() {
    let server = serve(json!([{"times": "always", "reply": {"text": "."}}]));
    let mut peer = Peer::of(&server)
        .say("POST /a?b=c HTTP/1.1\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhel")
        .say("lo");
    peer.until("\r\n\r\n.");
    peer = peer.say(
        "PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n",
    );
    peer.until("\r\n\r\n.");
    let rows = server.script().rows();
    assert_eq!(rows[0].request.body, b"hello");
    assert_eq!(rows[0].request.target, "/a?b=c");
    assert_eq!(rows[0].request.header("X-A").as_deref(), Some("1, 2"));
    assert_eq!(rows[1].request.method, "PUT");
    assert_eq!(rows[1].request.body, b"abcd");
}

#[test]
fn half_a_request_is_not_logged() {
    let server = serve(json!([{}]));
    drop(Peer::of(&server).say("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"));
    server.script().settle();
    assert!(server.script().rows().is_empty());
}

#[test]
fn exchanges_are_taken_in_order_by_what_they_match() {
    let server = serve(json!([
        {"match": {"method": "POST"}, "reply": {"text": "post", "after": "close"}},
        {"match": {"target": "/y"}, "times": 2, "reply": {"text": "y", "after": "close"}},
        {"match": {"target": "/x"}, "reply": {"text": "x", "after": "close"}}
    ]));
    let ask = |text: &str| Peer::of(&server).say(text).rest().expect("an answer");
    assert!(ask(GET).ends_with("\r\n\r\nx"));
    assert!(ask("GET /y HTTP/1.1\r\n\r\n").ends_with("\r\n\r\ny"));
    assert!(ask("POST /x HTTP/1.1\r\n\r\n").ends_with("\r\n\r\npost"));
    assert!(ask("GET /y HTTP/1.1\r\n\r\n").ends_with("\r\n\r\ny"));
    let mut refused = Peer::of(&server).say(GET);
    assert!(refused.until("\r\n\r\n").starts_with("HTTP/1.1 500 "));
    let matched: Vec<_> = server
        .script()
        .rows()
        .iter()
        .map(|row| row.exchange)
        .collect();
    assert_eq!(matched, [Some(2), Some(1), Some(0), Some(1), None]);
}

#[test]
fn each_framing_ends_a_body_in_its_way() {
    let chunked = answer(json!({"text": "abcd", "framing": "chunked", "after": "close"}));
    assert!(
        chunked.contains("Transfer-Encoding: chunked\r\n"),
        "{chunked}"
    );
    assert!(chunked.contains("Connection: close\r\n"), "{chunked}");
    assert!(
        chunked.ends_with("\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"),
        "{chunked}"
    );
    let close = answer(json!({"text": "abcd", "framing": "close"}));
    assert!(close.contains("Connection: close\r\n"), "{close}");
    assert!(!close.contains("Content-Length"), "{close}");
    assert!(close.ends_with("\r\n\r\nabcd"), "{close}");
    let by_hand =
        answer(json!({"headers": [["Content-Length", "9"]], "text": "abcd", "after": "close"}));
    assert_eq!(by_hand.matches("Content-Length").count(), 1, "{by_hand}");
}

#[test]
fn codings_are_named_on_one_line() {
    let reply = json!({"fill": {"byte": "x", "count": 100_000}, "encoding": ["gzip", "br"], "after": "close"});
    let text = answer(reply);
    assert!(text.contains("Content-Encoding: gzip, br\r\n"), "{text}");
    assert!(text.len() < 1_000);
}

#[test]
fn interim_heads_come_first() {
    let reply = json!({"informational": [{"status": 103, "headers": [["Link", "a"]]}, {"status": 100}],
        "status": 200, "text": "b", "after": "close"});
    let text = answer(reply);
    let heads: Vec<_> = text.split("\r\n\r\n").collect();
    assert!(heads[0].starts_with("HTTP/1.1 103 ") && heads[0].ends_with("Link: a"));
    assert!(heads[1].starts_with("HTTP/1.1 100 "));
    assert!(heads[2].starts_with("HTTP/1.1 200 "));
}

#[test]
fn some_replies_have_no_body() {
    let server = serve(json!([{"times": "always", "reply": {"text": "abcd", "after": "close"}}]));
    let head = Peer::of(&server).say("HEAD /x HTTP/1.1\r\n\r\n").rest();
    let head = head.expect("a head");
    assert!(
        head.contains("Content-Length: 4\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    for status in [204, 304] {
        let text = answer(json!({"status": status, "text": "abcd", "after": "close"}));
        assert!(
            text.ends_with("\r\n\r\n") && !text.contains("Content-Length"),
            "{text}"
        );
    }
}

#[test]
fn values_of_the_present_time_are_filled_in() {
    let server = serve(json!([{"reply": {"after": "close", "headers": [
        ["A", {"http_date": {"offset_s": 0, "form": "imf"}}],
        ["B", {"epoch_s": 0}],
        ["C", {"redirect": "/path"}],
        ["D", {"redirect": "other-origin:/path"}]]}}]));
    let text = Peer::of(&server).say(GET).rest().expect("an answer");
    assert!(text.contains(" GMT\r\nB: "), "{text}");
    let c = format!("C: {}/path\r\n", server.origin());
    let d = format!("D: http://{}/path\r\n", server.shared.addresses.other);
    assert!(text.contains(&c) && text.contains(&d), "{text}");
}

#[test]
fn requests_at_the_other_origin_are_logged_as_unwanted() {
    let server = serve(json!([{"reply": {"text": "x"}}]));
    let mut stream = TcpStream::connect(server.shared.addresses.other).expect("connected");
    stream.write_all(GET.as_bytes()).expect("written");
    let mut start = [0; 13];
    stream.read_exact(&mut start).expect("an answer");
    assert_eq!(&start, b"HTTP/1.1 500 ");
    let rows = server.script().rows();
    assert!(rows[0].other_origin && rows[0].exchange.is_none());
}

#[test]
fn faults_instead_of_a_reply() {
    assert_eq!(answer(json!({"fault": "close"})), "");
    let server = serve(json!([{"reply": {"fault": "reset"}}, {"reply": {"fault": "stall"}}]));
    assert!(is_reset(Peer::of(&server).say(GET).rest()));
    let stalled = Peer::of(&server).say(GET);
    let short = Some(Duration::from_millis(50));
    stalled.stream.set_read_timeout(short).expect("a limit");
    assert!(
        stalled
            .rest()
            .is_err_and(|error| error.kind() != io::ErrorKind::ConnectionReset)
    );
    assert_eq!(server.script().rows().len(), 2);
    assert!(server.script().rows().iter().all(|row| row.sent.is_none()));
}

#[test]
fn faults_in_the_body() {
    let cut = answer(json!({"text": "abcd", "fault": "cut_body"}));
    assert!(
        cut.contains("Content-Length: 4\r\n") && cut.ends_with("\r\n\r\nab"),
        "{cut}"
    );
    let chunked = answer(json!({"text": "abcd", "framing": "chunked", "fault": "cut_body"}));
    assert!(chunked.ends_with("1\r\na\r\n1\r\nb\r\n"), "{chunked}");

    let server = serve(json!([
        {"reply": {"text": "abcd", "fault": "reset_body"}},
        {"reply": {"text": "abcd", "fault": "stall_body"}}
    ]));
    let mut reset = Peer::of(&server).say(GET);
    reset.until("\r\n\r\nab");
    assert!(is_reset(reset.rest()));
    let mut stalled = Peer::of(&server).say(GET);
    stalled.until("\r\n\r\nab");
    let short = Some(Duration::from_millis(50));
    stalled.stream.set_read_timeout(short).expect("a limit");
    assert!(stalled.rest().is_err());
}

#[test]
fn a_drip_takes_its_time() {
    let began = Instant::now();
    let text = answer(json!({"text": "abc", "fault": "drip", "after": "close"}));
    assert!(text.ends_with("\r\n\r\nabc"), "{text}");
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[test]
fn unread_faults_log_nothing() {
    let server = serve(json!([
        {"reply": {"fault": "close_unread"}},
        {"reply": {"fault": "reset_unread"}},
        {"reply": {"text": "a"}},
        {"reply": {"fault": "reset_unread"}},
        {"reply": {"text": "b"}}
    ]));
    assert_eq!(Peer::of(&server).rest().expect("the end"), "");
    // The reset may come before the client reads.
    let mut reset = Peer::of(&server);
    let mut buffer = [0; 1];
    assert!(is_reset(reset.stream.read(&mut buffer)));
    let mut kept = Peer::of(&server).say(GET);
    kept.until("\r\n\r\na");
    assert!(is_reset(kept.say(GET).rest()));
    Peer::of(&server).say(GET).until("\r\n\r\nb");
    assert_eq!(server.script().rows().len(), 2);
}

#[test]
fn raw_bytes_are_the_whole_reply() {
    // "HTTP/1.1 299 X\r\n\r\n"
    let reply = json!({"raw_base64": "SFRUUC8xLjEgMjk5IFgNCg0K", "status": 500, "after": "close"});
    assert_eq!(answer(reply), "HTTP/1.1 299 X\r\n\r\n");
}

#[test]
fn bytes_that_are_not_a_request_are_logged_as_unwanted() {
    let server = serve(json!([{"times": "always"}]));
    let text = Peer::of(&server).say("\u{1}\u{2}\r\n\r\n").rest();
    assert!(text.expect("an answer").starts_with("HTTP/1.1 400 "));
    assert_eq!(server.script().rows()[0].exchange, None);
}

#[test]
fn a_port_may_open_later() {
    let scenario = scenario(json!({"listen_after_ms": 100, "exchanges": []}));
    let mut server = Server::start(scenario, None).expect("a server");
    let address = server.shared.addresses.main;
    assert!(TcpStream::connect(address).is_err());
    let began = Instant::now();
    server.open().expect("open");
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < LIMIT, "it never opened");
        thread::sleep(Duration::from_millis(2));
    }
    assert!(began.elapsed() >= Duration::from_millis(100));
}

#[test]
fn a_port_that_never_opened_stops_too() {
    let scenario = scenario(json!({"listen_after_ms": 600_000, "exchanges": []}));
    let mut server = Server::start(scenario, None).expect("a server");
    server.open().expect("open");
    server.stop();
}

#[test]
fn stopping_ends_every_wait() {
    let mut server = serve(json!([
        {"reply": {"fault": "stall"}},
        {"reply": {"delay_ms": 600_000}},
        {"reply": {"fault": "drip", "fill": {"byte": "x", "count": 100_000}}}
    ]));
    let peers: Vec<_> = (0..3).map(|_| Peer::of(&server).say(GET)).collect();
    let idle = Peer::of(&server);
    server.script().settle();
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < LIMIT);
    drop((peers, idle));
}

#[test]
fn tls_is_used_if_it_is_on() {
    let identity = Identity::generate().expect("a certificate");
    let scenario =
        scenario(json!({"tls": true, "exchanges": [{"reply": {"text": "x", "after": "close"}}]}));
    let config = Some(Arc::clone(&identity.config));
    let mut server = Server::start(scenario, config).expect("a server");
    server.open().expect("open");
    assert!(server.origin().starts_with("https://127.0.0.1:"));

    let mut roots = rustls::RootCertStore::empty();
    let pem = rustls::pki_types::pem::PemObject::from_pem_slice(identity.ca_pem.as_bytes());
    roots.add(pem.expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from("127.0.0.1").expect("a name");
    let mut tls = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut socket = TcpStream::connect(server.shared.addresses.main).expect("connected");
    socket.set_read_timeout(Some(LIMIT)).expect("a limit");
    let mut stream = rustls::Stream::new(&mut tls, &mut socket);
    stream.write_all(GET.as_bytes()).expect("written");
    let mut text = String::new();
    // The end is announced, so that it cannot be mistaken for a cut.
    stream.read_to_string(&mut text).expect("a clean end");
    assert!(text.ends_with("\r\n\r\nx"), "{text}");
}
