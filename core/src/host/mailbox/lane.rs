//! One receiver of a mailbox: its waiting events, and how it is woken.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::super::{Origin, Outcome, Output, lock};
use super::event::{Event, Mail};
use super::{Answer, Shared};
use crate::call::PANICKED;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::fork;
#[cfg(feature = "testing")]
use crate::virtual_clock::Hold;

/// How many attempts may wait to be logged.
pub const LOG_CAPACITY: usize = 4096;

/// A receiver of a [`Mailbox`](super::Mailbox): an event loop, a queue, or a waiting thread.
///
/// It is notified once per batch: when an event arrives for the first time since it last took. Dropping it closes it.
pub struct Lane(pub(super) Arc<LaneState>);

/// The part of a lane that its submitted calls keep alive.
pub(crate) struct LaneState {
    pub(super) id: u64,
    /// The fork generation of the process that opened it.
    generation: u32,
    pub(super) shared: Arc<Shared>,
    notify: Box<dyn Fn() + Send + Sync>,
    inbox: Mutex<Inbox>,
    /// Stop the time of a mock until what was taken last has been handled.
    #[cfg(feature = "testing")]
    telling: Mutex<Vec<Hold>>,
}

/// The events that wait to be taken.
#[derive(Default)]
pub(super) struct Inbox {
    mail: Vec<Mail>,
    /// How many of them are to be logged.
    logs: usize,
    /// How many were not logged because there was no room.
    dropped: u64,
    /// A notification was sent, and nothing was taken since.
    notified: bool,
    closed: bool,
}

impl Inbox {
    /// Adds an event, unless it is only for the log and the log is full.
    pub(super) fn push(&mut self, mut mail: Mail) {
        match &mut mail.event {
            Event::Attempt(attempt) if attempt.for_log => {
                if self.logs < LOG_CAPACITY {
                    self.logs += 1;
                } else {
                    self.dropped += 1;
                    attempt.for_log = false;
                    if !attempt.for_hooks {
                        return;
                    }
                }
            }
            Event::LogsDropped(count) => {
                self.dropped += *count;
                return;
            }
            _ => {}
        }
        self.mail.push(mail);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mail.is_empty() && self.dropped == 0
    }

    /// Drops the refreshes, whose answers nobody waits for any more.
    pub(super) fn drop_refreshes(&mut self) {
        self.mail
            .retain(|mail| !matches!(mail.event, Event::Refresh(_)));
    }

    /// Moves the waiting events to `out`.
    pub(super) fn take(&mut self, out: &mut Vec<Mail>) {
        if out.is_empty() {
            // The buffers are swapped, so that neither is allocated again.
            std::mem::swap(&mut self.mail, out);
        } else {
            out.append(&mut self.mail);
        }
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            out.push(Mail::of_no_call(Event::LogsDropped(dropped)));
        }
        self.logs = 0;
    }
}

impl LaneState {
    pub(super) fn new(
        id: u64,
        shared: Arc<Shared>,
        notify: Box<dyn Fn() + Send + Sync>,
    ) -> Arc<Self> {
        Arc::new(Self {
            id,
            generation: fork::generation(),
            shared,
            notify,
            inbox: Mutex::default(),
            #[cfg(feature = "testing")]
            telling: Mutex::default(),
        })
    }

    /// Adds an event, and notifies the lane if that is due. Returns the event if the lane is closed.
    #[expect(
        clippy::result_large_err,
        reason = "a result must not cost an allocation, and a closed lane is rare"
    )]
    pub(super) fn push(&self, mail: Mail) -> Result<(), Mail> {
        let mut inbox = lock(&self.inbox);
        if inbox.closed {
            return Err(mail);
        }
        inbox.push(mail);
        let due = !std::mem::replace(&mut inbox.notified, true);
        drop(inbox);
        if due {
            (self.notify)();
        }
        Ok(())
    }

    /// Notifies the lane of events that belong to no lane, if that is due.
    pub(super) fn notify(&self) {
        let mut inbox = lock(&self.inbox);
        let due = !inbox.closed && !std::mem::replace(&mut inbox.notified, true);
        drop(inbox);
        // Never under a lock: it may need something, such as an interpreter, that is held by a thread that waits for
        // the lock.
        if due {
            (self.notify)();
        }
    }

    /// Ends a job. If the lane is closed, its outcome is dropped.
    pub(crate) fn end(&self, tag: u64, outcome: Outcome) {
        let mail = Mail {
            #[cfg(feature = "testing")]
            hold: self.shared.hold_of_outcome(),
            ..Mail::of(tag, Event::Ended(outcome))
        };
        drop(self.push(mail));
        // Done last, so that whoever sees that no job is left finds its outcome.
        self.shared.open.fetch_sub(1, Ordering::Release);
    }
}

