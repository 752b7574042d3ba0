//! Decides whether work on a volume or a snapshot succeeded or failed: the rule that reads the table of kinds.
//!
//! A status alone is not a proof: an extend that fits nowhere leaves the volume `available` as before. The messages to
//! users, under the ID of the request, show whether it failed; if neither decides, the verdict is `unknown`.

mod rows;

use super::message::UserMessage;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::resource::Resource;

pub(in crate::openstack) use rows::{ROWS, Row, UNPROVEN, row};

/// What is known about the messages of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Messages<'a> {
    /// They have not been read by this poll.
    NotRead,
    /// Those of this very request, newest first.
    OfRequest(&'a [UserMessage]),
    /// Those about the resource since the request left, because no response named its ID.
    OfResource(&'a [UserMessage]),
    /// They cannot be read, and why.
    Unreadable(&'a str),
}

/// The result of one poll.
#[derive(Debug)]
pub(super) struct Observation<'a> {
    pub(super) row: &'a Row,
    /// The kind in words, as in `volume`.
    pub(super) resource_type: &'a str,
    /// The kind of work, as in `extend`.
    pub(super) operation: &'a str,
    /// `None` if there is none, or it cannot be read at all.
    pub(super) resource: Option<&'a Resource>,
    /// Whether it was seen by an earlier poll, or its service accepted work on it.
    pub(super) was_there: bool,
    /// Whether the service is known to have answered the request.
    pub(super) accepted: bool,
    /// The size at the first poll.
    pub(super) first_size: Option<u64>,
    /// The size that was asked for.
    pub(super) wanted_size: Option<u64>,
    pub(super) messages: Messages<'a>,
    /// Whether the state has been the same for as long as a message may take.
    pub(super) message_settled: bool,
    /// Whether the state has been the same for a while.
    pub(super) settled: bool,
}

/// What a poll proves.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Assessment {
    /// Nothing yet.
    Running,
    /// The end, and the evidence for it.
    Ended(Verdict, String),
    /// An end that proves nothing but looks like this verdict, and the evidence for it.
    Apparent(Verdict, String),
    /// The messages decide.
    NeedsMessages,
    /// It was never seen with this token.
    NotFound,
}

use Assessment::{Apparent, Ended, NeedsMessages, NotFound, Running};

/// Judges what was seen.
pub(super) fn judge(seen: &Observation<'_>) -> Assessment {
    let what = seen.resource_type;
    if seen.row.operation.is_empty() {
        return unproven(seen);
    }
    let Some(resource) = seen.resource else {
        return absent(seen);
    };
    let status = resource.state();
    if seen.row.passing.contains(&status) {
        return Running;
    }
    if seen.row.failed.contains(&status) {
        return match seen.row.resized && has_grown(seen, resource) {
            true => resized(seen, resource),
            false => failed(seen, status),
        };
    }
    if seen.row.resized && seen.row.done.contains(&status) {
        return resized(seen, resource);
    }
    if seen.row.done.contains(&status) {
        return Ended(Verdict::Succeeded, format!("the {what} is {status}"));
    }
    if let Some(end) = by_message(seen, &format!("the {what} is {status}")) {
        return end;
    }
    if !seen.settled {
        return Running;
    }
    if seen.row.later.contains(&status) {
        let evidence =
            format!("the {what} is {status}, a state that it reaches only after its creation");
        return Apparent(Verdict::Succeeded, evidence);
    }
    let evidence = format!("the {what} is {status}, and {}", why_no_message(seen));
    match seen.row.back.contains(&status) {
        true => Apparent(Verdict::Failed, evidence),
        false => Ended(Verdict::Unknown, evidence),
    }
}

/// What a message of the request proves, or that the messages have to be asked for; `None` if there is none.
fn by_message(seen: &Observation<'_>, state: &str) -> Option<Assessment> {
    match seen.messages {
        Messages::NotRead => Some(NeedsMessages),
        Messages::OfRequest([newest, ..]) => {
            Some(Ended(Verdict::Failed, format!("{state}: {newest}")))
        }
        Messages::OfResource([newest, ..]) => Some(Apparent(
            Verdict::Failed,
            format!(
                "{state}, and since the request was sent Cinder has a message about the {}: {newest}; no response named the \
                 request's ID, so the message may belong to another request",
                seen.resource_type
            ),
        )),
        Messages::OfRequest([]) | Messages::OfResource([]) | Messages::Unreadable(_) => None,
    }
}

/// Explains why no message says more.
fn why_no_message(seen: &Observation<'_>) -> String {
    match seen.messages {
        Messages::Unreadable(why) => format!("the messages to users cannot be read: {why}"),
        Messages::OfResource(_) => {
            "no message to users is about it since the request was sent".to_owned()
        }
        Messages::OfRequest(_) | Messages::NotRead => {
            "no message to users is about this request".to_owned()
        }
    }
}

