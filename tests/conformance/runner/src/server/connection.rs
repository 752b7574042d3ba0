//! One connection: reads a request, responds as the script says, and continues or ends.

use std::io;
use std::time::Duration;

use reqtrail::testing::script::{After, Fault, Framing};

use super::log::{MatchedReply, Script, Sent};
use super::rendered::{Addresses, informational};
use super::request::{Arrival, Reader};
use super::stop::StopFlag;
use super::wire::Wire;

/// The time between two bytes of a dripping body.
const DRIP: Duration = Duration::from_millis(100);
/// The time between half a body and the reset, which could otherwise overtake it.
const BEFORE_RESET: Duration = Duration::from_millis(40);
/// The greatest size of a chunk in bytes.
const CHUNK: usize = 8 << 10;

/// A served connection.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    wire: Wire,
    script: &'a Script,
    stop: &'a StopFlag,
    addresses: &'a Addresses,
    other_origin: bool,
    number: u64,
}

/// What happens to the connection after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Keep,
    /// The reply is complete, and the connection ends orderly.
    Close,
    /// FIN in the middle of the reply.
    Cut,
    Reset,
    Stall,
}

impl<'a> Connection<'a> {
    pub(super) fn new(
        wire: Wire,
        script: &'a Script,
        stop: &'a StopFlag,
        addresses: &'a Addresses,
    ) -> Self {
        Self {
            wire,
            script,
            stop,
            addresses,
            other_origin: false,
            number: 0,
        }
    }

    pub(super) fn of_other_origin(mut self, other_origin: bool) -> Self {
        self.other_origin = other_origin;
        self
    }

    pub(super) fn numbered(mut self, number: u64) -> Self {
        self.number = number;
        self
    }

    /// Serves until either side ends it.
    pub(super) fn serve(mut self) {
        let mut reader = Reader::default();
        loop {
            let script = self.script;
            let mut begun = false;
            let arrival = reader.next(&mut self.wire, || {
                begun = true;
                script.begin_reading();
            });
            let next = match arrival {
                Arrival::Gone => None,
                Arrival::Malformed(what) => {
                    script.malformed(what, self.number);
                    Some(Err(()))
                }
                Arrival::Request(request) => {
                    let method = request.method.clone();
                    let matched = script.take(request, self.number, self.other_origin);
                    Some(Ok((method, matched)))
                }
            };
            if begun {
                script.end_reading();
            }
            let next = match next {
                None => return,
                Some(Err(())) => self.refuse(),
                Some(Ok((method, matched))) => self.answer(&method, &matched),
            };
            // A write that failed means that the client is gone.
            let Ok(next) = next else { return };
            match next {
                Next::Keep => {}
                Next::Close => {
                    self.wire.send_close_notify();
                    return self.wire.finish();
                }
                Next::Cut => return self.wire.finish(),
                Next::Reset => return self.wire.reset(),
                Next::Stall => return self.wire.stall(),
            }
        }
    }

    fn refuse(&mut self) -> io::Result<Next> {
        self.wire.write(
            b"HTTP/1.1 400 Client Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        )?;
        Ok(Next::Close)
    }

    fn answer(&mut self, method: &str, matched: &MatchedReply<'_>) -> io::Result<Next> {
        let MatchedReply {
            reply,
            rendered,
            row,
        } = matched;
        self.wait(Duration::from_millis(reply.delay_ms))?;
        if let Some(bytes) = &reply.raw {
            self.script.answered(*row, raw());
            self.wire.write(bytes)?;
            return Ok(match reply.after {
                After::Keep => Next::Keep,
                After::Close => Next::Close,
            });
        }
        match reply.fault {
            Some(Fault::Close | Fault::CloseUnread) => return Ok(Next::Cut),
            Some(Fault::Reset | Fault::ResetUnread) => return Ok(Next::Reset),
            Some(Fault::Stall) => return Ok(Next::Stall),
            _ => {}
        }
        let early = informational(reply, self.addresses);
        if !early.is_empty() {
            self.wire.write(&early)?;
        }
        let (head, sent) = rendered.head(reply, method, self.addresses);
        self.script.answered(*row, sent);
        self.wire.write(&head)?;
        self.wait(Duration::from_millis(reply.body_delay_ms))?;
        if reply.sends_body(method) {
            self.body(matched)?;
        }
        Ok(match reply.fault {
            Some(Fault::StallBody) => Next::Stall,
            Some(Fault::CutBody) => Next::Cut,
            Some(Fault::ResetBody) => {
                self.wait(BEFORE_RESET)?;
                Next::Reset
            }
            _ if reply.closes() => Next::Close,
            _ => Next::Keep,
        })
    }

    fn body(&mut self, matched: &MatchedReply<'_>) -> io::Result<()> {
        let reply = matched.reply;
        let whole = &matched.rendered.body;
        let chunked = reply.framing == Framing::Chunked;
        let body = if reply.is_halved() {
            &whole[..whole.len() / 2]
        } else {
            &whole[..]
        };
        let drips = reply.fault == Some(Fault::Drip);
        // A body of two bytes or more has at least two chunks, so that a client has to join them.
        let piece = match (drips, chunked) {
            (true, _) => 1,
            (false, true) => body.len().div_ceil(2).clamp(1, CHUNK),
            (false, false) => body.len().max(1),
        };
        let mut first = true;
        for piece in body.chunks(piece) {
            if drips && !first {
                self.wait(DRIP)?;
            }
            first = false;
            if chunked {
                let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
                chunk.extend_from_slice(piece);
                chunk.extend_from_slice(b"\r\n");
                self.wire.write(&chunk)?;
            } else {
                self.wire.write(piece)?;
            }
        }
        if chunked && !reply.is_halved() {
            self.wire.write(b"0\r\n\r\n")?;
        }
        Ok(())
    }

    /// Waits. The end of the scenario ends the wait with an error.
    fn wait(&self, time: Duration) -> io::Result<()> {
        if !time.is_zero() && self.stop.wait(time) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

/// Returns the log entry of a reply whose bytes the scenario contains.
fn raw() -> Sent {
    Sent {
        status: None,
        headers: Vec::new(),
        body: None,
        body_is_certain: false,
        raw: true,
    }
}
