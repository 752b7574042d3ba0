//! The server's clock, which a test may move by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The sandbox's source of time, for request IDs, rate limits and token lifetimes.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Milliseconds since the epoch of a clock that a test moves; `None` for the system's clock.
    manual: Option<Arc<AtomicU64>>,
}

/// Moves a manual [`Clock`].
#[derive(Debug, Clone)]
pub struct ClockHand {
    millis: Arc<AtomicU64>,
}

impl Clock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns a clock that stays at `start` until its hand moves it.
    pub fn manual(start: SystemTime) -> (Self, ClockHand) {
        let millis = Arc::new(AtomicU64::new(millis(since_epoch(start))));
        let clock = Self {
            manual: Some(Arc::clone(&millis)),
        };
        (clock, ClockHand { millis })
    }

    /// Returns the wall-clock time since the epoch, which rate-limit headers contain.
    pub(crate) fn now(&self) -> Duration {
        match &self.manual {
            Some(millis) => Duration::from_millis(millis.load(Ordering::SeqCst)),
            None => since_epoch(SystemTime::now()),
        }
    }
}

impl ClockHand {
    /// Moves the clock forward, rounded down to whole milliseconds.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(millis(by), Ordering::SeqCst);
    }
}

/// Formats a time as RFC 3339 in UTC with whole seconds, as the API does in its bodies.
pub(crate) fn rfc3339_seconds(since_epoch: Duration) -> String {
    rfc3339(Duration::from_secs(since_epoch.as_secs()))
}

/// Formats a time as RFC 3339 in UTC to the millisecond.
pub(crate) fn rfc3339(since_epoch: Duration) -> String {
    let millis = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
    time.to_string()
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(1_795_294_800));
        assert_eq!(rfc3339(clock.now()), "2026-11-21T21:00:00Z");
        hand.advance(Duration::from_millis(1_250));
        assert_eq!(rfc3339(clock.now()), "2026-11-21T21:00:01.25Z");
        assert_eq!(rfc3339_seconds(clock.now()), "2026-11-21T21:00:01Z");
    }
}
