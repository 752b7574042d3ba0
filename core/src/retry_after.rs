//! Retry-After: how long a server asks to wait.
//!
//! Reads `1*DIGIT ["." 1*DIGIT]` seconds and the three HTTP-date forms of RFC 9110 §5.6.7 and §10.2.3, and the
//! widespread `retry-after-ms`. Anything else is ignored.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

/// The name of the millisecond form.
pub(crate) const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// Whether there is anything to read: most responses ask for nothing, and cost no look at the clock.
pub(crate) fn is_given(headers: &HeaderMap) -> bool {
    headers.contains_key(RETRY_AFTER) || headers.contains_key(RETRY_AFTER_MS)
}

/// Returns the longest wait that the headers ask for, or `None` if none of them says anything readable.
///
/// A date is read against the response's own `Date` where there is one, so that a wrong local clock does no harm;
/// `now` serves where there is none. A time in the past counts as zero.
pub(crate) fn from_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let server_now = headers
        .get(DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| httpdate::parse_http_date(text.trim()).ok());
    let seconds =
        texts(headers, RETRY_AFTER).filter_map(|text| parse(text, server_now.unwrap_or(now)));
    let millis = texts(headers, RETRY_AFTER_MS).filter_map(|text| number(text, 1e-3));
    seconds.chain(millis).max()
}

/// Returns the values that were there and could not be read, for the log.
pub(crate) fn unreadable(
    headers: &HeaderMap,
    now: SystemTime,
) -> impl Iterator<Item = &http::HeaderValue> {
    let bad = move |value: &http::HeaderValue, read: fn(&str, SystemTime) -> Option<Duration>| {
        let text = value.to_str().ok();
        text.is_none_or(|text| read(text.trim(), now).is_none())
    };
    let seconds = headers.get_all(RETRY_AFTER).iter();
    let millis = headers.get_all(RETRY_AFTER_MS).iter();
    seconds
        .filter(move |value| bad(value, parse))
        .chain(millis.filter(move |value| bad(value, |text, _| number(text, 1e-3))))
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(str::trim)
}

fn parse(text: &str, now: SystemTime) -> Option<Duration> {
    number(text, 1.0).or_else(|| {
        let date = httpdate::parse_http_date(text).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

/// Reads a non-negative decimal number of units of `unit` seconds; saturates instead of overflowing.
fn number(text: &str, unit: f64) -> Option<Duration> {
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

    fn told(rows: &[(&'static str, &str)], now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in rows {
            headers.append(*name, HeaderValue::from_str(value).expect("a header value"));
        }
        from_headers(&headers, now)
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
                told(&[("retry-after", text)], now),
                Some(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(
            told(&[("retry-after-ms", "1500")], now),
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
    fn what_cannot_be_read_is_told() {
        let mut headers = HeaderMap::new();
        for value in ["1", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            headers.append("retry-after", HeaderValue::from_static(value));
        }
        headers.append("retry-after-ms", HeaderValue::from_static("later"));
        let told: Vec<_> = unreadable(&headers, SystemTime::UNIX_EPOCH).collect();
        assert_eq!(told, ["soon", "later"]);
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
            "1, 9",
            "0x10",
            "1 2",
            "Wed, 21 Oct",
        ] {
            assert_eq!(
                told(&[("retry-after", text)], SystemTime::UNIX_EPOCH),
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
                told(&[("retry-after", &text)], SystemTime::UNIX_EPOCH),
                Some(Duration::MAX)
            );
        }
    }

    #[test]
    fn three_date_forms_agree() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:07 GMT").expect("a date");
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                told(&[("retry-after", text)], now),
                Some(30 * SECOND),
                "{text}"
            );
        }
        assert_eq!(
            told(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], now),
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
        assert_eq!(told(&rows, wrong), Some(30 * SECOND));
    }

    #[test]
    fn the_longest_of_several_wins() {
        let rows = [
            ("retry-after", "1"),
            ("retry-after", "9"),
            ("retry-after", "x"),
            ("retry-after-ms", "2000"),
        ];
        assert_eq!(told(&rows, SystemTime::UNIX_EPOCH), Some(9 * SECOND));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_ignored_without_panic(text in "[ -~]{0,300}") {
            let _ = told(&[("retry-after", &text), ("date", &text), ("retry-after-ms", &text)], SystemTime::now());
        }

        #[test]
        fn whole_seconds_are_exact(seconds in 0u64..4_000_000_000) {
            let got = told(&[("retry-after", &seconds.to_string())], SystemTime::UNIX_EPOCH);
            prop_assert_eq!(got, Some(Duration::from_secs(seconds)));
        }
    }
}
