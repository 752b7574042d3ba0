//! The options by which `list` and `tail` choose among calls.

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::exit::Failure;
use crate::journal::{Filter, PathPattern, StatusPattern};
use crate::terminal::Terminal;
use crate::time::{Moment, duration};

/// What `--slow` means without a duration.
const SLOW: &str = "1s";

/// What `--within` is where it is not given.
const WITHIN: &str = "1m";

/// Which calls are shown.
#[derive(Args, Debug)]
#[command(next_help_heading = "Which calls")]
pub(crate) struct Filters {
    /// Calls that failed, or of which nothing is known
    #[arg(long)]
    failed: bool,
    /// Calls that took this long or longer; 1s where no duration follows
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = SLOW, value_parser = duration)]
    slow: Option<Duration>,
    /// Calls with this code in any attempt: the API's, or a failure's such as ECONNREFUSED
    #[arg(long)]
    code: Option<String>,
    /// Calls with this status in any attempt: 503, or 5xx for the whole class
    #[arg(long)]
    status: Option<StatusPattern>,
    /// Calls whose path template contains this; with * or ? it has to match as a whole
    #[arg(long, value_name = "PATTERN")]
    path: Option<PathPattern>,
    /// Calls of the program that has this name
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Calls of this process
    #[arg(long, value_parser = pid, allow_negative_numbers = true)]
    pid: Option<u32>,
    /// Calls to this API, such as novavms, or to this service of it, such as compute
    #[arg(long, value_name = "NAME")]
    api: Option<String>,
    /// Calls that ended then or later: 2h (ago), 14:05, 2026-11-26 or '2026-11-26 14:05'
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Calls that began then or earlier
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Calls that were under way around this time
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until"])]
    at: Option<Moment>,
    /// How far around --at
    #[arg(long, value_name = "DURATION", requires = "at", default_value = WITHIN, value_parser = duration)]
    within: Duration,
}

impl Filters {
    /// Returns the filter. Times are read in the zone in which they are printed.
    pub(crate) fn filter(&self, look: &Terminal) -> Result<Filter, Failure> {
        let now = Timestamp::now();
        let zone = look.zone();
        let moment = |name: &str, moment: Option<Moment>| {
            let moment = moment.map(|moment| moment.resolve(now, &zone)).transpose();
            moment.map_err(|why| Failure::usage(format!("--{name}: {why}")))
        };
        let (mut from, mut until) = (moment("since", self.since)?, moment("until", self.until)?);
        if let Some(at) = moment("at", self.at)? {
            let far = |_| Failure::usage("--within: the time is beyond all calendars");
            from = Some(at.checked_sub(self.within).map_err(far)?);
            until = Some(at.checked_add(self.within).map_err(far)?);
        }
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            return Err(Failure::usage(format!(
                "--since is {}, which is later than --until, {}; expected an earlier time",
                look.time(from),
                look.time(until)
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

/// Reads how many calls are to be shown.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    text.parse()
        .map_err(|_| "expected a number of calls, such as 10")
}
