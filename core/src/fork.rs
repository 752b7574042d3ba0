//! Forks: what a process made before one must not be used after it by the child.
//!
//! A child shares its parent's sockets and event queues, has none of its threads, and may find locks held by nobody.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between this process and the one that loaded the library.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Returns how many forks lie between this process and the one that asked first.
pub(crate) fn generation() -> u32 {
    #[cfg(unix)]
    {
        static WATCHED: OnceLock<()> = OnceLock::new();
        extern "C" fn in_child() {
            GENERATION.fetch_add(1, Ordering::Relaxed);
        }
        WATCHED.get_or_init(|| {
            // SAFETY: the handler is a plain function that lives as long as the library, and only adds to an atomic,
            // which is allowed in the child of a fork (POSIX, async-signal-safety). Failing costs only the protection
            // of children.
            unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        });
    }
    GENERATION.load(Ordering::Relaxed)
}

/// A value that each process makes for itself: the child of a fork gets a new one and never touches its parent's.
///
/// The parent's value stays in the child's memory, unused: its locks may be held by threads that the child lacks.
pub(crate) struct ForkSafe<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    first: Made<T>,
}

struct Made<T> {
    generation: u32,
    value: T,
    /// The value of a descendant that has used it. A lock would not do: the parent may hold it as it forks.
    next: OnceLock<Box<Made<T>>>,
}

impl<T> ForkSafe<T> {
    /// Keeps `value` for this process. `make` makes those of its descendants.
    pub(crate) fn new(value: T, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            make: Box::new(make),
            first: Made {
                generation: generation(),
                value,
                next: OnceLock::new(),
            },
        }
    }

    /// Returns this process's value.
    pub(crate) fn get(&self) -> &T {
        let now = generation();
        let mut made = &self.first;
        while made.generation != now {
            made = made.next.get_or_init(|| {
                Box::new(Made {
                    generation: now,
                    value: (self.make)(),
                    next: OnceLock::new(),
                })
            });
        }
        &made.value
    }

    /// Returns the value of this process if it is the only one that was ever made.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        (self.first.generation == generation()).then_some(&mut self.first.value)
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for ForkSafe<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
