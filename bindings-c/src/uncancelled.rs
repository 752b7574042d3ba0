//! Keeps `pthread_cancel` from ending a thread within the library.

/// Disables cancellation of this thread until the guard is dropped, which restores the thread's own setting. A
/// cancelled thread is unwound by force, which Rust's frames do not allow: the process would abort, or a lock would
/// stay held.
pub(crate) struct Uncancelled {
    #[cfg(target_os = "linux")]
    before: std::ffi::c_int,
}

#[cfg(target_os = "linux")]
mod posix {
    use std::ffi::c_int;

    /// The same number in glibc and musl.
    pub(super) const PTHREAD_CANCEL_DISABLE: c_int = 1;

    // The crate `libc` declares it only for some targets.
    unsafe extern "C" {
        pub(super) fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }
}

impl Uncancelled {
    pub(crate) fn begin() -> Self {
        #[cfg(target_os = "linux")]
        {
            let mut before = 0;
            // SAFETY: `before` is valid for the old state.
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
        // SAFETY: the function returned this state, and `disabled` is valid for the other.
        unsafe { posix::pthread_setcancelstate(self.before, &raw mut disabled) };
    }
}
