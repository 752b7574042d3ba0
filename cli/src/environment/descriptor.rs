//! Standard streams that the parent of the process may have made non-blocking or closed.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd as _};

/// A standard stream of the process.
///
/// Node, for example, makes a terminal or a socket non-blocking, and the child shares that state. A plain read or write then
/// fails when the stream is not ready; this type waits until it is.
#[derive(Debug)]
pub(super) struct Descriptor(File);

impl Descriptor {
    /// Duplicates the stream, so that a file opened later cannot reuse its descriptor. `None` if the stream is closed.
    pub(super) fn of(stream: &impl AsFd) -> Option<Self> {
        let own = stream.as_fd().try_clone_to_owned().ok()?;
        Some(Self(own.into()))
    }

    /// Runs `work` on the stream, and repeats it after each time that the stream was not ready.
    fn when_ready(
        &mut self,
        event: libc::c_short,
        mut work: impl FnMut(&mut File) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match work(&mut self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(event)?,
                done => return done,
            }
        }
    }

    /// Waits until the stream is ready for `event`, or has an error that the next attempt reports.
    fn wait(&self, event: libc::c_short) -> io::Result<()> {
        let mut wanted = libc::pollfd {
            fd: self.0.as_raw_fd(),
            events: event,
            revents: 0,
        };
        // SAFETY: the pointer is to one `pollfd`, which outlives the call.
        match unsafe { libc::poll(&raw mut wanted, 1, -1) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}

impl Read for Descriptor {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.when_ready(libc::POLLIN, |stream| stream.read(into))
    }
}

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.when_ready(libc::POLLOUT, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    #[test]
    fn a_stream_that_is_not_ready_is_waited_for() {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        ours.set_nonblocking(true).expect("not blocking");
        let mut stream = Descriptor::of(&ours).expect("open");
        // More than a socket buffers before the peer reads.
        let text = "reqtrail\n".repeat(1 << 20);
        let sent = text.clone();
        let writer = thread::spawn(move || {
            stream.write_all(sent.as_bytes())?;
            let mut answer = [0; 2];
            stream.read_exact(&mut answer)?;
            io::Result::Ok(answer)
        });
        let mut received = vec![0; text.len()];
        theirs.read_exact(&mut received).expect("all of it");
        assert!(received == text.as_bytes());
        theirs.write_all(b"ok").expect("written");
        let answer = writer.join().expect("no panic").expect("waited");
        assert_eq!(answer, *b"ok");
    }

    #[test]
    fn a_reader_that_goes_ends_the_wait() {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        ours.set_nonblocking(true).expect("not blocking");
        let mut stream = Descriptor::of(&ours.as_fd()).expect("open");
        let writer = thread::spawn(move || stream.write_all(&vec![0; 1 << 24]));
        drop(theirs);
        let refused = writer.join().expect("no panic").expect_err("nobody reads");
        assert_eq!(refused.kind(), io::ErrorKind::BrokenPipe);
    }
}
