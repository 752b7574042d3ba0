//! Where the core leaves what a host language is to be told: one stream of events, taken by lanes.
//!
//! The threads that drive calls never run code of the program. They put what happens into the lane that the call was
//! submitted for and wake that lane once per batch; the lane takes the batch on a thread of its own choice.
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
/// What happens in a call comes in order, and its result comes last; between calls there is no order. Each event goes to
/// the [`Lane`] that its call was submitted for, and what is of no call goes to the lane that looks first.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Shared>);

/// What the handles of a mailbox share.
#[derive(Default)]
pub(super) struct Shared {
    /// The open ones.
    lanes: RwLock<Vec<Weak<LaneState>>>,
    /// Changes with the lanes alone.
    next_lane: AtomicU64,
    /// The next tag.
    next: AtomicU64,
    /// How many jobs have begun and not ended.
    open: AtomicUsize,
    /// What is for the lane that looks first.
    unaddressed: Mutex<lane::Inbox>,
    refreshes: Mutex<Refreshes>,
    wanted: Wanted,
    /// The clock of the client's calls, if it is none of the real ones: it stands still while hooks are told.
    #[cfg(feature = "testing")]
    clock: std::sync::OnceLock<VirtualClock>,
    /// It stands still also until outcomes were taken and used.
    #[cfg(feature = "testing")]
    holds_outcomes: AtomicBool,
}

/// What the observer passes on.
#[derive(Default)]
struct Wanted {
    attempts: AtomicBool,
    calls: AtomicBool,
    logs: AtomicBool,
}

/// The refreshes that are asked for and not answered, by number.
#[derive(Default)]
struct Refreshes {
    next: u64,
    asked: HashMap<u64, Asked>,
}

struct Asked {
    /// The lane that is to answer; `None` while it is for the one that looks first.
    lane: Option<u64>,
    serving: Serving,
    answer: oneshot::Sender<Answer>,
}

/// Why a refresh fails whose lanes are gone.
const GONE: &str = "the event loop ended before the token refresher";

impl Mailbox {
    /// Makes a mailbox without lanes. What happens before there is one waits for it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a lane. `notify` is called when something waits for it: once per batch, from any thread, and at once if
    /// something for any lane waits already. It must be quick, and must not call this lane.
    pub fn open_lane(&self, notify: impl Fn() + Send + Sync + 'static) -> Lane {
        let shared = &self.0;
        let mut lanes = shared.lanes.write().unwrap_or_else(PoisonError::into_inner);
        let id = shared.next_lane.fetch_add(1, Ordering::Relaxed);
        let lane = LaneState::new(id, Arc::clone(shared), Box::new(notify));
        lanes.push(Arc::downgrade(&lane));
        drop(lanes);
        // Those that were notified of it may be gone.
        if !lock(&shared.unaddressed).is_empty() {
            lane.notify();
        }
        Lane(lane)
    }

    /// Returns the observer that puts attempts and ended calls into this mailbox; what of it is wanted is said by
    /// [`want_attempts`](Self::want_attempts) and its sisters.
    #[must_use]
    pub fn observer(&self) -> EventForwarder {
        EventForwarder(Arc::clone(&self.0))
    }

    /// Says whether hooks want attempts, from here on. At first they do not.
    pub fn want_attempts(&self, wanted: bool) {
        self.0.wanted.attempts.store(wanted, Ordering::Relaxed);
    }

    /// Says whether hooks want calls that have ended, from here on. At first they do not.
    pub fn want_calls(&self, wanted: bool) {
        self.0.wanted.calls.store(wanted, Ordering::Relaxed);
    }

    /// Says whether the log wants attempts, from here on. At first it does not.
    pub fn want_logs(&self, wanted: bool) {
        self.0.wanted.logs.store(wanted, Ordering::Relaxed);
    }

