//! The open-call table: a line for each request that may be on its way and has no response yet.
//!
//! A line is written before its request leaves, and blanked when the call has ended, so that a healthy call leaves
//! nothing. What a dead process left in its table is all that is known about those calls.
//!
//! No reader ever finds half a line, even if the process is killed while it writes: a system call writes the whole slot;
//! in memory the first byte is written last, and blanked first. So a slot is free if and only if its first byte is a
//! blank, whatever follows. In memory, a line that replaces an older one is written to another slot first: for a moment,
//! or after a kill in that moment, the table has two lines of one call.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use super::folder::{FileSystem, Folder};
use super::inherited::OwnFile;
use super::lock::{LockResult, try_exclusive};
use super::segments::file_limit;
use crate::fork;

/// How many slots an open-call table has, once it has any.
pub const SLOTS: usize = 1024;

/// The length of a slot in bytes: a line, padded with blanks, and a newline as the last byte.
pub const SLOT_BYTES: usize = 512;

const TABLE_BYTES: usize = SLOTS * SLOT_BYTES;

/// Bits in a word of a set of slots.
const WORD: usize = u64::BITS as usize;

/// How long making slots is not retried after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// How often the lock is tried. A reader's probe holds it for microseconds.
const LOCK_TRIES: u32 = 200;

type SlotSet = [AtomicU64; SLOTS / WORD];

/// This process's table. Its lock shows that the process is alive.
#[derive(Debug)]
pub(super) struct Table {
    /// The fork generation of the process that made it. The child of a fork has its parent's table in memory, and must
    /// not touch it.
    generation: u32,
    name: String,
    /// Holds the lock.
    file: OwnFile,
    /// Made for the first slot, since a process that opens no call then needs half a megabyte less.
    store: OnceLock<Store>,
    /// When making slots failed last. Held while they are made.
    failed: Mutex<Option<Instant>>,
    /// Whether lines must survive a crash of the machine, not only of the process.
    fsync: bool,
    taken: SlotSet,
    /// Abandoned slots, which [`Table::blank_left`] has to blank.
    left: SlotSet,
    /// Whether writing may hang, so that only the journal's thread does it.
    is_slow: AtomicBool,
}

/// How slots are written.
#[derive(Debug)]
enum Store {
    /// Through a mapping that all slots share: some 40 ns.
    Mapped(Mapping),
    /// By a system call each: some 800 ns.
    Written,
}

