//! Who drives the calls of a transport, and which runtime makes its connections.

use std::io;
#[cfg(feature = "blocking")]
use std::sync::Weak;
use std::time::Duration;

use tokio::runtime::Handle;

#[cfg(feature = "blocking")]
use super::classify;
use super::socket::SocketState;
use crate::transport::{Failure, TransportError};

/// A thread with a runtime that makes and keeps connections for threads that have none.
pub(crate) trait Background: Send + Sync + std::fmt::Debug {
    /// Returns its runtime; starts it with the first call.
    ///
    /// # Errors
    /// `Connect`, with the system's code, if the thread cannot be started.
    #[cfg(feature = "blocking")]
    fn handle(&self) -> Result<Handle, TransportError>;

    /// Returns its runtime if it was started.
    fn started(&self) -> Option<Handle>;
}

/// The error of a thread that cannot be started because it lacks `what`.
#[cfg(feature = "blocking")]
pub(crate) fn thread_error(what: &str, error: io::Error) -> TransportError {
    let what = format!("no connection: the thread that makes connections cannot start {what}");
    classify::io_error(Failure::Connect, &what, error)
}

/// Returns the caller's runtime, if it can serve a client.
pub(crate) fn current_runtime() -> Result<Handle, TransportError> {
    let runtime = Handle::try_current().map_err(|error| {
        let what = "no connection: the asynchronous client needs a tokio runtime, and the call is polled outside of \
                    one; the blocking client needs none";
        TransportError::new(Failure::Unusable, what).with_source(error)
    })?;
    match has_timers() {
        true => Ok(runtime),
        false => Err(not_enabled("timers")),
    }
}

/// The error of a runtime that was built without a part that connections need.
pub(super) fn not_enabled(part: &str) -> TransportError {
    let what = format!(
        "no connection: the tokio runtime of the call has no {part}; build it with `enable_all`"
    );
    TransportError::new(Failure::Unusable, what)
}

/// Returns whether the current runtime has timers. There is no query for it; a runtime without timers panics.
fn has_timers() -> bool {
    std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_ok()
}

/// Who polls a transport's futures.
#[derive(Clone, Debug)]
pub(crate) enum Spawner {
    /// A tokio runtime: connections are made on it and belong to it.
    Runtime,
    /// Threads that wait for their calls: connections are made in the background and lent to them.
    #[cfg(feature = "blocking")]
    Thread(Weak<dyn Background>),
}

impl Spawner {
    /// Returns the runtime that connections are made on.
    pub(super) fn handle(&self) -> Result<Handle, TransportError> {
        match self {
            Self::Runtime => current_runtime(),
            #[cfg(feature = "blocking")]
            Self::Thread(background) => match background.upgrade() {
                Some(background) => background.handle(),
                None => {
                    let what = "no connection: the client is closed";
                    Err(TransportError::new(Failure::Connect, what))
                }
            },
        }
    }

    /// Moves a socket to the runtime or thread that polls its connection from now on.
    pub(super) fn lend(&self, socket: &SocketState) -> io::Result<()> {
        match self {
            Self::Runtime => socket.lend_to_runtime(),
            #[cfg(feature = "blocking")]
            Self::Thread(_) => socket.lend_to_thread(),
        }
    }
}
