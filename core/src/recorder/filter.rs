//! Chooses among the kept calls.

use std::time::Duration;

use crate::surface::options_struct;
use crate::surface::recent::recent_options;
use crate::trail::{Attempt, Outcome, Trail};

recent_options! { options_struct
    /// Chooses among the calls that a recorder keeps. A field that is `None` lets every call through.
    ///
    /// # Examples
    /// ```
    /// let mut filter = reqtrail::RecentFilter::default();
    /// filter.failed = Some(true);
    /// filter.limit = Some(10);
    /// ```
    #[derive(Eq, PartialEq)]
    #[non_exhaustive]
    struct RecentFilter of pub fields;
}

impl RecentFilter {
    pub(super) fn takes(&self, trail: &Trail) -> bool {
        let last = trail.last();
        let code = last.and_then(Attempt::error_code);
        let status = last.and_then(Attempt::status).map(|it| it.as_u16());
        (!self.failed() || trail.outcome() != Outcome::Ok)
            && self.slower_than.is_none_or(|it| trail.elapsed() >= it)
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
