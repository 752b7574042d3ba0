//! The image service's record of an import.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::openstack::accepted::lenient;
use crate::openstack::accepted::time::{Stamp, stamp};
use crate::redact::{REDACTED, one_line};

/// A task of an image, such as its import (<https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image>).
#[derive(Clone, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ImageTask {
    /// The task's UUID.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// What it does, as in `api_image_import`.
    #[serde(default, rename = "type", deserialize_with = "lenient::optional")]
    pub task_type: Option<String>,
    /// Its progress: `pending`, `processing`, `success` or `failure`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Why it failed.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub message: Option<String>,
    /// The ID of the request that began it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub request_id: Option<String>,
    /// When it was created: UTC, though the API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub created_at: Option<String>,
    /// When it last changed: UTC, though the API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub updated_at: Option<String>,
    /// Until when it can be read.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub expires_at: Option<String>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The input of a task: URLs that may contain a password.
const INPUT: &str = "input";

impl fmt::Debug for ImageTask {
    // The other fields may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageTask")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl ImageTask {
    /// The task for a report, which leaves the machine.
    pub(in crate::openstack) fn for_report(mut self) -> Self {
        if let Some(input) = self.other.get_mut(INPUT).filter(|input| !input.is_null()) {
            *input = REDACTED.into();
        }
        // A failed download repeats the URL of the input.
        self.message = self.message.map(|message| without_users(&message));
        self
    }

    /// When it was created.
    pub(in crate::openstack) fn created(&self) -> Option<Stamp> {
        self.created_at.as_deref().and_then(stamp)
    }

    /// Whether it has not ended yet.
    pub(in crate::openstack) fn is_running(&self) -> bool {
        !matches!(self.status.as_str(), "success" | "failure")
    }

    /// Why it failed, without the blanks around it; `None` if it does not say.
    pub(in crate::openstack) fn reason(&self) -> Option<&str> {
        let reason = self.message.as_deref()?.trim();
        Some(reason).filter(|reason| !reason.is_empty())
    }
}

impl fmt::Display for ImageTask {
    /// Kind, state and reason, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.task_type.as_deref().unwrap_or("task");
        write!(f, "{} {}", one_line(kind), one_line(&self.status))?;
        match self.reason() {
            Some(reason) => write!(f, ": {}", one_line(reason)),
            None => Ok(()),
        }
    }
}

/// A text without the user names and passwords of its URLs.
fn without_users(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("://");
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'');
        let (authority, _) = part.split_at(part.find(ends).unwrap_or(part.len()));
        match authority.rfind('@') {
            Some(at) => {
                shown.push_str(REDACTED);
                shown.push_str(&part[at..]);
            }
            None => shown.push_str(part),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_users() {
        for (text, wanted) in [
            ("", ""),
            ("no URL: a@b", "no URL: a@b"),
            (
                "at http://h/x?mail=a@b, and more",
                "at http://h/x?mail=a@b, and more",
            ),
            ("http://u:p@h/x failed", "http://[redacted]@h/x failed"),
            ("'http://u:p@w@h'", "'http://[redacted]@h'"),
            (
                "s3://k:p@h/b, ftp://u@h",
                "s3://[redacted]@h/b, ftp://[redacted]@h",
            ),
        ] {
            assert_eq!(without_users(text), wanted, "{text}");
        }
    }
}
