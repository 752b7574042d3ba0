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

/// Serves connections until `stop` is sent or dropped; the runtime then drops what is still open.
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

/// Hands a bound socket over to a runtime.
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
    // Small answers go out at once. Without the option they still go out, only later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| state.serve(request));
    // How a connection ends is the client's to judge: half of them are cut on purpose.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
