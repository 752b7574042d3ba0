//! Just enough of HTTP/1.1 for servers and a proxy that are played by hand.

use std::io;

use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Version};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Log, Seen};

/// A request or a response.
#[derive(Debug)]
pub(crate) struct Message {
    /// The start line.
    pub(crate) start: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A request as a line of a log.
    pub(crate) fn seen(&self, connection: usize) -> Seen {
        let mut words = self.start.split(' ');
        let method = words.next().unwrap_or_default();
        Seen {
            connection,
            version: Version::HTTP_11,
            method: Method::from_bytes(method.as_bytes()).expect("a method"),
            target: words.next().expect("a target").to_owned(),
            headers: self.headers.clone(),
            answered: None,
        }
    }

    /// The message as it goes over the wire.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Reads a head; `None` at the end of the connection.
pub(crate) async fn read_head<S: AsyncRead + Unpin>(io: &mut S) -> io::Result<Option<Message>> {
    let mut head = Vec::new();
    // A byte at a time, so that nothing after the head is taken.
    while !head.ends_with(b"\r\n\r\n") {
        match io.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof && head.is_empty() => {
                return Ok(None);
            }
            Err(e) => return Err(e),
        }
    }
    let text = String::from_utf8(head).map_err(io::Error::other)?;
    let mut lines = text.split("\r\n");
    let start = lines.next().unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).map_err(io::Error::other)?,
            HeaderValue::from_str(value.trim()).map_err(io::Error::other)?,
        );
    }
    Ok(Some(Message {
        start,
        headers,
        body: Vec::new(),
    }))
}

/// Reads a request or a response with its body, whose length a header has to say.
pub(crate) async fn read<S: AsyncRead + Unpin>(io: &mut S) -> io::Result<Option<Message>> {
    let Some(mut message) = read_head(io).await? else {
        return Ok(None);
    };
    let length = message.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|v| v.to_str().ok()?.parse().ok());
    message.body = vec![0; length.unwrap_or(0)];
    io.read_exact(&mut message.body).await?;
    Ok(Some(message))
}

/// Reads a request and enters it into the log; `None` at the end of the connection.
pub(crate) async fn next_request<S: AsyncRead + Unpin>(
    io: &mut S,
    connection: usize,
    log: &Log,
) -> io::Result<Option<usize>> {
    let request = read(io).await?;
    Ok(request.map(|request| log.enter(request.seen(connection))))
}

/// Answers a request of the log with a 200.
pub(crate) async fn answer<S: AsyncWrite + Unpin>(
    io: &mut S,
    log: &Log,
    place: usize,
) -> io::Result<()> {
    let id = log.answer(place);
    let text = format!("HTTP/1.1 200 OK\r\nX-Request-Id: {id}\r\nContent-Length: 2\r\n\r\nok");
    io.write_all(text.as_bytes()).await?;
    io.flush().await
}

/// Answers every request of a connection.
pub(crate) async fn serve<S>(io: &mut S, connection: usize, log: &Log) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(place) = next_request(io, connection, log).await? {
        answer(io, log, place).await?;
    }
    Ok(())
}

/// Ends the sending side, and reads on until the client has ended its own.
///
/// A socket that is dropped with unread bytes resets the connection, and a reset can overtake what was written.
pub(crate) async fn finish<S: AsyncRead + AsyncWrite + Unpin>(io: &mut S) -> io::Result<()> {
    io.shutdown().await?;
    tokio::io::copy(io, &mut tokio::io::sink()).await?;
    Ok(())
}
