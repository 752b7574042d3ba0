//! An HTTP/2 server that does to each request what a test says.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use http::{HeaderValue, Request, Response};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::freeze::{Freezable, Freezer};
use super::shared_io::SharedIo;
use super::{Authority, Log, Seen, Server, Tls, http1};

/// What the server does to a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Answers, with the request's path as the body.
    Answer,
    /// Answers with a header of this many bytes.
    AnswerLarge(usize),
    /// Answers when so many requests wait, the last one first.
    Hold(usize),
    /// Resets the stream.
    Reset(Reason),
    /// Answers with a head, and resets the stream where the body should be.
    ResetInBody(Reason),
    /// Never answers; the client's reset is awaited.
    Ignore,
    /// Answers after this time.
    AnswerLate(Duration),
    /// Announces the connection's end, the request's stream included, and answers.
    Retire,
    /// Says that the connection ends, that streams above `last` were not processed, and cuts the connection.
    GoAway { last: u32, reason: Reason },
}

type Respond = SendResponse<Bytes>;

/// Starts a server that does to the requests, numbered from 0, what `script` says. It speaks HTTP/1.1 with clients
/// that want that.
pub(crate) async fn h2_server<F>(authority: &Authority, script: F) -> Server
where
    F: Fn(usize) -> Act + Send + Sync + 'static,
{
    let tls = Tls {
        alpn: &["h2", "http/1.1"],
        ..Tls::new(authority.server())
    };
    with_tls(tls, script).await
}

/// The same with a given TLS side.
pub(crate) async fn with_tls<F>(tls: Tls<'_>, script: F) -> Server
where
    F: Fn(usize) -> Act + Send + Sync + 'static,
{
    with_options(tls, Options::default(), script).await
}

/// What an HTTP/2 server does to its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// How many streams it takes at a time; as the library does if it is not said.
    pub(crate) streams: Option<u32>,
    /// After so many requests a connection is announced to end. Requests beyond them are neither logged nor answered.
    pub(crate) lifetime: Option<usize>,
    /// Stops the first connection.
    pub(crate) freezer: Freezer,
}

/// The same with more said of its connections.
pub(crate) async fn with_options<F>(tls: Tls<'_>, options: Options, script: F) -> Server
where
    F: Fn(usize) -> Act + Send + Sync + 'static,
{
    let acceptor = tls.acceptor();
    let script = Arc::new(script);
    Server::start(move |number, socket, log| {
        let (acceptor, script, options) = (acceptor.clone(), Arc::clone(&script), options.clone());
        async move {
            let mut io = acceptor.accept(socket).await?;
            if io.get_ref().1.alpn_protocol() != Some(b"h2") {
                return http1::serve(&mut io, number, &log).await;
            }
            let freezer = match number {
                1 => options.freezer.clone(),
                _ => Freezer::default(),
            };
            play(freezer.wrap(io), number, &log, &options, &*script).await
        }
    })
    .await
}

async fn play(
    io: Freezable<TlsStream<TcpStream>>,
    number: usize,
    log: &Log,
    options: &Options,
    script: &(impl Fn(usize) -> Act + Sync),
) -> io::Result<()> {
    let mut io = SharedIo::new(io);
    let mut builder = h2::server::Builder::new();
    if let Some(streams) = options.streams {
        builder.max_concurrent_streams(streams);
    }
    let mut connection = builder.handshake(io.clone()).await.map_err(other)?;
    let mut served = 0;
    let mut held = Vec::new();
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request.map_err(other)?;
        if options.lifetime.is_some_and(|lifetime| served >= lifetime) {
            continue;
        }
        served += 1;
        if options.lifetime == Some(served) {
            // The library would give the client time to hear of it first, and serve what comes until then.
            let last = u32::from(respond.stream_id());
            io.write_all(&frame(7, 0, &[last, 0])).await?;
            io.flush().await?;
        }
        let place = log.enter(seen(&request, number));
        let path = Bytes::from(request.uri().path().to_owned());
        match script(place) {
            Act::GoAway { last, reason } => {
                // The library would name this stream as processed, so the frame is written past it.
                drop(connection);
                io.write_all(&frame(7, 0, &[last, u32::from(reason)]))
                    .await?;
                return http1::finish(&mut io).await;
            }
            Act::Reset(reason) => respond.send_reset(reason),
            Act::ResetInBody(reason) => {
                let mut body = respond
                    .send_response(response(log, place), false)
                    .map_err(other)?;
                body.send_data(Bytes::from_static(b"{"), false)
                    .map_err(other)?;
                // The library's own reset would throw away what it has not sent yet, so it is made to send that, and
                // the frame is written past it.
                poll_fn(|cx| Poll::Ready(connection.poll_accept(cx).is_ready())).await;
                let stream = u32::from(body.stream_id());
                io.write_all(&frame(3, stream, &[u32::from(reason)]))
                    .await?;
                io.flush().await?;
            }
            Act::Ignore => {
                tokio::spawn(async move {
                    let _ = poll_fn(|cx| respond.poll_reset(cx)).await;
                });
            }
            Act::Hold(count) => {
                held.push((respond, place, path));
                if held.len() == count {
                    for (mut respond, place, path) in held.drain(..).rev() {
                        answer(&mut respond, response(log, place), path).map_err(other)?;
                    }
                }
            }
            act => {
                let late = match act {
                    Act::AnswerLate(late) => late,
                    _ => Duration::ZERO,
                };
                let log = log.clone();
                let mut head = Response::new(());
                if let Act::AnswerLarge(bytes) = act {
                    let filler = HeaderValue::try_from("x".repeat(bytes)).expect("a header");
                    head.headers_mut().insert("x-filler", filler);
                }
                if let Act::Retire = act {
                    connection.graceful_shutdown();
                }
                tokio::spawn(async move {
                    // An answer before the request's end would have the library reset the stream.
                    let mut body = request.into_body();
                    while let Some(Ok(data)) = body.data().await {
                        let _ = body.flow_control().release_capacity(data.len());
                    }
                    if !late.is_zero() {
                        tokio::time::sleep(late).await;
                    }
                    let id = HeaderValue::try_from(log.answer(place)).expect("a header");
                    head.headers_mut().insert("x-request-id", id);
                    answer(&mut respond, head, path)
                });
            }
        }
    }
    Ok(())
}

fn answer(respond: &mut Respond, head: Response<()>, body: Bytes) -> Result<(), h2::Error> {
    respond.send_response(head, false)?.send_data(body, true)
}

fn response(log: &Log, place: usize) -> Response<()> {
    let response = Response::builder().header("x-request-id", log.answer(place));
    response.body(()).expect("a response")
}

pub(crate) fn seen<B>(request: &Request<B>, connection: usize) -> Seen {
    Seen {
        connection,
        version: request.version(),
        method: request.method().clone(),
        target: request.uri().path().to_owned(),
        headers: request.headers().clone(),
        answered: None,
    }
}

/// A frame of four-byte fields (RFC 9113 §4.1).
fn frame(kind: u8, stream: u32, fields: &[u32]) -> Vec<u8> {
    let length = u8::try_from(4 * fields.len()).expect("a short frame");
    let mut frame = vec![0, 0, length, kind, 0];
    for number in [&[stream], fields].concat() {
        frame.extend_from_slice(&number.to_be_bytes());
    }
    frame
}

fn other(error: h2::Error) -> io::Error {
    io::Error::other(error)
}
