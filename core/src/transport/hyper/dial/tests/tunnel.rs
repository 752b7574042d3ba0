//! Tunnels through HTTP proxies.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{api, dial, dialer, proxied};
use crate::transport::hyper::dial::testing::certs::{Identity, authority, params};
use crate::transport::hyper::dial::testing::{closed_port, read_line, serve};
use crate::transport::hyper::dial::{DialState, Stream};
use crate::transport::{Failure, Phase, TransportError, WireOptions};

/// A proxy that answers each CONNECT with `answer`, and what it was asked.
async fn proxy(answer: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let (address, _) = serve(move |mut socket| {
        let log = log.clone();
        async move {
            let head = read_head(&mut socket).await;
            log.lock().expect("no panic").push(head);
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = socket.shutdown().await;
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
    })
    .await;
    (address, asked)
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    loop {
        let line = read_line(stream).await;
        let line = line.trim_end();
        if line.is_empty() {
            return head.join("\n");
        }
        head.push(line.to_owned());
    }
}

/// The error of a dial of `https://api.example` through a proxy that answers so.
async fn refused(answer: &'static str, user_info: &str) -> (TransportError, String) {
    let (address, _) = proxy(answer).await;
    let options = proxied(&format!("http://{user_info}{address}"));
    let error = dial(&options, "https://api.example").await;
    let error = error.expect_err("an error");
    let text = error.to_string().replace(&address.to_string(), "proxy");
    (error, text)
}

/// A proxy that opens tunnels, whatever the status of its answer is.
async fn tunnels(status: &'static str, to: SocketAddr) -> SocketAddr {
    let (address, _) = serve(move |mut socket| async move {
        read_head(&mut socket).await;
        let mut origin = tokio::net::TcpStream::connect(to).await.expect("an origin");
        let answer = format!("HTTP/1.1 {status}\r\n\r\n");
        socket.write_all(answer.as_bytes()).await.expect("a client");
        let _ = tokio::io::copy_bidirectional(&mut socket, &mut origin).await;
    })
    .await;
    address
}

#[tokio::test]
async fn what_a_proxy_is_asked() {
    for (base, target) in [
        ("https://api.example", "api.example:443"),
        ("https://api.example:8443/v1?x=1", "api.example:8443"),
        ("https://api.example.", "api.example.:443"),
        ("https://[2001:db8::7]", "[2001:db8::7]:443"),
        ("https://192.0.2.7:1", "192.0.2.7:1"),
    ] {
        let (address, asked) = proxy("HTTP/1.1 500 no\r\n\r\n").await;
        let plain = format!("http://{address}");
        let guarded = format!("http://Aladdin:open%20sesame@{address}");
        for url in [plain, guarded] {
            dial(&proxied(&url), base).await.expect_err("an error");
        }
        let head = format!("CONNECT {target} HTTP/1.1\nhost: {target}");
        let with = format!("{head}\nproxy-authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(*asked.lock().expect("no panic"), [head, with]);
    }
}

#[tokio::test]
async fn any_2xx_opens_a_tunnel() {
    let ca = Identity::self_signed(authority("a CA"));
    let origin = ca.issue(params("api.example")).serve(&["h2"]).await;
    for status in [
        "200 Connection established",
        "201 Created",
        "204 No Content",
        "299 ",
        "200 OK\r\nContent-Length: 5",
    ] {
        let address = tunnels(status, origin).await;
        let options = WireOptions {
            extra_ca: vec![ca.pem.clone().into()],
            ..proxied(&format!("http://{address}"))
        };
        let base = api("https", origin);
        let dialled = dial(&options, &base).await;
        let mut dialled = dialled.unwrap_or_else(|e| panic!("{status}: {e}"));
        assert!(dialled.http2);
        assert_eq!(dialled.remote, Some(address));
        let port = origin.port();
        assert_eq!(
            &*dialled.peer,
            format!("api.example:{port} (through proxy {address})")
        );
        assert_eq!(read_line(&mut dialled.stream).await, "api.example");
    }
}

#[tokio::test]
async fn an_https_proxy_has_tls_around_the_tunnel() {
    let ca = Identity::self_signed(authority("a CA"));
    let origin = ca.issue(params("api.example")).serve(&["http/1.1"]).await;
    let acceptor = ca.issue(params("proxy.example")).acceptor(&["http/1.1"]);
    let (proxy, _) = serve(move |socket| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut tls) = acceptor.accept(socket).await else {
                return;
            };
            assert_eq!(tls.get_ref().1.server_name(), Some("proxy.example"));
            read_head(&mut tls).await;
            let mut origin = tokio::net::TcpStream::connect(origin)
                .await
                .expect("an origin");
            tls.write_all(b"HTTP/1.1 200 OK\r\n\r\n")
                .await
                .expect("a client");
            let _ = tokio::io::copy_bidirectional(&mut tls, &mut origin).await;
        }
    })
    .await;
    let url = format!("https://proxy.example:{}", proxy.port());
    let options = WireOptions {
        extra_ca: vec![ca.pem.clone().into()],
        ..proxied(&url)
    };
    let mut dialled = dial(&options, &api("https", origin))
        .await
        .expect("a connection");
    assert_eq!(read_line(&mut dialled.stream).await, "api.example");
    let Stream::Tls(outer) = &dialled.stream else {
        panic!("TLS: {dialled:?}");
    };
    assert!(matches!(outer.get_ref().0, Stream::Tls(_)));
    dialled.stream.socket();

    // A proxy that is not trusted is refused before it is asked.
    let error = dial(&proxied(&url), &api("https", origin)).await;
    let error = error.expect_err("an error");
    assert_eq!(error.failure(), Failure::Tls);
    assert!(
        error.to_string().contains("the proxy proxy.example:"),
        "{error}"
    );
}

