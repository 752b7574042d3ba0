//! How the server treats a request. It is drawn from the seed, the call's number and the number of the call's earlier requests.

use std::time::Duration;

use crate::draw::{Purpose, at, pick};
use crate::planned_call::Verb;

/// A way to treat a request after the server has read all of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Plain,
    Chunked,
    Gzip,
    /// A success without a request ID.
    NoId,
    /// A success with `Connection: close`.
    Closes,
    SlowHead,
    /// A success. Then the server closes the idle connection without notice.
    IdleClose,
    CloseAfterRead,
    ResetAfterRead,
    Stall,
    StallBody,
    CutBody,
    CutChunks,
    TooMany,
    Unavailable,
    Error,
    ErrorIdInBody,
    ErrorCut,
    ErrorBare,
    NotFound,
    Redirect,
    Unauthorized,
}

/// The weight of each kind, out of about a thousand.
const WEIGHTS: [(u32, Kind); 22] = [
    (470, Kind::Plain),
    (130, Kind::Chunked),
    (130, Kind::Gzip),
    (20, Kind::NoId),
    (15, Kind::Closes),
    (25, Kind::SlowHead),
    (40, Kind::IdleClose),
    (18, Kind::CloseAfterRead),
    (12, Kind::ResetAfterRead),
    (8, Kind::Stall),
    (5, Kind::StallBody),
    (12, Kind::CutBody),
    (12, Kind::CutChunks),
    (18, Kind::TooMany),
    (18, Kind::Unavailable),
    (12, Kind::Error),
    (8, Kind::ErrorIdInBody),
    (6, Kind::ErrorCut),
    (8, Kind::ErrorBare),
    (8, Kind::NotFound),
    (20, Kind::Redirect),
    (12, Kind::Unauthorized),
];

impl Kind {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.into_iter().map(|(_, kind)| kind)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "2xx",
            Self::Chunked => "2xx chunked",
            Self::Gzip => "2xx gzip",
            Self::NoId => "2xx without ID",
            Self::Closes => "2xx, Connection: close",
            Self::SlowHead => "slow head",
            Self::IdleClose => "2xx, then idle close",
            Self::CloseAfterRead => "FIN after reading",
            Self::ResetAfterRead => "RST after reading",
            Self::Stall => "stall",
            Self::StallBody => "2xx, body stalls",
            Self::CutBody => "2xx, body cut",
            Self::CutChunks => "2xx, chunks cut",
            Self::TooMany => "429",
            Self::Unavailable => "503",
            Self::Error => "500 with JSON",
            Self::ErrorIdInBody => "500, ID in the body",
            Self::ErrorCut => "500, body cut",
            Self::ErrorBare => "500 without body",
            Self::NotFound => "404",
            Self::Redirect => "redirect",
            Self::Unauthorized => "401",
        }
    }

    /// Returns whether the fault is in the response's body, so that it makes no sense for a HEAD.
    fn needs_body(self) -> bool {
        matches!(
            self,
            Self::StallBody
                | Self::CutBody
                | Self::CutChunks
                | Self::ErrorCut
                | Self::ErrorIdInBody
        )
    }

    /// Returns whether the server sends the head of a response.
    pub(crate) fn responds(self) -> bool {
        !matches!(
            self,
            Self::CloseAfterRead | Self::ResetAfterRead | Self::Stall
        )
    }

    /// Returns whether a client has to assume that the server acted on the request.
    pub(crate) fn may_process(self) -> bool {
        !matches!(
            self,
            Self::TooMany | Self::Redirect | Self::Unauthorized | Self::NotFound
        )
    }
}

/// The wait that a 429 or a 503 requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RetryAfter {
    Absent,
    Seconds(u64),
    Millis(u64),
}

impl RetryAfter {
    pub(crate) fn wait(self) -> Duration {
        match self {
            Self::Absent => Duration::ZERO,
            Self::Seconds(s) => Duration::from_secs(s),
            Self::Millis(ms) => Duration::from_millis(ms),
        }
    }
}

/// How one request is treated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conduct {
    pub(crate) kind: Kind,
    pub(crate) status: u16,
    pub(crate) retry_after: RetryAfter,
    /// The time before the rest of a slow head, or before the end of an idle connection.
    pub(crate) delay: Duration,
    /// The approximate size of the response's body.
    pub(crate) size: usize,
}

impl Conduct {
    pub(crate) fn draw(seed: u64, call: u64, nth: u64, verb: Verb) -> Self {
        let mut rng = at(seed, Purpose::Conduct, call, nth);
        let mut kind = pick(&mut rng, &WEIGHTS);
        if verb == Verb::Head && kind.needs_body() {
            kind = Kind::Plain;
        }
        let status = match kind {
            Kind::TooMany => 429,
            Kind::Unavailable => 503,
            Kind::Error | Kind::ErrorIdInBody | Kind::ErrorCut | Kind::ErrorBare => 500,
            Kind::NotFound => 404,
            Kind::Unauthorized => 401,
            Kind::Redirect => pick(&mut rng, &[(2, 307), (2, 303), (1, 302)]),
            Kind::Plain if verb == Verb::Delete => 204,
            _ => 200,
        };
        let retry_after = match kind {
            Kind::TooMany | Kind::Unavailable => pick(
                &mut rng,
                &[
                    (60, RetryAfter::Seconds(0)),
                    (20, RetryAfter::Absent),
                    (10, RetryAfter::Millis(3)),
                    (9, RetryAfter::Millis(25)),
                    (1, RetryAfter::Seconds(1)),
                ],
            ),
            _ => RetryAfter::Absent,
        };
        let delay = match kind {
            // Some are slower than the attempt's timeout.
            Kind::SlowHead => Duration::from_millis(rng.u64(2..130)),
            // A short delay makes it likely that the client has not written the next request yet.
            Kind::IdleClose if rng.bool() => Duration::from_micros(rng.u64(..200)),
            Kind::IdleClose => Duration::from_micros(rng.u64(..5_000)),
            _ => Duration::ZERO,
        };
        let size = if rng.u32(..100) == 0 {
            rng.usize(20_000..200_000)
        } else {
            rng.usize(..1_500)
        };
        Self {
            kind,
            status,
            retry_after,
            delay,
            size,
        }
    }
}

/// A way to end a connection on which a request is arriving, without reading the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unread {
    Close,
    Reset,
}

impl Unread {
    /// Draws for the `nth` request of a connection.
    pub(crate) fn draw(seed: u64, connection: u64, nth: u64) -> Option<Self> {
        let mut rng = at(seed, Purpose::Unread, connection, nth);
        pick(
            &mut rng,
            &[(984, None), (8, Some(Self::Close)), (8, Some(Self::Reset))],
        )
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Close => "FIN before reading",
            Self::Reset => "RST before reading",
        }
    }
}
