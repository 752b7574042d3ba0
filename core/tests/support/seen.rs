//! An observer that keeps all its events.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqtrail::{Attempt, CallId, Cause, Observer, Trail};

/// An event of an observer.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Started(u32, Cause),
    Finished(Box<Attempt>),
    Ended(Trail),
}

/// All events of a client, with their times. Clones are one observer.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<(tokio::time::Instant, CallId, Event)>>>);

impl Seen {
    fn record(&self, call: CallId, event: Event) {
        let now = tokio::time::Instant::now();
        self.0.lock().expect("no panic").push((now, call, event));
    }

    /// The events in order.
    pub(crate) fn events(&self) -> Vec<Event> {
        let events = self.0.lock().expect("no panic");
        events.iter().map(|(_, _, event)| event.clone()).collect()
    }

    /// The events as words, such as `started 1 initial`, `finished 1 503`, `ended api`.
    pub(crate) fn words(&self) -> Vec<String> {
        let word = |event: Event| match event {
            Event::Started(number, cause) => format!("started {number} {cause}"),
            Event::Finished(attempt) => match (attempt.status(), attempt.failure()) {
                (_, Some(failure)) => format!("finished {} {failure}", attempt.number()),
                (Some(status), None) => {
                    format!("finished {} {}", attempt.number(), status.as_str())
                }
                (None, None) => format!("finished {} nothing", attempt.number()),
            },
            Event::Ended(trail) => format!("ended {}", trail.outcome()),
        };
        self.events().into_iter().map(word).collect()
    }

    /// When each event came, counted from the first.
    pub(crate) fn times(&self) -> Vec<Duration> {
        let events = self.0.lock().expect("no panic");
        let first = events.first().map(|(at, _, _)| *at);
        let since = |at: tokio::time::Instant| first.map(|f| at - f).unwrap_or_default();
        events.iter().map(|(at, _, _)| since(*at)).collect()
    }

    /// The call IDs that came with the events.
    pub(crate) fn call_ids(&self) -> Vec<CallId> {
        let events = self.0.lock().expect("no panic");
        events.iter().map(|(_, call, _)| *call).collect()
    }

    /// The trails of the calls that ended.
    pub(crate) fn trails(&self) -> Vec<Trail> {
        let trail = |event| match event {
            Event::Ended(trail) => Some(trail),
            _ => None,
        };
        self.events().into_iter().filter_map(trail).collect()
    }

    /// The trail of the one call that ended.
    pub(crate) fn trail(&self) -> Trail {
        let mut trails = self.trails();
        assert_eq!(trails.len(), 1, "one finished trail");
        trails.remove(0)
    }
}

impl Observer for Seen {
    fn attempt_started(&self, event: &reqtrail::AttemptStarted<'_>) {
        let (call, number, cause) = (&event.call, event.number, event.cause);
        self.record(call.call_id, Event::Started(number, cause));
    }

    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        self.record(call.call_id, Event::Finished(Box::new(attempt.clone())));
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        self.record(trail.call_id(), Event::Ended(trail.clone()));
    }
}
