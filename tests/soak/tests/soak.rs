//! A small soak of each face.

use reqtrail_soak::{Face, Options, run};

/// One test for both: descriptors and threads are counted for the whole process.
#[test]
fn every_trail_matches_the_log() {
    for (face, calls) in [(Face::Async, 4_000), (Face::Blocking, 3_000)] {
        let report = run(&Options::new(face, calls, 20_261_122)).expect("a run");
        assert_eq!(report.failed(), 0, "{report}");
        assert!(report.passed() >= 15, "{report}");
    }
}
