//! The events of the core for a host language: one stream, which lanes take.
//!
//! The threads that drive calls never run code of the program. They put each event into the lane that the call was
//! submitted for and wake that lane once per batch; the lane takes the batch on any thread.
//! `docs/adr/0056-one-mailbox.md` has the rules and their reasons.

mod event;
mod lane;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use futures_channel::oneshot;

use super::{Origin, Serving, lock};
use crate::call::token::Token;
use crate::error::BoxError;
use crate::observe::{AttemptFinished, CallFinished, Observer};
#[cfg(feature = "testing")]
use crate::virtual_clock::VirtualClock;

pub use event::{AttemptEvent, Event, Mail, RefreshRequest};
pub(crate) use lane::LaneState;
pub use lane::{LOG_CAPACITY, Lane};

/// A new token, or why there is none.
pub type Answer = Result<Token, BoxError>;

/// The events of a client, in one stream.
///
/// The events of a call come in order, and its result comes last; between calls there is no order. Each event goes to
/// the [`Lane`] that its call was submitted for, and an event of no call goes to the lane that takes first.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Shared>);

/// What the handles of a mailbox share.
#[derive(Default)]
pub(super) struct Shared {
    /// The open lanes.
    lanes: RwLock<Vec<Weak<LaneState>>>,
    /// Changes only together with the lanes.
    next_lane: AtomicU64,
    /// The next tag.
    next: AtomicU64,
    /// How many jobs have begun and not ended.
    open: AtomicUsize,
    /// The events for the lane that takes first.
    unaddressed: Mutex<lane::Inbox>,
    refreshes: Mutex<Refreshes>,
    wanted: Subscriptions,
    /// The clock of the client's calls, if it is virtual: it stops while hooks run.
    #[cfg(feature = "testing")]
    clock: std::sync::OnceLock<VirtualClock>,
    /// Whether it also stops until outcomes have been taken and used.
    #[cfg(feature = "testing")]
    holds_outcomes: AtomicBool,
}

/// The events that the observer passes on.
#[derive(Default)]
struct Subscriptions {
    attempts: AtomicBool,
    calls: AtomicBool,
    logs: AtomicBool,
}

/// The unanswered refreshes, by number.
#[derive(Default)]
struct Refreshes {
    next: u64,
    asked: HashMap<u64, PendingRefresh>,
}

struct PendingRefresh {
    /// The lane that has to answer; `None` while that is the one that takes first.
    lane: Option<u64>,
    serving: Serving,
    answer: oneshot::Sender<Answer>,
}

/// The error of a refresh whose lanes are gone.
const GONE: &str = "the event loop ended before the token refresher";

impl Mailbox {
    /// Makes a mailbox without lanes. Events before the first lane wait for it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a lane. `notify` is called when events wait for it: once per batch, from any thread, and at once if an
    /// event for any lane waits already. It must be quick, and must not call this lane.
    pub fn open_lane(&self, notify: impl Fn() + Send + Sync + 'static) -> Lane {
        let shared = &self.0;
        let mut lanes = shared.lanes.write().unwrap_or_else(PoisonError::into_inner);
        let id = shared.next_lane.fetch_add(1, Ordering::Relaxed);
        let lane = LaneState::new(id, Arc::clone(shared), Box::new(notify));
        lanes.push(Arc::downgrade(&lane));
        drop(lanes);
        // The lanes that were notified of them may be gone.
        if !lock(&shared.unaddressed).is_empty() {
            lane.notify();
        }
        Lane(lane)
    }

    /// Returns the observer that puts attempts and ended calls into this mailbox;
    /// [`want_attempts`](Self::want_attempts) and its siblings choose among them.
    #[must_use]
    pub fn observer(&self) -> EventForwarder {
        EventForwarder(Arc::clone(&self.0))
    }

    /// Sets whether hooks get attempts from now on. The default is no.
    pub fn want_attempts(&self, wanted: bool) {
        self.0.wanted.attempts.store(wanted, Ordering::Relaxed);
    }

    /// Sets whether hooks get ended calls from now on. The default is no.
    pub fn want_calls(&self, wanted: bool) {
        self.0.wanted.calls.store(wanted, Ordering::Relaxed);
    }

    /// Sets whether the log gets attempts from now on. The default is no.
    pub fn want_logs(&self, wanted: bool) {
        self.0.wanted.logs.store(wanted, Ordering::Relaxed);
    }

    /// Stops a virtual clock while an event for hooks waits, until they have run.
    #[cfg(feature = "testing")]
    pub(crate) fn hold_time(&self, clock: &VirtualClock) {
        let _ = self.0.clock.set(clock.clone());
    }

