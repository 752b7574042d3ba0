//! Signals on threads of our own.

/// Keeps SIGPIPE from the thread that calls it, for good: a peer that is gone is an error here and no signal.
///
/// Sockets are written to without it anyway; a library that does not do so may be in the same process.
pub(crate) fn block_sigpipe() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut set = SigSet::empty();
        set.add(Signal::SIGPIPE);
        // It can only fail for an unknown signal.
        let _ = set.thread_block();
    }
}
