//! A client's recorder, which remembers its calls.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use reqtrail::host::Owner;
use reqtrail::{RecentFilter, Recorder, Trail};
use serde::Serialize;

use crate::convert;
use crate::options::Group;
use crate::python::{Any, Dict};
use crate::trail::RawTrail;

const FILTER: Group = Group {
    owner: Owner::Recent,
    values: RecentFilter::OPTIONS,
    by_hand: &[],
};

/// The recorder of the current client of the core: of the last one once it is closed, of the new one in the child of a
/// fork.
///
/// Only attached threads take its lock, and they stay attached while they hold it; so no thread can hold it at a fork.
pub(crate) struct CurrentRecorder(Mutex<Recorder>);

impl CurrentRecorder {
    pub(crate) fn new(recorder: Recorder) -> Arc<Self> {
        Arc::new(Self(Mutex::new(recorder)))
    }

    pub(crate) fn get(&self) -> Recorder {
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.clone()
    }

    pub(crate) fn set(&self, recorder: Recorder) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = recorder;
    }
}

/// A client's recorder.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawRecorder(pub(crate) Arc<CurrentRecorder>);

#[pymethods]
impl RawRecorder {
    fn find(&self, id: &Any<'_>) -> PyResult<Vec<RawTrail>> {
        let text = convert::string("id", id)?;
        Ok(self.ask(id.py(), |recorder| raw(recorder.find(&text))))
    }

    fn recent(&self, py: Python<'_>, options: &Dict<'_>) -> PyResult<Vec<RawTrail>> {
        let mut filter = RecentFilter::default();
        for (name, value) in options.iter() {
            let name: &Bound<'_, PyString> = name.cast()?;
            let set = |id, value| filter.set(id, value);
            FILTER.set(name.to_cow()?.as_ref(), &value, set)?;
        }
        Ok(self.ask(py, |recorder| raw(recorder.recent(&filter))))
    }

    /// The calls under way, as JSON.
    fn in_flight(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |recorder| json(&recorder.in_flight()))
    }

    /// How much it holds, as JSON.
    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |recorder| json(&recorder.stats()))
    }

    fn dump(&self, py: Python<'_>) -> String {
        self.ask(py, Recorder::dump)
    }
}

impl RawRecorder {
    /// Asks the recorder; other threads run meanwhile.
    fn ask<T: Send>(&self, py: Python<'_>, what: impl FnOnce(&Recorder) -> T + Send) -> T {
        let recorder = self.0.get();
        py.detach(|| what(&recorder))
    }
}

fn raw(trails: Vec<Trail>) -> Vec<RawTrail> {
    trails.into_iter().map(RawTrail).collect()
}

fn json(record: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(record).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
