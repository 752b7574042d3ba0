//! HTTP/1 answers as they may come: in pieces, with folded lines, and before the request has gone out.

use std::io;
use std::time::Duration;

use http::StatusCode;
use reqtrail::{Client, ClientBuilder, ErrorKind, Sent, StopReason};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{
    Authority, LONG, Outcome, Server, Tls, assert_failed, assert_succeeded, builder, http1, trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);
const BROKEN: (&str, Sent) = ("transport", Sent::Unknown);

/// Makes a call by the asynchronous client, or by a thread.
#[derive(Clone, Copy, Debug)]
enum Face {
    Async,
    Blocking,
}

const FACES: [Face; 2] = [Face::Async, Face::Blocking];

async fn post(face: Face, client: ClientBuilder, body: Vec<u8>) -> Outcome {
    match face {
        Face::Async => {
            let client: Client = client.build().expect("a client");
            client.post("/things").body(body).send().await
        }
        Face::Blocking => {
            let client = client.build_blocking().expect("a client");
            let call = move || client.post("/things").body(body).send();
            tokio::task::spawn_blocking(call).await.expect("no panic")
        }
    }
}

/// A server that answers each request with these bytes, so many at a time.
async fn saying(text: &'static str, piece: usize, tls: Option<Tls<'_>>) -> Server {
    async fn play<S>(
        mut io: S,
        number: usize,
        log: &crate::support::Log,
        text: &str,
        piece: usize,
    ) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while http1::next_request(&mut io, number, log).await?.is_some() {
            for bytes in text.as_bytes().chunks(piece) {
                io.write_all(bytes).await?;
                io.flush().await?;
                // The client reads each piece alone, more often than not.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }
    let acceptor = tls.map(Tls::acceptor);
    Server::start(move |number, socket: TcpStream, log| {
        let acceptor = acceptor.clone();
        async move {
            socket.set_nodelay(true)?;
            match acceptor {
                None => play(socket, number, &log, text, piece).await,
                Some(acceptor) => {
                    play(acceptor.accept(socket).await?, number, &log, text, piece).await
                }
            }
        }
    })
    .await
}

/// What the client makes of an answer, whatever pieces it comes in and whoever reads them.
async fn each_way(text: &'static str, check: impl Fn(&Outcome)) {
    let authority = Authority::new();
    for face in FACES {
        for piece in [1, 7, 4096] {
            for is_tls in [false, true] {
                let tls = is_tls.then(|| Tls::new(authority.server()));
                let server = saying(text, piece, tls).await;
                let base = if is_tls {
                    server.https()
                } else {
                    server.http()
                };
                let client = builder(base).extra_ca(authority.pem.clone());
                let outcome = post(face, client, b"{}".to_vec()).await;
                check(&outcome);
                assert_eq!(server.log().len(), 1, "{face:?} {piece}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folded_headers_are_read() {
    const TEXT: &str = "HTTP/1.1 200 OK\r\nX-Request-Id: req_1\r\nX-Long: one\r\n  two\r\n\tthree\r\nContent-Length: 2\r\n\r\nok";
    each_way(TEXT, |outcome| {
        assert_succeeded(outcome, &[OK]);
        let response = outcome.as_ref().expect("a response");
        let long = response.headers().get("x-long").expect("a header");
        let words: Vec<_> = long.to_str().expect("text").split_whitespace().collect();
        assert_eq!(words, ["one", "two", "three"]);
        assert_eq!(&response.bytes()[..], b"ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folded_framing_is_refused() {
    for text in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 0\r\n\r\nokokokokok",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\nX-Request-Id: r\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\nok",
    ] {
        each_way(text, |outcome| {
            let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
            assert_failed(outcome, kind, why, &[BROKEN]);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunks_and_trailers_come_in_any_pieces() {
    const TEXT: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: r\r\n\r\n3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Trailer: t\r\n\r\n";
    each_way(TEXT, |outcome| {
        assert_succeeded(outcome, &[OK]);
        let response = outcome.as_ref().expect("a response");
        assert_eq!(&response.bytes()[..], b"abc0123456789abcdef");
    })
    .await;
}

/// More than the buffers of a connection hold.
const LARGE: usize = 16 * 1024 * 1024;

fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| u8::try_from(n % 251).expect("small"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_before_the_request_is_written_is_returned() {
    let authority = Authority::new();
    for face in FACES {
        for is_tls in [false, true] {
            let acceptor = is_tls.then(|| Tls::new(authority.server()).acceptor());
            async fn refuse<S>(
                mut io: S,
                number: usize,
                log: &crate::support::Log,
            ) -> io::Result<()>
            where
                S: AsyncRead + AsyncWrite + Unpin,
            {
                let Some(head) = http1::read_head(&mut io).await? else {
                    return Ok(());
                };
                if number > 1 {
                    let length = head.headers["content-length"].to_str().expect("text");
                    let length = length.parse().expect("a number");
                    tokio::io::copy(&mut (&mut io).take(length), &mut tokio::io::sink()).await?;
                    let place = log.enter(head.seen(number));
                    http1::answer(&mut io, log, place).await?;
                    return http1::finish(&mut io).await;
                }
                let place = log.enter(head.seen(number));
                let id = log.answer(place);
                let text = format!(
                    "HTTP/1.1 413 Content Too Large\r\nX-Request-Id: {id}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                );
                io.write_all(text.as_bytes()).await?;
                io.flush().await?;
                // As servers do, so that the answer is not lost: reads on, and throws it away.
                tokio::io::copy(&mut io, &mut tokio::io::sink()).await?;
                Ok(())
            }
            let server = Server::start(move |number, socket, log| {
                let acceptor = acceptor.clone();
                async move {
                    match acceptor {
                        None => refuse(socket, number, &log).await,
                        Some(acceptor) => {
                            refuse(acceptor.accept(socket).await?, number, &log).await
                        }
                    }
                }
            })
            .await;
            let base = if is_tls {
                server.https()
            } else {
                server.http()
            };
            let client = builder(base).extra_ca(authority.pem.clone());
            let (early, next) = match face {
                Face::Async => {
                    let client = client.build().expect("a client");
                    let early = client.post("/things").body(vec![b'x'; LARGE]).send().await;
                    (early, client.post("/things").body("{}").send().await)
                }
                Face::Blocking => {
                    let client = client.build_blocking().expect("a client");
                    let calls = move || {
                        let early = client.post("/things").body(vec![b'x'; LARGE]).send();
                        (early, client.post("/things").body("{}").send())
                    };
                    tokio::task::spawn_blocking(calls).await.expect("no panic")
                }
            };
            let error = early.as_ref().expect_err("an error");
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Api, Some(StatusCode::PAYLOAD_TOO_LARGE)),
                "{error:?}"
            );
            assert_eq!(trail(&early).attempts().len(), 1);
            // Half a request is still on its way there.
            assert_succeeded(&next, &[OK]);
            assert_eq!(server.log().connections(), [1, 2], "{face:?} {is_tls}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_pass_both_ways_by_a_slow_peer() {
    let authority = Authority::new();
    for face in FACES {
        for is_tls in [false, true] {
            // Without optimizations TLS takes its time.
            let large = if is_tls { LARGE / 16 } else { LARGE };
            let acceptor = is_tls.then(|| Tls::new(authority.server()).acceptor());
            async fn echo<S>(mut io: S, large: usize) -> io::Result<()>
            where
                S: AsyncRead + AsyncWrite + Unpin,
            {
                http1::read_head(&mut io).await?;
                // Until the client's side is full, which then waits to write.
                tokio::time::sleep(Duration::from_millis(100)).await;
                let mut body = vec![0; large];
                for part in body.chunks_mut(large / 64) {
                    io.read_exact(part).await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\nX-Request-Id: r\r\nContent-Length: {large}\r\n\r\n"
                );
                io.write_all(head.as_bytes()).await?;
                for part in body.chunks(large / 64) {
                    io.write_all(part).await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                http1::finish(&mut io).await
            }
            let server = Server::start(move |_, socket, _| {
                let acceptor = acceptor.clone();
                async move {
                    match acceptor {
                        None => echo(socket, large).await,
                        Some(acceptor) => echo(acceptor.accept(socket).await?, large).await,
                    }
                }
            })
            .await;
            let base = if is_tls {
                server.https()
            } else {
                server.http()
            };
            let client = builder(base)
                .extra_ca(authority.pem.clone())
                .attempt_timeout(2 * LONG);
            let outcome = post(face, client, pattern(large)).await;
            assert_succeeded(&outcome, &[OK]);
            let same = outcome.as_ref().expect("a response").bytes()[..] == pattern(large)[..];
            assert!(same, "{face:?} {is_tls}");
        }
    }
}

/// A connection whose call is cancelled just as its answer is there is given back whole, or closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_cancelled_as_it_ends_spoils_no_connection() {
    let server = Server::plain().await;
    let client = builder(server.http()).build().expect("a client");
    let mut trails = Vec::new();
    for n in 0..300u64 {
        let token = reqtrail::CancelToken::new();
        let call = tokio::spawn(
            client
                .post("/things/{n}")
                .param("n", n)
                .cancel_token(&token)
                .send(),
        );
        tokio::time::sleep(Duration::from_micros(n * 7 % 600)).await;
        token.cancel();
        let cancelled = call.await.expect("no panic");
        let next = client.post("/next/{n}").param("n", n).send().await;
        assert_succeeded(&next, &[OK]);
        trails.extend([cancelled, next]);
    }
    let trails: Vec<_> = trails.iter().map(trail).collect();
    crate::support::assert_agrees(server.log(), &trails);
}

/// The client is writing when the answer and the reset have come, and learns of the reset first.
#[test]
fn an_answer_before_a_reset_is_returned() {
    let servers = tokio::runtime::Runtime::new().expect("a runtime");
    let own = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let own = own.expect("a runtime");
    let authority = Authority::new();
    for is_tls in [false, true] {
        let (tell, closed) = std::sync::mpsc::channel();
        async fn reset<S>(mut io: S, number: usize, log: &crate::support::Log) -> io::Result<()>
        where
            S: AsyncRead + AsyncWrite + Unpin,
        {
            let head = http1::read_head(&mut io)
                .await?
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            let id = log.answer(log.enter(head.seen(number)));
            let text = format!(
                "HTTP/1.1 413 Content Too Large\r\nX-Request-Id: {id}\r\nContent-Length: 0\r\n\r\n"
            );
            io.write_all(text.as_bytes()).await?;
            io.flush().await
            // Dropped with a body unread.
        }
        let acceptor = is_tls.then(|| Tls::new(authority.server()).acceptor());
        let server = servers.block_on(Server::start(move |number, socket, log| {
            let (acceptor, tell) = (acceptor.clone(), tell.clone());
            async move {
                socket.set_nodelay(true)?;
                match acceptor {
                    None => reset(socket, number, &log).await?,
                    Some(acceptor) => reset(acceptor.accept(socket).await?, number, &log).await?,
                }
                tell.send(()).map_err(io::Error::other)
            }
        }));
        let base = if is_tls {
            server.https()
        } else {
            server.http()
        };
        let client = builder(base).extra_ca(authority.pem.clone());
        let outcome = own.block_on(async {
            let client = client.build().expect("a client");
            let call = tokio::spawn(client.post("/things").body(vec![b'x'; LARGE]).send());
            while server.log().is_empty() {
                tokio::task::yield_now().await;
            }
            // The runtime stands still until both are there.
            closed.recv_timeout(LONG).expect("a reset");
            std::thread::sleep(Duration::from_millis(20));
            call.await.expect("no panic")
        });
        let error = outcome.as_ref().expect_err("an error");
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Api, Some(StatusCode::PAYLOAD_TOO_LARGE)),
            "{error:?}"
        );
        assert_eq!(trail(&outcome).attempts().len(), 1);
    }
}
