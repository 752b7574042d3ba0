//! Connections to a Unix socket.

#[cfg(unix)]
pub(super) use supported::{check, connect};
#[cfg(not(unix))]
pub(super) use unsupported::check;

#[cfg(unix)]
mod supported {
    use std::io;
    use std::os::unix::net::SocketAddr;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::net::UnixStream;

    use crate::transport::hyper::dial::codes::{code_of, local_words};
    use crate::transport::hyper::dial::connect::failed;
    use crate::transport::hyper::dial::state::DialState;
    use crate::transport::{Phase, TransportError};

    /// How long to wait for a place in a full queue, at first and at most.
    const FULL_QUEUE: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];

    /// Checks that the path is a valid address.
    pub(crate) fn check(path: &Path) -> Result<(), String> {
        let shown = path.display();
        if path.as_os_str().is_empty() {
            return Err(
                "unix_socket is empty; expected the path of a socket such as /run/api.sock"
                    .to_owned(),
            );
        }
        SocketAddr::from_pathname(path).map(drop).map_err(|e| {
            let bytes = path.as_os_str().len();
            format!(
                "unix_socket is the path `{}` of {bytes} bytes, which is not a socket's address ({e}); expected a \
                 shorter one such as /run/api.sock",
                shown.to_string().escape_debug()
            )
        })
    }

    /// Connects to the socket.
    pub(crate) async fn connect(
        path: &Path,
        shown: &Arc<str>,
        state: &DialState,
    ) -> Result<UnixStream, TransportError> {
        state.enter(Phase::Connecting, shown.clone());
        let [mut pause, longest] = FULL_QUEUE;
        loop {
            match UnixStream::connect(path).await {
                Ok(stream) => return Ok(stream),
                // Linux does not wait for a place in the listener's queue, as it does with TCP.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tokio::time::sleep(pause).await;
                    pause = longest.min(2 * pause);
                }
                Err(error) => {
                    let words = local_words(&error);
                    let text = format!("no connection to the {shown}: {words}");
                    return Err(failed(text, code_of(&error)));
                }
            }
        }
    }
}

#[cfg(not(unix))]
mod unsupported {
    use std::path::Path;

    /// Refuses Unix sockets on systems where tokio has none.
    pub(crate) fn check(_: &Path) -> Result<(), String> {
        Err("unix_socket is not supported on this system; expected none".to_owned())
    }
}
