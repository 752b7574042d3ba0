//! The journal's thread: it opens the files, and writes records that no call may wait for.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Outcome, ProcessJournal, RETRY, Route, State, too_large};
use crate::journal::files::segments::WriteError;

/// What the thread does next.
enum Step<'a> {
    Again(MutexGuard<'a, State>),
    /// Waits until there is work, or for this time.
    Wait(MutexGuard<'a, State>, Option<Duration>),
    End(MutexGuard<'a, State>),
}

impl ProcessJournal {
    /// Starts the thread if there is none. Returns whether there is one.
    pub(super) fn start_thread(self: &Arc<Self>, state: &mut State) -> bool {
        if !state.has_thread {
            let process = Arc::clone(self);
            let started = std::thread::Builder::new()
                .name("reqtrail-journal".to_owned())
                .spawn(move || process.run());
            state.has_thread = started.is_ok();
        }
        state.has_thread
    }

    /// The main loop of the thread: opens the files, writes the queue, and ends when threads may write directly.
    fn run(self: Arc<Self>) {
        let _ = nix::sys::signal::SigSet::all().thread_block();
        let mut state = self.lock();
        loop {
            state = match self.step(state) {
                Step::Again(state) => state,
                Step::Wait(state, time) => self.wait_for_work(state, time),
                Step::End(mut state) => {
                    state.has_thread = false;
                    self.changed(&state);
                    return;
                }
            };
        }
    }

    fn wait_for_work<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        time: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match time {
            None => self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                let waited = self.work.wait_timeout(state, time);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    /// Does one step of the thread's work.
    fn step<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> Step<'a> {
        let now = self.platform.now();
        if state.in_use.is_some() {
            return Step::Wait(state, None);
        }
        let has_records = !state.queue.is_empty() || state.lost.is_some();
        if state.is_closing && !has_records {
            return Step::End(state);
        }
        if has_records || state.route == Route::Unopened {
            match state.failed.and_then(|failed| failed.wait(now)) {
                Some(_) if state.is_closing => return Step::End(state),
                Some(time) => return Step::Wait(state, Some(time)),
                None if state.files.is_none() => return Step::Again(self.open_files(state, now)),
                None => {}
            }
        }
        if has_records {
            return Step::Again(self.write_next(state, now));
        }
        if state.files.is_some()
            && state.failed.is_none()
            && let Some(table) = self.table()
        {
            // Abandoned slots are few, and only this thread may be kept waiting for them.
            drop(state);
            table.blank_left();
            state = self.lock();
            if !state.queue.is_empty() || state.in_use.is_some() {
                return Step::Again(state);
            }
        }
        match state.route {
            Route::Queue { until: None } => Step::Wait(state, None),
            Route::Queue { until: Some(until) } if now < until => {
                Step::Wait(state, Some((until - now).min(RETRY)))
            }
            Route::Queue { .. } => {
                let route = if state.files.is_some() {
                    Route::Direct
                } else {
                    Route::Unopened
                };
                self.set_route(&mut state, route);
                // Nothing needs the files until the next record does.
                Step::End(state)
            }
            Route::Direct | Route::Unopened => Step::End(state),
        }
    }

    /// Writes the oldest queued record; without one, the record of those that are lost.
    fn write_next<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State>,
        now: Instant,
    ) -> MutexGuard<'a, State> {
        let Some(mut files) = state.files.take() else {
            return state;
        };
        state.in_use = Some(now);
        let Some(queued) = state.queue.pop_front() else {
            drop(state);
            self.report_lost(files, Duration::ZERO);
            return self.lock();
        };
        state.queue_bytes -= queued.line.len();
        drop(state);
        match self.write(&mut files, &queued.line, queued.kind) {
            Outcome::Written { bytes, took } => {
                self.written(files, bytes, took);
                self.lock()
            }
            Outcome::Failed(WriteError::TooLarge) => {
                let mut state = self.give_back(files, None);
                self.lose(&mut state);
                let now = self.platform.now();
                self.warn(state, now, "cannot be written", &too_large())
            }
            Outcome::Failed(error) => {
                let mut state = self.give_back(files, Some(&error));
                state.queue_bytes += queued.line.len();
                state.queue.push_front(queued);
                state
            }
        }
    }
}
