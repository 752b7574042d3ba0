//! An event loop's lane of the client's mailbox, which wakes the loop once per batch.

use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use reqtrail::host::mailbox::{Event, Lane, Mail, Mailbox};

use crate::convert;
use crate::events::{self, Row};
use crate::failure::{self, guarded};
use crate::outcome;
use crate::python::Any;
use crate::refresh::RawServing;

/// How the lane wakes its loop when mail waits.
enum Wake {
    /// By a byte in a socket that the loop reads.
    Socket {
        reader: UnixStream,
        writer: UnixStream,
    },
    /// By a function that may be called from any thread, for loops that do not watch sockets.
    Callable(Py<PyAny>),
}

impl Wake {
    fn sockets() -> PyResult<Self> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        Ok(Self::Socket { reader, writer })
    }

    fn notify(&self) {
        match self {
            Self::Socket { writer, .. } => {
                // It cannot be full: the lane notifies once until the loop takes its mail.
                let _ = (&*writer).write(&[1]);
            }
            Self::Callable(function) => {
                // A closed loop raises, and nothing waits for its results any more.
                let _ = Python::try_attach(|py| function.call0(py).map(drop));
            }
        }
    }

    fn clear(&self) {
        if let Self::Socket { reader, .. } = self {
            let _ = (&*reader).read(&mut [0; 16]);
        }
    }
}

/// A loop's lane. It outlives the client's connections, so the results of the last calls arrive.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawLane {
    pub(crate) lane: Lane,
    wake: Arc<Wake>,
    /// The buffer of `take`, which each call reuses.
    mail: Mutex<Vec<Mail>>,
}

impl RawLane {
    /// Opens a lane. Without `wake`, it has a descriptor that becomes readable when mail waits.
    pub(crate) fn open(mailbox: &Mailbox, wake: Option<Py<PyAny>>) -> PyResult<Self> {
        let wake = Arc::new(wake.map_or_else(Wake::sockets, |it| Ok(Wake::Callable(it)))?);
        let notified = Arc::clone(&wake);
        Ok(Self {
            lane: mailbox.open_lane(move || notified.notify()),
            wake,
            mail: Mutex::default(),
        })
    }

    fn swap_mail(&self, mail: Vec<Mail>) -> Vec<Mail> {
        let mut own = self.mail.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut own, mail)
    }
}

#[pymethods]
impl RawLane {
    /// The descriptor; -1 if there is none.
    #[getter]
    fn fd(&self) -> i32 {
        match &*self.wake {
            Wake::Socket { reader, .. } => reader.as_raw_fd(),
            Wake::Callable(_) => -1,
        }
    }

    fn next_tag(&self) -> u64 {
        self.lane.next_tag()
    }

    /// Takes the mail that waits, as rows of the call's tag, the kind of event, and its content.
    fn take<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        guarded(py, || {
            // Clears first: mail that arrives after the take notifies again.
            self.wake.clear();
            let mut mail = self.swap_mail(Vec::new());
            self.lane.take(&mut mail);
            let rows = PyList::empty(py);
            for Mail { tag, event, .. } in mail.drain(..) {
                if let Some((kind, about)) = row(py, event)? {
                    rows.append((tag, kind, about))?;
                }
            }
            self.swap_mail(mail);
            Ok(rows)
        })
    }

    /// Lets a mock's time go on: the loop has handled the mail that it took last.
    fn handled(&self) {
        self.lane.handled();
    }

    /// Answers a refresh with a token.
    fn answer(&self, number: u64, token: &Any<'_>) -> PyResult<()> {
        let token = convert::secret("token_refresher", token)?;
        self.lane.answer(number, Ok(token.into()));
        Ok(())
    }

    /// Answers a refresh with the exception that the refresher raised.
    fn fail(&self, number: u64, error: Any<'_>) {
        let error = failure::of_refresher(error.py(), PyErr::from_value(error.clone()));
        self.lane.answer(number, Err(error.into()));
    }

    /// Leaves a refresh to another loop, if there is one.
    fn pass_on(&self, number: u64) -> bool {
        self.lane.pass_on(number)
    }

    /// Closes the lane. Results that arrive later are dropped.
    fn close(&self) {
        self.lane.close();
    }
}

fn row(py: Python<'_>, event: Event) -> PyResult<Option<Row<'_>>> {
    match event {
        Event::Ended(outcome) => Ok(Some(match outcome::result(py, outcome) {
            Ok(result) => (intern!(py, "ended"), result),
            Err(error) => {
                let error = error.into_value(py).into_bound(py);
                (intern!(py, "failed"), error.into_any())
            }
        })),
        Event::Refresh(asked) => {
            let asked = (asked.number, RawServing::new(asked.serving)).into_pyobject(py)?;
            Ok(Some((intern!(py, "refresh"), asked.into_any())))
        }
        other => events::row(py, &other),
    }
}
