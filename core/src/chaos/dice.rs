//! The random numbers that decide about faults.

/// Rolls numbers that depend only on a seed and a place, not on what other calls roll at the same time.
///
/// SplitMix64 (Steele, Lea and Flood, 2014) and not a generator of another crate, since a noted seed should produce the
/// same faults in later releases too.
#[derive(Debug)]
pub(super) struct Dice(u64);

/// 2⁶⁴ divided by the golden ratio, as in SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// Makes the dice of one attempt: the seed, the call's number and the attempt's.
    pub(super) fn new(seed: u64, (call, attempt): (u64, u64)) -> Self {
        let call = mixed(mixed(seed.wrapping_add(STEP)) ^ call);
        Self(mixed(call.wrapping_add(STEP) ^ attempt))
    }

    /// Rolls a number from [0, 1).
    pub(super) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(STEP);
        #[expect(
            clippy::cast_precision_loss,
            reason = "53 bits are what a double holds"
        )]
        let whole = (mixed(self.0) >> 11) as f64;
        whole / (1_u64 << 53) as f64
    }
}

/// Spreads a change of any bit over all of them.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
