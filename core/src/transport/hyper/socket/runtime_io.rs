//! A socket on a tokio runtime's event queue.

use std::io;
use std::task::{Context, Poll, ready};

use socket2::{SockRef, Socket as RawSocket};
use tokio::io::{Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::calls::{receive, send};
use super::is_not_yet;

pub(super) enum RuntimeIo {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl RuntimeIo {
    /// Removes the socket from its runtime's event queue.
    pub(super) fn leave(self) -> io::Result<(RawSocket, bool)> {
        match self {
            Self::Tcp(stream) => Ok((stream.into_std()?.into(), false)),
            Self::Unix(stream) => Ok((stream.into_std()?.into(), true)),
        }
    }

    /// Puts a socket on the event queue of the current runtime.
    pub(super) fn enter(socket: RawSocket, is_unix: bool) -> io::Result<Self> {
        Ok(if is_unix {
            Self::Unix(UnixStream::from_std(socket.into())?)
        } else {
            Self::Tcp(TcpStream::from_std(socket.into())?)
        })
    }

    fn poll_ready(&self, interest: Interest, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match (self, interest.is_readable()) {
            (Self::Tcp(stream), true) => stream.poll_read_ready(cx),
            (Self::Tcp(stream), false) => stream.poll_write_ready(cx),
            (Self::Unix(stream), true) => stream.poll_read_ready(cx),
            (Self::Unix(stream), false) => stream.poll_write_ready(cx),
        }
    }

    /// Runs `work` once the runtime reports that the socket is ready. A `WouldBlock` makes the runtime wait again.
    fn try_io<O>(
        &self,
        interest: Interest,
        work: impl FnOnce(&RawSocket) -> io::Result<O>,
    ) -> io::Result<O> {
        match self {
            Self::Tcp(stream) => stream.try_io(interest, || work(&SockRef::from(stream))),
            Self::Unix(stream) => stream.try_io(interest, || work(&SockRef::from(stream))),
        }
    }

    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        probe: bool,
    ) -> Poll<io::Result<()>> {
        if probe {
            let looked = match self {
                Self::Tcp(stream) => receive(&SockRef::from(stream), buf, 0),
                Self::Unix(stream) => receive(&SockRef::from(stream), buf, 0),
            };
            match looked {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if is_not_yet(&error) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        loop {
            ready!(self.poll_ready(Interest::READABLE, cx))?;
            let mut read = None;
            let room = buf.remaining();
            let tried = self.try_io(Interest::READABLE, |socket| {
                let got = receive(socket, buf, 0)?;
                read = Some(got);
                // Less than there was room for, so the next read would find nothing and is not tried.
                if got > 0 && got < room {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(())
            });
            match (read, tried) {
                (Some(_), _) => return Poll::Ready(Ok(())),
                (None, Err(error)) if is_not_yet(&error) => {}
                (None, tried) => return Poll::Ready(tried),
            }
        }
    }

    pub(super) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_ready(Interest::WRITABLE, cx))?;
            match self.try_io(Interest::WRITABLE, |socket| send(socket, bufs)) {
                Err(error) if is_not_yet(&error) => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}
