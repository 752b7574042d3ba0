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

/// Runs `write`, whose descriptor may be a pipe that nobody reads any more, without a SIGPIPE for the program. The thread's
/// mask is as it was afterwards.
#[cfg(unix)]
pub(crate) fn without_sigpipe<T>(write: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};
    let mut sigpipe = SigSet::empty();
    sigpipe.add(Signal::SIGPIPE);
    let Ok(before) = sigpipe.thread_swap_mask(SigmaskHow::SIG_BLOCK) else {
        return write();
    };
    // One that was there before is the program's.
    let was_pending = before.contains(Signal::SIGPIPE) && is_sigpipe_pending();
    let result = write();
    if !was_pending && is_sigpipe_pending() {
        // It is pending, so this does not wait.
        let _ = sigpipe.wait();
    }
    let _ = before.thread_set_mask();
    result
}

/// Whether the thread has a SIGPIPE that waits until it is let through.
#[cfg(unix)]
fn is_sigpipe_pending() -> bool {
    let mut pending = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call fills the set that it is given, and the set is read only if it has done so.
    unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    }
}