impl Table {
    /// Makes the table's file, without slots, and takes its lock.
    ///
    /// # Errors
    /// Those of the system, including `EEXIST`; and `EAGAIN` if the lock cannot be taken.
    pub(super) fn create(folder: &Folder, name: String, fsync: bool) -> io::Result<Self> {
        drop(folder.create(&name, OFlag::O_RDWR)?);
        let file = OwnFile::open(|| folder.open_file(&name, OFlag::O_RDWR))?;
        for _ in 0..LOCK_TRIES {
            if try_exclusive(&file)? == LockResult::Yes {
                // A process that enforces the limits may have found it before it was locked.
                if file.metadata()?.nlink() == 0 {
                    break;
                }
                return Ok(Self {
                    generation: fork::generation(),
                    name,
                    file,
                    store: OnceLock::new(),
                    failed: Mutex::new(None),
                    fsync,
                    taken: Default::default(),
                    left: Default::default(),
                    is_slow: AtomicBool::new(false),
                });
            }
            std::thread::yield_now();
        }
        Err(nix::errno::Errno::EAGAIN.into())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the file was removed from its folder.
    pub(super) fn is_removed(&self) -> bool {
        self.file
            .metadata()
            .is_ok_and(|metadata| metadata.nlink() == 0)
    }

    /// Returns whether every slot is free, so that the file holds no call.
    pub(super) fn is_blank(&self) -> bool {
        let none = |set: &SlotSet| set.iter().all(|word| word.load(Ordering::Acquire) == 0);
        none(&self.taken) && none(&self.left)
    }

    /// Writes a line into a free slot. Returns `None` if there is none, or if it cannot be written.
    pub(super) fn open(
        self: &Arc<Self>,
        folder: &Folder,
        now: Instant,
        text: &[u8],
    ) -> Option<Slot> {
        if self.is_slow.load(Ordering::Acquire) {
            return None;
        }
        let store = self.store(folder, now)?;
        let index = self.take()?;
        if self.write(store, index, text).is_err() {
            // The slot may hold none, a part, or all of the line.
            self.leave(index);
            return None;
        }
        Some(Slot {
            table: Arc::clone(self),
            index: AtomicUsize::new(index),
        })
    }

    /// Sets whether writing may hang. While it may, only [`Table::blank_left`] blanks abandoned slots.
    pub(super) fn set_slow(&self, is_slow: bool) {
        self.is_slow.store(is_slow, Ordering::SeqCst);
    }

    /// Blanks the slots that were abandoned while writing was slow. A slot that cannot be blanked stays taken.
    pub(super) fn blank_left(&self) {
        let Some(store) = self.store.get() else {
            return;
        };
        for (number, word) in self.left.iter().enumerate() {
            let mut bits = word.swap(0, Ordering::AcqRel);
            while bits != 0 {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let index = number * WORD + bit;
                if self.blank(store, index).is_err() {
                    word.fetch_or(1 << bit, Ordering::AcqRel);
                }
            }
        }
    }

    /// Returns how slots are written, and makes them first if there are none.
    fn store(&self, folder: &Folder, now: Instant) -> Option<&Store> {
        if let Some(store) = self.store.get() {
            return Some(store);
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_early = failed.is_some_and(|failed| now.saturating_duration_since(failed) < RETRY);
        if self.store.get().is_none() && !is_early {
            match self.make_store(folder) {
                Ok(store) => return Some(self.store.get_or_init(|| store)),
                Err(_) => {
                    *failed = Some(now);
                    // A full disk is not filled further.
                    let _ = self.file.set_len(0);
                }
            }
        }
        self.store.get()
    }

    fn make_store(&self, folder: &Folder) -> io::Result<Store> {
        if file_limit() < TABLE_BYTES as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        allocate(&self.file)?;
        let mut blank = vec![b' '; TABLE_BYTES];
        for slot in blank.chunks_exact_mut(SLOT_BYTES) {
            slot[SLOT_BYTES - 1] = b'\n';
        }
        self.file.write_all_at(&blank, 0)?;
        if folder.kind() == FileSystem::InPlace
            && !self.fsync
            && let Ok(mapping) = Mapping::new(&self.file, folder, &self.name)
        {
            return Ok(Store::Mapped(mapping));
        }
        Ok(Store::Written)
    }

    fn take(&self) -> Option<usize> {
        for (number, word) in self.taken.iter().enumerate() {
            let mut bits = word.load(Ordering::Relaxed);
            while bits != u64::MAX {
                let bit = bits.trailing_ones() as usize;
                let before = word.fetch_or(1 << bit, Ordering::AcqRel);
                if before & (1 << bit) == 0 {
                    return Some(number * WORD + bit);
                }
                bits = before;
            }
        }
        None
    }

    fn write(&self, store: &Store, index: usize, text: &[u8]) -> io::Result<()> {
        let mut slot = [b' '; SLOT_BYTES];
        let length = text.len().min(SLOT_BYTES - 1);
        slot[..length].copy_from_slice(&text[..length]);
        slot[SLOT_BYTES - 1] = b'\n';
        match store {
            Store::Mapped(mapping) => mapping.write(index, &slot),
            Store::Written => {
                self.file.write_all_at(&slot, offset(index))?;
                if self.fsync {
                    self.file.sync_data()?;
                }
            }
        }
        Ok(())
    }

    /// Blanks a slot and frees it.
    fn blank(&self, store: &Store, index: usize) -> io::Result<()> {
        match store {
            Store::Mapped(mapping) => mapping.blank(index),
            Store::Written => {
                let mut slot = [b' '; SLOT_BYTES];
                slot[SLOT_BYTES - 1] = b'\n';
                self.file.write_all_at(&slot, offset(index))?;
            }
        }
        self.taken[index / WORD].fetch_and(!(1 << (index % WORD)), Ordering::AcqRel);
        Ok(())
    }

    /// Abandons a slot: it is blanked at once, or when writing is fast again.
    fn leave(&self, index: usize) {
        let is_blank = !self.is_slow.load(Ordering::SeqCst)
            && self
                .store
                .get()
                .is_some_and(|store| self.blank(store, index).is_ok());
        if is_blank {
            return;
        }
        self.left[index / WORD].fetch_or(1 << (index % WORD), Ordering::SeqCst);
        // The thread that made writing fast again may have checked before.
        if !self.is_slow.load(Ordering::SeqCst) {
            self.blank_left();
        }
    }

    /// Replaces the text of a slot. Returns the slot that has it.
    fn replace(&self, index: usize, text: &[u8]) -> usize {
        let Some(store) = self.store.get() else {
            return index;
        };
        if self.is_slow.load(Ordering::Acquire) {
            // The older text is still true.
            return index;
        }
        if matches!(store, Store::Mapped(_))
            && let Some(new) = self.take()
        {
            // Writing to a mapping does not fail.
            let _ = self.write(store, new, text);
            let _ = self.blank(store, index);
            return new;
        }
        let _ = self.write(store, index, text);
        index
    }
}

/// A line of the open-call table. It is blanked when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    table: Arc<Table>,
    index: AtomicUsize,
}

impl Slot {
    /// Replaces the slot's text by another one-line text of at most 511 bytes. Callers must take turns.
    ///
    /// In the child of a fork it does nothing, since the call is the parent's.
    pub(crate) fn update(&self, text: &[u8]) {
        if self.table.generation == fork::generation() {
            let index = self.index.load(Ordering::Acquire);
            let index = self.table.replace(index, text);
            self.index.store(index, Ordering::Release);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.table.generation == fork::generation() {
            self.table.leave(self.index.load(Ordering::Acquire));
        }
    }
}

fn offset(index: usize) -> u64 {
    (index * SLOT_BYTES) as u64
}

/// Allocates the blocks of the file, so that later writes cannot find the disk full.
fn allocate(file: &std::fs::File) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // SAFETY: the descriptor is open.
        let result =
            unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, TABLE_BYTES as libc::off_t) };
        if result != 0 {
            return Err(io::Error::from_raw_os_error(result));
        }
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = file;
    Ok(())
}

