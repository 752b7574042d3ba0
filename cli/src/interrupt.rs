//! SIGINT as a message, for subcommands that have something to put in order before they end.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};

/// As long as it lives, SIGINT is heard here and does not end the process. A SIGINT that is ignored, as in the background jobs
/// of a shell, stays ignored.
#[derive(Debug)]
pub(crate) struct Interrupt {
    // Neither end is ever closed: a handler that runs on another thread at this moment may still write.
    heard: &'static PipeReader,
    bell: &'static PipeWriter,
    #[cfg(unix)]
    _handler: Option<unix::Handler>,
}

/// What ended the wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Woken {
    /// SIGINT.
    Interrupted,
    /// A [`Waker`].
    Otherwise,
}

/// Ends the wait from another thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waker(&'static PipeWriter);

/// What the pipe carries.
const INTERRUPTED: u8 = b'i';
const OTHERWISE: u8 = b'o';

impl Interrupt {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        let (heard, bell) = io::pipe()?;
        let bell: &'static PipeWriter = Box::leak(Box::new(bell));
        Ok(Self {
            heard: Box::leak(Box::new(heard)),
            bell,
            #[cfg(unix)]
            _handler: unix::Handler::install(bell)?,
        })
    }

    /// Returns what ends the wait from another thread.
    pub(crate) fn waker(&self) -> Waker {
        Waker(self.bell)
    }

    /// Waits for SIGINT, or for a [`Waker`].
    pub(crate) fn wait(&self) -> io::Result<Woken> {
        let mut byte = [0];
        let mut heard = self.heard;
        heard.read_exact(&mut byte)?;
        Ok(match byte {
            [INTERRUPTED] => Woken::Interrupted,
            _ => Woken::Otherwise,
        })
    }
}

impl Waker {
    /// Ends the wait, also one that has not begun.
    pub(crate) fn wake(self) {
        let mut bell = self.0;
        // The other end is never closed.
        let _ = bell.write_all(&[OTHERWISE]);
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

    /// The pipe that the handler writes to.
    static BELL: AtomicI32 = AtomicI32::new(-1);

    /// Puts the signal's former action back when it is dropped.
    #[derive(Debug)]
    pub(super) struct Handler {
        was: SigAction,
    }

    impl Handler {
        /// Installs the handler; `None` where the signal is ignored.
        pub(super) fn install(bell: &'static PipeWriter) -> io::Result<Option<Self>> {
            BELL.store(bell.as_raw_fd(), Ordering::Release);
            let ours = SigHandler::Handler(ring);
            let ours = SigAction::new(ours, SaFlags::SA_RESTART, SigSet::empty());
            // SAFETY: `ring` does what a handler may do, and no more.
            let was = unsafe { sigaction(Signal::SIGINT, &ours) }?;
            let handler = Self { was };
            // A handler that is dropped here puts back that the signal is ignored.
            Ok(match handler.was.handler() {
                SigHandler::SigIgn => None,
                _ => Some(handler),
            })
        }
    }

    impl Drop for Handler {
        fn drop(&mut self) {
            // SAFETY: the action was in force before.
            let _ = unsafe { sigaction(Signal::SIGINT, &self.was) };
        }
    }

    extern "C" fn ring(_signal: c_int) {
        let errno = Errno::last_raw();
        let byte = super::INTERRUPTED;
        // SAFETY: it writes one byte, and may be called in a handler.
        unsafe { write(BELL.load(Ordering::Acquire), (&raw const byte).cast(), 1) };
        Errno::set_raw(errno);
    }
}
