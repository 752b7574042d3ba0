//! Servers that answer one request on each connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

/// A server that answers each request by its path, on one connection each. It ends after `count` requests, and gives what it
/// read.
pub(crate) fn serve(
    count: usize,
    answer: impl Fn(&str) -> Vec<u8> + Send + 'static,
) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    (address, serve_on(listener, count, answer))
}

pub(crate) fn serve_on(
    listener: TcpListener,
    count: usize,
    answer: impl Fn(&str) -> Vec<u8> + Send + 'static,
) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let mut requests = Vec::new();
        for _ in 0..count {
            let (mut socket, _) = listener.accept().expect("a client");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).expect("a request");
                head.extend(byte);
            }
            let head = String::from_utf8(head).expect("text");
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse().expect("a length"))
            });
            socket
                .read_exact(&mut vec![0; length.unwrap_or(0)])
                .expect("a body");
            let path = head.split(' ').nth(1).expect("a path").to_owned();
            socket.write_all(&answer(&path)).expect("an answer");
            requests.push(head);
        }
        requests
    })
}

pub(crate) fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}
