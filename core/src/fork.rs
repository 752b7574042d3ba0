//! Forks: the child must not use what its parent made before the fork.
//!
//! A child shares its parent's sockets and event queues, has none of its threads, and may find locks that are held but
//! never released.

use std::panic::{RefUnwindSafe, UnwindSafe};
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
    /// `None` only during drop.
    first: Option<Made<T>>,
}

struct Made<T> {
    generation: u32,
    value: T,
    /// The value of a descendant that has used it. A lock would not work: the parent may hold it at the fork.
    next: OnceLock<Box<Made<T>>>,
}

impl<T> ForkSafe<T> {
    /// Keeps `value` for this process. `make` makes those of its descendants.
    pub(crate) fn new(value: T, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            make: Box::new(make),
            first: Some(Made::new(generation(), value)),
        }
    }

    /// Returns this process's value.
    pub(crate) fn get(&self) -> &T {
        let now = generation();
        let Some(mut made) = self.first.as_ref() else {
            unreachable!("it is dropped");
        };
        while made.generation != now {
            let new = || Box::new(Made::new(now, (self.make)()));
            made = made.next.get_or_init(new);
        }
        &made.value
    }
}

impl<T: Default + 'static> Default for ForkSafe<T> {
    fn default() -> Self {
        Self::new(T::default(), T::default)
    }
}

impl<T> Made<T> {
    fn new(generation: u32, value: T) -> Self {
        Self {
            generation,
            value,
            next: OnceLock::new(),
        }
    }
}

impl<T> Drop for ForkSafe<T> {
    fn drop(&mut self) {
        let now = generation();
        let mut next = self.first.take();
        while let Some(mut made) = next {
            next = made.next.take().map(|made| *made);
            // Dropping a parent's value would wait for its threads and close its sockets.
            if made.generation != now {
                std::mem::forget(made);
            }
        }
    }
}

// If `make` panics, no value was made, and the next use makes one.
impl<T: UnwindSafe> UnwindSafe for ForkSafe<T> {}
impl<T: RefUnwindSafe> RefUnwindSafe for ForkSafe<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for ForkSafe<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