/// The whole table in memory.
#[derive(Debug)]
struct Mapping {
    start: NonNull<u8>,
    /// The fork generation of the process that has it; no child of a fork does.
    generation: u32,
}

// SAFETY: only the owner of a slot writes it, and the mapping stays until it is dropped.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps the table through an open file other than the one with the lock: a mapping keeps its open file, and the child
    /// of a fork might keep the mapping.
    ///
    /// The file is made read-only for its owner, too: if it were shortened, the next store would kill the process.
    fn new(locked: &OwnFile, folder: &Folder, name: &str) -> io::Result<Self> {
        let file = std::fs::File::from(folder.open_file(name, OFlag::O_RDWR)?);
        let (own, same) = (locked.metadata()?, file.metadata()?);
        if (own.dev(), own.ino()) != (same.dev(), same.ino()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        // SAFETY: the file has this length, and the system chooses the place.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                TABLE_BYTES,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let mapping = Self {
            start: NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?,
            generation: fork::generation(),
        };
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            // SAFETY: the mapping is this one. A child has no use for it.
            if unsafe { libc::madvise(start, TABLE_BYTES, libc::MADV_DONTFORK) } != 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: as above. It avoids page faults of the first stores; older kernels do not support it.
            unsafe { libc::madvise(start, TABLE_BYTES, libc::MADV_POPULATE_WRITE) };
        }
        let read_only = std::os::unix::fs::PermissionsExt::from_mode(0o400);
        locked.set_permissions(read_only)?;
        Ok(mapping)
    }

    fn write(&self, index: usize, slot: &[u8; SLOT_BYTES]) {
        let start = self.slot(index);
        let first = self.first_byte(index);
        first.store(b' ', Ordering::Release);
        fence(Ordering::Release);
        // SAFETY: the slot is within the mapping, and only its owner writes it. Other processes may read it.
        unsafe {
            std::ptr::copy_nonoverlapping(
                slot[1..].as_ptr(),
                start.add(1).as_ptr(),
                SLOT_BYTES - 1,
            );
        }
        first.store(slot[0], Ordering::Release);
    }

    fn blank(&self, index: usize) {
        self.first_byte(index).store(b' ', Ordering::Release);
        // What follows must not be reordered before it.
        fence(Ordering::Release);
        // SAFETY: as in `write`. The newline stays.
        unsafe { self.slot(index).add(1).write_bytes(b' ', SLOT_BYTES - 2) };
    }

    fn slot(&self, index: usize) -> NonNull<u8> {
        assert!(index < SLOTS, "slot {index}");
        // SAFETY: it is within the mapping.
        unsafe { self.start.add(index * SLOT_BYTES) }
    }

    fn first_byte(&self, index: usize) -> &AtomicU8 {
        // SAFETY: the byte is within the mapping, which lives as long as `self`, and it is only accessed as an atomic.
        unsafe { AtomicU8::from_ptr(self.slot(index).as_ptr()) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.generation == fork::generation() {
            // SAFETY: nothing uses the mapping any more.
            unsafe { libc::munmap(self.start.as_ptr().cast(), TABLE_BYTES) };
        }
    }
}
