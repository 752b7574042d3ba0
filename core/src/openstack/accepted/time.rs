//! The times of the compute API: with `Z`, or without a zone, which means UTC too.

use std::time::SystemTime;

/// A time of the service's clock.
pub(in crate::openstack) type Stamp = jiff::Timestamp;

/// Reads a time; `None` for any other text.
pub(in crate::openstack) fn stamp(text: &str) -> Option<Stamp> {
    let zoned: Option<Stamp> = text.parse().ok();
    zoned.or_else(|| {
        let naive: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(naive).ok()
    })
}

/// Writes a time for a query parameter.
pub(in crate::openstack) fn iso8601(time: SystemTime) -> String {
    Stamp::try_from(time).unwrap_or_default().to_string()
}

/// The seconds from one written time to another.
pub(in crate::openstack) fn seconds_between(start: Option<&str>, end: Option<&str>) -> Option<f64> {
    let (start, end) = (stamp(start?)?, stamp(end?)?);
    Some(end.duration_since(start).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_utc() {
        let zoned = stamp("2026-11-21T21:21:29Z");
        assert!(zoned.is_some());
        assert_eq!(stamp("2026-11-21T21:21:29.000000"), zoned);
        assert_eq!(stamp("2026-11-21T21:21:29"), zoned);
        for bad in ["", "yesterday", "2026-13-01T00:00:00Z"] {
            assert_eq!(stamp(bad), None, "{bad}");
        }
    }

    #[test]
    fn spans() {
        let start = Some("2026-11-21T21:21:29.982786");
        assert_eq!(
            seconds_between(start, Some("2026-11-21T21:21:30.482786")),
            Some(0.5)
        );
        assert_eq!(seconds_between(start, None), None);
    }
}
