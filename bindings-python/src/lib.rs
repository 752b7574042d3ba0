//! The native half of the Python package `reqtrail`: it converts, starts, cancels and maps. The core makes the calls;
//! programs touch only the Python half.

mod async_client;
mod client;
mod cloud;
mod command;
mod config;
mod connection;
mod convert;
mod events;
mod failure;
mod fork;
mod fork_safe;
mod header_pairs;
mod interrupt;
mod lane;
mod logging;
mod openstack;
mod options;
mod outcome;
mod python;
mod recorder;
mod refresh;
mod request;
mod response;
mod testing;
mod trail;
mod watch;

use pyo3::prelude::*;

/// The private module `reqtrail._native`.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::async_client::RawAsyncClient;
    #[pymodule_export]
    use crate::cloud::RawCloud;
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::connection::RawConnection;
    #[pymodule_export]
    use crate::convert::values::{CancelToken, Secret};
    #[pymodule_export]
    use crate::fork::forked;
    #[pymodule_export]
    use crate::lane::RawLane;
    #[pymodule_export]
    use crate::openstack::RawReport;
    #[pymodule_export]
    use crate::recorder::RawRecorder;
    #[pymodule_export]
    use crate::refresh::RawServing;
    #[pymodule_export]
    use crate::response::Response;
    #[pymodule_export]
    use crate::testing::{RawHold, RawMock, RawMockBase, by_hand, text_pairs};
    #[pymodule_export]
    use crate::trail::RawTrail;

    #[pymodule_init]
    fn init(module: &super::Bound<'_, super::PyModule>) -> super::PyResult<()> {
        crate::fork::refuse_other_interpreters()?;
        reqtrail::host::honour_ca_bundle_variables(&["REQUESTS_CA_BUNDLE"]);
        let base = module.py().get_type::<crate::client::RawClient>();
        super::PyModuleMethods::add(module, "RawClient", base)?;
        super::PyModuleMethods::add(module, "VERSION", reqtrail::VERSION)
    }
}
