//! Exponential backoff with full jitter.
//!
//! `backon` provides the bounds. This module draws each wait below its bound, so that a seed makes the waits repeatable.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// The upper bounds of a call's waits: base, 2·base, 4·base, … up to the maximum.
#[derive(Debug)]
pub(crate) struct Backoff {
    bounds: ExponentialBackoff,
    /// The bound of the next wait.
    bound: Duration,
    max: Duration,
}

impl Backoff {
    pub(crate) fn new(base: Duration, max: Duration) -> Self {
        let mut bounds = ExponentialBuilder::new()
            .with_min_delay(base.min(max))
            .with_max_delay(max)
            .with_factor(2.0)
            .without_max_times()
            .build();
        let bound = bounds.next().unwrap_or(max).min(max);
        Self { bounds, bound, max }
    }

    /// Draws a wait, uniform in [0, bound]; `uniform` is a number in [0, 1).
    ///
    /// "Full jitter" spreads the clients of an outage best
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    pub(crate) fn draw(&self, uniform: f64) -> Duration {
        self.bound.mul_f64(uniform.clamp(0.0, 1.0))
    }

    /// Raises the bound after a retry was decided.
    pub(crate) fn advance(&mut self) {
        self.bound = self.bounds.next().unwrap_or(self.max).min(self.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_maximum() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(8));
        let bounds: Vec<u128> = (0..8)
            .map(|_| {
                let bound = backoff.draw(1.0).as_millis();
                backoff.advance();
                bound
            })
            .collect();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
    }

    #[test]
    fn the_draw_is_uniform_in_the_bound() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(8));
        assert_eq!(backoff.draw(0.0), Duration::ZERO);
        assert_eq!(backoff.draw(0.5), Duration::from_millis(250));
        backoff.advance();
        assert_eq!(backoff.draw(0.5), Duration::from_millis(500));
    }

    #[test]
    fn a_base_over_the_maximum_is_the_maximum() {
        let backoff = Backoff::new(Duration::from_secs(9), Duration::from_secs(1));
        assert_eq!(backoff.draw(1.0), Duration::from_secs(1));
    }

    #[test]
    fn a_zero_base_never_waits() {
        let mut backoff = Backoff::new(Duration::ZERO, Duration::from_secs(1));
        assert_eq!(backoff.draw(1.0), Duration::ZERO);
        backoff.advance();
        assert_eq!(backoff.draw(1.0), Duration::ZERO);
    }
}
