//! UUIDs within text.

use uuid::Uuid;

/// The length of one with its hyphens.
const LENGTH: usize = 36;

/// The UUIDs in a text, in their form with hyphens.
pub(super) fn uuids(text: &[u8]) -> impl Iterator<Item = Uuid> + '_ {
    text.windows(LENGTH)
        .filter(|part| [8, 13, 18, 23].iter().all(|&at| part[at] == b'-'))
        .filter_map(|part| Uuid::try_parse_ascii(part).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_within_other_text() {
        let text = b"vm-0192f0c1-2b3a-4c5d-8e9f-0123456789ab.x";
        let found: Vec<_> = uuids(text).map(|uuid| uuid.to_string()).collect();
        assert_eq!(found, ["0192f0c1-2b3a-4c5d-8e9f-0123456789ab"]);
        assert_eq!(uuids(b"aaaaaaaa-aaaa-aaaa-aaaa-zzzzzzzzzzzz").count(), 0);
    }
}
