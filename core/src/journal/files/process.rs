//! One process's part of a journal: which thread writes a record, and what happens while that is impossible.
//!
//! The thread that has a record writes it. Only if a write may hang, or has just hung or failed, records go through a
//! bounded queue to the journal's own thread, so that no call waits for a disk.

mod writer_thread;
mod writing;

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::open_files::{OpenFiles, OpenTable};
use super::platform::Platform;
use super::segments::{Kind, WriteError};
use super::table::Slot;
use super::{Hooks, Identity, JournalStats, Lost, Settings, Sync};

/// After a write that takes longer the queue takes over, and no thread waits longer than this for another's.
const SLOW: Duration = Duration::from_millis(50);
/// How often a thread yields to the one that writes before it sleeps. Sleeping and waking cost more than a write.
const YIELDS: u32 = 3;
/// How long a record waits for the files to be opened.
const OPENING: Duration = Duration::from_millis(250);
/// How long records go to the queue after a slow or failed write.
const QUEUE_TIME: Duration = Duration::from_secs(60);
/// The shortest time until a retry after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// The longest time until a retry while records wait.
const RETRY_MAX: Duration = Duration::from_secs(60);
/// How many records the queue holds, and how many bytes.
const QUEUE_RECORDS: usize = 1024;
const QUEUE_BYTES: usize = 1 << 20;
/// How long closing the journal waits for its thread.
const FLUSH: Duration = Duration::from_secs(1);
/// How long a second warning is suppressed.
const WARNING: Duration = Duration::from_secs(600);

/// The journal of one process.
#[derive(Debug)]
pub(super) struct ProcessJournal {
    pub(super) identity: Identity,
    settings: Arc<Settings>,
    hooks: Hooks,
    platform: Arc<dyn Platform>,
    seq: AtomicU64,
    state: Mutex<State>,
    /// Notified when the route of records changes, or when no record waits any more.
    changed: Condvar,
    /// Notified when a thread returns the files: one waiting thread may take them.
    free: Condvar,
    /// Notified when there is work for the thread.
    work: Condvar,
    /// The table of open calls. `None` until the files are open.
    table: Mutex<Option<Arc<OpenTable>>>,
}

#[derive(Debug)]
struct State {
    route: Route,
    /// `None` if they are not open, or if a thread is using them.
    files: Option<Box<OpenFiles>>,
    /// Since when a thread is using or opening them.
    in_use: Option<Instant>,
    queue: VecDeque<Queued>,
    queue_bytes: usize,
    /// How many threads wait on `changed`.
    waiting: u32,
    /// How many threads wait on `free`.
    waiting_for_files: u32,
    has_thread: bool,
    is_closing: bool,
    failed: Option<Failed>,
    warned: Option<Instant>,
    /// Lost records that no record has reported yet.
    lost: Option<Lost>,
    stats: JournalStats,
}

/// The route of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    /// Unknown, since the files have not been opened.
    Unopened,
    /// The thread that has the record writes it.
    Direct,
    /// The journal's thread writes it. `None`: always.
    Queue { until: Option<Instant> },
}

#[derive(Debug)]
struct Queued {
    line: Vec<u8>,
    kind: Kind,
}

/// The last failure, until something succeeds.
#[derive(Clone, Copy, Debug)]
struct Failed {
    at: Instant,
    /// How long after it the next try is made, unless a record asks for it sooner. It doubles with each failure.
    delay: Duration,
    /// How long after it the next try is made.
    next_after: Duration,
}

/// The result of writing a record.
enum Outcome {
    Written { bytes: u64, took: Duration },
    Failed(WriteError),
}

