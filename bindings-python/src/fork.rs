//! Detects forks. In the child, threads are gone, sockets are shared with the parent, and locks may stay locked for
//! good.
//!
//! So a child uses nothing of its parent's client. Each use compares the client's generation with the process's and
//! builds a new client if they differ. The old one is leaked, never dropped.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Counts the forks between the process that loaded the module and this one.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// Counts a fork. Python calls it in the child, where hardly anything is allowed.
#[pyfunction]
pub(crate) fn forked() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
}

/// Refuses every interpreter except the one that loaded the module first: statics hold Python objects, and all
/// interpreters would share them.
pub(crate) fn refuse_other_interpreters() -> PyResult<()> {
    static FIRST: AtomicI64 = AtomicI64::new(-1);
    // SAFETY: the caller is attached to an interpreter, so a current one exists, and it has an ID.
    let own = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    match FIRST.compare_exchange(-1, own, Ordering::AcqRel, Ordering::Acquire) {
        Err(first) if first != own => Err(PyImportError::new_err(
            "reqtrail does not work in a subinterpreter beside another interpreter; use threads or processes",
        )),
        _ => Ok(()),
    }
}
