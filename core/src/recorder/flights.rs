//! The calls under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::Method;
use smallvec::SmallVec;
use uuid::Uuid;

use super::line::{About, Opened};
use super::stats::InFlightCall;
use crate::fork;
use crate::trace_context::{SpanId, TraceId};
use crate::trail::{Attempt, TrailWriter, rfc3339};
use crate::transport::{Phase, SentMark};

/// How many parts the calls under way are kept in, each with its own lock.
const SHARDS: usize = 16;

/// Text that only allocates if it is long.
type Text = SmallVec<[u8; 96]>;

/// A client's calls under way.
pub(super) struct Flights {
    shards: [Shard; SHARDS],
    about: About,
}

/// On a separate cache line, since other threads write to its neighbours.
#[derive(Default)]
#[repr(align(128))]
struct Shard(Mutex<Slab>);

/// Reusable places for calls. A call is written in place, since moving it there and away would cost more than
/// everything else.
#[derive(Default)]
struct Slab {
    places: Vec<Call>,
    free: Vec<usize>,
}

/// Where a call under way is listed.
#[derive(Debug, Default)]
pub(crate) struct Flight(Option<FlightSlot>);

#[derive(Debug)]
struct FlightSlot {
    /// The fork generation of the process that the list belongs to.
    generation: u32,
    shard: usize,
    index: usize,
}

/// A call under way, or the remains of one.
struct Call {
    call_id: Uuid,
    trace_id: TraceId,
    span_id: Option<SpanId>,
    method: Method,
    path: Text,
    correlation_id: Option<Text>,
    /// Set if it is not the client's own, because a secret was removed from it.
    origin: Option<Arc<str>>,
    started: Instant,
    started_at: SystemTime,
    attempt: u32,
    /// When the attempt began.
    attempt_started: Duration,
    state: State,
}

enum State {
    /// The place is free.
    Over,
    Refreshing,
    Sending(SentMark),
    Waiting {
        sent: SentMark,
        until: Instant,
    },
}

impl Flights {
    pub(super) fn new(about: About) -> Self {
        Self {
            shards: Default::default(),
            about,
        }
    }

    pub(super) fn sending(&self, flight: &mut Flight, trail: &TrailWriter, sent: &SentMark) {
        self.put(flight, trail, State::Sending(sent.clone()));
    }

    pub(super) fn refreshing(&self, flight: &mut Flight, trail: &TrailWriter) {
        self.put(flight, trail, State::Refreshing);
    }

    pub(super) fn waiting(&self, flight: &mut Flight, until: Instant) {
        let Some((place, mut slab)) = self.place(flight) else {
            return;
        };
        if let Some(call) = slab.places.get_mut(place)
            && let State::Sending(sent) = &call.state
        {
            let sent = sent.clone();
            call.state = State::Waiting { sent, until };
        }
    }

    pub(super) fn ended(&self, flight: &mut Flight) {
        let before = self.place(flight).and_then(|(place, mut slab)| {
            slab.free.push(place);
            let call = slab.places.get_mut(place)?;
            Some(std::mem::replace(&mut call.state, State::Over))
        });
        flight.0 = None;
        // Dropped once the lock is free.
        drop(before);
    }

    pub(super) fn count(&self) -> u64 {
        let in_shard = |shard: &Shard| {
            let slab = shard.lock();
            slab.places.len() - slab.free.len()
        };
        self.shards.iter().map(in_shard).sum::<usize>() as u64
    }

    /// The calls under way, oldest first.
    pub(super) fn list(&self, now: Instant) -> Vec<InFlightCall> {
        self.by_age(|call| call.shown(&self.about, now))
    }

    /// The same calls in the form of a journal.
    pub(super) fn opened(&self) -> Vec<Opened> {
        self.by_age(|call| call.opened(&self.about))
    }

