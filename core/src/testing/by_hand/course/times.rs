//! How long attempts and waits take, and the limits that end those that take all the available time.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::client::options::ClientOptions;
use crate::testing::by_hand::attempt::{DescribedAttempt, Failure};
use crate::testing::script::{Result, error_at};

/// The slack of a limit that must not run out.
const ROOM: Duration = Duration::from_secs(1);

/// The shortest and the longest time that may have passed in a call. They differ because its waits are random.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passed {
    least: Duration,
    most: Duration,
}

/// The limits of the client that differ from the usual ones.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The timeout of an attempt, and whether some attempt reaches it.
    attempt: Limit,
    /// The time to connect, and whether some attempt reaches it.
    connect: Limit,
    call: Option<Duration>,
}

#[derive(Debug, Default)]
struct Limit {
    time: Duration,
    is_reached: bool,
    is_usual: bool,
}

/// Whole milliseconds, as options have them; saturating.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Passed {
    pub(super) fn add(&mut self, time: Duration) {
        self.add_between(time, time);
    }

    pub(super) fn add_between(&mut self, least: Duration, most: Duration) {
        self.least = self.least.saturating_add(least);
        self.most = self.most.saturating_add(most);
    }

    fn spread(self) -> Duration {
        self.most - self.least
    }
}

impl Times {
    /// The limits that these attempts need. `ends_by_call` says that the last one, if it is a timeout, is the call's.
    pub(super) fn of(
        attempts: &[DescribedAttempt],
        ends_by_call: bool,
        usual: &ClientOptions,
    ) -> Result<Self> {
        let own = match attempts.split_last() {
            Some((last, before)) if ends_by_call && last.failure == Some(Failure::Timeout) => {
                before
            }
            _ => attempts,
        };
        let connects = |attempt: &&DescribedAttempt| {
            matches!(
                attempt.failure,
                Some(Failure::NoConnection | Failure::ConnectTimeout | Failure::Tls)
            )
        };
        let connecting: Vec<&DescribedAttempt> = own.iter().filter(connects).collect();
        let connect = Limit::of(
            &connecting,
            Failure::ConnectTimeout,
            usual.connect_timeout(),
        )?;
        let own: Vec<&DescribedAttempt> = own.iter().collect();
        let mut attempt = Limit::of(&own, Failure::Timeout, usual.attempt_timeout())?;
        // The time to connect is a part of the attempt's.
        if connect.is_reached && connect.time >= attempt.time {
            if attempt.is_reached {
                let message = format!(
                    "a connect timeout takes {} ms, and a timeout {} ms; expected the first to be shorter",
                    millis(connect.time),
                    millis(attempt.time)
                );
                return Err(error_at("attempts", message));
            }
            attempt.raise_above(connect.time);
        }
        Ok(Self {
            attempt,
            connect,
            call: None,
        })
    }

    /// How long an attempt takes if the call's time does not end it.
    pub(super) fn of_attempt(&self, attempt: &DescribedAttempt) -> Duration {
        match attempt.failure {
            Some(Failure::Timeout) => self.attempt.time,
            Some(Failure::ConnectTimeout) => self.connect.time,
            _ => attempt.elapsed(),
        }
    }

    /// Lets the call's time end its last attempt.
    pub(super) fn end_within(&mut self, last: &DescribedAttempt, passed: Passed) -> Result<()> {
        let path = || format!("{}.elapsed_ms", last.path);
        if last.elapsed_ms.is_some() && !passed.spread().is_zero() {
            let message = "the waits before it are random, so the time that is left of the call is unknown; leave it out";
            return Err(error_at(path(), message));
        }
        let half = self.attempt.time / 2;
        let own = match last.elapsed_ms {
            Some(elapsed) => Duration::from_millis(elapsed),
            None if self.attempt.is_reached => half,
            None => self.attempt.time,
        };
        let longest = own.saturating_add(passed.spread());
        if own.is_zero() || self.attempt.is_reached && longest >= self.attempt.time {
            let message = format!(
                "what is left of the call's time may be {} ms; expected more than 0, and less than the {} ms that end an \
                 attempt",
                millis(longest),
                millis(self.attempt.time)
            );
            return Err(error_at(path(), message));
        }
        if longest >= self.attempt.time {
            self.attempt.raise_above(longest);
        }
        self.call = Some(whole(passed.most.saturating_add(own)));
        Ok(())
    }

    /// Lets the call's time end before a wait this long; `false` if it could end after it.
    pub(super) fn end_before(&mut self, asked_wait: Duration, passed: Passed) -> bool {
        let call = whole(passed.most.saturating_add(Duration::from_millis(1)));
        self.call = Some(call);
        call - passed.least <= asked_wait
    }

    /// The options of the client.
    pub(super) fn options(&self, passed: Passed, usual: &ClientOptions) -> Map<String, Value> {
        let mut options = Map::new();
        let mut put = |name: &str, time: Duration| {
            crate::json::put(&mut options, name, millis(time).into());
        };
        let needed = passed.most.saturating_add(ROOM);
        let longer = (needed >= usual.timeout()).then(|| whole(needed));
        let call = self.call.or(longer);
        if let Some(call) = call {
            put("timeout_ms", call);
        }
        // A longer timeout of the call would raise that of an attempt.
        if call.is_some() || !self.attempt.is_usual {
            put("attempt_timeout_ms", self.attempt.time);
        }
        if !self.connect.is_usual {
            put("connect_timeout_ms", self.connect.time);
        }
        options
    }
}

impl Limit {
    /// The limit that ends each attempt with this failure, and that no other attempt reaches.
    #[inline(never)]
    fn of(attempts: &[&DescribedAttempt], failure: Failure, usual: Duration) -> Result<Self> {
        let mut reaching = attempts.iter().filter(|it| it.failure == Some(failure));
        let mut limit = Self {
            time: usual,
            is_reached: reaching.clone().next().is_some(),
            is_usual: true,
        };
        if let Some(first) = reaching.find(|attempt| attempt.elapsed_ms.is_some()) {
            limit.time = first.elapsed();
            limit.is_usual = limit.time == usual;
        }
        for attempt in attempts {
            let elapsed = attempt.elapsed();
            let path = || format!("{}.elapsed_ms", attempt.path);
            let shown = millis(limit.time);
            if attempt.failure == Some(failure) {
                if attempt.elapsed_ms.is_some() && (elapsed != limit.time || elapsed.is_zero()) {
                    let message = format!(
                        "found {}; expected a time above 0, the same for all timeouts of the call, here {shown}",
                        millis(elapsed)
                    );
                    return Err(error_at(path(), message));
                }
            } else if elapsed >= limit.time && attempt.is_timed() {
                if limit.is_reached {
                    let message = format!(
                        "found {}; expected less than {shown}, the time after which another attempt of the call times out",
                        millis(elapsed)
                    );
                    return Err(error_at(path(), message));
                }
                limit.raise_above(elapsed);
            }
        }
        Ok(limit)
    }

    fn raise_above(&mut self, time: Duration) {
        self.time = whole(time.saturating_add(ROOM));
        self.is_usual = false;
    }
}

/// The next whole millisecond.
fn whole(time: Duration) -> Duration {
    let down = Duration::from_millis(millis(time));
    match down < time {
        true => down.saturating_add(Duration::from_millis(1)),
        false => down,
    }
}
