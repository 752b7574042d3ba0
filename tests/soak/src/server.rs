//! A server on raw sockets that misbehaves at random and logs every request that it read whole.

mod answer;
mod connection;
mod request;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::ledger::{Ledger, Tag};

pub(crate) use answer::success_body;

/// What the connections share.
#[derive(Debug)]
struct House {
    seed: u64,
    ledger: Arc<Ledger>,
    /// The last request ID that was given.
    ids: AtomicU64,
    opened: AtomicU64,
    closed: AtomicU64,
}

impl House {
    fn next_id(&self) -> Tag {
        Tag(self.ids.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    house: Arc<House>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(seed: u64, ledger: Arc<Ledger>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let house = Arc::new(House {
            seed,
            ledger,
            ids: AtomicU64::new(0),
            opened: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&house);
        let thread = std::thread::Builder::new()
            .name("soak-server".to_owned())
            .spawn(move || run(&runtime, &listener, &shared, stopped))?;
        Ok(Self {
            address,
            house,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> u64 {
        self.house.opened.load(Ordering::Acquire)
    }

    /// How many connections there are.
    pub(crate) fn open(&self) -> u64 {
        let closed = self.house.closed.load(Ordering::Acquire);
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
    house: &Arc<House>,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        tokio::select! {
            () = accept(listener, house) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: &TcpListener, house: &Arc<House>) {
    loop {
        // Without a descriptor for it, a connection has to wait until another one ends.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            continue;
        };
        let number = house.opened.fetch_add(1, Ordering::AcqRel);
        tokio::spawn(serve(stream, Arc::clone(house), number));
    }
}

async fn serve(stream: TcpStream, house: Arc<House>, number: u64) {
    let _ = stream.set_nodelay(true);
    // A connection that fails has ended, which is all that there is to say of it.
    let _ = connection::serve(stream, &house, number).await;
    house.closed.fetch_add(1, Ordering::AcqRel);
}