/// Judges a status that means that work failed. The message says why.
fn failed(seen: &Observation<'_>, status: &str) -> Assessment {
    let state = format!("the {} is in {status}", seen.resource_type);
    match by_message(seen, &state) {
        // The status is proof enough, whichever request the message is about.
        Some(Apparent(verdict, evidence)) if seen.accepted => return Ended(verdict, evidence),
        Some(end) => return end,
        None => {}
    }
    let may_come = seen.row.has_message && !matches!(seen.messages, Messages::Unreadable(_));
    if may_come && !seen.message_settled {
        return Running;
    }
    let evidence = match seen.row.has_message {
        true => format!("{state}, and {}", why_no_message(seen)),
        false => format!("{state}; Cinder gives users no reason"),
    };
    match seen.accepted {
        true => Ended(Verdict::Failed, evidence),
        // It may have had this state before.
        false => Apparent(Verdict::Failed, evidence),
    }
}

/// Whether a volume has the requested size, or grew while it was followed. Only an extend that succeeds sets a size, so one
/// that left a state of failure came later.
fn has_grown(seen: &Observation<'_>, resource: &Resource) -> bool {
    let Some(size) = resource.size else {
        return false;
    };
    match seen.wanted_size {
        Some(wanted) => size >= wanted,
        None => seen.first_size.is_some_and(|first| first < size),
    }
}

/// Judges a volume at rest after an extend: by its size, or, if that is unchanged, by a message.
fn resized(seen: &Observation<'_>, resource: &Resource) -> Assessment {
    let what = seen.resource_type;
    let status = resource.status.as_str();
    let state = match (seen.wanted_size, resource.size) {
        (Some(wanted), Some(size)) if size < wanted => {
            format!("the {what} is {status} with {size} GiB, not {wanted}")
        }
        (_, Some(size)) => format!("the {what} is {status} with {size} GiB"),
        (_, None) => format!("the {what} is {status} and does not show its size"),
    };
    // A message of this request takes precedence over the size, which another extend may have changed.
    match by_message(seen, &state) {
        // The message may be another request's, and so may the size.
        Some(Apparent(..)) if seen.wanted_size.is_some() && seen.wanted_size == resource.size => {}
        Some(end) => return end,
        None => {}
    }
    match (seen.wanted_size, resource.size) {
        (Some(wanted), Some(size)) if size == wanted => {
            let state = format!("{state}, the requested size");
            match seen.messages {
                Messages::OfRequest(_) | Messages::NotRead => Ended(Verdict::Succeeded, state),
                Messages::Unreadable(why) => Apparent(
                    Verdict::Succeeded,
                    format!(
                        "{state}, but the messages to users cannot be read ({why}), so another extend may have set it"
                    ),
                ),
                Messages::OfResource(_) => Apparent(
                    Verdict::Succeeded,
                    format!(
                        "{state}, but no response named the request's ID, so another extend may have set it"
                    ),
                ),
            }
        }
        (Some(wanted), Some(size)) if size > wanted => Ended(
            Verdict::Unknown,
            format!(
                "{state}, more than the requested {wanted} GiB: another extend came later, so this one's result cannot be known"
            ),
        ),
        (None, Some(size)) if seen.first_size.is_some_and(|first| first < size) => Apparent(
            Verdict::Succeeded,
            format!("{state}, and it grew while it was followed; the requested size is not known"),
        ),
        _ if !seen.settled => Running,
        (Some(_), _) => Ended(
            Verdict::Unknown,
            format!("{state}, and {}", why_no_message(seen)),
        ),
        (None, _) => Ended(
            Verdict::Unknown,
            format!(
                "{state}, {}, and the requested size is not known: set the option `size`",
                why_no_message(seen)
            ),
        ),
    }
}

/// Judges a missing resource.
fn absent(seen: &Observation<'_>) -> Assessment {
    let what = seen.resource_type;
    if seen.row.gone {
        return match (seen.was_there, seen.settled) {
            (true, _) => Ended(Verdict::Succeeded, format!("the {what} is gone")),
            (false, false) => Running,
            // A resource that was never seen may just be hidden from this token, or may never have existed.
            (false, true) => Apparent(
                Verdict::Succeeded,
                format!("the {what} is not there, but this token has never seen it"),
            ),
        };
    }
    if !seen.settled {
        return Running;
    }
    // Messages are readable for every project, so what is said about a resource is only for those who see it.
    if !seen.was_there {
        return NotFound;
    }
    by_message(seen, &format!("the {what} is gone")).unwrap_or_else(|| {
        Ended(
            Verdict::Unknown,
            format!("the {what} was deleted before the outcome was seen"),
        )
    })
}

/// Judges work without a row: reports what is seen, without a verdict.
fn unproven(seen: &Observation<'_>) -> Assessment {
    let what = seen.resource_type;
    let state = match seen.resource {
        Some(resource) => format!("the {what} is {}", resource.state()),
        None => format!("the state of the {what} is not known"),
    };
    let no_row = format!(
        "no test has shown how `{what}.{}` ends, so no state proves it; {state}",
        seen.operation
    );
    match by_message(seen, &no_row) {
        Some(Ended(verdict, evidence)) => Apparent(verdict, evidence),
        Some(end) => end,
        None => Ended(
            Verdict::Unknown,
            format!("{no_row}, and {}", why_no_message(seen)),
        ),
    }
}

#[cfg(test)]
mod tests;