    /// Keeps a virtual clock where it is from when hooks are to be told of something until they were.
    #[cfg(feature = "testing")]
    pub(crate) fn hold_time(&self, clock: &VirtualClock) {
        let _ = self.0.clock.set(clock.clone());
    }

    /// Keeps it also from when a job ends until its outcome was taken and [`Lane::handled`] was called.
    #[cfg(feature = "testing")]
    pub(crate) fn hold_time_for_outcomes(&self) {
        self.0.holds_outcomes.store(true, Ordering::Relaxed);
    }

    /// Returns how many submitted jobs have not ended yet. The outcomes of all others wait in their lanes or were taken,
    /// whether or not anybody looks into those lanes.
    #[must_use]
    pub fn open_jobs(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// Tells the lane of a call what a poll has shown; for use by what runs in the call.
    pub fn progress(&self, json: String) {
        self.0.publish(Origin::current(), Event::Progress(json));
    }

    /// Asks the lane of a call for a new token: at once, whether or not the returned future is polled. It ends with
    /// the answer, or with an error if the lanes are gone. It waits for the first lane where none was opened yet.
    pub fn ask(&self, origin: Option<Origin>) -> impl Future<Output = Answer> + Send + use<> {
        let answered = self.0.ask(origin, Serving::here());
        async move { answered.await.unwrap_or_else(|_| Err(GONE.into())) }
    }
}

impl Shared {
    /// Keeps the time where it is for an outcome, if that is wanted.
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

    /// The tag and the lane of what runs here. A call of another mailbox has tags of its own, which mean nothing here.
    fn lane_of(self: &Arc<Self>, origin: Option<Origin>) -> Option<(u64, Arc<LaneState>)> {
        let Origin { tag, lane } = origin?;
        let lane = lane.filter(|lane| Arc::ptr_eq(&lane.shared, self))?;
        Some((tag, lane))
    }

    /// Tells the lane of a call, or the one that looks first.
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

    /// Leaves what is of no lane, or of one that is closed, to the lane that looks first. What only the program's call
    /// itself could use is dropped.
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

    /// Takes what is of no lane. Returns whether a refresh is among it, which is this lane's from here on.
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
        let asked = Asked {
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
        // Where the lane was closed meanwhile, it may have passed the question on already.
        if let Some(mail) = left
            && (lane.is_none() || self.hand_over(number, lane, None).is_some())
        {
            self.redirect(mail);
            self.fail_unaddressed();
        }
        answered
    }

    /// Once all lanes are closed, the refreshes fail that are for the one that looks first.
    fn fail_unaddressed(&self) {
        // Held to the end: what is asked with a new lane is not for this.
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if !lanes.is_empty() || self.next_lane.load(Ordering::Relaxed) == 0 {
            return;
        }
        let left: Vec<Asked> = {
            let mut refreshes = lock(&self.refreshes);
            let unaddressed = |_: &u64, asked: &mut Asked| asked.lane.is_none();
            let left = refreshes.asked.extract_if(unaddressed);
            left.map(|(_, asked)| asked).collect()
        };
        lock(&self.unaddressed).drop_refreshes();
        drop(lanes);
        for asked in left {
            // Whoever asked may be gone.
            let _ = asked.answer.send(Err(GONE.into()));
        }
    }

    /// Makes a refresh another lane's. `None`: it was answered, or is not that of `from` any more.
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

    /// Leaves a refresh of a lane to another one. `false`: there is none.
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
            // It was closed meanwhile, and may have left the refresh to somebody itself.
            if self.hand_over(number, Some(lane.id), Some(from)).is_none() {
                return true;
            }
        }
        let is_own = |asked: &Asked| asked.lane == Some(from);
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
            // Whoever asked may be gone.
            let _ = asked.answer.send(answer);
        }
    }

    /// A lane is closed: its refreshes are for another one, or fail.
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

/// Puts what happens in calls into a mailbox. Made by [`Mailbox::observer`].
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
