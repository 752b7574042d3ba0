//! Matches requests to attempts by order, for scenarios without span IDs: each request gets one attempt, each attempt that
//! was sent gets a request, and their statuses agree.

use super::Correlation;
use crate::check::ids;
use crate::check::view::{AttemptView, PlayedCall};
use crate::failure::Failure;
use crate::scenario::Scenario;
use crate::server::log::Row;

/// An attempt with its position.
struct Candidate<'a> {
    result: usize,
    index: usize,
    attempt: &'a AttemptView<'a>,
    dialect: &'a str,
}

pub(super) fn correlate(
    scenario: &Scenario,
    played: &[PlayedCall<'_>],
    rows: &[Row],
    out: &mut Vec<Failure>,
) -> Correlation {
    let candidates: Vec<Candidate<'_>> = played
        .iter()
        .enumerate()
        .flat_map(|(result, played)| {
            let dialect = played.trail_text("dialect").unwrap_or_default();
            let attempts = played.attempts.iter().enumerate();
            attempts.map(move |(index, attempt)| Candidate {
                result,
                index,
                attempt,
                dialect,
            })
        })
        .collect();
    let any_order = scenario.calls.iter().any(|call| call.concurrency > 1);
    let fit = |candidate: usize, row: usize| fit(scenario, &candidates[candidate], &rows[row]);
    let must = |candidate: usize| candidates[candidate].attempt.sent == Some("yes");
    let found = if any_order {
        in_any_order(candidates.len(), rows.len(), fit, must)
    } else {
        in_order(candidates.len(), rows.len(), fit, must)
    };
    let mut correlation = Correlation::default();
    match found {
        Some(pairs) => {
            for (candidate, row) in pairs {
                let candidate = &candidates[candidate];
                let call = played[candidate.result].call_index;
                correlation.insert((candidate.result, candidate.index), call, row);
            }
        }
        None => {
            let attempts: Vec<String> = candidates.iter().map(Candidate::describe).collect();
            let expected = format!("attempts that fit the {} logged requests", rows.len());
            out.push(Failure::differs("attempts", expected, attempts.join(", ")));
        }
    }
    correlation
}

impl Candidate<'_> {
    fn describe(&self) -> String {
        let sent = self.attempt.sent.unwrap_or("?");
        match self.attempt.status {
            Some(status) => format!("{status} (sent: {sent})"),
            None => format!("no status (sent: {sent})"),
        }
    }
}

/// Returns how well an attempt fits a request: `None` not at all, 1 by its status, 2 also by its ID.
fn fit(scenario: &Scenario, candidate: &Candidate<'_>, row: &Row) -> Option<u32> {
    let attempt = candidate.attempt;
    if attempt.sent == Some("no") {
        return None;
    }
    let Some(status) = attempt.status else {
        return Some(1);
    };
    let sent = row.sent.as_ref()?;
    if sent.raw {
        return Some(1);
    }
    if sent.status.map(u64::from) != Some(status) {
        return None;
    }
    let whole = attempt.failure.is_none();
    let readings = ids::readings(&scenario.client, candidate.dialect, sent, whole).request_id;
    let same = readings
        .iter()
        .any(|reading| reading.as_deref() == attempt.request_id);
    Some(if same { 2 } else { 1 })
}

/// Returns the best assignment that keeps the order; `None` if there is none. It uses every row, and
/// every attempt that must have a row.
fn in_order(
    attempts: usize,
    rows: usize,
    fit: impl Fn(usize, usize) -> Option<u32>,
    must: impl Fn(usize) -> bool,
) -> Option<Vec<(usize, usize)>> {
    // best[a][r]: the highest score of matching the attempts from a with the rows from r.
    let mut best = vec![vec![None::<u32>; rows + 1]; attempts + 1];
    best[attempts][rows] = Some(0);
    for attempt in (0..attempts).rev() {
        for row in (0..=rows).rev() {
            let without = best[attempt + 1][row].filter(|_| !must(attempt));
            let with = (row < rows)
                .then(|| Some(fit(attempt, row)? + best[attempt + 1][row + 1]?))
                .flatten();
            best[attempt][row] = with.max(without);
        }
    }
    best[0][0]?;
    let mut pairs = Vec::new();
    let mut row = 0;
    for attempt in 0..attempts {
        let with = (row < rows)
            .then(|| Some(fit(attempt, row)? + best[attempt + 1][row + 1]?))
            .flatten();
        if with.is_some() && with == best[attempt][row] {
            pairs.push((attempt, row));
            row += 1;
        }
    }
    Some(pairs)
}

