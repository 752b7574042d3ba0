//! The command as the whole work of an interpreter, such as Python's or Node's, which has its own ways with signals and streams.

use std::ffi::OsString;
use std::iter::once;

use crate::{Environment, run};

/// Runs the command with `args`, which come without the program's name, on the standard streams of this process, and returns its
/// exit code.
///
/// While it runs, SIGINT and SIGPIPE do what they do by default, whatever the interpreter has arranged: they end the process. A
/// SIGINT that is ignored stays ignored, as in a shell's background jobs. Both are put back afterwards.
///
/// The caller lets go of the interpreter's lock, if it has one.
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

    /// As long as it lives, SIGINT and SIGPIPE have their default action.
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
                // Interpreters ignore it, so nothing can be told from that.
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

    /// What the signal does now.
    fn action(signal: c_int) -> Option<sigaction> {
        let mut now = MaybeUninit::uninit();
        // SAFETY: nothing is set, and there is room for what it writes.
        let read = unsafe { sigaction(signal, null(), now.as_mut_ptr()) };
        // SAFETY: it has been written if the call succeeded.
        (read == 0).then(|| unsafe { now.assume_init() })
    }

    fn set(signal: c_int, action: &sigaction) {
        // SAFETY: the action is the default one, or one that was in force before.
        unsafe { sigaction(signal, action, null_mut()) };
    }
}
