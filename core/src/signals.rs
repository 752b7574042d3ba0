//! Signals on the library's threads.

/// Blocks SIGPIPE for good on the calling thread: a peer that is gone is an error here, not a signal.
///
/// This crate's writes to sockets raise no SIGPIPE anyway, but another library in the process may write otherwise.
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

/// Runs `write`, whose descriptor may be a pipe without a reader, without a SIGPIPE for the program. It restores the
/// thread's signal mask.
#[cfg(unix)]
pub(crate) fn without_sigpipe<T>(write: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};
    let mut sigpipe = SigSet::empty();
    sigpipe.add(Signal::SIGPIPE);
    let Ok(before) = sigpipe.thread_swap_mask(SigmaskHow::SIG_BLOCK) else {
        return write();
    };
    // A signal that was pending before belongs to the program.
    let was_pending = before.contains(Signal::SIGPIPE) && is_sigpipe_pending();
    let result = write();
    if !was_pending && is_sigpipe_pending() {
        // It is pending, so this does not wait.
        let _ = sigpipe.wait();
    }
    let _ = before.thread_set_mask();
    result
}

/// Whether the thread has a pending SIGPIPE.
#[cfg(unix)]
fn is_sigpipe_pending() -> bool {
    let mut pending = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call fills the set, and the set is read only if the call succeeded.
    unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    }
}
