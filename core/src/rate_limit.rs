//! Rate-limit headers, as a snapshot of what the server said last.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName};

/// What a response said about the caller's rate limit. It is information, not permission: do not pace requests by these
/// numbers, and wait as long as an error's `retry_after` says.
///
/// NovaVMS, for example, only allows bursts far below its `limit`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests the server's window allows.
    pub limit: Option<u64>,
    /// How many requests are left in the window.
    pub remaining: Option<u64>,
    /// When the window or bucket is full again, in UTC.
    pub reset_at: Option<SystemTime>,
}

/// The headers of a dialect, and what their reset means.
#[derive(Clone, Debug)]
pub(crate) struct RateLimitHeaders {
    pub(crate) limit: HeaderName,
    pub(crate) remaining: HeaderName,
    pub(crate) reset: HeaderName,
    pub(crate) reset_is: ResetUnit,
}

/// How a dialect counts the time of its reset.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ResetUnit {
    /// Seconds since 1970.
    Epoch,
    /// Seconds from now.
    Delta,
}

impl RateLimitHeaders {
    /// Reads a response; `None` if it has none of the headers in readable form.
    pub(crate) fn read(&self, headers: &HeaderMap, now: SystemTime) -> Option<RateLimit> {
        let number = |name: &HeaderName| -> Option<u64> {
            headers.get(name)?.to_str().ok()?.trim().parse().ok()
        };
        let from = match self.reset_is {
            ResetUnit::Epoch => SystemTime::UNIX_EPOCH,
            ResetUnit::Delta => now,
        };
        let found = RateLimit {
            limit: number(&self.limit),
            remaining: number(&self.remaining),
            reset_at: number(&self.reset).and_then(|s| from.checked_add(Duration::from_secs(s))),
        };
        (found != RateLimit::default()).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(reset_is: ResetUnit) -> RateLimitHeaders {
        RateLimitHeaders {
            limit: HeaderName::from_static("x-ratelimit-limit"),
            remaining: HeaderName::from_static("x-ratelimit-remaining"),
            reset: HeaderName::from_static("x-ratelimit-reset"),
            reset_is,
        }
    }

    #[test]
    fn epoch_and_delta() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", http::HeaderValue::from_static("1000"));
        headers.insert("x-ratelimit-remaining", http::HeaderValue::from_static("0"));
        headers.insert("x-ratelimit-reset", http::HeaderValue::from_static("30"));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let epoch = names(ResetUnit::Epoch)
            .read(&headers, now)
            .expect("a snapshot");
        assert_eq!((epoch.limit, epoch.remaining), (Some(1000), Some(0)));
        assert_eq!(
            epoch.reset_at,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(30))
        );
        let delta = names(ResetUnit::Delta)
            .read(&headers, now)
            .expect("a snapshot");
        assert_eq!(
            delta.reset_at,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(130))
        );
    }

    #[test]
    fn nothing_readable_is_no_snapshot() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", http::HeaderValue::from_static("many"));
        headers.insert(
            "x-ratelimit-reset",
            http::HeaderValue::from_static("18446744073709551615"),
        );
        assert_eq!(
            names(ResetUnit::Epoch).read(&headers, SystemTime::UNIX_EPOCH),
            None
        );
    }
}