    /// Stops it also from the end of a job until its outcome was taken and [`Lane::handled`] was called.
    #[cfg(feature = "testing")]
    pub(crate) fn hold_time_for_outcomes(&self) {
        self.0.holds_outcomes.store(true, Ordering::Relaxed);
    }

    /// Returns how many submitted jobs have not ended yet. The outcomes of all others wait in their lanes or were taken,
    /// whether or not anyone takes from those lanes.
    #[must_use]
    pub fn open_jobs(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// Sends the progress that a poll found to the lane of a call; for use by what runs in the call.
    pub fn progress(&self, json: String) {
        self.0.publish(Origin::current(), Event::Progress(json));
    }

    /// Asks the lane of a call for a new token: at once, whether or not the returned future is polled. It ends with the
    /// answer, or with an error if the lanes are gone. If no lane was opened yet, it waits for the first.
    pub fn ask(&self, origin: Option<Origin>) -> impl Future<Output = Answer> + Send + use<> {
        let answered = self.0.ask(origin, Serving::here());
        async move { answered.await.unwrap_or_else(|_| Err(GONE.into())) }
    }
}

impl Shared {
    /// Stops the time for an outcome, if that is wanted.
    #[cfg(feature = "testing")]
    fn hold_of_outcome(&self) -> Option<crate::virtual_clock::Hold> {
        let holds = self.holds_outcomes.load(Ordering::Relaxed);
        self.clock.get().filter(|_| holds).map(VirtualClock::hold)
    }

    fn lanes(&self) -> Vec<Arc<LaneState>> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.iter().filter_map(Weak::upgrade).collect()
    }

