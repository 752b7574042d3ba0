//! Files that the child of a fork must not keep: it would hold its parent's lock, and its lines would mix with its
//! parent's.
//!
//! A handler closes them in the child before anything else runs there. Started programs (`exec`) get none of them,
//! since each is opened with `O_CLOEXEC`.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use crate::fork;

/// How many files all journals of a process may have open. Each has four or five.
const PLACES: usize = 256;

const FREE: i32 = -1;

/// The open files, in an array of fixed size, since the handler may neither lock nor allocate.
static OPEN: [AtomicI32; PLACES] = [const { AtomicI32::new(FREE) }; PLACES];

/// How many forks have begun in this process, and how many of them have ended.
static BEGUN: AtomicU32 = AtomicU32::new(0);
static OVER: AtomicU32 = AtomicU32::new(0);

/// How often opening is retried because a fork happened meanwhile. Forks take milliseconds, opening takes microseconds.
const TRIES: u32 = 100;

/// A file that the child of a fork does not inherit.
#[derive(Debug)]
pub(super) struct OwnFile {
    file: ManuallyDrop<File>,
    place: &'static AtomicI32,
    generation: u32,
}

impl OwnFile {
    /// Opens a file with `open`, which is called again if a fork may have copied the file before it was registered.
    ///
    /// # Errors
    /// Those of `open`; and `EMFILE` if this process has 256 such files open.
    pub(super) fn open(mut open: impl FnMut() -> io::Result<OwnedFd>) -> io::Result<Self> {
        watch_forks();
        for attempt in 1.. {
            let (over, begun) = (OVER.load(Ordering::SeqCst), BEGUN.load(Ordering::SeqCst));
            let file = Self::register(File::from(open()?))?;
            let is_alone = over == begun && BEGUN.load(Ordering::SeqCst) == begun;
            if is_alone || attempt == TRIES {
                return Ok(file);
            }
            drop(file);
            std::thread::yield_now();
        }
        unreachable!("the loop returns")
    }

    /// Registers a file whose copy in the child of a fork does no harm.
    ///
    /// # Errors
    /// `EMFILE`, as above.
    pub(super) fn register(file: File) -> io::Result<Self> {
        let number = file.as_raw_fd();
        let is_taken = |place: &&AtomicI32| {
            place
                .compare_exchange(FREE, number, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok()
        };
        match OPEN.iter().find(is_taken) {
            Some(place) => Ok(Self {
                file: ManuallyDrop::new(file),
                place,
                generation: fork::generation(),
            }),
            None => Err(io::Error::from_raw_os_error(libc::EMFILE)),
        }
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if self.generation != fork::generation() {
            // This child's handler has closed it, and the descriptor's number may be another file's.
            return;
        }
        // Done before it is closed, since a child must not close what another thread opens with the same number.
        self.place.store(FREE, Ordering::SeqCst);
        // SAFETY: nothing uses it after this.
        unsafe { ManuallyDrop::drop(&mut self.file) };
    }
}

impl Deref for OwnFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

fn watch_forks() {
    static WATCHED: OnceLock<()> = OnceLock::new();
    extern "C" fn before() {
        BEGUN.fetch_add(1, Ordering::SeqCst);
    }
    extern "C" fn in_parent() {
        OVER.fetch_add(1, Ordering::SeqCst);
    }
    extern "C" fn in_child() {
        for place in &OPEN {
            let number = place.swap(FREE, Ordering::SeqCst);
            if number != FREE {
                // SAFETY: the number belongs to a file that only this module owns, and whose owner is never used or
                // dropped in a child (`ForkSafe`). close is async-signal-safe.
                unsafe { libc::close(number) };
            }
        }
        // Other threads' forks never end here.
        OVER.store(BEGUN.load(Ordering::SeqCst), Ordering::SeqCst);
    }
    WATCHED.get_or_init(|| {
        // SAFETY: the handlers are plain functions that live as long as the library and only use atomics and close,
        // which POSIX allows in the child of a fork. Failing costs only the protection of children.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    });
}
