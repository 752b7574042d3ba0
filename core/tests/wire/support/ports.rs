//! Ports without an answer.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

/// Longer than a connection takes that comes about at all.
const AT_ONCE: Duration = Duration::from_millis(300);

fn bound() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&SockAddr::from(any_port)).expect("a port");
    socket
}

fn address(socket: &Socket) -> SocketAddr {
    let address = socket.local_addr().expect("an address");
    address.as_socket().expect("an address of IPv4")
}

/// A port where connections are refused. It is bound all the same, so that nobody else is given it.
pub(crate) struct ClosedPort(Socket);

impl ClosedPort {
    pub(crate) fn new() -> Self {
        Self(bound())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        address(&self.0)
    }
}

/// A port where connections hang: its queue of connections that wait to be accepted is full, so the kernel drops
/// those who knock.
pub(crate) struct FullPort {
    socket: Socket,
    _queue: Vec<TcpStream>,
}

impl FullPort {
    /// Fills a queue; blocks for a moment.
    pub(crate) fn new() -> Self {
        let socket = bound();
        socket.listen(0).expect("a listening socket");
        let address = address(&socket);
        // A kernel may take a few more than it was asked to.
        let mut queue = Vec::new();
        while let Ok(connection) = TcpStream::connect_timeout(&address, AT_ONCE) {
            queue.push(connection);
            assert!(queue.len() < 100, "the queue is never full");
        }
        Self {
            socket,
            _queue: queue,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        address(&self.socket)
    }

    /// Takes all connections out of the queue and goes on as an ordinary listener.
    pub(crate) fn open(self) -> tokio::net::TcpListener {
        let Self { socket, _queue } = self;
        socket.set_nonblocking(true).expect("a socket");
        while socket.accept().is_ok() {}
        tokio::net::TcpListener::from_std(socket.into()).expect("a listener")
    }
}
