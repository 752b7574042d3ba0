//! The recorder: keeps ended calls in memory, and knows those under way.

mod choices;
mod filter;
mod flights;
pub(crate) mod identity;
pub(crate) mod line;
mod query;
mod rings;
mod stats;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use choices::{JournalPolicy, JournalSync, JournalUrls};
pub use filter::RecentFilter;
pub(crate) use flights::Flight;
use flights::Flights;
#[cfg(feature = "unstable-host")]
pub use query::IdKind;
pub use query::IdQuery;
use rings::Rings;
#[cfg(feature = "journal")]
pub use stats::JournalStats;
pub use stats::{InFlightCall, RecorderStats};

use crate::fork::ForkSafe;
use crate::trail::{Trail, TrailWriter};
use crate::transport::SentMark;

/// Keeps the trails of a client's last calls in memory, and knows its calls in flight.
///
/// It is on by default. It keeps up to 64 failed calls, 64 notable ones (slow, retried, redirected, authenticated again, or
/// possibly successful although an attempt failed) and 64 others, in at most 1 MiB per client and 16 MiB per process.
/// Successes never displace failures. A trail has no bodies and no secrets.
///
/// The child of a fork begins with an empty recorder.
///
/// # Examples
/// ```no_run
/// # fn example(client: reqtrail::Client) {
/// for trail in client.recorder().find("req_01JD8Z") {
///     println!("{}", trail.report());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    memory: Option<Arc<ForkSafe<Memory>>>,
    now: Clock,
    service_name: Option<String>,
    #[cfg(feature = "journal")]
    journal: Option<JournalSource>,
}

/// Returns the statistics of the client's journal.
#[cfg(feature = "journal")]
pub(crate) type JournalSource = Arc<dyn Fn() -> JournalStats + Send + Sync>;

/// The clock of a client's calls.
pub(crate) type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The parts of a client that its recorder needs.
pub(crate) struct Sources {
    pub(crate) memory: Option<Arc<ForkSafe<Memory>>>,
    /// The clock of the client's calls.
    pub(crate) now: Clock,
    /// The name of the program, if an option sets it.
    pub(crate) service_name: Option<String>,
    #[cfg(feature = "journal")]
    pub(crate) journal: Option<JournalSource>,
}

impl Recorder {
    pub(crate) fn new(sources: Sources) -> Self {
        Self {
            memory: sources.memory,
            now: sources.now,
            service_name: sources.service_name,
            #[cfg(feature = "journal")]
            journal: sources.journal,
        }
    }

    /// Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID. The newest call
    /// comes first.
    ///
    /// If no call has this ID, it returns those with an ID that begins with `id`, from 6 characters on. UUIDs match
    /// with and without dashes, in any case. Calls in flight are not among them; see [`in_flight`](Self::in_flight).
    #[must_use]
    pub fn find(&self, id: &str) -> Vec<Trail> {
        let Some(memory) = self.memory() else {
            return Vec::new();
        };
        let query = IdQuery::new(id);
        let kept = memory.rings.newest_first();
        let with = |exact: bool| {
            let found = kept.iter().filter(|trail| match query.of_trail(trail) {
                Some((_, is_exact)) => is_exact || !exact,
                None => false,
            });
            found.cloned().collect::<Vec<_>>()
        };
        let exact = with(true);
        if exact.is_empty() { with(false) } else { exact }
    }

    /// Returns the kept calls that match `filter`, newest first.
    #[must_use]
    pub fn recent(&self, filter: &RecentFilter) -> Vec<Trail> {
        let Some(memory) = self.memory() else {
            return Vec::new();
        };
        let kept = memory.rings.newest_first().into_iter();
        kept.filter(|trail| filter.takes(trail))
            .take(filter.at_most())
            .collect()
    }

    /// Returns the calls under way, oldest first.
    #[must_use]
    pub fn in_flight(&self) -> Vec<InFlightCall> {
        match self.memory() {
            Some(memory) => memory.in_flight((self.now)()),
            None => Vec::new(),
        }
    }

    /// Returns what the recorder holds and what it left out.
    #[must_use]
    pub fn stats(&self) -> RecorderStats {
        RecorderStats {
            #[cfg(feature = "journal")]
            journal: self.journal.as_ref().map(|journal| journal()),
            ..self.memory().map(Memory::stats).unwrap_or_default()
        }
    }

    /// Returns all kept calls as JSON Lines, oldest first, and calls in flight at the end. Each line has the form of a
    /// journal's (`schema/journal.schema.json`).
    #[must_use]
    pub fn dump(&self) -> String {
        let Some(memory) = self.memory() else {
            return String::new();
        };
        let mut kept = memory.rings.newest_first();
        kept.reverse();
        let source = identity::source(self.service_name.as_deref());
        let mut out = Vec::new();
        let mut seq = 0..;
        let mut stamp = || line::Stamp::now(seq.next().unwrap_or_default());
        for trail in &kept {
            line::call(&mut out, &source, stamp(), trail, JournalUrls::Full);
        }
        for call in memory.flights.opened() {
            line::opened(&mut out, &source, stamp(), &call);
        }
        // This library wrote all of the JSON, so it is UTF-8.
        String::from_utf8(out).unwrap_or_default()
    }

    fn memory(&self) -> Option<&Memory> {
        Some(self.memory.as_ref()?.get())
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// A client's memory of its calls.
pub(crate) struct Memory {
    rings: Rings,
    flights: Flights,
}

impl Memory {
    /// `slow` is the duration from which a call is notable.
    pub(crate) fn new(slow: Duration, about: line::About) -> Self {
        Self {
            rings: Rings::new(slow),
            flights: Flights::new(about),
        }
    }

    /// Notes that an attempt of a call is about to be sent.
    pub(crate) fn sending(&self, flight: &mut Flight, trail: &TrailWriter, sent: &SentMark) {
        self.flights.sending(flight, trail, sent);
    }

    /// Notes that a call waits for a new token.
    pub(crate) fn refreshing(&self, flight: &mut Flight, trail: &TrailWriter) {
        self.flights.refreshing(flight, trail);
    }

    /// Notes that a call waits before its next attempt.
    pub(crate) fn waiting(&self, flight: &mut Flight, until: Instant) {
        self.flights.waiting(flight, until);
    }

    /// Keeps the trail of a call that has ended.
    pub(crate) fn ended(&self, flight: &mut Flight, trail: &Trail) {
        self.rings.keep(trail);
        self.flights.ended(flight);
    }

    fn in_flight(&self, now: Instant) -> Vec<InFlightCall> {
        self.flights.list(now)
    }

    fn stats(&self) -> RecorderStats {
        let mut stats = self.rings.stats();
        stats.in_flight = self.flights.count();
        stats
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

/// Whether the call is of interest although it succeeded.
pub(crate) fn is_notable(trail: &Trail, slow: Duration) -> bool {
    // A call that was repeated, redirected or authenticated again has several attempts.
    trail.attempts().len() > 1 || trail.elapsed() >= slow
}
