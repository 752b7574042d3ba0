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

/// How many parts the calls under way are kept in, each with a lock of its own.
const SHARDS: usize = 16;

/// Text that needs no memory of its own unless it is long.
type Text = SmallVec<[u8; 96]>;

/// A client's calls under way.
pub(super) struct Flights {
    shards: [Shard; SHARDS],
    about: About,
}

/// On a cache line of its own: other threads write to its neighbours.
#[derive(Default)]
#[repr(align(128))]
struct Shard(Mutex<Slab>);

/// Places for calls, used again and again.
#[derive(Default)]
struct Slab {
    places: Vec<Option<Call>>,
    free: Vec<usize>,
}

/// Where a call under way is listed.
#[derive(Debug, Default)]
pub(crate) struct Flight(Option<Place>);

#[derive(Debug)]
struct Place {
    /// Of the process that the list belongs to.
    generation: u32,
    shard: usize,
    index: usize,
}

/// A call under way.
struct Call {
    call_id: Uuid,
    trace_id: TraceId,
    span_id: Option<SpanId>,
    method: Method,
    path: Text,
    correlation_id: Option<Text>,
    /// Where it is not the client's own, because a secret was taken out of it.
    origin: Option<Arc<str>>,
    started: Instant,
    started_at: SystemTime,
    attempt: u32,
    /// When the attempt began.
    attempt_started: Duration,
    state: State,
}

enum State {
    Refreshing,
    Sending(SentMark),
    Waiting { sent: SentMark, until: Instant },
}

impl Flights {
    pub(super) fn new(about: About) -> Self {
        Self {
            shards: Default::default(),
            about,
        }
    }

    pub(super) fn sending(&self, flight: &mut Flight, trail: &TrailWriter, sent: &SentMark) {
        let state = State::Sending(sent.clone());
        self.put(flight, self.call(trail, state));
    }

    pub(super) fn refreshing(&self, flight: &mut Flight, trail: &TrailWriter) {
        self.put(flight, self.call(trail, State::Refreshing));
    }

    pub(super) fn waiting(&self, flight: &mut Flight, until: Instant) {
        let Some((place, mut slab)) = self.place(flight) else {
            return;
        };
        if let Some(Some(call)) = slab.places.get_mut(place)
            && let State::Sending(sent) = &call.state
        {
            let sent = sent.clone();
            call.state = State::Waiting { sent, until };
        }
    }

    pub(super) fn ended(&self, flight: &mut Flight) {
        let call = match self.place(flight) {
            Some((place, mut slab)) => {
                slab.free.push(place);
                slab.places.get_mut(place).and_then(Option::take)
            }
            None => None,
        };
        flight.0 = None;
        // Dropped once the lock is free.
        drop(call);
    }

    pub(super) fn count(&self) -> u64 {
        let in_shard = |shard: &Shard| {
            let slab = shard.lock();
            slab.places.len() - slab.free.len()
        };
        self.shards.iter().map(in_shard).sum::<usize>() as u64
    }

    /// The calls under way, the oldest first.
    pub(super) fn list(&self, now: Instant) -> Vec<InFlightCall> {
        self.by_age(|call| call.shown(&self.about, now))
    }

    /// The same calls as a journal would have them.
    pub(super) fn opened(&self) -> Vec<Opened> {
        self.by_age(|call| call.opened(&self.about))
    }

    fn by_age<T>(&self, show: impl Fn(&Call) -> T) -> Vec<T> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let slab = shard.lock();
            let calls = slab.places.iter().flatten();
            all.extend(calls.map(|call| (call.started, show(call))));
        }
        all.sort_by_key(|(started, _)| *started);
        all.into_iter().map(|(_, shown)| shown).collect()
    }

    fn call(&self, trail: &TrailWriter, state: State) -> Call {
        let (opening, attempt) = (trail.opening(), trail.last());
        let correlation_id = opening.correlation_id.as_deref();
        Call {
            call_id: opening.call_id,
            trace_id: opening.trace_id,
            span_id: attempt.map(Attempt::span),
            method: opening.method.clone(),
            path: Text::from_slice(opening.path.as_bytes()),
            correlation_id: correlation_id.map(|id| Text::from_slice(id.as_bytes())),
            origin: (!Arc::ptr_eq(&opening.origin, &self.about.origin))
                .then(|| Arc::clone(&opening.origin)),
            started: opening.started,
            started_at: opening.started_at,
            attempt: attempt.map_or(0, Attempt::number),
            attempt_started: attempt.map_or(Duration::ZERO, Attempt::started),
            state,
        }
    }

    /// Lists a call, or what has become of one that is listed.
    fn put(&self, flight: &mut Flight, call: Call) {
        if let Some((place, mut slab)) = self.place(flight) {
            let before = slab.places.get_mut(place).and_then(|it| it.replace(call));
            drop(slab);
            drop(before);
            return;
        }
        // Random, so that threads seldom meet.
        let shard = usize::from(call.call_id.as_bytes()[15]) % SHARDS;
        let mut slab = self.shards[shard].lock();
        let index = match slab.free.pop() {
            Some(index) => {
                slab.places[index] = Some(call);
                index
            }
            None => {
                slab.places.push(Some(call));
                slab.places.len() - 1
            }
        };
        flight.0 = Some(Place {
            generation: fork::generation(),
            shard,
            index,
        });
    }

    /// Where a call stands in this process's list.
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
    fn shown(&self, about: &About, now: Instant) -> InFlightCall {
        let (phase, sent, until) = match &self.state {
            State::Refreshing => ("refreshing", None, None),
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
        // The request has left, and no transport takes the time to say so before it gives up.
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
