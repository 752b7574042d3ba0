//! Opening the files and writing a record to them, and what follows from how that went.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use super::{Outcome, ProcessJournal, Route, SLOW, State};
use crate::journal::files::folder::FileSystem;
use crate::journal::files::open_files::OpenFiles;
use crate::journal::files::segments::{Kind, WriteError};
use crate::journal::files::{Lost, Sync};

impl ProcessJournal {
    /// Opens the files, unless that has just failed, and decides the route of records.
    pub(super) fn open_files<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        now: Instant,
    ) -> MutexGuard<'a, State> {
        if state.failed.is_some_and(|failed| failed.is_recent(now)) {
            return state;
        }
        state.in_use = Some(now);
        drop(state);
        let opened = OpenFiles::open(&self.settings, &self.identity, &*self.platform);
        if let Ok(files) = &opened {
            self.set_table(Some(Arc::new(files.table(now))));
        }
        let after = self.platform.now();
        let mut state = self.lock();
        state.in_use = None;
        match opened {
            Ok(files) => {
                let may_hang = match self.settings.sync {
                    Sync::Always => false,
                    Sync::Auto => files.file_system() == FileSystem::Foreign,
                    Sync::Never => true,
                };
                let is_slow = after.saturating_duration_since(now) > SLOW;
                let route = if may_hang {
                    Route::Queue { until: None }
                } else if is_slow && self.settings.sync == Sync::Auto {
                    self.queue_from(after)
                } else if matches!(state.route, Route::Queue { .. }) {
                    // The queue stays until a write has succeeded in time.
                    state.route
                } else {
                    Route::Direct
                };
                state.files = Some(Box::new(files));
                state.failed = None;
                self.set_route(&mut state, route);
            }
            Err(error) => {
                self.failed(&mut state, after);
                let route = self.queue_from(after);
                self.set_route(&mut state, route);
                state = self.warn(state, after, "cannot be opened", &error);
            }
        }
        self.changed(&state);
        state
    }

    /// Writes a record. The files' owner does it, and nothing is locked.
    pub(super) fn write(&self, files: &mut OpenFiles, line: &[u8], kind: Kind) -> Outcome {
        let begun = self.platform.now();
        let result = files.write(&*self.platform, line, kind);
        let ended = self.platform.now();
        match result {
            Ok(bytes) => {
                files.keep_limits(&*self.platform, ended);
                Outcome::Written {
                    bytes,
                    took: ended.saturating_duration_since(begun),
                }
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Counts a written record, reports lost ones, and returns the files.
    pub(super) fn written(self: &Arc<Self>, files: Box<OpenFiles>, bytes: u64, took: Duration) {
        let mut state = self.lock();
        state.stats.written += 1;
        state.stats.bytes += bytes;
        state.failed = None;
        // Records that still wait may be lost as well, and are reported together.
        if state.lost.is_some() && state.queue.is_empty() {
            drop(state);
            self.report_lost(files, took);
        } else {
            self.put_back_after(state, files, took);
        }
    }

    /// Writes how many records are lost, and returns the files. `took` is the duration of the previous write.
    pub(super) fn report_lost(self: &Arc<Self>, mut files: Box<OpenFiles>, took: Duration) {
        let lost = self.lock().lost.take();
        let Some(lost) = lost else {
            return self.put_back_after(self.lock(), files, took);
        };
        let line = (self.hooks.lost_line)(&self.identity, self.next_seq(), &lost);
        match self.write(&mut files, &line, Kind::Notable) {
            Outcome::Written { bytes, took: again } => {
                let mut state = self.lock();
                state.stats.written += 1;
                state.stats.bytes += bytes;
                state.failed = None;
                self.put_back_after(state, files, took.max(again));
            }
            Outcome::Failed(error) => {
                let mut state = self.give_back(files, Some(&error));
                let since_then = state.lost.take().map_or(0, |lost| lost.records);
                state.lost = Some(Lost {
                    records: lost.records + since_then,
                    ..lost
                });
                drop(state);
            }
        }
    }

    pub(super) fn put_back_after(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        files: Box<OpenFiles>,
        took: Duration,
    ) {
        let is_slow = took > SLOW && self.settings.sync == Sync::Auto;
        if is_slow && !matches!(state.route, Route::Queue { until: None }) {
            let route = self.queue_from(self.platform.now());
            self.set_route(&mut state, route);
            self.start_thread(&mut state);
        }
        self.put_back(&mut state, files);
    }

    /// Returns the files after a failure, or without having written anything.
    pub(super) fn give_back(
        &self,
        files: Box<OpenFiles>,
        error: Option<&WriteError>,
    ) -> MutexGuard<'_, State> {
        let now = self.platform.now();
        match error {
            None | Some(WriteError::TooLarge) => {
                let mut state = self.lock();
                self.put_back(&mut state, files);
                state
            }
            Some(WriteError::Removed) => {
                self.set_table(None);
                // This closes them, which may take a while.
                drop(files);
                let mut state = self.lock();
                if state.route == Route::Direct {
                    state.route = Route::Unopened;
                }
                state.in_use = None;
                self.wake(&state);
                state
            }
            Some(WriteError::Io(error)) => {
                let mut state = self.lock();
                self.failed(&mut state, now);
                let is_fixed = matches!(state.route, Route::Queue { until: None });
                if !is_fixed && self.settings.sync != Sync::Always {
                    let route = self.queue_from(now);
                    self.set_route(&mut state, route);
                }
                self.put_back(&mut state, files);
                self.warn(state, now, "cannot be written", error)
            }
        }
    }
}
