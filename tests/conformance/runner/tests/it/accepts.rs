//! The runner accepts an adapter that reports correctly.

use super::failures;
use super::fixture::{Fault, FixtureAdapter};
use super::rejects::{by_order, failed_before, scenario};

#[test]
fn accepts_a_correct_report() {
    assert_eq!(failures(&scenario(), &mut FixtureAdapter::new()), [""; 0]);
    assert_eq!(failures(&by_order(), &mut FixtureAdapter::new()), [""; 0]);
    let retried = Fault::Answer(|answer| failed_before(answer, |_| {}));
    assert_eq!(
        failures(&scenario(), &mut FixtureAdapter::with_fault(retried)),
        [""; 0]
    );
}
