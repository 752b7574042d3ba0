//! What a fork leaves behind: threads are gone, sockets are shared with the parent, locks may be held by nobody.
//!
//! So nothing of a client is used in a child. Each use compares the generation that the client was built in with the
//! process's, and builds anew when they differ; the old one is left alone, never dropped.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
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

/// Refuses interpreters beside the one that loaded the module first: Python's objects are kept in places that all of
/// them would share.
pub(crate) fn refuse_other_interpreters() -> PyResult<()> {
    static FIRST: AtomicI64 = AtomicI64::new(-1);
    // SAFETY: the caller is attached to an interpreter, so there is a current one, and it has an ID.
    let own = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    match FIRST.compare_exchange(-1, own, Ordering::AcqRel, Ordering::Acquire) {
        Err(first) if first != own => Err(PyImportError::new_err(
            "reqtrail does not work in a subinterpreter beside another interpreter; use threads or processes",
        )),
        _ => Ok(()),
    }
}
