//! The server's log and the client's trails, matched call by call while the soak runs.
//!
//! A call is judged and forgotten as soon as all that can be known of it is here, so that a million calls need no
//! more memory than those under way.

mod judge;
mod records;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::checks::{Check, Findings};
use crate::planned_call::PlannedCall;

pub(crate) use records::{Answer, Row, Seen, Story, Tag};

/// How long a request that the client gave up may take to reach the log. Only a server that is starved of its
/// processor needs more than moments.
const GRACE: Duration = Duration::from_secs(10);

/// All that is known of one call.
#[derive(Debug)]
struct Case {
    plan: PlannedCall,
    /// In the log's order.
    rows: Vec<Row>,
    story: Option<Story>,
}

/// What is counted besides the checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) calls: u64,
    pub(crate) requests: u64,
    pub(crate) attempts: u64,
    pub(crate) conduct: BTreeMap<&'static str, u64>,
    pub(crate) outcomes: BTreeMap<(&'static str, &'static str), u64>,
    pub(crate) sent: BTreeMap<&'static str, u64>,
    /// Requests of given-up attempts that were read only after a later attempt's.
    pub(crate) late: u64,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<u64, Case>,
    /// Calls that ended with attempts of which the log may yet tell.
    waiting: VecDeque<(Instant, u64)>,
    figures: Figures,
    findings: Findings,
}

/// What the server and the client report to.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<State>);

impl Ledger {
    /// A call begins.
    pub(crate) fn begin(&self, call: u64, plan: PlannedCall) {
        let mut state = self.lock();
        state.figures.calls += 1;
        let case = Case {
            plan,
            rows: Vec::new(),
            story: None,
        };
        state.open.insert(call, case);
    }

    /// How many requests of a call are in the log.
    pub(crate) fn rows_of(&self, call: u64) -> u64 {
        let state = self.lock();
        state
            .open
            .get(&call)
            .map_or(0, |case| case.rows.len() as u64)
    }

    /// The server has read a request whole. To be told before anything is answered.
    pub(crate) fn log(&self, call: u64, row: Row, conduct: &'static str) {
        let mut state = self.lock();
        state.figures.requests += 1;
        *state.figures.conduct.entry(conduct).or_default() += 1;
        match state.open.get_mut(&call) {
            Some(case) => case.rows.push(row),
            None => state.findings.look(
                Check::Logged,
                Err(format!("call {call} is over, or never was: {row:?}")),
            ),
        }
    }

    /// The server ended a connection on which a request had begun to arrive.
    pub(crate) fn unread(&self, conduct: &'static str) {
        *self.lock().figures.conduct.entry(conduct).or_default() += 1;
    }

    /// A check was made elsewhere.
    pub(crate) fn look(&self, check: Check, result: Result<(), String>) {
        self.lock().findings.look(check, result);
    }

    /// An observer was given a trail.
    pub(crate) fn finished(&self, call: u64, story: Story) {
        let mut state = self.lock();
        let State { open, findings, .. } = &mut *state;
        let result = match open.get_mut(&call) {
            Some(case) if case.story.is_none() => {
                case.story = Some(story);
                Ok(())
            }
            Some(_) => Err(format!("call {call} has a second trail: {story:?}")),
            None => Err(format!("a trail of call {call}, which is over: {story:?}")),
        };
        findings.look(Check::OneTrail, result);
    }

    /// The caller has a call's result, or has dropped the call: its trail must be here by now.
    ///
    /// `claim` is the trail that the result carries.
    pub(crate) fn returned(&self, call: u64, claim: Option<&Story>) {
        let mut state = self.lock();
        let State {
            open,
            findings,
            waiting,
            ..
        } = &mut *state;
        let story = open.get(&call).and_then(|case| case.story.as_ref());
        if story.is_none() {
            let what = format!("call {call} ended without a trail");
            findings.look(Check::OneTrail, Err(what));
        }
        if let (Some(claim), Some(story)) = (claim, story) {
            let same = claim == story;
            let what = || format!("call {call}: the result has {claim:?}, an observer {story:?}");
            findings.look(Check::Results, same.then_some(()).ok_or_else(what));
        }
        if open.get(&call).is_some_and(Case::is_settled) {
            state.close(call);
        } else {
            waiting.push_back((Instant::now(), call));
        }
        while let Some((since, call)) = state.waiting.front().copied()
            && since.elapsed() > GRACE
        {
            state.waiting.pop_front();
            state.close(call);
        }
    }

    /// Judges what is left. To be called when client and server are at rest.
    pub(crate) fn close_all(&self) {
        let mut state = self.lock();
        state.waiting.clear();
        let mut left: Vec<u64> = state.open.keys().copied().collect();
        left.sort_unstable();
        for call in left {
            state.close(call);
        }
    }

    pub(crate) fn figures(&self) -> Figures {
        self.lock().figures.clone()
    }

    pub(crate) fn findings(&self) -> Findings {
        self.lock().findings.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Case {
    /// Whether every attempt has been found in the log: nothing more may come then.
    fn is_settled(&self) -> bool {
        self.story.as_ref().is_some_and(|story| {
            let logged = |seen: &Seen| self.rows.iter().any(|row| row.span == seen.span);
            story.attempts.iter().all(logged)
        })
    }
}

impl State {
    fn close(&mut self, call: u64) {
        let Some(case) = self.open.remove(&call) else {
            return;
        };
        let Some(story) = &case.story else {
            let what = format!("call {call} has no trail; the log has {:?}", case.rows);
            self.findings.look(Check::OneTrail, Err(what));
            return;
        };
        let figures = &mut self.figures;
        figures.attempts += story.attempts.len() as u64;
        let outcome = (story.outcome.as_str(), story.stopped.as_str());
        *figures.outcomes.entry(outcome).or_default() += 1;
        for seen in &story.attempts {
            *figures.sent.entry(seen.sent.as_str()).or_default() += 1;
        }
        figures.late += judge::judge(call, &case.plan, &case.rows, story, &mut self.findings);
    }
}
