//! The listening socket and its connections.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::front::State;

/// The pause after a failed accept, which is usually a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Makes the runtime of a server's thread.
pub(crate) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
}

/// Serves connections until `stop` is sent or dropped. The runtime then drops those that are still open.
pub(crate) fn run(
    runtime: Runtime,
    listener: tokio::net::TcpListener,
    state: Arc<State>,
    stop: oneshot::Receiver<()>,
) {
    runtime.block_on(async move {
        tokio::select! {
            () = accept(listener, state) => {}
            _ = stop => {}
        }
    });
}

/// Registers a bound socket with a runtime.
pub(crate) fn register(
    runtime: &Runtime,
    listener: TcpListener,
) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    let _context = runtime.enter();
    tokio::net::TcpListener::from_std(listener)
}

async fn accept(listener: tokio::net::TcpListener, state: Arc<State>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&state)));
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    // Sends small responses at once. If the option cannot be set, they are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| state.serve(request));
    // Errors are expected here: incidents cut connections on purpose.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
