//! The options by which `list` and `tail` select calls.

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::exit::Failure;
use crate::journal::{Filter, PathPattern, StatusPattern};
use crate::terminal::Terminal;
use crate::time::{Moment, duration};

/// The duration of `--slow` without a value.
const SLOW: &str = "1s";

/// The default of `--within`.
const WITHIN: &str = "1m";

/// Which calls are shown.
#[derive(Args, Debug)]
#[command(next_help_heading = "Which calls")]
pub(crate) struct Filters {
    /// Calls that failed, or whose end is not known
    #[arg(long)]
    failed: bool,
    /// Calls that took this long or longer [default without a duration: 1s]
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = SLOW, value_parser = duration)]
    slow: Option<Duration>,
    /// Calls with this code in any attempt: an API's, or one such as ECONNREFUSED
    #[arg(long)]
    code: Option<String>,
    /// Calls with this status in any attempt: 503, or 5xx for the whole class
    #[arg(long)]
    status: Option<StatusPattern>,
    /// Calls whose path template contains this; with * or ? the whole path has to match
    #[arg(long, value_name = "PATTERN")]
    path: Option<PathPattern>,
    /// Calls of the program with this name
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Calls of this process
    #[arg(long, value_parser = pid, allow_negative_numbers = true)]
    pid: Option<u32>,
    /// Calls to this API, such as novavms, or to this service, such as compute
    #[arg(long, value_name = "NAME")]
    api: Option<String>,
    /// Calls that ended at this time or later: 2h (ago), 14:05, 2026-11-26 or '2026-11-26 14:05'
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Calls that began at this time or earlier
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Calls that were under way around this time
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until"])]
    at: Option<Moment>,
    /// How long before and after --at
    #[arg(long, value_name = "DURATION", requires = "at", default_value = WITHIN, value_parser = duration)]
    within: Duration,
}

impl Filters {
    /// Returns the filter. It reads times in the zone in which they are printed.
    pub(crate) fn filter(&self, terminal: &Terminal) -> Result<Filter, Failure> {
        let now = Timestamp::now();
        let zone = terminal.zone();
        let moment = |name: &str, moment: Option<Moment>| {
            let moment = moment.map(|moment| moment.resolve(now, &zone)).transpose();
            moment.map_err(|why| Failure::usage(format!("--{name}: {why}")))
        };
        let (mut from, mut until) = (moment("since", self.since)?, moment("until", self.until)?);
        if let Some(at) = moment("at", self.at)? {
            let far = |_| Failure::usage("--within: the time is out of range");
            from = Some(at.checked_sub(self.within).map_err(far)?);
            until = Some(at.checked_add(self.within).map_err(far)?);
        }
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            return Err(Failure::usage(format!(
                "--since ({}) is later than --until ({}); expected an earlier time",
                terminal.time(from),
                terminal.time(until)
            )));
        }
        Ok(Filter {
            failed: self.failed,
            open: false,
            slow: self.slow,
            code: self.code.clone(),
            path: self.path.clone(),
            status: self.status,
            service: self.service.clone(),
            pid: self.pid,
            api: self.api.clone(),
            from,
            until,
            now,
        })
    }
}

/// Reads the ID of a process.
fn pid(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .map_err(|_| "expected the ID of a process, such as 4711")
}

/// Reads a number of calls.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    text.parse()
        .map_err(|_| "expected a number of calls, such as 10")
}
