//! What the error responses of OpenStack's services mean.

#[cfg(test)]
mod tests;

use super::faults::CODES;
use crate::codes::Category;
use crate::dialect::{CodeEntry, ErrorContext, Meaning, RetryRule};

/// Used-up quotas that only the message reveals: the status, and the beginning of the message.
const QUOTAS: [(u16, &str); 9] = [
    // Octavia.
    (403, "Quota has been met for resources"),
    // Barbican.
    (403, "Creation not allowed because a quota has been reached"),
    (403, "Quota reached for project"),
    // Magnum.
    (403, "Resource limit exceeded: You have reached the maximum"),
    (403, "You have reached the maximum clusters per project"),
    // Heat, whose code also means a template that is too large.
    (
        400,
        "Request limit exceeded: You have reached the maximum stacks",
    ),
    (
        403,
        "Request limit exceeded: You have reached the maximum stacks",
    ),
    // Glance.
    (413, "Image exceeds the storage quota"),
    // Swift.
    (413, "Upload exceeds quota"),
];

/// What an error response means. `signs_in`: it is the response to a sign-in.
pub(super) fn of(seen: &ErrorContext<'_>, signs_in: bool) -> Option<Meaning> {
    if signs_in && seen.status == 404 && seen.message.is_some_and(names_a_credential) {
        return Some(Meaning {
            category: Some(Category::Authentication),
            retry: None,
            hint: None,
            documentation_url: None,
        });
    }
    let row = seen.code.and_then(row);
    let is_over_quota = seen
        .message
        .is_some_and(|message| names_a_quota(seen.status, message));
    if row.is_none() && !is_over_quota {
        return None;
    }
    let category = if is_over_quota {
        Some(Category::Quota)
    } else {
        row.filter(|row| row.status == seen.status)
            .map(|row| row.category)
    };
    // Block storage and shared file systems answer a used-up quota this way; repeating it would never end.
    let is_final = category == Some(Category::Quota)
        && seen.status == 413
        && seen.retry_after.is_some_and(|wait| wait.is_zero());
    Some(Meaning {
        category,
        retry: is_final.then_some(RetryRule::Never),
        hint: row.map(|row| row.fix.into()),
        documentation_url: row.and_then(|row| row.documentation_url).map(Into::into),
    })
}

/// What is known about a code.
pub(super) fn row(code: &str) -> Option<&'static CodeEntry> {
    CODES.codes.iter().find(|row| row.code == code)
}

/// Keystone answers with a 404 to a token or an application credential that has expired or was deleted, with a message
/// that differs by the kind of token. A path that does not exist has another message.
fn names_a_credential(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["token", "application credential"]
        .iter()
        .any(|word| message.contains(word))
}

/// Whether a message says that a quota is used up.
fn names_a_quota(status: u16, message: &str) -> bool {
    let mut rows = QUOTAS.iter();
    if rows.any(|(its, beginning)| *its == status && message.starts_with(beginning)) {
        return true;
    }
    // The unified limits of every service that asks Keystone for its limits.
    if matches!(status, 403 | 413)
        && message.starts_with("Project ")
        && message.contains(" is over a limit for ")
    {
        return true;
    }
    status == 403 && names_a_quota_of_compute(message)
}

/// Nova has no code for a used-up quota: only the message of a 403 says so.
fn names_a_quota_of_compute(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    // Without the word: "Maximum number of metadata items exceeds 128".
    let is_named = message.contains("quota") || message.contains("maximum number of ");
    is_named && message.contains("exceed")
}
