//! Reads and writes the bytes of a connection, plain or with TLS, and ends it in different ways.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, Stream};
use socket2::SockRef;

/// The server's side of a connection.
#[derive(Debug)]
pub(super) struct Wire {
    socket: Arc<TcpStream>,
    tls: Option<Box<ServerConnection>>,
}

impl Wire {
    pub(super) fn plain(socket: Arc<TcpStream>) -> Self {
        Self { socket, tls: None }
    }

    /// Makes a connection with TLS. The handshake happens with the first read.
    pub(super) fn secure(socket: Arc<TcpStream>, config: Arc<ServerConfig>) -> io::Result<Self> {
        let tls = ServerConnection::new(config).map_err(io::Error::other)?;
        Ok(Self {
            socket,
            tls: Some(Box::new(tls)),
        })
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut socket = &*self.socket;
        match &mut self.tls {
            None => socket.read(buffer),
            Some(tls) => Stream::new(tls.as_mut(), &mut socket).read(buffer),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut socket = &*self.socket;
        match &mut self.tls {
            None => socket.write_all(bytes),
            Some(tls) => {
                let mut stream = Stream::new(tls.as_mut(), &mut socket);
                stream.write_all(bytes)?;
                stream.flush()
            }
        }
    }

    /// Announces the end of the data with TLS, which a fault does not do.
    pub(super) fn send_close_notify(&mut self) {
        let mut socket = &*self.socket;
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            drop(tls.complete_io(&mut socket));
        }
    }

    /// Sends FIN, then waits until the client closes the connection. Closing with unread bytes in the
    /// socket would send RST, which can discard what the client has not read yet.
    pub(super) fn finish(self) {
        if self.socket.shutdown(Shutdown::Write).is_ok() {
            self.drain();
        }
    }

    /// Sends nothing more until the client closes the connection.
    pub(super) fn stall(self) {
        self.drain();
    }

    /// Sends RST.
    pub(super) fn reset(self) {
        // This is the last handle of the socket, so dropping it closes the socket.
        drop(SockRef::from(&*self.socket).set_linger(Some(Duration::ZERO)));
    }

    fn drain(&self) {
        let mut socket = &*self.socket;
        let mut buffer = [0; 4096];
        loop {
            match socket.read(&mut buffer) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return,
                _ => {}
            }
        }
    }
}
