//! Matches the server's log and the client's trails, call by call while the soak runs.
//!
//! It compares and removes a call as soon as both sides are complete, so that a million calls need no more memory than
//! those under way.

mod compare;
mod records;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::checks::{Check, Findings};
use crate::planned_call::PlannedCall;

pub(crate) use records::{Answer, AttemptRecord, Row, Tag, TrailRecord};

/// How long a request that the client gave up may take to reach the log. It takes longer than a moment only if the server
/// gets too little processor time.
const GRACE: Duration = Duration::from_secs(10);

/// One call: its plan, and what both sides reported.
#[derive(Debug)]
struct Case {
    plan: PlannedCall,
    /// The call's requests, in the order of the log.
    rows: Vec<Row>,
    trail: Option<TrailRecord>,
}

/// Figures besides the checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) calls: u64,
    pub(crate) requests: u64,
    pub(crate) attempts: u64,
    pub(crate) conduct: BTreeMap<&'static str, u64>,
    pub(crate) outcomes: BTreeMap<(&'static str, &'static str), u64>,
    pub(crate) sent: BTreeMap<&'static str, u64>,
    /// Requests of given-up attempts that the server read only after the request of a later attempt.
    pub(crate) late: u64,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<u64, Case>,
    /// Calls that ended, but with attempts that may still reach the log.
    waiting: VecDeque<(Instant, u64)>,
    figures: Figures,
    findings: Findings,
}

/// Takes the reports of the server and the client.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<State>);

impl Ledger {
    /// Notes that a call begins.
    pub(crate) fn begin(&self, call: u64, plan: PlannedCall) {
        let mut state = self.lock();
        state.figures.calls += 1;
        let case = Case {
            plan,
            rows: Vec::new(),
            trail: None,
        };
        state.open.insert(call, case);
    }

    /// Returns how many requests of a call are in the log.
    pub(crate) fn rows_of(&self, call: u64) -> u64 {
        let state = self.lock();
        state
            .open
            .get(&call)
            .map_or(0, |case| case.rows.len() as u64)
    }

    /// Logs a request that the server has read whole. Call this before the server responds.
    pub(crate) fn log(&self, call: u64, row: Row, conduct: &'static str) {
        let mut state = self.lock();
        state.figures.requests += 1;
        *state.figures.conduct.entry(conduct).or_default() += 1;
        match state.open.get_mut(&call) {
            Some(case) => case.rows.push(row),
            None => state.findings.record(
                Check::Logged,
                Err(format!("call {call} has ended, or never began: {row:?}")),
            ),
        }
    }

    /// Notes that the server ended a connection on which a request was arriving.
    pub(crate) fn unread(&self, conduct: &'static str) {
        *self.lock().figures.conduct.entry(conduct).or_default() += 1;
    }

    /// Records the result of a check that is made elsewhere.
    pub(crate) fn record(&self, check: Check, result: Result<(), String>) {
        self.lock().findings.record(check, result);
    }

    /// Notes a trail that an observer got.
    pub(crate) fn finished(&self, call: u64, trail: TrailRecord) {
        let mut state = self.lock();
        let State { open, findings, .. } = &mut *state;
        let result = match open.get_mut(&call) {
            Some(case) if case.trail.is_none() => {
                case.trail = Some(trail);
                Ok(())
            }
            Some(_) => Err(format!("call {call} has a second trail: {trail:?}")),
            None => Err(format!(
                "a trail of call {call}, which has ended: {trail:?}"
            )),
        };
        findings.record(Check::OneTrail, result);
    }

    /// Notes that the caller has a call's result, or has dropped the call. The observer must have its trail by now.
    ///
    /// `claim` is the trail of the result.
    pub(crate) fn returned(&self, call: u64, claim: Option<&TrailRecord>) {
        let mut state = self.lock();
        let State {
            open,
            findings,
            waiting,
            ..
        } = &mut *state;
        let trail = open.get(&call).and_then(|case| case.trail.as_ref());
        if trail.is_none() {
            let what = format!("call {call} ended without a trail");
            findings.record(Check::OneTrail, Err(what));
        }
        if let (Some(claim), Some(trail)) = (claim, trail) {
            let same = claim == trail;
            let what = || format!("call {call}: the result has {claim:?}, an observer {trail:?}");
            findings.record(Check::Results, same.then_some(()).ok_or_else(what));
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

    /// Compares the remaining calls. Call this when client and server are idle.
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
    /// Returns whether every attempt is in the log, so that nothing more can come.
    fn is_settled(&self) -> bool {
        self.trail.as_ref().is_some_and(|trail| {
            let logged =
                |attempt: &AttemptRecord| self.rows.iter().any(|row| row.span == attempt.span);
            trail.attempts.iter().all(logged)
        })
    }
}

impl State {
    fn close(&mut self, call: u64) {
        let Some(case) = self.open.remove(&call) else {
            return;
        };
        let Some(trail) = &case.trail else {
            let what = format!("call {call} has no trail; the log has {:?}", case.rows);
            self.findings.record(Check::OneTrail, Err(what));
            return;
        };
        let figures = &mut self.figures;
        figures.attempts += trail.attempts.len() as u64;
        let outcome = (trail.outcome.as_str(), trail.stopped.as_str());
        *figures.outcomes.entry(outcome).or_default() += 1;
        for attempt in &trail.attempts {
            *figures.sent.entry(attempt.sent.as_str()).or_default() += 1;
        }
        figures.late += compare::compare(call, &case.plan, &case.rows, trail, &mut self.findings);
    }
}
