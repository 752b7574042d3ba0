//! Which of the kept calls are asked for.

use std::time::Duration;

use serde::Deserialize;

use crate::trail::{Attempt, Outcome, Trail};

/// Chooses among the calls that a recorder keeps. Unset fields let every call through.
///
/// # Examples
/// ```
/// let mut filter = reqtrail::RecentFilter::default();
/// filter.failed = true;
/// filter.limit = Some(10);
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RecentFilter {
    /// Lets calls through that failed.
    pub failed: bool,
    /// Lets calls through that took at least so long, in milliseconds.
    pub slower_than_ms: Option<u64>,
    /// Lets calls through whose last attempt has this error code.
    pub code: Option<String>,
    /// Lets calls through with this path template, as in `/cameras/{id}`.
    pub path: Option<String>,
    /// Lets calls through whose last attempt has this status.
    pub status: Option<u16>,
    /// How many calls there are at most.
    pub limit: Option<u32>,
}

impl RecentFilter {
    pub(super) fn takes(&self, trail: &Trail) -> bool {
        let last = trail.last();
        let slow = self.slower_than_ms.map(Duration::from_millis);
        let code = last.and_then(Attempt::error_code);
        let status = last.and_then(Attempt::status).map(|it| it.as_u16());
        (!self.failed || trail.outcome() != Outcome::Ok)
            && slow.is_none_or(|slow| trail.elapsed() >= slow)
            && self.code.as_deref().is_none_or(|it| code == Some(it))
            && self.path.as_deref().is_none_or(|it| trail.path() == it)
            && self.status.is_none_or(|it| status == Some(it))
    }

    pub(super) fn at_most(&self) -> usize {
        match self.limit {
            Some(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
            None => usize::MAX,
        }
    }
}
