//! The checks of the soak, and the count of their findings.

use std::collections::BTreeMap;

/// A statement about all calls of a run.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Check {
    OneTrail,
    Logged,
    SentYes,
    SentNo,
    Own,
    Answers,
    Order,
    Twice,
    RetryAfter,
    Token,
    Ends,
    Results,
    Faults,
    Sockets,
    Memory,
    Tasks,
}

impl Check {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::OneTrail => "every call left exactly one finished trail",
            Self::Logged => "every logged request is one attempt of its call's trail",
            Self::SentYes => "every attempt that says `sent: yes` is in the log",
            Self::SentNo => "no attempt that says `sent: no` is in the log",
            Self::Own => "every attempt has the method, status and request ID of its request",
            Self::Answers => "no response was lost except to a timeout or a cancel",
            Self::Order => "the attempts of a call are in the log's order",
            Self::Twice => "no unsafe request may have been processed twice",
            Self::RetryAfter => "no retry came before its Retry-After had passed",
            Self::Token => "every repetition after a 401 had a newer token",
            Self::Ends => "every outcome fits the last attempt",
            Self::Results => "every result has its own trail and its own body",
            Self::Faults => "every fault of the server occurred",
            Self::Sockets => "sockets and descriptors are released",
            Self::Memory => "memory is released",
            Self::Tasks => "tasks and threads ended",
        }
    }
}

/// How many findings of a check are kept as text. All are counted.
const EXAMPLES: usize = 5;

/// The findings of one check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finding {
    pub(crate) checked: u64,
    pub(crate) wrong: u64,
    pub(crate) examples: Vec<String>,
}

/// The findings of all checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(BTreeMap<Check, Finding>);

impl Findings {
    /// Counts one result of a check. `Err` says what is wrong.
    pub(crate) fn record(&mut self, check: Check, result: Result<(), String>) {
        let finding = self.0.entry(check).or_default();
        finding.checked += 1;
        if let Err(what) = result {
            finding.wrong += 1;
            if finding.examples.len() < EXAMPLES {
                finding.examples.push(what);
            }
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (Check, &Finding)> {
        self.0.iter().map(|(check, finding)| (*check, finding))
    }

    #[cfg(test)]
    pub(crate) fn wrong(&self) -> Vec<Check> {
        let wrong = self.all().filter(|(_, finding)| finding.wrong > 0);
        wrong.map(|(check, _)| check).collect()
    }
}
