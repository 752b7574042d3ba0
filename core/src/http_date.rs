//! HTTP-dates in all three forms of RFC 9110 §5.6.7, as seconds since 1970.
//!
//! Second 60 is part of the grammar and means the first second of the next minute. Only the name of the weekday is not
//! checked: servers in other time zones get it wrong, and nothing depends on it.

use std::time::{Duration, SystemTime};

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Reads a date. `now` decides the century of the form that has two digits for the year.
pub(crate) fn parse(text: &[u8], now: i64) -> Option<i64> {
    let name = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let rest = text.get(name..).filter(|_| name > 0)?;
    match rest {
        [b',', b' ', rest @ ..] if rest.get(2) == Some(&b' ') => imf(rest),
        [b',', b' ', rest @ ..] => rfc850(rest, now),
        [b' ', rest @ ..] => asctime(rest),
        _ => None,
    }
}

/// A time as seconds since 1970, rounded towards the past.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => {
            let before = before.duration();
            -whole(before) - i64::from(before.subsec_nanos() > 0)
        }
    }
}

/// `06 Nov 1994 08:49:37 GMT`
fn imf(text: &[u8]) -> Option<i64> {
    let (date, time) = text.split_at_checked(11)?;
    let [d1, d2, b' ', m1, m2, m3, b' ', year @ ..] = date else {
        return None;
    };
    let day = days(
        number(year)?,
        month(&[*m1, *m2, *m3])?,
        number(&[*d1, *d2])?,
    )?;
    Some(day * SECONDS_PER_DAY + clock(time.strip_prefix(b" ")?.strip_suffix(b" GMT")?)?)
}

/// `06-Nov-94 08:49:37 GMT`
fn rfc850(text: &[u8], now: i64) -> Option<i64> {
    let (date, time) = text.split_at_checked(9)?;
    let [d1, d2, b'-', m1, m2, m3, b'-', year @ ..] = date else {
        return None;
    };
    let time = clock(time.strip_prefix(b" ")?.strip_suffix(b" GMT")?)?;
    let (short, month, day) = (
        number(year)?,
        month(&[*m1, *m2, *m3])?,
        number(&[*d1, *d2])?,
    );
    let this_year = year_of(now);
    let mut year = this_year - this_year.rem_euclid(100) + short;
    // A year that seems to be more than 50 years in the future is the last one of these digits.
    if year > this_year + 50 {
        year -= 100;
    }
    Some(days(year, month, day)? * SECONDS_PER_DAY + time)
}

/// `Nov  6 08:49:37 1994`
fn asctime(text: &[u8]) -> Option<i64> {
    let [m1, m2, m3, b' ', d1, d2, b' ', rest @ ..] = text else {
        return None;
    };
    let (time, year) = rest.split_at_checked(8)?;
    let day = if *d1 == b' ' {
        number(&[*d2])
    } else {
        number(&[*d1, *d2])
    };
    let year = year.strip_prefix(b" ").filter(|year| year.len() == 4)?;
    let day = days(number(year)?, month(&[*m1, *m2, *m3])?, day?)?;
    Some(day * SECONDS_PER_DAY + clock(time)?)
}

/// Seconds since midnight of `08:49:37`.
fn clock(text: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = text else {
        return None;
    };
    let (hour, minute, second) = (
        number(&[*h1, *h2])?,
        number(&[*m1, *m2])?,
        number(&[*s1, *s2])?,
    );
    (hour < 24 && minute < 60 && second <= 60).then_some((hour * 60 + minute) * 60 + second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// The month's number, from 1.
fn month(name: &[u8]) -> Option<i64> {
    let index = MONTHS.iter().position(|month| *month == name)?;
    i64::try_from(index + 1).ok()
}

/// Days since 1970 of a date of the Gregorian calendar; `None` if there is no such day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + day_of_year - 719_468)
}

/// The year of a time.
fn year_of(seconds: i64) -> i64 {
    let day = seconds.div_euclid(SECONDS_PER_DAY);
    // At most two years off, for any date that a clock shows.
    let guess = 1970 + day / 366;
    let start = |year| days(year, 1, 1).unwrap_or(i64::MAX);
    let mut year = guess.clamp(0, 9999);
    while year < 9999 && start(year + 1) <= day {
        year += 1;
    }
    while year > 0 && start(year) > day {
        year -= 1;
    }
    year
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z.
    const EXAMPLE: i64 = 784_111_777;
    /// 2026-11-26T00:00:00Z.
    const NOW: i64 = 1_795_651_200;

    fn read(text: &str) -> Option<i64> {
        parse(text.as_bytes(), NOW)
    }

    #[test]
    fn the_three_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun Nov 06 08:49:37 1994",
            // The weekday's name is not looked at.
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Friday, 06-Nov-94 08:49:37 GMT",
            "Sat Nov  6 08:49:37 1994",
        ] {
            assert_eq!(read(text), Some(EXAMPLE), "{text}");
        }
    }

    #[test]
    fn all_but_the_weekday_must_be_right() {
        for text in [
            "",
            "Sun",
            ", 06 Nov 1994 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "Sun,06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994  08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn second_60_is_the_next_minute() {
        let next = read("Sun, 01 Jan 2017 00:00:00 GMT");
        for text in [
            "Sat, 31 Dec 2016 23:59:60 GMT",
            "Saturday, 31-Dec-16 23:59:60 GMT",
            "Sat Dec 31 23:59:60 2016",
        ] {
            assert_eq!(read(text), next, "{text}");
        }
    }

    #[test]
    fn two_digits_are_a_year_at_most_fifty_ahead() {
        for (year, whole) in [
            ("76", 2076),
            ("77", 1977),
            ("26", 2026),
            ("00", 2000),
            ("99", 1999),
        ] {
            let short = read(&format!("Sunday, 06-Nov-{year} 08:49:37 GMT"));
            assert_eq!(
                short,
                read(&format!("Sun, 06 Nov {whole} 08:49:37 GMT")),
                "{year}"
            );
        }
    }

    #[test]
    fn every_day_has_its_number() {
        let mut expected = days(1600, 1, 1).expect("a day");
        for year in 1600..2500 {
            assert_eq!(year_of(expected * SECONDS_PER_DAY), year);
            for month in 1..=12 {
                for day in (1..=31).filter_map(|day| days(year, month, day)) {
                    assert_eq!(day, expected);
                    expected += 1;
                }
            }
            assert_eq!(year_of(expected * SECONDS_PER_DAY - 1), year);
        }
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 2, 29), Some(11_016));
    }

    #[test]
    fn clocks_count_from_1970() {
        let start = SystemTime::UNIX_EPOCH;
        assert_eq!(seconds(start + Duration::from_millis(1999)), 1);
        assert_eq!(seconds(start - Duration::from_millis(1)), -1);
        assert_eq!(seconds(start - Duration::from_secs(2)), -2);
    }
}