    fn by_age<T>(&self, show: impl Fn(&Call) -> T) -> Vec<T> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let slab = shard.lock();
            let is_open = |call: &&Call| !matches!(call.state, State::Over);
            let calls = slab.places.iter().filter(is_open);
            all.extend(calls.map(|call| (call.started, show(call))));
        }
        all.sort_by_key(|(started, _)| *started);
        all.into_iter().map(|(_, shown)| shown).collect()
    }

    /// Writes the current state of a call, into its place or a new one.
    fn put(&self, flight: &mut Flight, trail: &TrailWriter, state: State) {
        if let Some((place, mut slab)) = self.place(flight) {
            let call = slab.places.get_mut(place);
            let before = call.map(|call| call.write(trail, &self.about, state));
            drop(slab);
            drop(before);
            return;
        }
        // Random, so that threads rarely collide.
        let shard = usize::from(trail.opening().call_id.as_bytes()[15]) % SHARDS;
        let mut slab = self.shards[shard].lock();
        let index = slab.free.pop().unwrap_or_else(|| {
            slab.places.push(Call::unwritten(trail));
            slab.places.len() - 1
        });
        slab.places[index].write(trail, &self.about, state);
        flight.0 = Some(FlightSlot {
            generation: fork::generation(),
            shard,
            index,
        });
    }

    /// The place of a call in this process's list.
    fn place(&self, flight: &Flight) -> Option<(usize, MutexGuard<'_, Slab>)> {
        let place = flight.0.as_ref()?;
        let is_here = place.generation == fork::generation();
        is_here.then(|| (place.index, self.shards[place.shard].lock()))
    }
}

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Slab> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn unwritten(trail: &TrailWriter) -> Self {
        let opening = trail.opening();
        Self {
            call_id: opening.call_id,
            trace_id: opening.trace_id,
            span_id: None,
            method: Method::GET,
            path: Text::new(),
            correlation_id: None,
            origin: None,
            started: opening.started,
            started_at: opening.started_at,
            attempt: 0,
            attempt_started: Duration::ZERO,
            state: State::Over,
        }
    }

    /// Overwrites the place with a call, and returns the previous state.
    fn write(&mut self, trail: &TrailWriter, about: &About, state: State) -> State {
        let (opening, attempt) = (trail.opening(), trail.last());
        self.call_id = opening.call_id;
        self.trace_id = opening.trace_id;
        self.span_id = attempt.map(Attempt::span);
        self.method.clone_from(&opening.method);
        set(&mut self.path, &opening.path);
        match &opening.correlation_id {
            Some(id) => set(self.correlation_id.get_or_insert_default(), id),
            None => self.correlation_id = None,
        }
        self.origin =
            (!Arc::ptr_eq(&opening.origin, &about.origin)).then(|| Arc::clone(&opening.origin));
        self.started = opening.started;
        self.started_at = opening.started_at;
        self.attempt = attempt.map_or(0, Attempt::number);
        self.attempt_started = attempt.map_or(Duration::ZERO, Attempt::started);
        std::mem::replace(&mut self.state, state)
    }

    fn shown(&self, about: &About, now: Instant) -> InFlightCall {
        let (phase, sent, until) = match &self.state {
            // Only open ones are listed.
            State::Over | State::Refreshing => ("refreshing", None, None),
            State::Sending(sent) => (phase_name(sent), Some(sent), None),
            State::Waiting { sent, until } => ("backoff", Some(sent), Some(*until)),
        };
        InFlightCall {
            call_id: self.call_id.hyphenated().to_string(),
            trace_id: self.trace_id.to_string(),
            correlation_id: self.correlation_id.as_ref().map(text),
            dialect: about.dialect.to_string(),
            service: about.service.as_deref().map(str::to_owned),
            method: self.method.to_string(),
            path: text(&self.path),
            attempt: self.attempt,
            phase: phase.to_owned(),
            retry_in_ms: until.map(|until| millis(until.saturating_duration_since(now))),
            may_have_been_sent: sent.is_some_and(SentMark::is_marked),
            started_at: self.started_at,
            age_ms: millis(now.saturating_duration_since(self.started)),
        }
    }

    fn opened(&self, about: &About) -> Opened {
        let origin = self.origin.as_ref().unwrap_or(&about.origin);
        Opened {
            at: rfc3339(self.started_at + self.attempt_started),
            call_id: self.call_id.hyphenated().to_string(),
            trace_id: self.trace_id.to_string(),
            span_id: self.span_id.map(|span| span.to_string()),
            correlation_id: self.correlation_id.as_ref().map(text),
            method: self.method.to_string(),
            path: text(&self.path),
            origin: origin.to_string(),
            attempt: self.attempt,
            api: about.dialect.to_string(),
        }
    }
}

/// The memory of a long text is freed with it.
fn set(text: &mut Text, to: &str) {
    if text.spilled() {
        *text = Text::new();
    }
    text.clear();
    text.extend_from_slice(to.as_bytes());
}

fn text(bytes: &Text) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn phase_name(sent: &SentMark) -> &'static str {
    match sent.phase() {
        Phase::Reading => "reading",
        Phase::Decoding => "decoding",
        // The request has left, even if the transport has not updated its phase.
        _ if sent.is_marked() => "waiting",
        Phase::Connecting => "connecting",
        Phase::Resolving => "resolving",
        Phase::Proxy => "proxy",
        Phase::Tls => "tls",
        Phase::Stream => "stream",
        Phase::Sending => "sending",
        Phase::Waiting => "waiting",
    }
}
