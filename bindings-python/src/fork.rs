//! What a fork leaves behind: threads are gone, sockets are shared with the parent, locks may be held by nobody.
//!
//! So nothing of a client is used in a child. Each use compares the generation that the client was built in with the
//! process's, and builds anew when they differ; the old one is left alone, never dropped.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;

static GENERATION: AtomicU64 = AtomicU64::new(0);

/// How many forks lie between this process and the one that loaded the module.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// Called in the child of a fork, where hardly anything is allowed.
#[pyfunction]
pub(crate) fn forked() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
}
