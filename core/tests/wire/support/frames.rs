//! HTTP/2 by hand: frames as a test writes them (RFC 9113 §4.1, §6).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::{Authority, Server, Tls};

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

/// Of SETTINGS and PING.
pub(crate) const ACK: u8 = 1;
/// Of HEADERS and DATA.
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) const MAX_CONCURRENT_STREAMS: u16 = 3;
pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;

/// `:status: 200` (RFC 7541 Appendix A).
pub(crate) const STATUS_200: &[u8] = &[0x88];

/// A frame.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            flags,
            stream,
            payload: payload.into(),
        }
    }

    pub(crate) fn settings(rows: &[(u16, u32)]) -> Self {
        let row =
            |&(name, value): &(u16, u32)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat();
        Self::new(
            SETTINGS,
            0,
            0,
            rows.iter().flat_map(row).collect::<Vec<u8>>(),
        )
    }

    /// An answer without a body.
    pub(crate) fn answer(stream: u32) -> Self {
        Self::new(HEADERS, END_HEADERS | END_STREAM, stream, STATUS_200)
    }

    /// Returns whether it is such a frame and no acknowledgement.
    pub(crate) fn is_new(&self, kind: u8) -> bool {
        self.kind == kind && self.flags & ACK == 0
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("a short frame");
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend_from_slice(&[self.kind, self.flags]);
        bytes.extend_from_slice(&self.stream.to_be_bytes());
        bytes.extend_from_slice(&self.payload);
        bytes
    }
}

/// One connection.
pub(crate) struct Wire {
    io: TlsStream<TcpStream>,
    requests: Arc<AtomicUsize>,
}

impl Wire {
    /// Writes frames, all at once.
    pub(crate) async fn write(&mut self, frames: &[Frame]) -> io::Result<()> {
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        self.write_bytes(&bytes).await
    }

    pub(crate) async fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.io.write_all(bytes).await?;
        self.io.flush().await
    }

    /// Reads a frame, acknowledging SETTINGS.
    pub(crate) async fn read(&mut self) -> io::Result<Frame> {
        let mut head = [0; 9];
        self.io.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, s, t, u, v] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.io.read_exact(&mut payload).await?;
        let frame = Frame::new(kind, flags, u32::from_be_bytes([s, t, u, v]), payload);
        if frame.is_new(SETTINGS) {
            self.write(&[Frame::new(SETTINGS, ACK, 0, [])]).await?;
        }
        if frame.kind == HEADERS {
            self.requests.fetch_add(1, Ordering::SeqCst);
        }
        Ok(frame)
    }

    /// Reads until such a frame comes.
    pub(crate) async fn read_until(&mut self, kind: u8) -> io::Result<Frame> {
        loop {
            let frame = self.read().await?;
            if frame.kind == kind {
                return Ok(frame);
            }
        }
    }

    /// Reads all that the client wrote before it saw what was written here so far, and returns the streams that it
    /// opened.
    pub(crate) async fn settle(&mut self) -> io::Result<Vec<u32>> {
        let mut opened = Vec::new();
        // The client acts on what it read after it has acknowledged it, so one round is not enough.
        for round in 0..5u8 {
            self.write(&[Frame::new(PING, 0, 0, [round; 8])]).await?;
            loop {
                let frame = self.read().await?;
                match frame.kind {
                    HEADERS => opened.push(frame.stream),
                    PING if frame.flags == ACK && frame.payload == [round; 8] => break,
                    _ => {}
                }
            }
        }
        Ok(opened)
    }

    /// Answers every request and ping, until the client hangs up.
    pub(crate) async fn serve(&mut self) -> io::Result<()> {
        loop {
            let frame = self.read().await?;
            match frame.kind {
                HEADERS => self.write(&[Frame::answer(frame.stream)]).await?,
                PING if frame.flags == 0 => {
                    self.write(&[Frame::new(PING, ACK, 0, frame.payload)])
                        .await?;
                }
                _ => {}
            }
        }
    }
}

/// A server whose connections are played frame by frame, from behind the prefaces on: it begins with `settings`.
pub(crate) struct Raw {
    pub(crate) server: Server,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    pub(crate) async fn start<F, R>(
        authority: &Authority,
        settings: &'static [(u16, u32)],
        play: F,
    ) -> Self
    where
        F: Fn(usize, Wire) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = io::Result<()>> + Send + 'static,
    {
        let tls = Tls {
            alpn: &["h2"],
            ..Tls::new(authority.server())
        };
        let acceptor = tls.acceptor();
        let requests = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&requests);
        let server = Server::start(move |number, socket, _| {
            let (acceptor, play, requests) = (acceptor.clone(), play.clone(), Arc::clone(&count));
            async move {
                // What is written just before the end is on its way at once.
                socket.set_nodelay(true)?;
                let mut io = acceptor.accept(socket).await?;
                let mut preface = [0; 24];
                io.read_exact(&mut preface).await?;
                let mut wire = Wire { io, requests };
                wire.write(&[Frame::settings(settings)]).await?;
                play(number, wire).await
            }
        })
        .await;
        Self { server, requests }
    }

    /// How many requests came, on all connections.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}
