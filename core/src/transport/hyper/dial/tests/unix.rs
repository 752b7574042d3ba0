//! Connections to Unix sockets.

use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::{dial, direct};
use crate::transport::hyper::dial::testing::certs::{Identity, authority, params};
use crate::transport::hyper::dial::testing::read_line;
use crate::transport::{Failure, Proxy, WireOptions};

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("reqtrail-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("api.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options(path: &Path) -> WireOptions {
    WireOptions {
        unix_socket: Some(path.to_owned()),
        ..direct()
    }
}

#[tokio::test]
async fn connections_go_to_the_socket_whatever_the_host_is() {
    let folder = Folder::new("dial-unix");
    let path = folder.socket();
    let listener = UnixListener::bind(&path).expect("a socket");
    // The environment's proxy is ignored.
    let options = WireOptions {
        proxy: Proxy::Environment,
        ..options(&path)
    };
    let dialled = dial(&options, "http://no-such-host.invalid").await;
    let dialled = dialled.expect("a connection");
    listener.accept().await.expect("a connection");
    assert_eq!(dialled.remote, None);
    assert_eq!(*dialled.peer, format!("Unix socket {}", path.display()));
    assert!(!dialled.http2);
}

#[tokio::test]
async fn https_has_tls_over_the_socket() {
    let folder = Folder::new("dial-unix-tls");
    let path = folder.socket();
    let listener = UnixListener::bind(&path).expect("a socket");
    let ca = Identity::self_signed(authority("a CA"));
    let acceptor = ca.issue(params("api.example")).acceptor(&["h2"]);
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (socket, _) = listener.accept().await.expect("a connection");
        let mut tls = acceptor.accept(socket).await.expect("a handshake");
        tls.write_all(b"hello\n").await.expect("a client");
        tls.shutdown().await.expect("a client");
    });
    let options = WireOptions {
        extra_ca: vec![ca.pem.clone().into()],
        ..options(&path)
    };
    let dialled = dial(&options, "https://api.example").await;
    let mut dialled = dialled.expect("a connection");
    assert!(dialled.http2);
    assert_eq!(read_line(&mut dialled.stream).await, "hello");
}

#[tokio::test]
async fn errors_name_the_path() {
    let folder = Folder::new("dial-unix-errors");
    let path = folder.socket();
    let shown = path.display().to_string();
    let error = dial(&options(&path), "http://api.example").await;
    let error = error.expect_err("an error");
    assert_eq!(error.failure(), Failure::Connect);
    assert_eq!(error.code(), Some("ENOENT"));
    assert_eq!(
        error.to_string(),
        format!("no connection to the Unix socket {shown}: no such file (ENOENT)")
    );
    // The file stays when its listener is gone.
    drop(UnixListener::bind(&path).expect("a socket"));
    let error = dial(&options(&path), "http://api.example").await;
    let error = error.expect_err("an error");
    assert_eq!(error.code(), Some("ECONNREFUSED"));
    assert_eq!(
        error.to_string(),
        format!(
            "no connection to the Unix socket {shown}: no process listens on it (ECONNREFUSED)"
        )
    );
}

#[tokio::test]
async fn a_full_queue_is_waited_for() {
    let folder = Folder::new("dial-unix-queue");
    let path = folder.socket();
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None);
    let socket = socket.expect("a socket");
    let address = socket2::SockAddr::unix(&path).expect("an address");
    socket.bind(&address).expect("a free path");
    socket.listen(0).expect("a listener");
    socket.set_nonblocking(true).expect("a socket");
    let options = options(&path);
    let many = (0..8).map(|_| dial(&options, "http://api.example"));
    let accept = async {
        let listener = UnixListener::from_std(socket.into()).expect("a listener");
        for _ in 0..8 {
            // Slower than the clients come.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            listener.accept().await.expect("a connection");
        }
    };
    let (dialled, ()) = tokio::join!(futures_util::future::join_all(many), accept);
    for one in dialled {
        one.expect("a connection");
    }
}
