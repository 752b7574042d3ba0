//! How much memory a trail takes.

use std::mem::size_of;

use super::attempt::Attempt;
use super::{Data, Trail};

impl Trail {
    /// Roughly how many bytes of memory the trail takes, without what all trails of a client share.
    pub(crate) fn bytes(&self) -> usize {
        let data = &*self.0;
        let attempts = data.attempts.iter();
        size_of::<Data>()
            + data.opening.path.capacity()
            + data
                .opening
                .correlation_id
                .as_ref()
                .map_or(0, |id| id.len())
            + attempts.map(Attempt::bytes).sum::<usize>()
            + data.attempts.len().saturating_sub(1) * size_of::<Attempt>()
    }
}

impl Attempt {
    /// Without the struct itself.
    fn bytes(&self) -> usize {
        let ids = [&self.request_id, &self.body_request_id];
        self.url.capacity()
            + ids
                .into_iter()
                .flatten()
                .map(|id| id.as_str().len())
                .sum::<usize>()
            + self.error_code.as_ref().map_or(0, String::capacity)
            + self
                .failure_reason
                .as_ref()
                .map_or(0, |reason| reason.len())
    }
}
