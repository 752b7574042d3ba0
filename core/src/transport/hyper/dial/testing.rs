//! What the tests of dialling share: resolvers, ports that refuse or hang, certificates.

#[cfg(feature = "rustls-ring")]
pub(super) mod certs;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};

use super::endpoint::{HostName, HostPort, Peer};
use super::resolve::{Lookup, Resolve, ResolveError};

/// A resolver with one fixed answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixed(pub(super) Vec<std::net::IpAddr>);

impl Fixed {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn loopback() -> Arc<Self> {
        Arc::new(Self(vec![std::net::Ipv4Addr::LOCALHOST.into()]))
    }
}

impl Resolve for Fixed {
    fn resolve(&self, _: &str, port: u16) -> Lookup {
        let found: Vec<_> = self.0.iter().map(|ip| (*ip, port).into()).collect();
        Box::pin(async move {
            if found.is_empty() {
                return Err(ResolveError::not_found());
            }
            Ok(found)
        })
    }
}

/// A host of the API, by name.
pub(super) fn name(host: &str, port: u16) -> Peer {
    Peer::api(HostPort {
        host: HostName::Name(host.to_owned()),
        port,
    })
}

/// A port of loopback that refuses connections, for as long as the socket is kept: it is bound and does not listen.
pub(super) fn closed_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket(0);
    let address = socket.local_addr().expect("an address");
    (socket, address.as_socket().expect("an IP address"))
}

fn socket(port: u16) -> socket2::Socket {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.expect("a socket");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    socket.bind(&address.into()).expect("a free port");
    socket
}

/// A port of loopback whose queue is full, so that connections hang.
pub(super) struct FullPort {
    pub(super) address: SocketAddr,
    _listener: socket2::Socket,
    _queued: Vec<std::net::TcpStream>,
}

pub(super) fn full_port() -> FullPort {
    let listener = socket(0);
    listener.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let address = address.as_socket().expect("an IP address");
    let mut queued = Vec::new();
    let short = std::time::Duration::from_millis(50);
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, short) {
        queued.push(stream);
    }
    FullPort {
        address,
        _listener: listener,
        _queued: queued,
    }
}

/// Serves every connection to a new port of loopback by `serve`.
pub(super) async fn serve<F>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, tokio::task::JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket));
        }
    });
    (address, server)
}

/// Reads a line, without its end.
pub(super) async fn read_line(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    use tokio::io::AsyncReadExt as _;
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await {
            Ok(b'\n') | Err(_) => break,
            Ok(byte) => line.push(byte),
        }
    }
    String::from_utf8(line).expect("text")
}
