//! Random bytes for IDs, read from the system in blocks. A system call for each API call would cost as much as the rest
//! of its record.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::fork;

/// Enough for some twenty calls.
const BLOCK: usize = 512;

/// How long a block is used. A clone of a running virtual machine repeats the IDs that the original draws from the same
/// block.
const LIFETIME: Duration = Duration::from_secs(1);

struct Block {
    bytes: [u8; BLOCK],
    used: usize,
    /// The fork generation that drew it; the child of a fork would repeat its parent's IDs.
    generation: u32,
    /// `None` before the first.
    drawn: Option<Instant>,
}

thread_local! {
    static BLOCKS: RefCell<Block> = const {
        RefCell::new(Block {
            bytes: [0; BLOCK],
            used: BLOCK,
            generation: 0,
            drawn: None,
        })
    };
}

/// Returns random bytes that no other caller gets. `now` is the monotonic clock.
pub(crate) fn bytes<const N: usize>(now: Instant) -> [u8; N] {
    const { assert!(N <= BLOCK) };
    let from_block = BLOCKS.try_with(|block| {
        let mut block = block.try_borrow_mut().ok()?;
        block.renew_for(N, now);
        let mut bytes = [0; N];
        let end = block.used + N;
        bytes.copy_from_slice(&block.bytes[block.used..end]);
        block.used = end;
        Some(bytes)
    });
    // The block is gone when its thread ends.
    from_block.ok().flatten().unwrap_or_else(|| {
        let mut bytes = [0; N];
        fill(&mut bytes);
        bytes
    })
}

impl Block {
    fn renew_for(&mut self, wanted: usize, now: Instant) {
        let generation = fork::generation();
        let is_fresh = self
            .drawn
            .is_some_and(|drawn| now.saturating_duration_since(drawn) < LIFETIME);
        if is_fresh && self.generation == generation && self.used + wanted <= BLOCK {
            return;
        }
        fill(&mut self.bytes);
        (self.used, self.generation, self.drawn) = (0, generation, Some(now));
    }
}

fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // IDs need to be unique, not unguessable, so a call does not fail because of this.
        fastrand::fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_bytes_are_given_twice() {
        let now = Instant::now();
        let mut seen = HashSet::new();
        for n in 0..1000 {
            assert!(seen.insert(bytes::<24>(now)), "{n}");
            assert!(seen.insert({
                let mut long = [0; 24];
                long[..8].copy_from_slice(&bytes::<8>(now));
                long
            }));
        }
    }

    #[test]
    fn a_block_is_thrown_away_after_its_time_and_by_another_process() {
        let now = Instant::now();
        let drawn = |block: &Block| (block.bytes, block.used);
        let mut block = Block {
            bytes: [0; BLOCK],
            used: BLOCK,
            generation: fork::generation(),
            drawn: None,
        };
        block.renew_for(8, now);
        let first = drawn(&block);
        block.renew_for(8, now + LIFETIME / 2);
        assert_eq!(drawn(&block), first);
        block.renew_for(8, now + LIFETIME);
        assert_ne!(drawn(&block), first);
        let second = drawn(&block);
        block.generation = block.generation.wrapping_add(1);
        block.renew_for(8, now + LIFETIME);
        assert_ne!(drawn(&block), second);
        // What is left is too little.
        block.used = BLOCK - 7;
        let third = block.bytes;
        block.renew_for(8, now + LIFETIME);
        assert_ne!(block.bytes, third);
    }
}
