//! The non-blocking system calls of a socket.

use std::io;
use std::mem::MaybeUninit;

use socket2::Socket as RawSocket;
use tokio::io::ReadBuf;

#[cfg(any(target_os = "linux", target_os = "android"))]
const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
// Elsewhere a socket option suppresses the signal.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SEND_FLAGS: i32 = libc::MSG_DONTWAIT;

/// Receives into the unfilled part of a buffer, without waiting.
pub(super) fn receive(socket: &RawSocket, buf: &mut ReadBuf<'_>, flags: i32) -> io::Result<usize> {
    // SAFETY: `recv` only writes bytes into the part and never uninitialises written ones.
    let unfilled: &mut [MaybeUninit<u8>] = unsafe { buf.unfilled_mut() };
    let read = socket.recv_with_flags(unfilled, flags)?;
    // SAFETY: the kernel has written that many bytes.
    unsafe { buf.assume_init(read) };
    buf.advance(read);
    Ok(read)
}

/// Sends as much as there is room for, and raises no SIGPIPE if the peer is gone.
pub(super) fn send(socket: &RawSocket, bufs: &[io::IoSlice<'_>]) -> io::Result<usize> {
    match bufs {
        [buf] => socket.send_with_flags(buf, SEND_FLAGS),
        bufs => socket.send_vectored_with_flags(bufs, SEND_FLAGS),
    }
}
