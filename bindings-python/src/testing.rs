//! The native half of `reqtrail.testing`: mocks, holds on their time, and responses and errors made by hand.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use reqtrail::testing::{self, Hold, Mock, Restless, ScriptError, SentRequest};

use crate::convert;
use crate::failure::{self, guarded};
use crate::header_pairs::header_pairs;
use crate::python::Any;
use crate::response::Response;

/// A mock.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawMock(Mock);

#[pymethods]
impl RawMock {
    #[new]
    fn new(seed: &Any<'_>, is_manual: bool) -> PyResult<Self> {
        let seed = convert::number("seed", seed, u64::MAX)?;
        Ok(Self(Mock::with(seed, is_manual)))
    }

    /// Adds an exchange in its short form.
    fn add(&self, json: &str) -> PyResult<()> {
        self.0.add_short(json).map_err(refused)
    }

    /// Adds the exchanges of a script.
    fn load(&self, json: &str) -> PyResult<()> {
        self.0.add_script(json).map_err(refused)
    }

    /// Makes the base of this mock's clients, which they take instead of a URL.
    fn at(&self, base_url: &Any<'_>) -> PyResult<RawMockBase> {
        Ok(RawMockBase {
            mock: self.0.clone(),
            url: convert::text("base_url", base_url)?,
        })
    }

    /// The requests that the mock has received.
    fn requests<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let requests = self.0.requests();
        requests.iter().map(|request| row(py, request)).collect()
    }

    /// What did not go as arranged.
    fn problems(&self, allow_unused: bool) -> Vec<String> {
        self.0.problems(allow_unused)
    }

    /// The virtual time since the start, in seconds.
    fn elapsed(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// Advances the clock, and waits on this thread for what follows from that.
    fn advance(&self, py: Python<'_>, seconds: &Any<'_>) -> PyResult<()> {
        let time: Duration = convert::duration("time", seconds)?;
        guarded(py, || {
            let moved = py.detach(|| self.0.block_advance(time));
            moved.map_err(restless)
        })
    }

    /// Waits, on this thread, until all calls wait for virtual time.
    fn wait_until_waiting(&self, py: Python<'_>) -> PyResult<()> {
        guarded(py, || {
            let waiting = py.detach(|| self.0.block_until_waiting());
            waiting.map_err(restless)
        })
    }

    /// Keeps the time where it is until the hold is released.
    fn hold(&self) -> RawHold {
        RawHold::of(&self.0)
    }
}

/// A mock, and the base URL of its client.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawMockBase {
    pub(crate) mock: Mock,
    pub(crate) url: String,
}

/// Keeps a mock's time where it is.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawHold(Mutex<Option<Hold>>);

impl RawHold {
    pub(crate) fn of(mock: &Mock) -> Self {
        Self(Mutex::new(Some(mock.hold())))
    }
}

#[pymethods]
impl RawHold {
    /// Lets time go on.
    fn release(&self) {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(held);
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        self.release();
    }
}

/// A request as the Python half takes it.
fn row<'py>(py: Python<'py>, request: &SentRequest) -> PyResult<Bound<'py, PyTuple>> {
    let row = (
        request.method.as_str(),
        request.target.as_str(),
        request.path(),
        request.query(),
        header_pairs(&request.headers),
        PyBytes::new(py, &request.body),
        request.at.as_secs_f64(),
        request.exchange,
    );
    row.into_pyobject(py)
}

/// Makes the result of the call that a description describes: a response, or an exception, which is not raised.
#[pyfunction]
pub(crate) fn by_hand<'py>(py: Python<'py>, json: &str) -> PyResult<Any<'py>> {
    guarded(py, || {
        match py.detach(|| testing::by_hand(json)).map_err(refused)? {
            Ok(response) => Ok(Bound::new(py, Response::new(response))?.into_any()),
            Err(error) => failure::exception(py, error),
        }
    })
}

/// Returns the pairs of a mapping or of pairs, with each value as the text that a request or an answer carries. A list
/// of values becomes one pair for each. A `dict`, which is how scripts write a value that is not text, stays a `dict`;
/// `None` stays `None` if `absent` is set.
#[pyfunction]
pub(crate) fn text_pairs<'py>(
    py: Python<'py>,
    name: &str,
    value: &Any<'py>,
    absent: bool,
) -> PyResult<Vec<(String, Any<'py>)>> {
    let mut made = Vec::new();
    for (key, values) in convert::pairs(name, value)? {
        for value in convert::values_of(&values)? {
            let value = value?;
            let stays = value.is_instance_of::<PyDict>() || absent && value.is_none();
            let value = match stays {
                true => value,
                false => PyString::new(py, &convert::text_of_key(name, &key, &value)?).into_any(),
            };
            made.push((key.clone(), value));
        }
    }
    Ok(made)
}

/// Makes the error of calls that do not come to rest.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
fn restless(error: Restless) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

/// Makes the error of a script that is not valid.
fn refused(error: ScriptError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
