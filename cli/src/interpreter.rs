//! The command inside an interpreter, such as Python or Node, which handles signals and streams in its own way.

use std::ffi::OsString;
use std::iter::once;

use crate::environment::Environment;
use crate::run::run;

/// Runs the command with `args`, without the program's name, on the standard streams of this process, and returns its exit code.
///
/// While it runs, SIGINT and SIGPIPE have their default action: they end the process. A SIGINT that is ignored, as in a shell's
/// background jobs, stays ignored. Both signals get their former action back afterwards.
///
/// The caller releases the interpreter's lock first, if there is one.
#[must_use]
pub fn run_in_interpreter(args: impl IntoIterator<Item = OsString>) -> u8 {
    #[cfg(unix)]
    let _default = signals::DefaultActions::new();
    run(
        once("reqtrail".into()).chain(args),
        &mut Environment::of_process(),
    )
}

#[cfg(unix)]
mod signals {
    use std::mem::MaybeUninit;
    use std::ptr::{null, null_mut};

    use libc::{SIG_DFL, SIG_IGN, SIGINT, SIGPIPE, c_int, sigaction};

    /// Gives SIGINT and SIGPIPE their default action for as long as the value lives.
    pub(super) struct DefaultActions([(c_int, Option<sigaction>); 2]);

    impl DefaultActions {
        pub(super) fn new() -> Self {
            let reset = |signal, keeps_ignored| {
                let was = action(signal)?;
                if keeps_ignored && was.sa_sigaction == SIG_IGN {
                    return None;
                }
                let mut default = was;
                default.sa_sigaction = SIG_DFL;
                default.sa_flags = 0;
                set(signal, &default);
                Some(was)
            };
            Self([
                (SIGINT, reset(SIGINT, true)),
                // Interpreters always ignore SIGPIPE, so that says nothing about the parent's wish.
                (SIGPIPE, reset(SIGPIPE, false)),
            ])
        }
    }

    impl Drop for DefaultActions {
        fn drop(&mut self) {
            for (signal, was) in &self.0 {
                if let Some(was) = was {
                    set(*signal, was);
                }
            }
        }
    }

    /// Returns the present action of the signal.
    fn action(signal: c_int) -> Option<sigaction> {
        let mut now = MaybeUninit::uninit();
        // SAFETY: the null pointer sets nothing, and `now` has room for the action.
        let read = unsafe { sigaction(signal, null(), now.as_mut_ptr()) };
        // SAFETY: a call that succeeded has written it.
        (read == 0).then(|| unsafe { now.assume_init() })
    }

    fn set(signal: c_int, action: &sigaction) {
        // SAFETY: the action is the default one, or the one that was set before.
        unsafe { sigaction(signal, action, null_mut()) };
    }
}
