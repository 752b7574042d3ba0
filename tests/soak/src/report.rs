//! The figures of a run and the verdict on it.

use std::fmt;
use std::time::Duration;

use crate::checks::Findings;
use crate::ledger::Figures;
use crate::machine::Reading;
use crate::options::{Face, Options};

/// The results of a run. Its `Display` is the page that the program prints.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) options: Options,
    /// The time of the calls after the warm-up.
    pub(crate) elapsed: Duration,
    pub(crate) timed_calls: u64,
    pub(crate) timed_requests: u64,
    pub(crate) connections: u64,
    pub(crate) figures: Figures,
    pub(crate) findings: Findings,
    pub(crate) machine: Option<Machine>,
}

/// The readings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pub(crate) base: Reading,
    pub(crate) peak: Reading,
    pub(crate) after: Reading,
    pub(crate) spare_kib: u64,
}

impl Report {
    /// Returns how many checks found nothing wrong.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.findings.all().filter(|(_, f)| f.wrong == 0).count()
    }

    /// Returns how many checks found something wrong.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.findings.all().filter(|(_, f)| f.wrong > 0).count()
    }

    fn write_figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let face = match self.options.face {
            Face::Async => "async",
            Face::Blocking => "blocking",
        };
        let Figures {
            calls,
            requests,
            attempts,
            late,
            ..
        } = self.figures;
        let seconds = self.elapsed.as_secs_f64().max(1e-9);
        writeln!(
            f,
            "face {face}, seed {}, {} calls at once",
            self.options.seed, self.options.concurrency
        )?;
        writeln!(
            f,
            "{calls} calls, {attempts} attempts, {requests} requests in the log, {} connections",
            self.connections
        )?;
        writeln!(
            f,
            "{:.0} calls/s, {:.0} requests/s over {seconds:.1} s",
            self.timed_calls as f64 / seconds,
            self.timed_requests as f64 / seconds
        )?;
        writeln!(
            f,
            "{late} given-up requests were read after their own repetition"
        )?;
        writeln!(f, "\noutcome (stopped)")?;
        for ((outcome, stopped), count) in &self.figures.outcomes {
            writeln!(f, "  {count:>9}  {outcome} ({stopped})")?;
        }
        writeln!(f, "\nsent")?;
        for (sent, count) in &self.figures.sent {
            writeln!(f, "  {count:>9}  {sent}")?;
        }
        writeln!(f, "\nthe server")?;
        for (conduct, count) in &self.figures.conduct {
            writeln!(f, "  {count:>9}  {conduct}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_figures(f)?;
        if let Some(machine) = self.machine {
            let Machine {
                base,
                peak,
                after,
                spare_kib,
            } = machine;
            writeln!(f, "\nprocess        before       peak      after")?;
            let rows = [
                (
                    "descriptors",
                    base.descriptors,
                    peak.descriptors,
                    after.descriptors,
                ),
                ("RSS, KiB", base.rss_kib, peak.rss_kib, after.rss_kib),
                ("threads", base.threads, peak.threads, after.threads),
            ];
            for (name, base, peak, after) in rows {
                writeln!(f, "{name:<11} {base:>9}  {peak:>9}  {after:>9}")?;
            }
            writeln!(
                f,
                "(before: after a warm-up; allowed after: RSS +{spare_kib} KiB, no more descriptors or threads)"
            )?;
        }
        writeln!(f)?;
        for (check, finding) in self.findings.all() {
            let verdict = if finding.wrong == 0 { "ok  " } else { "FAIL" };
            write!(f, "{verdict} {} ({} checks", check.text(), finding.checked)?;
            match finding.wrong {
                0 => writeln!(f, ")")?,
                wrong => writeln!(f, ", {wrong} wrong)")?,
            }
            for example in &finding.examples {
                writeln!(f, "       {example}")?;
            }
        }
        write!(
            f,
            "soak: {} passed, {} failed",
            self.passed(),
            self.failed()
        )
    }
}
