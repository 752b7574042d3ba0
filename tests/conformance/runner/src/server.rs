//! The scripted server: it uses raw sockets and one thread per connection, and logs every request.

mod connection;
pub(crate) mod log;
pub(crate) mod mock_reply;
mod rendered;
pub(crate) mod request;
mod stop;
pub(crate) mod tls;
mod wire;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use reqtrail::testing::script::Fault;
use socket2::{Domain, SockRef, Socket, Type};

use crate::scenario::Scenario;
use connection::Connection;
use log::Script;
use rendered::Addresses;
use stop::StopFlag;
use wire::Wire;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

/// A server on loopback that plays one scenario.
pub(crate) struct Server {
    shared: Arc<Shared>,
    /// The main port: bound, but not listening before [`Server::open`].
    closed: Option<Socket>,
    listen_after: Duration,
    accepting: Vec<JoinHandle<()>>,
}

/// The state that the threads of a server share.
#[derive(Debug)]
struct Shared {
    addresses: Addresses,
    tls: Option<Arc<rustls::ServerConfig>>,
    script: Arc<Script>,
    stop: StopFlag,
    open: Mutex<Vec<OpenConnection>>,
}

/// A connection that is served. Its socket is a weak reference, so that a reset can close the last handle.
#[derive(Debug)]
struct OpenConnection {
    socket: Weak<TcpStream>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Binds both ports and renders every reply. The main port opens with [`Server::open`].
    pub(crate) fn start(
        scenario: Arc<Scenario>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> io::Result<Self> {
        let main = bind()?;
        let other = bind()?;
        let listen_after = Duration::from_millis(scenario.listen_after_ms);
        let addresses = Addresses {
            scheme: if tls.is_some() { "https" } else { "http" },
            main: local_address(&main)?,
            other: local_address(&other)?,
        };
        let shared = Arc::new(Shared {
            addresses,
            tls,
            script: Arc::new(Script::render(scenario)?),
            stop: StopFlag::default(),
            open: Mutex::new(Vec::new()),
        });
        let mut server = Self {
            shared,
            closed: Some(main),
            listen_after,
            accepting: Vec::new(),
        };
        other.listen(BACKLOG)?;
        server.accept_on(other.into(), true)?;
        Ok(server)
    }

    /// Opens the main port, or starts the time after which it opens.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        let Some(socket) = self.closed.take() else {
            return Ok(());
        };
        self.shared.script.start_clock();
        if self.listen_after.is_zero() {
            socket.listen(BACKLOG)?;
            return self.accept_on(socket.into(), false);
        }
        let shared = Arc::clone(&self.shared);
        let after = self.listen_after;
        let thread = spawn("listen-after", move || {
            if shared.stop.wait(after) || socket.listen(BACKLOG).is_err() {
                return;
            }
            // `stop` wakes an accept with a connection, which may have been refused just before the port opened.
            if !shared.stop.is_set() {
                accept(&shared, &socket.into(), false);
            }
        })?;
        self.accepting.push(thread);
        Ok(())
    }

    /// Returns the origin for the adapter, without the scenario's base path.
    pub(crate) fn origin(&self) -> String {
        self.shared.addresses.origin(false)
    }

    /// Returns the script with its log.
    pub(crate) fn script(&self) -> &Script {
        &self.shared.script
    }

    /// Closes every connection and waits for every thread.
    pub(crate) fn stop(&mut self) {
        self.shared.stop.now();
        // A connection wakes a waiting accept. A port that is not open refuses it.
        for other in [false, true] {
            let address = self.shared.addresses.address(other);
            drop(TcpStream::connect_timeout(&address, Duration::from_secs(1)));
        }
        for thread in self.accepting.drain(..) {
            drop(thread.join());
        }
        let open = std::mem::take(&mut *lock(&self.shared.open));
        for connection in &open {
            if let Some(socket) = connection.socket.upgrade() {
                drop(socket.shutdown(std::net::Shutdown::Both));
            }
        }
        for connection in open {
            drop(connection.thread.join());
        }
    }

    fn accept_on(&mut self, listener: TcpListener, other: bool) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        self.accepting.push(spawn("accept", move || {
            accept(&shared, &listener, other);
        })?);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener, other: bool) {
    while let Ok((socket, _)) = listener.accept() {
        if shared.stop.is_set() {
            return;
        }
        drop(socket.set_nodelay(true));
        let fault = if other {
            None
        } else {
            shared.script.take_unread()
        };
        let number = shared.script.next_connection();
        if fault == Some(Fault::ResetUnread) {
            drop(SockRef::from(&socket).set_linger(Some(Duration::ZERO)));
            continue;
        }
        let socket = Arc::new(socket);
        let weak = Arc::downgrade(&socket);
        let served = Arc::clone(shared);
        let thread = spawn("connection", move || {
            let wire = match (&served.tls, fault) {
                (Some(config), None) => Wire::secure(socket, Arc::clone(config)),
                _ => Ok(Wire::plain(socket)),
            };
            let Ok(wire) = wire else { return };
            if fault.is_some() {
                wire.finish();
                return;
            }
            Connection::new(wire, &served.script, &served.stop, &served.addresses)
                .of_other_origin(other)
                .numbered(number)
                .serve();
        });
        if let Ok(thread) = thread {
            let mut open = lock(&shared.open);
            open.retain(|open| !open.thread.is_finished());
            open.push(OpenConnection {
                socket: weak,
                thread,
            });
        }
    }
}

fn bind() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    Ok(socket)
}

fn local_address(socket: &Socket) -> io::Result<SocketAddr> {
    socket
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::other("not an internet address"))
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// Locks even after a panic of another thread: that is good enough for the shutdown.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
