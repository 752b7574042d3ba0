//! The native half of the Python package `reqtrail`: it converts, starts, cancels and maps. Everything that a call does
//! is the core's; everything that a program touches is in the Python half.

mod async_client;
mod board;
mod client;
mod cloud;
mod config;
mod convert;
mod failure;
mod fork;
mod fork_safe;
mod hooks;
mod interrupt;
mod logging;
mod openstack;
mod refresh;
mod request;
mod response;
mod values;
mod watch;

use pyo3::prelude::*;

/// The private module `reqtrail._native`.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::async_client::{RawAsyncClient, RawPort};
    #[pymodule_export]
    use crate::client::RawClient;
    #[pymodule_export]
    use crate::cloud::{RawCloud, RawConnection};
    #[pymodule_export]
    use crate::failure::RawError;
    #[pymodule_export]
    use crate::fork::forked;
    #[pymodule_export]
    use crate::openstack::RawReport;
    #[pymodule_export]
    use crate::refresh::{RawRefresh, RawServing};
    #[pymodule_export]
    use crate::response::{RawTrail, Response};
    #[pymodule_export]
    use crate::values::{CancelToken, Secret};

    #[pymodule_init]
    fn init(module: &super::Bound<'_, super::PyModule>) -> super::PyResult<()> {
        crate::fork::refuse_other_interpreters()?;
        reqtrail::host::honour_ca_bundle_variables(&["REQUESTS_CA_BUNDLE"]);
        super::PyModuleMethods::add(module, "VERSION", reqtrail::VERSION)
    }
}