impl Lane {
    /// Returns a new tag. No two calls of a mailbox share one.
    #[must_use]
    pub fn next_tag(&self) -> u64 {
        self.0.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes the events of this lane, and those that any lane may take.
    ///
    /// Clear a notification that is a signal, such as a byte in a pipe, before the call: events that come later notify
    /// again. A notification may come late, when everything has been taken; then there is nothing.
    ///
    /// Events of a mock's client stop the mock's time until [`handled`](Self::handled) is called.
    pub fn take(&self, out: &mut Vec<Mail>) {
        #[cfg(feature = "testing")]
        let before = out.len();
        self.take_all(out);
        #[cfg(feature = "testing")]
        if self.0.shared.clock.get().is_some() {
            let holds = out
                .iter_mut()
                .skip(before)
                .filter_map(|mail| mail.hold.take());
            lock(&self.0.telling).extend(holds);
        }
    }

    /// Notes that hooks were called with everything that was taken, so that a mock's time may continue. For lanes of other
    /// clients it does nothing.
    #[cfg(feature = "testing")]
    pub fn handled(&self) {
        let told = std::mem::take(&mut *lock(&self.0.telling));
        drop(told);
    }

    fn take_all(&self, out: &mut Vec<Mail>) {
        let own = &self.0;
        {
            let mut inbox = lock(&own.inbox);
            if inbox.closed {
                return;
            }
            inbox.notified = false;
            inbox.take(out);
        }
        if own.shared.take_unaddressed(out, own.id) && lock(&own.inbox).closed {
            // It was closed meanwhile, before the refresh was its own.
            own.shared.leave_refreshes(own.id);
        }
    }

    /// Notifies the lane again if events wait for it, for a lane whose notification went elsewhere.
    pub fn notify_again(&self) {
        let mut inbox = lock(&self.0.inbox);
        inbox.notified = !inbox.is_empty();
        let due = inbox.notified;
        drop(inbox);
        if due {
            (self.0.notify)();
        }
    }

    /// Answers a refresh. An answer is ignored if the refresh has gone to another lane or was already answered.
    pub fn answer(&self, number: u64, answer: Answer) {
        self.0.shared.answer(number, self.0.id, answer);
    }

    /// Passes a refresh on to another lane. Returns `false` if there is none, and this lane has to answer it.
    #[must_use]
    pub fn pass_on(&self, number: u64) -> bool {
        self.0.shared.pass_on(number, self.0.id)
    }

    /// Begins a job of this lane.
    pub(crate) fn begin(&self, tag: u64) -> Origin {
        self.0.shared.open.fetch_add(1, Ordering::Relaxed);
        self.origin(tag)
    }

    /// The origin of a job of this lane whose outcome goes elsewhere.
    pub(crate) fn origin(&self, tag: u64) -> Origin {
        let lane = Some(Arc::clone(&self.0));
        Origin { tag, lane }
    }

    /// Does a job of this lane on a separate thread, for work that no host drives. Its events have the tag, and its
    /// outcome comes last. The tag is from [`next_tag`](Self::next_tag).
    ///
    /// # Errors
    /// Why there is no thread. Nothing has begun then.
    pub fn run<O: Send + 'static>(
        &self,
        tag: u64,
        name: &str,
        work: impl FnOnce() -> Result<O, Error> + Send + 'static,
    ) -> std::io::Result<()> {
        let (origin, lane) = (self.begin(tag), Arc::clone(&self.0));
        let job = move || {
            crate::signals::block_sigpipe();
            let done = catch_unwind(AssertUnwindSafe(|| origin.within(work)));
            let done = done.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, PANICKED)));
            lane.end(tag, Outcome::Operation(done.map(Output::new)));
        };
        let named = std::thread::Builder::new().name(name.to_owned());
        let started = named.spawn(job);
        if started.is_err() {
            self.0.shared.open.fetch_sub(1, Ordering::Release);
        }
        started.map(drop)
    }

    /// Closes the lane. Results of its calls are dropped from now on. Events for hooks go to the lane that takes first,
    /// and its refreshes go to another lane, or fail if there is none.
    ///
    /// A notification that is on its way may still come. In the child of a fork this does nothing: the locks may be held by
    /// threads that the child lacks.
    pub fn close(&self) {
        let own = &self.0;
        if own.generation != fork::generation() {
            return;
        }
        let mut left = Vec::new();
        own.shared.remove(own.id);
        {
            let mut inbox = lock(&own.inbox);
            inbox.closed = true;
            inbox.take(&mut left);
        }
        for mail in left {
            // Refreshes are passed to another lane below, whether they were taken or not.
            if !matches!(mail.event, Event::Refresh(_)) {
                own.shared.redirect(mail);
            }
        }
        own.shared.leave_refreshes(own.id);
        own.shared.fail_unaddressed();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Lane({}, {} waiting)",
            self.0.id,
            lock(&self.0.inbox).mail.len()
        )
    }
}

impl std::fmt::Debug for LaneState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LaneState({})", self.id)
    }
}