    fn remove(&self, id: u64) {
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|lane| lane.upgrade().is_some_and(|lane| lane.id != id));
    }

    /// The tag and the lane of what runs here. The tags of another mailbox's calls mean nothing here.
    fn lane_of(self: &Arc<Self>, origin: Option<Origin>) -> Option<(u64, Arc<LaneState>)> {
        let Origin { tag, lane } = origin?;
        let lane = lane.filter(|lane| Arc::ptr_eq(&lane.shared, self))?;
        Some((tag, lane))
    }

    /// Sends an event to the lane of a call, or to the one that takes first.
    fn publish(self: &Arc<Self>, origin: Option<Origin>, event: Event) {
        let (tag, lane) = match self.lane_of(origin) {
            Some((tag, lane)) => (Some(tag), Some(lane)),
            None => (None, None),
        };
        let mail = Mail {
            tag,
            event,
            #[cfg(feature = "testing")]
            hold: self.clock.get().map(VirtualClock::hold),
        };
        let left = match lane {
            Some(lane) => lane.push(mail).err(),
            None => Some(mail),
        };
        if let Some(mail) = left {
            self.redirect(mail);
        }
    }

    /// Passes an event of no lane, or of a closed one, to the lane that takes first. Events that only the program's
    /// call itself could use are dropped.
    fn redirect(&self, mut mail: Mail) {
        if matches!(mail.event, Event::Ended(_) | Event::Progress(_)) {
            return;
        }
        mail.tag = None;
        lock(&self.unaddressed).push(mail);
        for lane in self.lanes() {
            lane.notify();
        }
    }

    /// Takes the events of no lane. Returns whether a refresh is among them, which from now on belongs to this lane.
    fn take_unaddressed(&self, out: &mut Vec<Mail>, lane: u64) -> bool {
        let before = out.len();
        let mut unaddressed = lock(&self.unaddressed);
        if unaddressed.is_empty() {
            return false;
        }
        unaddressed.take(out);
        drop(unaddressed);
        let mut took = false;
        for mail in out.iter().skip(before) {
            if let Event::Refresh(asked) = &mail.event {
                self.hand_over(asked.number, None, Some(lane));
                took = true;
            }
        }
        took
    }

    fn ask(
        self: &Arc<Self>,
        origin: Option<Origin>,
        serving: Serving,
    ) -> oneshot::Receiver<Answer> {
        let asking = self.lane_of(origin);
        let lane = asking.as_ref().map(|(_, lane)| lane.id);
        let (answer, answered) = oneshot::channel();
        let asked = PendingRefresh {
            lane,
            serving: serving.clone(),
            answer,
        };
        let number = {
            let mut refreshes = lock(&self.refreshes);
            let number = refreshes.next;
            refreshes.next += 1;
            refreshes.asked.insert(number, asked);
            number
        };
        let event = Event::Refresh(RefreshRequest { number, serving });
        let left = match asking {
            Some((tag, lane)) => lane.push(Mail::of(tag, event)).err(),
            None => Some(Mail::of_no_call(event)),
        };
        // If the lane was closed meanwhile, it may have passed the refresh on already.
        if let Some(mail) = left
            && (lane.is_none() || self.hand_over(number, lane, None).is_some())
        {
            self.redirect(mail);
            self.fail_unaddressed();
        }
        answered
    }

    /// Once all lanes are closed, fails the refreshes for the lane that takes first.
    fn fail_unaddressed(&self) {
        // Held to the end, so that refreshes of a new lane are not failed here.
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if !lanes.is_empty() || self.next_lane.load(Ordering::Relaxed) == 0 {
            return;
        }
        let left: Vec<PendingRefresh> = {
            let mut refreshes = lock(&self.refreshes);
            let unaddressed = |_: &u64, asked: &mut PendingRefresh| asked.lane.is_none();
            let left = refreshes.asked.extract_if(unaddressed);
            left.map(|(_, asked)| asked).collect()
        };
        lock(&self.unaddressed).drop_refreshes();
        drop(lanes);
        for asked in left {
            // The caller may be gone.
            let _ = asked.answer.send(Err(GONE.into()));
        }
    }

    /// Moves a refresh to another lane. `None`: it was answered, or no longer belongs to `from`.
    fn hand_over(&self, number: u64, from: Option<u64>, to: Option<u64>) -> Option<RefreshRequest> {
        let mut refreshes = lock(&self.refreshes);
        let asked = refreshes.asked.get_mut(&number)?;
        if asked.lane != from {
            return None;
        }
        asked.lane = to;
        let serving = asked.serving.clone();
        Some(RefreshRequest { number, serving })
    }

    /// Passes a refresh of a lane on to another one. `false`: there is no other.
    fn pass_on(&self, number: u64, from: u64) -> bool {
        for lane in self.lanes() {
            if lane.id == from {
                continue;
            }
            let Some(request) = self.hand_over(number, Some(from), Some(lane.id)) else {
                return true;
            };
            let mail = Mail::of_no_call(Event::Refresh(request));
            if lane.push(mail).is_ok() {
                return true;
            }
            // It was closed meanwhile, and may have passed the refresh on itself.
            if self.hand_over(number, Some(lane.id), Some(from)).is_none() {
                return true;
            }
        }
        let is_own = |asked: &PendingRefresh| asked.lane == Some(from);
        !lock(&self.refreshes).asked.get(&number).is_some_and(is_own)
    }

    fn answer(&self, number: u64, from: u64, answer: Answer) {
        let asked = {
            let mut refreshes = lock(&self.refreshes);
            match refreshes.asked.get(&number) {
                Some(asked) if asked.lane == Some(from) => refreshes.asked.remove(&number),
                _ => None,
            }
        };
        if let Some(asked) = asked {
            // The caller may be gone.
            let _ = asked.answer.send(answer);
        }
    }

    /// Passes the refreshes of a closed lane to another one, or fails them.
    fn leave_refreshes(&self, lane: u64) {
        let left: Vec<u64> = {
            let refreshes = lock(&self.refreshes);
            let own = refreshes.asked.iter();
            own.filter(|(_, asked)| asked.lane == Some(lane))
                .map(|(number, _)| *number)
                .collect()
        };
        for number in left {
            if !self.pass_on(number, lane) {
                self.answer(number, lane, Err(GONE.into()));
            }
        }
    }
}

/// An observer that puts events of calls into a mailbox, made by [`Mailbox::observer`].
#[derive(Clone, Debug)]
pub struct EventForwarder(Arc<Shared>);

impl Observer for EventForwarder {
    fn attempt_finished(&self, finished: &AttemptFinished<'_>) {
        let hooks = self.0.wanted.attempts.load(Ordering::Relaxed);
        let log = self.0.wanted.logs.load(Ordering::Relaxed);
        if hooks || log {
            let event = AttemptEvent::new(finished, hooks, log);
            self.0
                .publish(Origin::current(), Event::Attempt(Box::new(event)));
        }
    }

    fn call_finished(&self, finished: &CallFinished<'_>) {
        if self.0.wanted.calls.load(Ordering::Relaxed) {
            self.0
                .publish(Origin::current(), Event::Call(finished.trail.clone()));
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lanes = self.lanes().len();
        let open = self.open.load(Ordering::Relaxed);
        write!(f, "{lanes} lanes, {open} calls without a result")
    }
}