impl ProcessJournal {
    pub(super) fn new(
        identity: Identity,
        settings: Arc<Settings>,
        hooks: Hooks,
        platform: Arc<dyn Platform>,
    ) -> Self {
        Self {
            identity,
            settings,
            hooks,
            platform,
            seq: AtomicU64::new(0),
            state: Mutex::new(State {
                route: Route::Unopened,
                files: None,
                in_use: None,
                queue: VecDeque::new(),
                queue_bytes: 0,
                waiting: 0,
                waiting_for_files: 0,
                has_thread: false,
                is_closing: false,
                failed: None,
                warned: None,
                lost: None,
                stats: JournalStats::default(),
            }),
            changed: Condvar::new(),
            free: Condvar::new(),
            work: Condvar::new(),
            table: Mutex::new(None),
        }
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.seq.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn append(self: &Arc<Self>, line: &[u8], kind: Kind) {
        let mut files = match self.take_files() {
            Ok(files) => files,
            Err(state) => return self.put_off(state, line, kind),
        };
        let mut outcome = self.write(&mut files, line, kind);
        if matches!(outcome, Outcome::Failed(WriteError::Removed)) {
            // The record goes to a new folder, since the old one was removed.
            drop(self.give_back(files, Some(&WriteError::Removed)));
            files = match self.take_files() {
                Ok(files) => files,
                Err(state) => return self.put_off(state, line, kind),
            };
            outcome = self.write(&mut files, line, kind);
        }
        match outcome {
            Outcome::Written { bytes, took } => self.written(files, bytes, took),
            Outcome::Failed(WriteError::TooLarge) => {
                let mut state = self.give_back(files, None);
                self.lose(&mut state);
                let now = self.platform.now();
                drop(self.warn(state, now, "cannot be written", &too_large()));
            }
            Outcome::Failed(error) => {
                let state = self.give_back(files, Some(&error));
                self.put_off(state, line, kind);
            }
        }
    }

    pub(super) fn open_call(self: &Arc<Self>, text: &[u8]) -> Option<Slot> {
        let now = self.platform.now();
        let mut table = self.table();
        if table.as_ref().is_none_or(|table| table.is_stale(now)) {
            // Opens them, or finds that they no longer exist.
            let mut files = self.take_files().ok()?;
            if files.is_removed() {
                drop(self.give_back(files, Some(&WriteError::Removed)));
                files = self.take_files().ok()?;
            }
            drop(self.give_back(files, None));
            table = self.table();
        }
        table?.open(now, text)
    }

    pub(super) fn stats(&self) -> JournalStats {
        let state = self.lock();
        JournalStats {
            queued: state.queue.len() as u64,
            is_queueing: matches!(state.route, Route::Queue { .. }),
            segment: state.files.as_ref().and_then(|files| files.segment_path()),
            ..state.stats.clone()
        }
    }

    /// Ends the thread, after it has written what is queued if that takes no more than a second, and closes the files.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closing = true;
        self.work.notify_all();
        let mut state = self.wait_while(state, |state| state.has_thread);
        let files = state.files.take();
        drop(state);
        self.set_table(None);
        drop(files);
    }

    /// Waits until the queue is written, for a second at most.
    pub(super) fn flush(&self) {
        let mut state = self.lock();
        if !state.has_thread {
            return;
        }
        self.hurry(&mut state);
        drop(self.wait_while(state, |state| {
            (!state.queue.is_empty() || state.in_use.is_some()) && state.failed.is_none()
        }));
    }

    /// Waits until the statistics meet a condition.
    #[cfg(test)]
    pub(super) fn wait_until(&self, condition: impl Fn(&JournalStats) -> bool) {
        let begun = Instant::now();
        loop {
            let stats = self.stats();
            if condition(&stats) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{stats:?}");
            // The clocks may have been moved.
            self.work.notify_all();
            let waited = self
                .changed
                .wait_timeout(self.lock(), Duration::from_millis(1));
            drop(waited);
        }
    }

    fn wait_while<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        condition: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        state.waiting += 1;
        let waited = self
            .changed
            .wait_timeout_while(state, FLUSH, |state| condition(state));
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn table(&self) -> Option<Arc<OpenTable>> {
        let table = self.table.lock();
        table.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_table(&self, table: Option<Arc<OpenTable>>) {
        let mut place = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *place, table);
        drop(place);
        // Dropping it may unmap it and close its file.
        drop(old);
    }

