//! Parses durations and times that people type.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The units of durations in milliseconds, longest first.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Parses a duration such as `90s`, `1.5h`, `1h30m`, `250ms` or `3d`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    read_duration(text.trim())
        .ok_or_else(|| "expected a duration such as 250ms, 90s, 2h or 1h30m".to_owned())
}

/// Parses a duration above zero, for an option without which time is not limited.
pub(crate) fn limit(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Ok(limit) if !limit.is_zero() => Ok(limit),
        Err(wrong) if text.trim() != "0" => Err(wrong),
        _ => Err(
            "expected a duration above 0, such as 30s or 2m; without this option there is no limit"
                .to_owned(),
        ),
    }
}

fn read_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(digits);
        let letters = behind.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, behind) = behind.split_at(letters.unwrap_or(behind.len()));
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(times(number, *unit)?)?;
        rest = behind;
    }
    (!text.is_empty()).then_some(total)
}

/// Returns the duration of `number` units, to the microsecond.
fn times(number: &str, unit_ms: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    // Both sides of the point consist of digits, without a sign.
    let micros = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(unit_ms)?
        .checked_mul(1000)?;
    let digits = u32::try_from(fraction.len())
        .ok()
        .filter(|digits| *digits <= 9)?;
    let part: u64 = fraction.parse().ok()?;
    let part = u128::from(part) * u128::from(unit_ms) * 1000 / 10_u128.pow(digits);
    let micros = micros.checked_add(u64::try_from(part).ok()?)?;
    Some(Duration::from_micros(micros))
}

/// A time that a person typed. Its moment depends on the time zone and on the present time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    /// This long ago.
    Ago(Duration),
    /// A time with an offset.
    At(Timestamp),
    /// A time in the zone in which times are printed.
    Local(DateTime),
    /// A time of day: its latest occurrence.
    Clock(Time),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(ago) = read_duration(text) {
            return Ok(Self::Ago(ago));
        }
        // A space may precede the offset, as in this command's output.
        let joined = match text.rsplit_once(' ') {
            Some((time, offset)) if offset.starts_with(['+', '-']) => format!("{time}{offset}"),
            _ => text.to_owned(),
        };
        if let Ok(at) = joined.parse() {
            return Ok(Self::At(at));
        }
        if let Some(time) = civil::<Time>(text, Date::from_str(text).is_err()) {
            return Ok(Self::Clock(time));
        }
        if let Some(at) = civil::<DateTime>(text, true) {
            return Ok(Self::Local(at));
        }
        Err("expected a duration such as 2h, or a time such as 14:05, 2026-11-26, 2026-11-26 14:05 or 2026-11-26T14:05:09Z".to_owned())
    }
}

/// Parses a date or a time without a zone.
fn civil<T: FromStr>(text: &str, may_be: bool) -> Option<T> {
    // Without colons or dashes, a number would be taken for a date or a time.
    let is_plain = text.contains([':', '-']) && !text.contains(['[', '+', 'Z', 'z']);
    (may_be && is_plain).then(|| text.parse().ok()).flatten()
}

impl Moment {
    /// Returns the moment. A time of day is its latest occurrence. When clocks are set back, a time that occurs twice is the first
    /// one. When they are set forward, a time that does not occur moves forward by the same amount.
    pub(crate) fn resolve(self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
        let early = |_| "the time is out of range".to_owned();
        match self {
            Self::Ago(ago) => {
                let ago = SignedDuration::try_from(ago).map_err(early)?;
                now.checked_sub(ago).map_err(early)
            }
            Self::At(at) => Ok(at),
            Self::Local(at) => local(at, zone).map_err(early),
            Self::Clock(time) => {
                let mut day = now.to_zoned(zone.clone()).date();
                loop {
                    let at = local(day.to_datetime(time), zone).map_err(early)?;
                    if at <= now {
                        return Ok(at);
                    }
                    day = day.yesterday().map_err(early)?;
                }
            }
        }
    }
}

