//! A server on raw sockets. It misbehaves at random and logs every request that it has read whole.

mod connection;
mod request;
mod response;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::ledger::{Ledger, Tag};

pub(crate) use response::success_body;

/// The state that all connections share.
#[derive(Debug)]
struct Shared {
    seed: u64,
    ledger: Arc<Ledger>,
    /// The last request ID.
    ids: AtomicU64,
    opened: AtomicU64,
    closed: AtomicU64,
}

impl Shared {
    fn next_id(&self) -> Tag {
        Tag(self.ids.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A running server. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(seed: u64, ledger: Arc<Ledger>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            seed,
            ledger,
            ids: AtomicU64::new(0),
            opened: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("soak-server".to_owned())
            .spawn(move || run(&runtime, &listener, &served, stopped))?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns how many connections were opened.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.opened.load(Ordering::Acquire)
    }

    /// Returns how many connections are open.
    pub(crate) fn open(&self) -> u64 {
        let closed = self.shared.closed.load(Ordering::Acquire);
        self.connections().saturating_sub(closed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(
    runtime: &Runtime,
    listener: &TcpListener,
    shared: &Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        tokio::select! {
            () = accept(listener, shared) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        // Without a free descriptor, the connection waits until another one ends.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            continue;
        };
        let number = shared.opened.fetch_add(1, Ordering::AcqRel);
        tokio::spawn(serve(stream, Arc::clone(shared), number));
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, number: u64) {
    let _ = stream.set_nodelay(true);
    // An error only means that the connection has ended.
    let _ = connection::serve(stream, &shared, number).await;
    shared.closed.fetch_add(1, Ordering::AcqRel);
}
