//! Retry-After: how long a server asks to wait.
//!
//! Reads `1*DIGIT ["." 1*DIGIT]` seconds and the three HTTP-date forms of RFC 9110 §5.6.7 and §10.2.3, and the
//! widespread `retry-after-ms`. Anything else is ignored.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

use crate::http_date;

/// The name of the millisecond form.
pub(crate) const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// Whether there is anything to read. Most responses ask for no wait, and then the clock is not read.
pub(crate) fn is_given(headers: &HeaderMap) -> bool {
    headers.contains_key(RETRY_AFTER) || headers.contains_key(RETRY_AFTER_MS)
}

/// Returns the longest wait that the headers ask for, or `None` if none of them is readable. `unreadable` is called
/// with each part that was ignored, for the log.
///
/// A date is compared with the response's `Date` if there is one, so that a wrong local clock does no harm, and
/// otherwise with `now`. A time in the past counts as zero.
pub(crate) fn from_headers(
    headers: &HeaderMap,
    now: SystemTime,
    mut unreadable: impl FnMut(&[u8]),
) -> Option<Duration> {
    // The waits until dates, in nanoseconds: the local clock has fractions of a second, a server's `Date` has none.
    let now_secs = http_date::seconds(now);
    let server_now = headers.get_all(DATE).iter().find_map(|value| {
        let date = http_date::parse(value.as_bytes().trim_ascii(), now_secs)?;
        Some((date, Duration::ZERO))
    });
    let (clock, fraction) = server_now.unwrap_or_else(|| (now_secs, fraction(now, now_secs)));
    let mut longest = None;
    for (name, unit) in [(RETRY_AFTER, 1.0), (RETRY_AFTER_MS, 1e-3)] {
        for value in headers.get_all(&name) {
            let mut rest = Some(value.as_bytes());
            while let Some(list) = rest {
                let (part, after) = split(list);
                rest = after;
                let date = |text: &[u8]| {
                    let date = http_date::parse(text, clock).filter(|_| name == RETRY_AFTER)?;
                    let wait = u64::try_from(date.saturating_sub(clock)).unwrap_or_default();
                    Some(Duration::from_secs(wait).saturating_sub(fraction))
                };
                let mut wait = number(part.trim_ascii(), unit).or_else(|| date(part.trim_ascii()));
                if let (None, Some(after)) = (wait, after) {
                    // The comma of a date is not a separator.
                    let (end, behind) = split(after);
                    let both = list.len() - after.len() + end.len();
                    wait = date(list[..both].trim_ascii());
                    if wait.is_some() {
                        rest = behind;
                    }
                }
                match wait {
                    Some(wait) => longest = longest.max(Some(wait)),
                    None if part.trim_ascii().is_empty() => {}
                    None => unreadable(part.trim_ascii()),
                }
            }
        }
    }
    longest
}

/// The part of a second that has passed at `now`.
fn fraction(now: SystemTime, seconds: i64) -> Duration {
    let whole = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(Duration::ZERO, |since| since.saturating_sub(whole))
}

/// The first part of a list and what follows it. A comma alone separates nothing: `0,493` is one part.
fn split(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    let is_separator = |pair: &[u8]| pair[0] == b',' && matches!(pair[1], b' ' | b'\t');
    match list.windows(2).position(is_separator) {
        Some(at) => (&list[..at], Some(&list[at + 2..])),
        None => (list, None),
    }
}

