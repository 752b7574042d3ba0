//! SIGINT as a message, for subcommands that clean up before they end.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};

/// Receives SIGINT for as long as the value lives, so that SIGINT does not end the process. A SIGINT that is ignored, as in the
/// background jobs of a shell, stays ignored.
#[derive(Debug)]
pub(crate) struct Interrupt {
    // Neither end is ever closed: a handler on another thread may still write.
    reader: &'static PipeReader,
    writer: &'static PipeWriter,
    #[cfg(unix)]
    _handler: Option<unix::Handler>,
}

/// What ended the wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Woken {
    /// SIGINT.
    Interrupted,
    /// A [`Waker`].
    ByWaker,
}

/// Ends the wait from another thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waker(&'static PipeWriter);

/// The byte that the signal handler writes to the pipe.
const INTERRUPTED: u8 = b'i';

/// The byte that a [`Waker`] writes to the pipe.
const BY_WAKER: u8 = b'w';

impl Interrupt {
    /// Installs the handler.
    pub(crate) fn listen() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let writer: &'static PipeWriter = Box::leak(Box::new(writer));
        Ok(Self {
            reader: Box::leak(Box::new(reader)),
            writer,
            #[cfg(unix)]
            _handler: unix::Handler::install(writer)?,
        })
    }

    /// Returns a waker, which ends the wait from another thread.
    pub(crate) fn waker(&self) -> Waker {
        Waker(self.writer)
    }

    /// Waits for SIGINT, or for a [`Waker`].
    pub(crate) fn wait(&self) -> io::Result<Woken> {
        let mut byte = [0];
        let mut reader = self.reader;
        reader.read_exact(&mut byte)?;
        Ok(match byte {
            [INTERRUPTED] => Woken::Interrupted,
            _ => Woken::ByWaker,
        })
    }
}

impl Waker {
    /// Ends the present wait, or the next one.
    pub(crate) fn wake(self) {
        let mut writer = self.0;
        // The other end is never closed.
        let _ = writer.write_all(&[BY_WAKER]);
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{self, PipeWriter};
    use std::os::fd::AsRawFd as _;
    use std::sync::atomic::{AtomicI32, Ordering};

    use nix::errno::Errno;
    use nix::libc::{c_int, write};
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

    /// The descriptor of the pipe that the handler writes to.
    static PIPE: AtomicI32 = AtomicI32::new(-1);

    /// Restores the signal's former action when it is dropped.
    #[derive(Debug)]
    pub(super) struct Handler {
        was: SigAction,
    }

    impl Handler {
        /// Installs the handler; `None` if the signal is ignored.
        pub(super) fn install(pipe: &'static PipeWriter) -> io::Result<Option<Self>> {
            PIPE.store(pipe.as_raw_fd(), Ordering::Release);
            let ours = SigHandler::Handler(on_signal);
            let ours = SigAction::new(ours, SaFlags::SA_RESTART, SigSet::empty());
            // SAFETY: `on_signal` only calls functions that are safe in a signal handler.
            let was = unsafe { sigaction(Signal::SIGINT, &ours) }?;
            let handler = Self { was };
            // If the signal was ignored, dropping the handler makes it ignored again.
            Ok(match handler.was.handler() {
                SigHandler::SigIgn => None,
                _ => Some(handler),
            })
        }
    }

    impl Drop for Handler {
        fn drop(&mut self) {
            // SAFETY: the action was set before.
            let _ = unsafe { sigaction(Signal::SIGINT, &self.was) };
        }
    }

    extern "C" fn on_signal(_signal: c_int) {
        let errno = Errno::last_raw();
        let byte = super::INTERRUPTED;
        // SAFETY: `byte` is one readable byte, and `write` is safe in a signal handler.
        unsafe { write(PIPE.load(Ordering::Acquire), (&raw const byte).cast(), 1) };
        Errno::set_raw(errno);
    }
}