/// Returns any assignment of every row, and of every attempt that must have a row. Augmenting paths
/// never free what is assigned, so covering one side after the other covers both.
fn in_any_order(
    attempts: usize,
    rows: usize,
    fit: impl Fn(usize, usize) -> Option<u32>,
    must: impl Fn(usize) -> bool,
) -> Option<Vec<(usize, usize)>> {
    // First only exact fits: an ID decides where a status does not.
    for least in [2, 1] {
        let fits = |attempt: usize, row: usize| fit(attempt, row).is_some_and(|fit| fit >= least);
        let mut of_row = vec![None; rows];
        let covered = (0..attempts)
            .filter(|attempt| must(*attempt))
            .all(|attempt| {
                let mut tried = vec![false; rows];
                augment_attempt(attempt, &fits, &mut of_row, &mut tried)
            });
        let mut of_attempt = vec![None; attempts];
        for (row, attempt) in of_row.iter().enumerate() {
            if let Some(attempt) = *attempt {
                of_attempt[attempt] = Some(row);
            }
        }
        let covered = covered
            && (0..rows).filter(|row| of_row[*row].is_none()).all(|row| {
                let mut tried = vec![false; attempts];
                augment_row(row, &fits, &mut of_attempt, &mut tried)
            });
        if covered {
            let pairs = of_attempt.iter().enumerate();
            return Some(
                pairs
                    .filter_map(|(attempt, row)| Some((attempt, (*row)?)))
                    .collect(),
            );
        }
    }
    None
}

fn augment_attempt(
    attempt: usize,
    fits: &impl Fn(usize, usize) -> bool,
    of_row: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for row in 0..of_row.len() {
        if tried[row] || !fits(attempt, row) {
            continue;
        }
        tried[row] = true;
        if of_row[row].is_none_or(|other| augment_attempt(other, fits, of_row, tried)) {
            of_row[row] = Some(attempt);
            return true;
        }
    }
    false
}

fn augment_row(
    row: usize,
    fits: &impl Fn(usize, usize) -> bool,
    of_attempt: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for attempt in 0..of_attempt.len() {
        if tried[attempt] || !fits(attempt, row) {
            continue;
        }
        tried[attempt] = true;
        if of_attempt[attempt].is_none_or(|other| augment_row(other, fits, of_attempt, tried)) {
            of_attempt[attempt] = Some(row);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attempts as (must, may, status) with 0 for no status.
    fn correlation(
        attempts: &[(bool, bool, u32)],
        rows: &[u32],
        order: bool,
    ) -> Option<Vec<(usize, usize)>> {
        let fit = |attempt: usize, row: usize| {
            let (_, may, status) = attempts[attempt];
            (may && (status == 0 || status == rows[row])).then_some(1)
        };
        let must = |attempt: usize| attempts[attempt].0;
        if order {
            in_order(attempts.len(), rows.len(), fit, must)
        } else {
            in_any_order(attempts.len(), rows.len(), fit, must)
        }
    }

    const fn yes(status: u32) -> (bool, bool, u32) {
        (true, true, status)
    }
    const fn unknown(status: u32) -> (bool, bool, u32) {
        (false, true, status)
    }
    const NO: (bool, bool, u32) = (false, false, 0);

    #[test]
    fn in_order_uses_every_request_once() {
        assert_eq!(
            correlation(&[yes(503), yes(200)], &[503, 200], true),
            Some(vec![(0, 0), (1, 1)])
        );
        assert_eq!(correlation(&[yes(200), yes(503)], &[503, 200], true), None);
        assert_eq!(correlation(&[yes(503)], &[503, 200], true), None);
        assert_eq!(correlation(&[yes(503), yes(200)], &[503], true), None);
        assert_eq!(correlation(&[], &[], true), Some(Vec::new()));
    }

    #[test]
    fn an_unknown_attempt_may_have_a_request_and_an_unsent_one_has_none() {
        assert_eq!(
            correlation(&[unknown(0), yes(200)], &[200], true),
            Some(vec![(1, 0)])
        );
        assert_eq!(
            correlation(&[unknown(0), yes(200)], &[0, 200], true),
            Some(vec![(0, 0), (1, 1)])
        );
        assert_eq!(
            correlation(&[NO, yes(200)], &[200], true),
            Some(vec![(1, 0)])
        );
        assert_eq!(correlation(&[NO], &[0], true), None);
    }

    #[test]
    fn in_any_order_only_the_pairing_counts() {
        let pairs = correlation(&[yes(200), yes(503), NO], &[503, 200], false);
        assert_eq!(pairs, Some(vec![(0, 1), (1, 0)]));
        let pairs = correlation(&[yes(0), yes(200)], &[200, 503], false);
        assert_eq!(pairs, Some(vec![(0, 1), (1, 0)]));
        assert_eq!(correlation(&[yes(0), yes(200)], &[503, 503], false), None);
        assert_eq!(correlation(&[unknown(200)], &[200, 200], false), None);
    }
}
