//! What a client's process used.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

/// User and system time of this process so far.
pub fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the usage");
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    of(usage.user_time()) + of(usage.system_time())
}

/// The most memory that this process has had, in MiB.
pub fn rss_mib() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).expect("the usage").max_rss() as f64 / 1024.0
}
