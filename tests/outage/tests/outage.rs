//! In an outage there are few more requests than calls, and no bursts.

use std::sync::LazyLock;

use reqtrail::RetryBudget;
use reqtrail_outage::{Load, OUTAGE, SLOTS_PER_SECOND, play};

/// A time in seconds after which the outage has certainly used up the budget of 100 retries.
const DRAINED_AFTER: usize = 25;

static WITH_BUDGET: LazyLock<Load> = LazyLock::new(|| play(Some(RetryBudget::default()), 7));
static WITHOUT: LazyLock<Load> = LazyLock::new(|| play(None, 7));

/// Returns the greatest ratio of the requests in a tenth of a second to the mean of the two seconds around it.
fn peak(load: &Load) -> f64 {
    let slots = &load.requests[OUTAGE.0 * SLOTS_PER_SECOND..OUTAGE.2 * SLOTS_PER_SECOND];
    slots
        .windows(2 * SLOTS_PER_SECOND)
        .map(|around| {
            let mean = around.iter().sum::<u64>() as f64 / around.len() as f64;
            around[SLOTS_PER_SECOND] as f64 / mean
        })
        .fold(0.0, f64::max)
}

#[test]
fn once_the_budget_is_drained_retries_add_at_most_a_tenth() {
    let (requests, calls) = WITH_BUDGET.between(OUTAGE.0 + DRAINED_AFTER, OUTAGE.1);
    assert!(calls > 1000, "{calls} calls");
    assert!(
        requests as f64 <= 1.1 * calls as f64,
        "{requests} requests for {calls} calls"
    );
}

#[test]
fn without_a_budget_retries_multiply_the_requests() {
    let (requests, calls) = WITHOUT.between(OUTAGE.0 + DRAINED_AFTER, OUTAGE.1);
    assert!(
        requests as f64 > 3.0 * calls as f64,
        "{requests} requests for {calls} calls"
    );
}

#[test]
fn requests_do_not_come_in_bursts() {
    for load in [&*WITH_BUDGET, &*WITHOUT] {
        let worst = peak(load);
        assert!(
            worst < 1.8,
            "a tenth of a second had {worst:.2} times the requests of those around it"
        );
    }
}
