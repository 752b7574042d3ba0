//! A listening socket whose connections a test plays by hand.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::{Log, http1};

/// A server; dropping it ends it together with its connections.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    log: Log,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers every request with 200.
    pub(crate) async fn plain() -> Self {
        Self::start(|number, mut socket, log| async move {
            http1::serve(&mut socket, number, &log).await
        })
        .await
    }

    /// Starts a server that plays `connection` with the number of each connection, from 1, its socket and the log.
    /// An error ends a connection and nothing else: what clients do is for the test to judge.
    pub(crate) async fn start<F, R>(connection: F) -> Self
    where
        F: Fn(usize, TcpStream, Log) -> R + Send + 'static,
        R: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (log, accepted) = (Log::default(), Arc::new(AtomicUsize::new(0)));
        let (rows, count) = (log.clone(), Arc::clone(&accepted));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                connections.spawn(connection(number, socket, rows.clone()));
            }
        });
        Self {
            address,
            log,
            accepted,
            task,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}", self.address)
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
