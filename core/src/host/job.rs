//! The jobs of a host, and their outcomes.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::CallResult;
use crate::call::PANICKED;
use crate::call::shared::Shared;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::request::{Attached, Request};
use crate::transport::AnyTransport;

/// What a [`Host`](super::Host) does: a call, or an operation.
#[derive(Debug)]
#[non_exhaustive]
pub enum Job {
    /// The call of a request.
    Call(Request, Attached),
    /// Several calls and the waits between them, driven as one.
    Operation(Work),
}

/// The work of an operation, which gets the asynchronous client that drives it. That client shares everything with the
/// host's own except its connections.
///
/// # Examples
/// ```no_run
/// # let client = reqtrail::Client::novavms("https://novavms.example/api/v1").build_blocking()?;
/// use reqtrail::CancelToken;
/// use reqtrail::host::{Job, Work};
///
/// let cancel = CancelToken::new();
/// let work = Work::new(&cancel, |client| async move {
///     let (sites, cameras) = (client.get("/sites").send(), client.get("/cameras").send());
///     Ok((sites.await?, cameras.await?))
/// });
/// let outcome = client.host().run(Job::Operation(work), None);
/// let both: (reqtrail::Response, reqtrail::Response) = outcome.into_output()?;
/// # Ok::<(), reqtrail::Error>(())
/// ```
pub struct Work {
    pub(super) cancel: CancelToken,
    start: Box<dyn FnOnce(Client) -> Running + Send>,
}

type Running = Pin<Box<dyn Future<Output = Result<Output, Error>> + Send>>;

impl Work {
    /// Makes work of a function. `cancel` is the token that the work itself listens to.
    pub fn new<O, W>(cancel: &CancelToken, start: impl FnOnce(Client) -> W + Send + 'static) -> Self
    where
        O: Send + 'static,
        W: Future<Output = Result<O, Error>> + Send + 'static,
    {
        let start = move |client: Client| -> Running {
            let work = start(client);
            Box::pin(async move { work.await.map(Output::new) })
        };
        Self {
            cancel: cancel.clone(),
            start: Box::new(start),
        }
    }

    /// Does the work. A bug in it must not unwind into the driver, which may be another language's thread.
    pub(super) async fn run(
        self,
        shared: Arc<Shared>,
        transport: AnyTransport,
    ) -> Result<Output, Error> {
        let start = self.start;
        let work = AssertUnwindSafe(async move { start(Client::new(shared, transport)).await });
        work.catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, PANICKED)))
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

/// The result of an operation, of any type.
pub struct Output(Box<dyn Any + Send>);

impl Output {
    pub(super) fn new(value: impl Send + 'static) -> Self {
        Self(Box::new(value))
    }

    /// Takes the value out.
    ///
    /// # Errors
    /// `internal` if it is of another type.
    pub fn take<O: 'static>(self) -> Result<O, Error> {
        match self.0.downcast() {
            Ok(value) => Ok(*value),
            Err(_) => Err(another()),
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}

/// How a [`Job`] ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A call, with its response or its error.
    Call(CallResult),
    /// An operation, with its result. The error is the operation's own, or says why it could not be driven to its end.
    Operation(Result<Output, Error>),
}

impl Outcome {
    /// Returns the result of a call.
    ///
    /// # Errors
    /// The error of the call; `internal` if it was an operation.
    pub fn into_call(self) -> CallResult {
        match self {
            Self::Call(result) => result,
            Self::Operation(_) => Err(another()),
        }
    }

    /// Returns the result of an operation.
    ///
    /// # Errors
    /// The error of the operation; `internal` if it was a call, or its result is of another type.
    pub fn into_output<O: 'static>(self) -> Result<O, Error> {
        match self {
            Self::Call(_) => Err(another()),
            Self::Operation(result) => result?.take(),
        }
    }
}

fn another() -> Error {
    Error::new(
        ErrorKind::Internal,
        "an outcome is of another type than the job that it is asked for; please report this",
    )
}
