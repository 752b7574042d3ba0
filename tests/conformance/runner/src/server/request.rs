//! Reads a whole HTTP/1.1 request.

use std::io;

use reqtrail::testing::script::header_text;

use super::wire::Wire;

/// The greatest length of a head. A client that sends more is at fault.
const MAX_HEAD: usize = 1 << 20;

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a connection received.
#[derive(Debug)]
pub(super) enum Arrival {
    Request(Request),
    /// Bytes that are not an HTTP/1.1 request.
    Malformed(String),
    /// The client is gone, perhaps in the middle of a request.
    Gone,
}

/// Reads requests from a connection, and keeps what follows one for the next.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Request {
    /// Returns all values of a header, joined by commas; `None` if it is absent.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl Reader {
    /// Waits for the next request. Calls `begun` when its first byte has arrived.
    pub(super) fn next(&mut self, wire: &mut Wire, begun: impl FnOnce()) -> Arrival {
        match self.read(wire, begun) {
            Ok(Ok(request)) => Arrival::Request(request),
            Ok(Err(what)) => Arrival::Malformed(what),
            Err(_) => Arrival::Gone,
        }
    }

    fn read(
        &mut self,
        wire: &mut Wire,
        begun: impl FnOnce(),
    ) -> io::Result<Result<Request, String>> {
        if self.buffer.is_empty() {
            self.more(wire)?;
        }
        begun();
        let mut request = loop {
            match parse_head(&self.buffer) {
                Ok(Some((request, length))) => {
                    self.buffer.drain(..length);
                    break request;
                }
                Ok(None) if self.buffer.len() < MAX_HEAD => self.more(wire)?,
                Ok(None) => return Ok(Err("a head over 1 MiB".to_owned())),
                Err(error) => return Ok(Err(error.to_string())),
            }
        };
        let expects = request.header("expect").unwrap_or_default();
        if expects.eq_ignore_ascii_case("100-continue") {
            wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let coding = request.header("transfer-encoding").unwrap_or_default();
        if coding.eq_ignore_ascii_case("chunked") {
            match self.chunked(wire)? {
                Ok(body) => request.body = body,
                Err(what) => return Ok(Err(what)),
            }
        } else if let Some(length) = request.header("content-length") {
            let Ok(length) = length.parse::<usize>() else {
                return Ok(Err(format!("Content-Length: {length}")));
            };
            request.body = self.exactly(wire, length)?;
        }
        Ok(Ok(request))
    }

    fn chunked(&mut self, wire: &mut Wire) -> io::Result<Result<Vec<u8>, String>> {
        let mut body = Vec::new();
        loop {
            let line = self.line(wire)?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let Ok(size) = usize::from_str_radix(size, 16) else {
                return Ok(Err(format!("a chunk of size {line:?}")));
            };
            if size == 0 {
                while !self.line(wire)?.is_empty() {}
                return Ok(Ok(body));
            }
            body.extend(self.exactly(wire, size)?);
            if !self.line(wire)?.is_empty() {
                return Ok(Err("a chunk longer than it said".to_owned()));
            }
        }
    }

    fn line(&mut self, wire: &mut Wire) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.more(wire)?;
        }
    }

    fn exactly(&mut self, wire: &mut Wire, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.more(wire)?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn more(&mut self, wire: &mut Wire) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        loop {
            match wire.read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.buffer.extend_from_slice(&piece[..count]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Parses the head. Returns it with its length if it is complete.
fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize)>, httparse::Error> {
    let mut room = 64;
    loop {
        let mut headers = vec![httparse::EMPTY_HEADER; room];
        let mut head = httparse::Request::new(&mut headers);
        match head.parse(bytes) {
            Ok(httparse::Status::Partial) => return Ok(None),
            Ok(httparse::Status::Complete(length)) => {
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                let request = Request {
                    method: text(head.method),
                    target: text(head.path),
                    headers: head
                        .headers
                        .iter()
                        .map(|header| (header.name.to_owned(), header_text(header.value)))
                        .collect(),
                    body: Vec::new(),
                };
                return Ok(Some((request, length)));
            }
            Err(httparse::Error::TooManyHeaders) if room < 4096 => room *= 4,
            Err(error) => return Err(error),
        }
    }
}