/// Reads a non-negative decimal number of units of `unit` seconds; saturates instead of overflowing.
fn number(text: &[u8], unit: f64) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    Some(Duration::try_from_secs_f64(value * unit).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn parsed(rows: &[(&'static str, &str)], now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in rows {
            headers.append(*name, HeaderValue::from_str(value).expect("a header value"));
        }
        from_headers(&headers, now, |_| ())
    }

    /// A time of the local clock.
    fn at(date: &str) -> SystemTime {
        let seconds = http_date::parse(date.as_bytes(), 0).expect("a date");
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().expect("after 1970"))
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn seconds_and_fractions() {
        let now = SystemTime::UNIX_EPOCH;
        for (text, millis) in [
            ("0", 0),
            ("2", 2000),
            ("1.5", 1500),
            ("0007", 7000),
            ("0.25", 250),
        ] {
            assert_eq!(
                parsed(&[("retry-after", text)], now),
                Some(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(
            parsed(&[("retry-after-ms", "1500")], now),
            Some(Duration::from_millis(1500))
        );
    }

    #[test]
    fn either_header_is_something_to_read() {
        for (name, given) in [
            ("retry-after", true),
            ("retry-after-ms", true),
            ("date", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static("1"));
            assert_eq!(is_given(&headers), given, "{name}");
        }
    }

    #[test]
    fn unreadable_values_are_reported() {
        let mut headers = HeaderMap::new();
        for value in ["1", "soon, 2, later", "Sun, 06 Nov 1994 08:49:37 GMT, "] {
            headers.append("retry-after", HeaderValue::from_static(value));
        }
        let sunday = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        headers.append("retry-after-ms", sunday);
        let mut reported = Vec::new();
        from_headers(&headers, SystemTime::UNIX_EPOCH, |part| {
            reported.push(String::from_utf8_lossy(part).into_owned());
        });
        assert_eq!(
            reported,
            ["soon", "later", "Sun", "06 Nov 1994 08:49:37 GMT"]
        );
    }

    #[test]
    fn lists_are_joined_by_a_comma_and_a_blank() {
        let now = at("Sun, 06 Nov 1994 08:49:07 GMT");
        for (text, seconds) in [
            ("1, 9", Some(9)),
            ("9, 1", Some(9)),
            ("9 ,\t 1", Some(9)),
            ("soon, 3, -1", Some(3)),
            (", 3, ", Some(3)),
            ("5, Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT, 5", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT, 50", Some(50)),
            (
                "Sunday, 06-Nov-94 08:49:37 GMT, Sun Nov  6 08:49:47 1994",
                Some(40),
            ),
            ("Sun, 7, Sun, 06 Nov 1994", Some(7)),
            // A comma alone joins nothing, and is not a decimal point either.
            ("0,493", None),
            ("1,9", None),
            ("0,493, 2", Some(2)),
        ] {
            let wait = parsed(&[("retry-after", text)], now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
        }
        assert_eq!(
            parsed(&[("retry-after-ms", "250, x, 1500")], now),
            Some(Duration::from_millis(1500))
        );
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(b"caf\xe9, 4").expect("a header value");
        headers.append("retry-after", value);
        assert_eq!(from_headers(&headers, now, |_| ()), Some(4 * SECOND));
    }

    #[test]
    fn dates_before_1970_are_past() {
        let rows = [("retry-after", "Sun, 06 Nov 1904 08:49:37 GMT")];
        assert_eq!(parsed(&rows, SystemTime::now()), Some(Duration::ZERO));
        let rows = [
            ("date", "Sat, 31 Dec 2016 23:59:60 GMT"),
            ("retry-after", "Sun, 01 Jan 2017 00:00:10 GMT"),
        ];
        assert_eq!(parsed(&rows, SystemTime::UNIX_EPOCH), Some(10 * SECOND));
    }

    #[test]
    fn the_local_clock_counts_to_the_fraction() {
        let now = at("Sun, 06 Nov 1994 08:49:07 GMT") + Duration::from_millis(400);
        let rows = [("retry-after", "Sun, 06 Nov 1994 08:49:08 GMT")];
        assert_eq!(parsed(&rows, now), Some(Duration::from_millis(600)));
        let rows = [("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")];
        assert_eq!(parsed(&rows, now), Some(Duration::ZERO));
    }

    #[test]
    fn anything_else_is_ignored() {
        for text in [
            "",
            "-1",
            "+1",
            "1.",
            ".5",
            "1e3",
            "NaN",
            "inf",
            "soon",
            "0x10",
            "1 2",
            "Wed, 21 Oct",
        ] {
            assert_eq!(
                parsed(&[("retry-after", text)], SystemTime::UNIX_EPOCH),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn huge_numbers_saturate() {
        for digits in [36, 400, 10_000] {
            let text = "9".repeat(digits);
            assert_eq!(
                parsed(&[("retry-after", &text)], SystemTime::UNIX_EPOCH),
                Some(Duration::MAX)
            );
        }
    }

    #[test]
    fn three_date_forms_agree() {
        let now = at("Sun, 06 Nov 1994 08:49:07 GMT");
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                parsed(&[("retry-after", text)], now),
                Some(30 * SECOND),
                "{text}"
            );
        }
        assert_eq!(
            parsed(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], now),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn the_servers_own_clock_counts() {
        let wrong = SystemTime::UNIX_EPOCH;
        let rows = [
            ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ];
        assert_eq!(parsed(&rows, wrong), Some(30 * SECOND));
    }

    #[test]
    fn the_longest_of_several_wins() {
        let rows = [
            ("retry-after", "1"),
            ("retry-after", "9"),
            ("retry-after", "x"),
            ("retry-after-ms", "2000"),
        ];
        assert_eq!(parsed(&rows, SystemTime::UNIX_EPOCH), Some(9 * SECOND));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_ignored_without_panic(text in "[ -~]{0,300}") {
            let _ = parsed(&[("retry-after", &text), ("date", &text), ("retry-after-ms", &text)], SystemTime::now());
        }

        #[test]
        fn whole_seconds_are_exact(seconds in 0u64..4_000_000_000) {
            let got = parsed(&[("retry-after", &seconds.to_string())], SystemTime::UNIX_EPOCH);
            prop_assert_eq!(got, Some(Duration::from_secs(seconds)));
        }
    }
}
