//! The text of a timeout: what had not happened, with which peer, and within which limit. `attempt_timeout.rs` enforces it.

use std::time::{Duration, Instant};

use crate::transport::Phase;

/// What an attempt was doing when its time ran out.
pub(super) struct Waited<'a> {
    pub(super) phase: Phase,
    /// The peer of the attempt, if the transport knows it: the server or a proxy.
    pub(super) peer: Option<&'a str>,
    /// Host and port of the URL.
    pub(super) host: &'a str,
}

/// The time that ran out.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    /// The part of it that the attempt had.
    pub(super) time: Duration,
    pub(super) set_by: SetBy,
}

/// The source of an attempt's limit.
#[derive(Clone, Copy)]
pub(super) enum SetBy {
    /// Its own option.
    Option,
    /// The call's timeout, of which earlier attempts used up a part.
    RestOfCall(Duration),
    /// A deadline that the caller keeps outside reqtrail.
    Caller,
}

impl Limit {
    /// The limit of an attempt that the caller's own deadline ended.
    pub(super) fn of_caller(started: Instant, now: Instant) -> Self {
        Self {
            time: now.saturating_duration_since(started),
            set_by: SetBy::Caller,
        }
    }
}

/// Returns the reason in one line.
pub(super) fn reason(waited: &Waited<'_>, limit: Limit) -> String {
    let time = match limit.set_by {
        SetBy::Option => shown(limit.time),
        SetBy::Caller => format!("{}, when the caller's deadline passed", shown(limit.time)),
        SetBy::RestOfCall(call) => format!(
            "{}, what was left of the call's {}",
            shown(limit.time),
            shown(call)
        ),
    };
    let Waited { phase, peer, host } = *waited;
    let to = peer.unwrap_or(host);
    match phase {
        Phase::Connecting => format!("no connection to {to} within {time}"),
        Phase::Resolving => format!(
            "no connection to {host} within {time}: the host's addresses were still being looked up"
        ),
        Phase::Proxy => {
            let proxy = peer.map(|peer| format!(" {peer}")).unwrap_or_default();
            format!("no connection to {host} within {time}: the proxy{proxy} had not answered")
        }
        Phase::Tls => {
            format!("no connection to {to} within {time}: the TLS handshake had not ended")
        }
        Phase::Stream => {
            // Without the limit's explanation, which would separate the wait from what was waited for.
            format!("waited {time} for a free HTTP/2 stream of {to}")
        }
        Phase::Sending | Phase::Waiting => match peer {
            Some(peer) => format!("no response from {peer} within {time}"),
            None => format!("no response within {time}"),
        },
        Phase::Reading => format!("the response's body did not end within {time}"),
        Phase::Decoding => format!("the response's body was not decoded within {time}"),
    }
}

/// A limit as it was set: whole milliseconds below a second, seconds above.
fn shown(time: Duration) -> String {
    let millis = time.as_micros().div_ceil(1000);
    if millis < 1000 {
        return format!("{millis} ms");
    }
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let fraction = format!(".{rest:03}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{seconds}{fraction} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(phase: Phase, peer: Option<&str>, millis: u64, set_by: SetBy) -> String {
        let host = "api.example:443";
        let limit = Limit {
            time: Duration::from_millis(millis),
            set_by,
        };
        reason(&Waited { phase, peer, host }, limit)
    }

    #[test]
    fn each_phase_says_what_had_not_happened() {
        let peer = Some("192.0.2.7:443");
        let rows = [
            (
                said(Phase::Connecting, None, 5000, SetBy::Option),
                "no connection to api.example:443 within 5 s",
            ),
            (
                said(Phase::Resolving, None, 5000, SetBy::Option),
                "no connection to api.example:443 within 5 s: the host's addresses were still being looked up",
            ),
            (
                said(
                    Phase::Proxy,
                    Some("proxy.example:3128"),
                    1500,
                    SetBy::Option,
                ),
                "no connection to api.example:443 within 1.5 s: the proxy proxy.example:3128 had not answered",
            ),
            (
                said(Phase::Tls, peer, 5000, SetBy::Option),
                "no connection to 192.0.2.7:443 within 5 s: the TLS handshake had not ended",
            ),
            (
                said(Phase::Stream, None, 2000, SetBy::Option),
                "waited 2 s for a free HTTP/2 stream of api.example:443",
            ),
            (
                said(Phase::Sending, peer, 200, SetBy::Option),
                "no response from 192.0.2.7:443 within 200 ms",
            ),
            (
                said(Phase::Waiting, None, 200, SetBy::Option),
                "no response within 200 ms",
            ),
            (
                said(Phase::Reading, peer, 2000, SetBy::Option),
                "the response's body did not end within 2 s",
            ),
            (
                said(Phase::Decoding, peer, 2000, SetBy::Option),
                "the response's body was not decoded within 2 s",
            ),
            (
                said(
                    Phase::Waiting,
                    None,
                    212,
                    SetBy::RestOfCall(Duration::from_millis(500)),
                ),
                "no response within 212 ms, what was left of the call's 500 ms",
            ),
            (
                said(Phase::Tls, peer, 212, SetBy::Caller),
                "no connection to 192.0.2.7:443 within 212 ms, when the caller's deadline passed: the TLS handshake had not ended",
            ),
        ];
        for (said, wanted) in rows {
            assert_eq!(said, wanted);
        }
    }

    #[test]
    fn limits_are_shown_as_they_are_set() {
        for (micros, wanted) in [
            (1, "1 ms"),
            (999_000, "999 ms"),
            (1_000_000, "1 s"),
            (1_250_000, "1.25 s"),
            (60_000_000, "60 s"),
            (600_001_000, "600.001 s"),
        ] {
            assert_eq!(shown(Duration::from_micros(micros)), wanted);
        }
    }
}
