//! The server's request IDs: `req_` and a ULID.

use std::time::Duration;

/// Crockford's base-32 digits: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes an ID. Its first ten characters after `req_` encode the server's time in milliseconds.
pub(crate) fn new(now: Duration) -> String {
    format!("req_{}", ulid(now.as_millis(), fastrand::u128(..)))
}

/// Encodes 48 bits of time and 80 random bits as 26 characters.
fn ulid(millis: u128, random: u128) -> String {
    let value = (millis & 0xFFFF_FFFF_FFFF) << 80 | random >> 48;
    // 26 digits hold 130 bits, so the first digit carries only the top three of the 128.
    (0..26)
        .rev()
        .map(|digit| char::from(DIGITS[(value >> (5 * digit) & 31) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_comes_before_the_random_part() {
        assert_eq!(ulid(1_469_918_176_385, 0), "01ARYZ6S410000000000000000");
        assert_eq!(ulid(0, u128::MAX), "0000000000ZZZZZZZZZZZZZZZZ");
        assert_eq!(
            ulid(0xFFFF_FFFF_FFFF, u128::MAX),
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
        );
    }

    #[test]
    fn ids_differ_and_sort_by_time() {
        let early = new(Duration::from_millis(1_000));
        let late = new(Duration::from_millis(2_000));
        assert_eq!(early.len(), 30);
        assert!(early < late);
        assert_ne!(late, new(Duration::from_millis(2_000)));
    }
}
