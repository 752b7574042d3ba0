//! Random numbers that only a seed and a place determine, so that the order in which threads run does not matter.

/// The purpose of a draw. Draws for different purposes at one place are independent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Plan = 1,
    Conduct = 2,
    Unread = 3,
}

/// Returns the generator of one place.
pub(crate) fn at(seed: u64, purpose: Purpose, place: u64, nth: u64) -> fastrand::Rng {
    let mut state = mix(seed ^ (purpose as u64) << 56);
    state = mix(state ^ place);
    fastrand::Rng::with_seed(mix(state ^ nth))
}

/// Picks one of a weighted list.
pub(crate) fn pick<T: Copy>(rng: &mut fastrand::Rng, from: &[(u32, T)]) -> T {
    let sum: u32 = from.iter().map(|(weight, _)| weight).sum();
    let mut left = rng.u32(..sum);
    for (weight, one) in from {
        match left.checked_sub(*weight) {
            None => return *one,
            Some(rest) => left = rest,
        }
    }
    from[from.len() - 1].1
}

/// SplitMix64's finaliser. Its results for neighbouring numbers are far apart.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_always_draws_the_same_number() {
        let one = |seed, place| at(seed, Purpose::Plan, place, 0).u64(..);
        assert_eq!(one(1, 2), one(1, 2));
        assert_ne!(one(1, 2), one(1, 3));
        assert_ne!(one(1, 2), one(2, 2));
    }

    #[test]
    fn weights_are_kept() {
        let mut rng = at(1, Purpose::Plan, 0, 0);
        let hits = (0..10_000)
            .filter(|_| pick(&mut rng, &[(1, true), (9, false)]))
            .count();
        assert!((800..1200).contains(&hits), "{hits}");
    }
}
