//! Writes HTTP dates in their three forms.

use super::reply::DateForm;

const DAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Writes a Unix time in the form asked for.
pub(super) fn format(unix_s: i64, form: DateForm) -> String {
    let days = unix_s.div_euclid(86_400);
    let seconds = unix_s.rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let (year, month, day) = civil(days);
    let weekday = DAYS[days.rem_euclid(7) as usize];
    let short = &weekday[..3];
    let month = MONTHS[month];
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match form {
        DateForm::Imf => format!("{short}, {day:02} {month} {year:04} {time} GMT"),
        DateForm::Rfc850 => {
            let year = year.rem_euclid(100);
            format!("{weekday}, {day:02}-{month}-{year:02} {time} GMT")
        }
        DateForm::Asctime => format!("{short} {month} {day:>2} {time} {year:04}"),
    }
}

/// Year, month from 0 and day of a day number counted from 1970-01-01. It counts 400-year eras that start in March, so
/// that the leap day comes last.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    (year, month as usize, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_one_moment() {
        // The example of RFC 9110, section 5.6.7.
        let at = 784_111_777;
        let forms = [
            (DateForm::Imf, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (DateForm::Rfc850, "Sunday, 06-Nov-94 08:49:37 GMT"),
            (DateForm::Asctime, "Sun Nov  6 08:49:37 1994"),
        ];
        for (form, text) in forms {
            assert_eq!(format(at, form), text);
        }
    }

    #[test]
    fn leap_days_and_the_edges_of_years() {
        let imf = |at| format(at, DateForm::Imf);
        assert_eq!(imf(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(imf(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(imf(1_735_689_599), "Tue, 31 Dec 2024 23:59:59 GMT");
        assert_eq!(imf(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    }
}
