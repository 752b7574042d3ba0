//! Keeps `pthread_cancel` from ending a thread within the library.

/// Holds back the cancellation of this thread until it is dropped, when the thread has its own setting again. A thread
/// that is cancelled unwinds by force, which Rust's frames do not allow: the process would be aborted, or a lock held for
/// ever.
pub(crate) struct Uncancelled {
    #[cfg(target_os = "linux")]
    before: std::ffi::c_int,
}

#[cfg(target_os = "linux")]
mod posix {
    use std::ffi::c_int;

    /// The same number in glibc and musl.
    pub(super) const PTHREAD_CANCEL_DISABLE: c_int = 1;

    // The crate `libc` has it for some targets alone.
    unsafe extern "C" {
        pub(super) fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }
}

impl Uncancelled {
    pub(crate) fn begin() -> Self {
        #[cfg(target_os = "linux")]
        {
            let mut before = 0;
            // SAFETY: the place for the former state is there.
            unsafe {
                posix::pthread_setcancelstate(posix::PTHREAD_CANCEL_DISABLE, &raw mut before)
            };
            Self { before }
        }
        #[cfg(not(target_os = "linux"))]
        Self {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for Uncancelled {
    fn drop(&mut self) {
        let mut disabled = 0;
        // SAFETY: a state that the function gave, and a place for the other.
        unsafe { posix::pthread_setcancelstate(self.before, &raw mut disabled) };
    }
}