fn local(at: DateTime, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    zone.to_ambiguous_timestamp(at).compatible()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn durations_have_a_unit() {
        for (text, ms) in [
            ("250ms", 250),
            ("90s", 90_000),
            ("2h", 7_200_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1_500),
            ("0.25h", 900_000),
            ("3d", 259_200_000),
            ("1w2d3h4m5s6ms", 788_645_006),
            ("0s", 0),
            (" 5m ", 300_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            " ",
            "5",
            "h",
            "5 m",
            "-5m",
            "+5m",
            "5m-",
            "5min",
            "1.s",
            ".5s",
            "1..5s",
            "1.2.3s",
            "5M",
            "99999999999999999999s",
            "999999999999999999w",
            "1h 30m",
            "٣s",
            "1.0000000001s",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_is_above_zero() {
        assert_eq!(limit("30s"), Ok(Duration::from_secs(30)));
        for text in ["0", "0s", " 0 ", "0h0m", "0.0001ms"] {
            let refused = limit(text).expect_err(text);
            assert!(
                refused.contains("above 0, such as 30s"),
                "{text}: {refused}"
            );
        }
        assert_eq!(limit("soon"), duration("soon"));
    }

    #[test]
    fn times_are_read_in_the_zone_in_which_they_are_printed() {
        let now = at("2026-11-26T14:30:00Z");
        for (text, expected) in [
            ("2h", "2026-11-26T12:30:00Z"),
            ("90s", "2026-11-26T14:28:30Z"),
            ("14:05", "2026-11-26T13:05:00Z"),
            ("14:05:09.5", "2026-11-26T13:05:09.5Z"),
            // Later today in this zone, so it was yesterday.
            ("15:31", "2026-11-25T14:31:00Z"),
            ("15:30", "2026-11-26T14:30:00Z"),
            ("2026-11-25", "2026-11-24T23:00:00Z"),
            ("2026-07-01 14:05", "2026-07-01T12:05:00Z"),
            ("2026-07-01T14:05:09", "2026-07-01T12:05:09Z"),
            ("2026-11-26T14:05:09.123Z", "2026-11-26T14:05:09.123Z"),
            ("2026-11-26 15:05:09.123 +01:00", "2026-11-26T14:05:09.123Z"),
            ("2026-11-26T15:05:09+01:00", "2026-11-26T14:05:09Z"),
            // Clocks go forward from 02:00 to 03:00, and back from 03:00 to 02:00.
            ("2026-03-29 02:30", "2026-03-29T01:30:00Z"),
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ] {
            let moment: Moment = text.parse().expect(text);
            assert_eq!(moment.resolve(now, &zone()), Ok(at(expected)), "{text}");
        }
    }

    #[test]
    fn texts_that_are_not_times_are_refused() {
        for text in [
            "",
            "now",
            "14",
            "1405",
            "20261126",
            "25:00",
            "14:60",
            "2026-13-01",
            "2026-11-26 25:00",
            "14:05 Z",
            "yesterday",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_out_of_range_is_refused() {
        let ago = "999999w".parse::<Moment>().expect("a duration");
        assert!(ago.resolve(at("2026-11-26T14:30:00Z"), &zone()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_parses_without_a_panic(text in ".{0,24}", typed in "[0-9:.TZ +-]{0,24}|[0-9.]{1,12}[a-z]{0,3}") {
            for text in [text, typed] {
                let _ = duration(&text);
                if let Ok(moment) = text.parse::<Moment>() {
                    let _ = moment.resolve(at("2026-11-26T14:30:00Z"), &zone());
                }
            }
        }

        #[test]
        fn a_duration_is_the_sum_of_its_parts(h in 0_u64..10_000, m in 0_u64..10_000, ms in 0_u64..10_000_000) {
            let sum = Duration::from_secs(h * 3600 + m * 60) + Duration::from_millis(ms);
            prop_assert_eq!(duration(&format!("{h}h{m}m{ms}ms")), Ok(sum));
        }

        #[test]
        fn printed_times_are_parsed(seconds in 0_i64..1_790_000_000, ms in 0_i32..1000) {
            let time = Timestamp::new(seconds, ms * 1_000_000).expect("a time");
            let now = at("2026-11-26T14:30:00Z");
            let local = time.to_zoned(zone());
            for text in [
                format!("{time:.3}"),
                local.strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string(),
            ] {
                let moment: Moment = text.parse().expect("a time");
                prop_assert_eq!(moment.resolve(now, &zone()), Ok(time));
            }
        }
    }
}
