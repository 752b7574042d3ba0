//! The retry budget: a token bucket that keeps retries from multiplying the load of an outage.

use std::sync::atomic::{AtomicU32, Ordering};

/// The size of a client's retry budget.
///
/// Every retry takes `retry_cost` tokens, and every successful call returns one. While a server is down, the bucket
/// runs empty, and calls then fail after their first attempt.
///
/// # Examples
/// ```
/// use reqtrail::RetryBudget;
///
/// let budget = RetryBudget::default();
/// assert_eq!((budget.capacity, budget.retry_cost), (500, 5));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "two numbers that a caller writes as a literal"
)]
pub struct RetryBudget {
    /// How many tokens the bucket holds; it starts full.
    pub capacity: u32,
    /// How many tokens a retry takes.
    pub retry_cost: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self {
            capacity: 500,
            retry_cost: 5,
        }
    }
}

/// A bucket, shared by the calls of a client.
#[derive(Debug)]
pub(crate) struct Bucket {
    size: RetryBudget,
    tokens: AtomicU32,
}

impl Bucket {
    pub(crate) fn new(size: RetryBudget) -> Self {
        Self {
            size,
            tokens: AtomicU32::new(size.capacity),
        }
    }

    /// Takes the tokens of a retry, or nothing if there are too few.
    pub(crate) fn withdraw(&self) -> bool {
        self.tokens
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |tokens| {
                tokens.checked_sub(self.size.retry_cost)
            })
            .is_ok()
    }

    /// Returns a token after a success.
    pub(crate) fn refund(&self) {
        // The bucket is nearly always full, and then there is nothing to write.
        let _ = self
            .tokens
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |tokens| {
                (tokens < self.size.capacity).then(|| tokens + 1)
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_fill_it_no_further_than_it_was() {
        let bucket = Bucket::new(RetryBudget {
            capacity: 10,
            retry_cost: 11,
        });
        bucket.refund();
        assert!(!bucket.withdraw());
    }

    #[test]
    fn retries_drain_it_and_successes_refill_it() {
        let bucket = Bucket::new(RetryBudget {
            capacity: 10,
            retry_cost: 5,
        });
        assert!(bucket.withdraw() && bucket.withdraw());
        assert!(!bucket.withdraw());
        for _ in 0..5 {
            bucket.refund();
        }
        assert!(bucket.withdraw());
        assert!(!bucket.withdraw());
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let bucket = Bucket::new(RetryBudget {
            capacity: 5,
            retry_cost: 5,
        });
        bucket.refund();
        assert!(bucket.withdraw());
        assert!(!bucket.withdraw());
    }
}
