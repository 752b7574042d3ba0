//! A server that costs little: keep-alive HTTP/1.1, 1 KiB of JSON and a request ID, one thread.

use std::io::Write as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Prints its address and serves until its standard input ends.
pub fn run() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().lines().count();
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        std::io::stdout().flush().expect("a reader");
        loop {
            if let Ok((connection, _)) = listener.accept().await {
                let _ = connection.set_nodelay(true);
                tokio::spawn(serve(connection));
            }
        }
    });
}

async fn serve(mut connection: TcpStream) {
    let body = format!("{{\"data\":\"{}\"}}", "x".repeat(1024 - 11));
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_01HK3Z9YF7W7E8PM5QKT9DYXWA\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut buffer = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        match connection.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return,
            Ok(n) => filled += n,
        }
        // The requests are GETs without a body, so their heads end with a blank line.
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            filled = 0;
            if connection.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}
