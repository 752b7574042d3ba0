//! Reads a whole request.

use std::io;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::planned_call::Verb;

/// What the soak needs of a request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) verb: Verb,
    pub(super) call: u64,
    pub(super) span: u64,
    pub(super) token: u64,
}

/// Reads requests, and keeps what follows one for the next.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

/// A request, or what is wrong with it.
pub(super) type Arrival = Result<Request, String>;

impl Reader {
    /// Waits for the next request. An error means that the client is gone.
    pub(super) async fn next(&mut self, stream: &mut TcpStream) -> io::Result<Arrival> {
        let (arrival, length) = loop {
            match parse(&self.buffer) {
                Ok(Some(parsed)) => break parsed,
                Ok(None) => self.more(stream).await?,
                Err(what) => return Ok(Err(what)),
            }
        };
        while self.buffer.len() < length {
            self.more(stream).await?;
        }
        self.buffer.drain(..length);
        // So that the memory of one large body is not kept for the rest of the connection.
        self.buffer.shrink_to(16 * 1024);
        Ok(arrival)
    }

    async fn more(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        self.buffer.reserve(4 * 1024);
        match stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Parses the request if its head is complete, and returns it with its length including the body.
fn parse(bytes: &[u8]) -> Result<Option<(Arrival, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes).map_err(|error| error.to_string())? {
        httparse::Status::Partial => return Ok(None),
        httparse::Status::Complete(length) => length,
    };
    let header = |name: &str| {
        let mut all = head.headers.iter();
        let found = all.find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    if header("transfer-encoding").is_some() {
        return Err("a request of unknown length".to_owned());
    }
    let body: usize = match header("content-length") {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| format!("Content-Length: {text}"))?,
    };
    let method = head.method.unwrap_or_default();
    let verb = Verb::from_name(method).ok_or_else(|| format!("the method {method}"))?;
    let arrival = (|| {
        let call = header("x-soak-call")?.parse().ok()?;
        let span = header("traceparent")?.split('-').nth(2)?;
        let token = header("authorization")?.strip_prefix("Bearer soak-")?;
        Some(Request {
            verb,
            call,
            span: u64::from_str_radix(span, 16).ok()?,
            token: token.parse().ok()?,
        })
    })();
    let arrival = arrival.ok_or_else(|| {
        let names = head.headers.iter().map(|header| header.name);
        format!(
            "{method} {} lacks its call, span or token: {:?}",
            head.path.unwrap_or_default(),
            names.collect::<Vec<_>>()
        )
    });
    Ok(Some((arrival, length + body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "POST /work/7 HTTP/1.1\r\nX-Soak-Call: 7\r\nContent-Length: 3\r\nAuthorization: Bearer soak-2\r\n\
        traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00000000000000ab-01\r\n\r\n";

    #[test]
    fn a_request_is_parsed() {
        assert!(parse(&HEAD.as_bytes()[..40]).expect("a request").is_none());
        let (arrival, length) = parse(HEAD.as_bytes())
            .expect("a request")
            .expect("a whole head");
        let request = arrival.expect("all headers");
        assert_eq!(
            (request.verb, request.call, request.span, request.token),
            (Verb::Post, 7, 0xab, 2)
        );
        assert_eq!(length, HEAD.len() + 3);
    }

    #[test]
    fn a_request_that_cannot_be_matched_is_named() {
        let without = HEAD.replace("traceparent", "tracestate");
        let (arrival, _) = parse(without.as_bytes())
            .expect("a request")
            .expect("a head");
        assert!(arrival.expect_err("no span").contains("/work/7"));
        assert!(parse(b"\x16\x03\x01 no HTTP\r\n\r\n").is_err());
    }
}