    /// Takes the files for a thread that writes directly. Returns the state as the error if the record has to take the
    /// queue.
    fn take_files(self: &Arc<Self>) -> Result<Box<OpenFiles>, MutexGuard<'_, State>> {
        let asked = self.platform.now();
        let mut now = asked;
        let mut yields = 0;
        let mut state = self.lock();
        loop {
            let (since, limit) = match (state.route, state.in_use) {
                (Route::Queue { .. }, _) => return Err(state),
                (Route::Direct, None) => {
                    if let Some(files) = state.files.take() {
                        state.in_use = Some(now);
                        return Ok(files);
                    }
                    state.route = Route::Unopened;
                    continue;
                }
                (Route::Unopened, None) if self.settings.sync == Sync::Always => {
                    return self.open_here(state, now);
                }
                (Route::Unopened, None) if !state.has_thread => {
                    if !self.start_thread(&mut state) {
                        return self.open_here(state, now);
                    }
                    (asked, OPENING)
                }
                (Route::Unopened, None) => {
                    self.hurry(&mut state);
                    (asked, OPENING)
                }
                (Route::Unopened, Some(since)) => (since, OPENING),
                (Route::Direct, Some(_)) if yields < YIELDS => {
                    yields += 1;
                    drop(state);
                    std::thread::yield_now();
                    state = self.lock();
                    continue;
                }
                (Route::Direct, Some(since)) => (since, SLOW),
            };
            let left = if self.settings.sync == Sync::Always {
                Duration::MAX
            } else {
                limit.saturating_sub(now.saturating_duration_since(since))
            };
            if left.is_zero() {
                return Err(state);
            }
            state.waiting_for_files += 1;
            let waited = self.free.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            state.waiting_for_files -= 1;
            now = self.platform.now();
        }
    }

    /// Opens the files on this thread while others wait.
    fn open_here<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        now: Instant,
    ) -> Result<Box<OpenFiles>, MutexGuard<'a, State>> {
        let mut state = self.open_files(state, now);
        match state.files.take() {
            Some(files) if state.route == Route::Direct => {
                state.in_use = Some(now);
                Ok(files)
            }
            files => {
                state.files = files;
                Err(state)
            }
        }
    }

    fn put_back(&self, state: &mut State, files: Box<OpenFiles>) {
        state.files = Some(files);
        state.in_use = None;
        self.wake(state);
    }

    /// Wakes one thread that waits for the files: the others would find them taken. Each thread that returns them wakes the
    /// next.
    fn wake(&self, state: &State) {
        // Waking nobody costs a system call, too.
        if state.waiting_for_files > 0 {
            self.free.notify_one();
        }
        if state.waiting > 0 {
            self.changed.notify_all();
        }
        if state.has_thread {
            self.work.notify_one();
        }
    }

    /// Wakes every thread that waits: records take another way, or the thread has ended.
    fn changed(&self, state: &State) {
        if state.waiting_for_files > 0 {
            self.free.notify_all();
        }
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Queues a record for the thread, or loses it.
    fn put_off(self: &Arc<Self>, mut state: MutexGuard<'_, State>, line: &[u8], kind: Kind) {
        let has_room = state.queue.len() < QUEUE_RECORDS
            && state.queue_bytes + line.len() <= QUEUE_BYTES
            && self.settings.sync != Sync::Always;
        if has_room {
            state.queue_bytes += line.len();
            let line = line.to_vec();
            state.queue.push_back(Queued { line, kind });
            self.hurry(&mut state);
            self.start_thread(&mut state);
        } else {
            self.lose(&mut state);
        }
    }

    /// Counts a record that no file will have.
    fn lose(&self, state: &mut State) {
        state.stats.lost += 1;
        let since = self.platform.wall();
        let lost = state.lost.get_or_insert(Lost { records: 0, since });
        lost.records += 1;
    }

    /// Makes the thread retry at once, if the last failure is old enough.
    fn hurry(&self, state: &mut State) {
        if let Some(failed) = &mut state.failed {
            failed.next_after = RETRY;
        }
        if state.has_thread {
            self.work.notify_one();
        }
    }

    fn failed(&self, state: &mut State, at: Instant) {
        let delay = state.failed.map_or(RETRY, |failed| {
            failed.delay.saturating_mul(2).min(RETRY_MAX)
        });
        state.failed = Some(Failed {
            at,
            delay,
            next_after: delay,
        });
    }

    fn queue_from(&self, now: Instant) -> Route {
        if self.settings.sync == Sync::Always {
            return Route::Unopened;
        }
        Route::Queue {
            until: now.checked_add(QUEUE_TIME),
        }
    }

    fn set_route(&self, state: &mut State, route: Route) {
        state.route = route;
        if let Some(table) = self.table() {
            table.set_slow(matches!(route, Route::Queue { .. }));
        }
        self.changed(state);
    }

    /// Warns, with nothing locked.
    fn warn<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        now: Instant,
        what: &str,
        error: &io::Error,
    ) -> MutexGuard<'a, State> {
        let is_new = state
            .warned
            .is_none_or(|warned| now.saturating_duration_since(warned) >= WARNING);
        if is_new {
            state.warned = Some(now);
            drop(state);
            let folder = self.settings.folder.display();
            (self.hooks.warn)(&format!(
                "the journal in {folder} {what}: {error}; calls continue, and records wait or are dropped until it can"
            ));
            state = self.lock();
        }
        state
    }
}

/// The error of a record that is too large for any file.
fn too_large() -> io::Error {
    io::ErrorKind::FileTooLarge.into()
}

impl Failed {
    /// Returns whether it is too soon for any retry.
    fn is_recent(self, now: Instant) -> bool {
        now.saturating_duration_since(self.at) < RETRY
    }

    /// Returns how long the thread waits before its retry.
    fn wait(self, now: Instant) -> Option<Duration> {
        let left = self
            .next_after
            .saturating_sub(now.saturating_duration_since(self.at));
        (!left.is_zero()).then_some(left)
    }
}
