//! Draws the outage as an SVG: `cargo run -p reqtrail-outage > docs/outage.svg`.

use reqtrail::RetryBudget;
use reqtrail_outage::{OUTAGE, play, svg};

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program writes to its standard streams"
)]
fn main() {
    let with = play(Some(RetryBudget::default()), 1);
    let without = play(None, 1);
    for (name, load) in [("default budget", &with), ("budget off", &without)] {
        let (requests, calls) = load.between(OUTAGE.0, OUTAGE.1);
        eprintln!("{name}: {requests} requests for {calls} calls during the outage");
    }
    print!("{}", svg(&with, &without));
}
