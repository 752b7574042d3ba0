//! Keeps SIGPIPE from ending a C program: writing to a connection that the server has closed raises it, and only Rust's
//! own programs ignore it.
//!
//! As libcurl does: blocked while this thread is in the library, and taken away if it came. The threads that are started
//! meanwhile inherit the blocking and keep it.

#[cfg(unix)]
mod blocked {
    use std::mem::MaybeUninit;

    /// Blocks SIGPIPE on this thread until it is dropped.
    pub(crate) struct Blocked {
        /// What was blocked before; `None` if SIGPIPE was.
        before: Option<libc::sigset_t>,
    }

    impl Blocked {
        pub(crate) fn new() -> Self {
            let pipe = only_pipe();
            let mut before = MaybeUninit::uninit();
            // SAFETY: both sets live through the call, which fills the second unless it fails.
            let before = unsafe {
                let failed =
                    libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe, before.as_mut_ptr());
                (failed == 0).then(|| before.assume_init())
            };
            // SAFETY: the set is initialised.
            let before = before
                .filter(|set| unsafe { libc::sigismember(&raw const *set, libc::SIGPIPE) } == 0);
            Self { before }
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            let Some(before) = &self.before else { return };
            let pipe = only_pipe();
            let mut pending = MaybeUninit::uninit();
            // SAFETY: all sets live through their calls; `sigpending` fills its own unless it fails. One that was not
            // blocked before cannot have been waiting before, so that what waits now came while it was.
            unsafe {
                if libc::sigpending(pending.as_mut_ptr()) == 0
                    && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
                {
                    take(&pipe);
                }
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const *before, std::ptr::null_mut());
            }
        }
    }

    /// Takes a signal that waits, without waiting: one that was sent to the whole process may be another thread's by now.
    #[cfg(not(target_vendor = "apple"))]
    unsafe fn take(pipe: &libc::sigset_t) {
        let at_once = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: both live through the call.
        unsafe {
            libc::sigtimedwait(
                std::ptr::from_ref(pipe),
                std::ptr::null_mut(),
                &raw const at_once,
            );
        }
    }

    /// Takes the signal that waits; there is no other way to here.
    #[cfg(target_vendor = "apple")]
    unsafe fn take(pipe: &libc::sigset_t) {
        let mut came = 0;
        // SAFETY: both live through the call.
        unsafe { libc::sigwait(std::ptr::from_ref(pipe), &raw mut came) };
    }

    fn only_pipe() -> libc::sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: `sigemptyset` initialises the set.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
            set.assume_init()
        }
    }
}

#[cfg(not(unix))]
mod blocked {
    /// There is no SIGPIPE here.
    pub(crate) struct Blocked;

    impl Blocked {
        pub(crate) fn new() -> Self {
            Self
        }
    }
}

pub(crate) use blocked::Blocked;
