//! The plan of a call. It is drawn from the seed and the call's number.

use std::time::Duration;

use crate::draw::{Purpose, at, pick};

/// A method that the soak uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verb {
    Get,
    Head,
    Post,
    Put,
    Delete,
}

impl Verb {
    const ALL: [Self; 5] = [Self::Get, Self::Head, Self::Post, Self::Put, Self::Delete];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == name)
    }
}

/// How the caller ends a call early, if at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    Natural,
    /// By a cancel token, this long after the start.
    Cancel(Duration),
    /// By dropping the future, this long after the start.
    Drop(Duration),
    /// By this timeout of the whole call.
    Timeout(Duration),
    /// By a timeout of each attempt that is barely long enough.
    ShortAttempt(Duration),
}

/// A planned call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedCall {
    pub(crate) verb: Verb,
    pub(crate) key: bool,
    pub(crate) idempotent: Option<bool>,
    /// The size of the request's body.
    pub(crate) body: usize,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) ending: Ending,
}

impl PlannedCall {
    pub(crate) fn draw(seed: u64, call: u64) -> Self {
        let mut rng = at(seed, Purpose::Plan, call, 0);
        let (verb, key, idempotent) = pick(
            &mut rng,
            &[
                (40, (Verb::Get, false, None)),
                (2, (Verb::Get, false, Some(false))),
                (5, (Verb::Head, false, None)),
                (20, (Verb::Post, false, None)),
                (10, (Verb::Post, true, None)),
                (3, (Verb::Post, false, Some(true))),
                (2, (Verb::Post, true, Some(false))),
                (10, (Verb::Put, false, None)),
                (2, (Verb::Put, false, Some(false))),
                (6, (Verb::Delete, false, None)),
            ],
        );
        let body = match verb {
            // Sometimes large enough that a drop can hit the middle of a request.
            Verb::Post | Verb::Put if rng.u32(..100) == 0 => rng.usize(100_000..400_000),
            Verb::Post | Verb::Put => rng.usize(..1_500),
            _ => 0,
        };
        let soon = Duration::from_micros(rng.u64(..30_000));
        // While a connection is made or the request begins: that is when it is hard to know what was sent.
        let at_once = Duration::from_micros(rng.u64(1..400));
        let ending = pick(
            &mut rng,
            &[
                (880, Ending::Natural),
                (5, Ending::Cancel(Duration::ZERO)),
                (20, Ending::Cancel(at_once)),
                (20, Ending::Cancel(soon)),
                (15, Ending::Drop(Duration::ZERO)),
                (15, Ending::Drop(soon)),
                (25, Ending::Timeout(soon + Duration::from_millis(1))),
                (
                    20,
                    Ending::ShortAttempt(soon / 8 + Duration::from_micros(100)),
                ),
            ],
        );
        Self {
            verb,
            key,
            idempotent,
            body,
            max_attempts: (rng.u32(..50) == 0).then_some(1),
            ending,
        }
    }

    /// Returns whether a request of this method may be processed twice in this call. The method of the attempt decides, not
    /// that of the call.
    pub(crate) fn may_repeat(&self, verb: Verb) -> bool {
        self.idempotent.unwrap_or(self.key || verb != Verb::Post)
    }
}
