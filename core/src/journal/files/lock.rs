//! Locks of files, by which one process sees whether another one is alive. They belong to an open file, not to a
//! process: a probe sees the lock of the process that it runs in, and closing the probe's file does not release that
//! lock.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;

/// Whether a lock was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockResult {
    Yes,
    /// Someone else has it.
    No,
}

/// Takes the lock for one, without waiting.
pub(super) fn try_exclusive(file: &File) -> io::Result<LockResult> {
    flock(file, libc::LOCK_EX | libc::LOCK_NB)
}

/// Takes the lock together with others who share it, without waiting.
pub(super) fn try_shared(file: &File) -> io::Result<LockResult> {
    flock(file, libc::LOCK_SH | libc::LOCK_NB)
}

/// Releases the lock. Closing would not, if a fork has copied the open file.
pub(super) fn unlock(file: &File) {
    // A failure cannot be handled; the lock ends with the file.
    let _ = flock(file, libc::LOCK_UN);
}

fn flock(file: &File, operation: libc::c_int) -> io::Result<LockResult> {
    loop {
        // SAFETY: the descriptor is open for as long as `file` is borrowed.
        if unsafe { libc::flock(file.as_raw_fd(), operation) } == 0 {
            return Ok(LockResult::Yes);
        }
        match Errno::last() {
            Errno::EINTR => {}
            Errno::EWOULDBLOCK => return Ok(LockResult::No),
            other => return Err(other.into()),
        }
    }
}

/// Returns whether the process of this open-call table is alive; also `false` if there is no such file, since a living
/// process has one.
///
/// It briefly tries a shared lock, which disturbs neither the owner nor other readers, and it also works in the owner's
/// own process.
///
/// # Errors
/// If the table cannot be opened, or its file system has no locks: the state is then unknown.
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(dead_code, reason = "only readers need it")
)]
pub fn is_alive(table: &Path) -> io::Result<bool> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    match open(table, flags, Mode::empty()) {
        Ok(file) => is_locked(&File::from(file)),
        Err(Errno::ENOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether the owner of an open table is alive.
pub(super) fn is_locked(table: &File) -> io::Result<bool> {
    let taken = try_shared(table)?;
    if taken == LockResult::Yes {
        unlock(table);
    }
    Ok(taken == LockResult::No)
}
