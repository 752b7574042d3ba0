//! The rate limit: one token bucket per caller.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How many requests a caller may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    per_minute: u32,
    burst: u32,
}

impl RateLimit {
    /// Allows `burst` requests at once and `per_minute` on average. Zero counts as one.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            burst: burst.max(1),
        }
    }

    /// Returns the time after which one token comes back.
    fn interval(self) -> Duration {
        Duration::from_secs(60) / self.per_minute
    }
}

impl Default for RateLimit {
    /// Returns the documented limit: 1000 requests a minute from a bucket of 100.
    fn default() -> Self {
        Self::new(1000, 100)
    }
}

impl FromStr for RateLimit {
    type Err = RateLimitError;

    /// Parses `PER_MINUTE` or `PER_MINUTE:BURST`. The default burst is 100.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (per_minute, burst) = text.split_once(':').unwrap_or((text, "100"));
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        match (number(per_minute), number(burst)) {
            (Some(per_minute), Some(burst)) => Ok(Self::new(per_minute, burst)),
            _ => Err(RateLimitError(text.to_owned())),
        }
    }
}

/// The text does not describe a rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimitError(String);

impl fmt::Display for RateLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.0;
        write!(
            f,
            "must be PER_MINUTE or PER_MINUTE:BURST, each 1 or more, not {text:?}"
        )
    }
}

impl std::error::Error for RateLimitError {}

/// A token bucket, stored as the time at which it is full again.
///
/// Everything else follows from that time and the clock, without rounding errors that add up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket {
    full_at: Duration,
}

/// The values of the `X-RateLimit-*` headers after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the bucket is full again, in whole seconds since the epoch.
    pub(crate) reset: u64,
}

impl Bucket {
    /// Takes a token. The error is the time until the next token.
    pub(crate) fn take(&mut self, limit: RateLimit, now: Duration) -> Result<(), Duration> {
        let interval = limit.interval();
        let full_at = self.full_at.max(now) + interval;
        let earliest = full_at.saturating_sub(interval * limit.burst);
        if earliest > now {
            return Err(earliest - now);
        }
        self.full_at = full_at;
        Ok(())
    }

    /// Reads the bucket without taking anything.
    pub(crate) fn level(&self, limit: RateLimit, now: Duration) -> Level {
        let missing = self.full_at.saturating_sub(now);
        let taken = missing.as_nanos().div_ceil(limit.interval().as_nanos());
        let taken = u32::try_from(taken).unwrap_or(u32::MAX);
        Level {
            limit: limit.per_minute,
            remaining: limit.burst.saturating_sub(taken),
            reset: ceil_seconds(self.full_at.max(now)),
        }
    }
}

/// Rounds up to whole seconds, so that a client that waits this long is never too early.
pub(crate) fn ceil_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_000);

    #[test]
    fn a_burst_is_allowed_and_tokens_come_back_one_by_one() {
        let limit = RateLimit::new(60, 3);
        let mut bucket = Bucket::default();
        for left in [2, 1, 0] {
            assert_eq!(bucket.take(limit, START), Ok(()));
            assert_eq!(bucket.level(limit, START).remaining, left);
        }
        assert_eq!(bucket.take(limit, START), Err(Duration::from_secs(1)));
        let soon = START + Duration::from_millis(999);
        assert_eq!(bucket.take(limit, soon), Err(Duration::from_millis(1)));
        let later = START + Duration::from_secs(1);
        assert_eq!(bucket.take(limit, later), Ok(()));
        assert_eq!(
            bucket.level(limit, later),
            Level {
                limit: 60,
                remaining: 0,
                reset: 1_004
            }
        );
    }

    #[test]
    fn a_refused_request_costs_nothing_and_an_idle_bucket_does_not_overflow() {
        let limit = RateLimit::new(60, 2);
        let mut bucket = Bucket::default();
        let taken = (0..10)
            .filter(|_| bucket.take(limit, START).is_ok())
            .count();
        assert_eq!(taken, 2);
        let much_later = START + Duration::from_secs(3_600);
        assert_eq!(bucket.level(limit, much_later).remaining, 2);
        let taken = (0..10)
            .filter(|_| bucket.take(limit, much_later).is_ok())
            .count();
        assert_eq!(taken, 2);
    }

    #[test]
    fn a_limit_is_parsed_from_text() {
        assert_eq!("60".parse(), Ok(RateLimit::new(60, 100)));
        assert_eq!("60:5".parse(), Ok(RateLimit::new(60, 5)));
        for text in ["", "0", "10:x", "10:0", "-1", "1:2:3"] {
            let error = text.parse::<RateLimit>().expect_err(text).to_string();
            assert!(error.ends_with(&format!("not {text:?}")), "{error}");
        }
    }

    #[test]
    fn a_limit_of_zero_is_one() {
        assert_eq!(RateLimit::new(0, 0), RateLimit::new(1, 1));
    }
}