#[tokio::test]
async fn refused_tunnels() {
    for (answer, user_info, failure, wanted) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "",
            Failure::ProxyRefused,
            "the proxy proxy refused the tunnel to api.example:443 with 407 Proxy Authentication Required; put user \
             and password into the proxy URL",
        ),
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "squid:hunter2@",
            Failure::ProxyRefused,
            "the proxy proxy refused the tunnel to api.example:443 with 407 Proxy Authentication Required; it does \
             not take the user and password of the proxy URL",
        ),
        (
            "HTTP/1.1 403 Blocked by policy\r\nContent-Length: 3\r\n\r\nno!",
            "",
            Failure::ProxyRefused,
            "the proxy proxy refused the tunnel to api.example:443 with 403 Blocked by policy",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://login.example\r\n\r\n",
            "",
            Failure::ProxyRefused,
            "the proxy proxy refused the tunnel to api.example:443 with 302 Found",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\n\r\n",
            "",
            Failure::Connect,
            "the proxy proxy refused the tunnel to api.example:443 with 502 Bad Gateway",
        ),
        (
            "HTTP/1.1 503 \r\n\r\n",
            "",
            Failure::Connect,
            "the proxy proxy refused the tunnel to api.example:443 with 503",
        ),
    ] {
        let (error, text) = refused(answer, user_info).await;
        assert_eq!(error.failure(), failure, "{text}");
        assert_eq!(text, wanted);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_in_http_is_no_connection() {
    for (answer, code, wanted) in [
        (
            "",
            "ECONNRESET",
            "the proxy proxy closed the connection before it opened the tunnel (ECONNRESET)",
        ),
        (
            "HTTP/1.1 200",
            "ECONNRESET",
            "the proxy proxy closed the connection before it opened the tunnel (ECONNRESET)",
        ),
        (
            "\x05\x00 this is SOCKS\r\n\r\n",
            "EPROTO",
            "the proxy proxy did not answer in HTTP (EPROTO)",
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nwelcome",
            "EPROTO",
            "the proxy proxy sent data into the tunnel before it was used (EPROTO)",
        ),
    ] {
        let (error, text) = refused(answer, "").await;
        assert_eq!(error.failure(), Failure::Connect, "{text}");
        assert_eq!((error.code(), &*text), (Some(code), wanted), "{answer:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_connections_is_named() {
    let (_socket, address) = closed_port();
    for base in ["https://api.example", "http://api.example"] {
        let error = dial(&proxied(&format!("http://u:hunter2@{address}")), base).await;
        let error = error.expect_err("an error");
        assert_eq!(error.failure(), Failure::Connect);
        assert_eq!(error.code(), Some("ECONNREFUSED"));
        assert_eq!(
            error.to_string(),
            format!("the proxy {address} refused the connection (ECONNREFUSED)")
        );
    }
}

#[tokio::test]
async fn a_dropped_dial_closes_its_connection() {
    let (closed, is_closed) = tokio::sync::oneshot::channel();
    let closed = Arc::new(Mutex::new(Some(closed)));
    let (asked, is_asked) = tokio::sync::oneshot::channel();
    let asked = Arc::new(Mutex::new(Some(asked)));
    let (address, _) = serve(move |mut socket| {
        let (asked, closed) = (asked.clone(), closed.clone());
        async move {
            read_head(&mut socket).await;
            let asked = asked.lock().expect("no panic").take();
            asked.expect("one client").send(()).expect("a receiver");
            let rest = socket.read_to_end(&mut Vec::new()).await;
            let closed = closed.lock().expect("no panic").take();
            closed
                .expect("one client")
                .send(rest.is_ok())
                .expect("a receiver");
        }
    })
    .await;
    let dialer = dialer(
        &proxied(&format!("http://proxy.example:{}", address.port())),
        "https://api.example",
    );
    let state = Arc::new(DialState::default());
    let dial = {
        let state = state.clone();
        tokio::spawn(async move { dialer.dial(&state).await.map(drop) })
    };
    is_asked.await.expect("a CONNECT");
    assert_eq!(state.phase(), Phase::Proxy);
    let peer = format!("proxy proxy.example:{}", address.port());
    assert_eq!(state.peer().as_deref(), Some(&*peer));
    dial.abort();
    assert!(is_closed.await.expect("an end"));
}
