//! Random calls, and random stories of what happens to their requests.

use proptest::prelude::*;
use reqtrail::Failure;

use crate::support::*;

/// What happens to one request; times are in milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) what: What,
    pub(super) connects_in: u64,
    pub(super) after: u64,
    pub(super) retry_after: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Status(u16),
    Redirect(u16, bool),
    Unsent(Failure),
    Broken(Failure),
    Silence(bool),
    Body {
        status: u16,
        pause: u64,
        whole: bool,
    },
}

/// How a call is made.
#[derive(Clone, Debug)]
pub(super) struct RandomCall {
    pub(super) stories: Vec<Story>,
    pub(super) method: &'static str,
    pub(super) mark: Option<bool>,
    pub(super) max_attempts: u32,
    pub(super) max_redirects: u32,
    pub(super) timeout: u64,
    pub(super) attempt_timeout: u64,
    pub(super) refreshes: Option<(u64, bool)>,
    pub(super) cancel_at: Option<u64>,
    pub(super) seed: u64,
}

fn what() -> impl Strategy<Value = What> {
    let statuses = vec![
        200u16, 204, 400, 401, 404, 408, 409, 429, 500, 501, 502, 503, 504,
    ];
    prop_oneof![
        5 => proptest::sample::select(statuses).prop_map(What::Status),
        2 => (proptest::sample::select(vec![301u16, 302, 303, 307, 308]), any::<bool>())
            .prop_map(|(status, own)| What::Redirect(status, own)),
        1 => proptest::sample::select(vec![Failure::Connect, Failure::Tls, Failure::ProxyRefused, Failure::Broken])
            .prop_map(What::Unsent),
        2 => proptest::sample::select(vec![Failure::Broken, Failure::Unprocessed, Failure::RefusedStream, Failure::HeadersTooLarge])
            .prop_map(What::Broken),
        1 => any::<bool>().prop_map(What::Silence),
        2 => (proptest::sample::select(vec![200u16, 404, 503]), 0..9000u64, any::<bool>())
            .prop_map(|(status, pause, whole)| What::Body { status, pause, whole }),
    ]
}

fn story() -> impl Strategy<Value = Story> {
    let times = || prop_oneof![3 => Just(0u64), 2 => 1..800u64, 1 => 800..12_000u64];
    (
        what(),
        times(),
        times(),
        proptest::option::weighted(0.3, 0..70_000u64),
    )
        .prop_map(|(what, connects_in, after, retry_after)| Story {
            what,
            connects_in,
            after,
            retry_after,
        })
}

pub(super) fn plan() -> impl Strategy<Value = RandomCall> {
    (
        proptest::collection::vec(story(), 1..12),
        proptest::sample::select(vec!["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"]),
        proptest::option::weighted(0.3, any::<bool>()),
        (1..6u32, 0..6u32),
        (1..90_000u64, 1..15_000u64),
        proptest::option::of((0..5000u64, any::<bool>())),
        proptest::option::weighted(0.2, 0..20_000u64),
        any::<u64>(),
    )
        .prop_map(
            |(
                stories,
                method,
                mark,
                (max_attempts, max_redirects),
                (timeout, attempt_timeout),
                refreshes,
                cancel_at,
                seed,
            )| RandomCall {
                stories,
                method,
                mark,
                max_attempts,
                max_redirects,
                timeout,
                attempt_timeout,
                refreshes,
                cancel_at,
                seed,
            },
        )
}

impl Story {
    pub(super) fn exchange(&self) -> Exchange {
        let bare = match &self.what {
            What::Unsent(failure) => return fails(*failure).after(ms(self.after)),
            What::Broken(failure) => fails(*failure).sent(),
            What::Silence(sent) => return if *sent { never().sent() } else { never() },
            What::Status(status) | What::Body { status, .. } => reply(*status),
            What::Redirect(status, own) => {
                let to = if *own {
                    "/elsewhere"
                } else {
                    "https://other.example/"
                };
                reply(*status).header("location", to)
            }
        };
        let timed = bare.connects_in(ms(self.connects_in)).after(ms(self.after));
        let timed = match (self.retry_after, &self.what) {
            (Some(told), What::Status(_) | What::Body { .. }) => {
                timed.header("retry-after-ms", told.to_string())
            }
            _ => timed,
        };
        match self.what {
            What::Body { pause, whole, .. } => {
                let piece = timed.body("piece").pause(ms(pause));
                if whole {
                    piece.body("rest")
                } else {
                    piece.cut()
                }
            }
            _ => timed,
        }
    }
}
