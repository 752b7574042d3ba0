//! A proxy: tunnels by CONNECT, and forwards requests whose target is a whole URL.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::PROXY_AUTHORIZATION;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use url::Url;

use super::http1::Message;
use super::{Log, Server, http1};

/// What a client sends that knows these credentials.
pub(crate) fn basic(user_and_password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(user_and_password))
}

/// Starts a proxy that wants this `Proxy-Authorization`, if any. Its log has the requests that it was sent.
pub(crate) async fn proxy_server(wanted: Option<String>) -> Server {
    Server::start(move |number, socket, log| play(number, socket, log, wanted.clone())).await
}

async fn play(
    number: usize,
    mut client: TcpStream,
    log: Log,
    wanted: Option<String>,
) -> io::Result<()> {
    while let Some(request) = http1::read(&mut client).await? {
        let place = log.enter(request.seen(number));
        let given = request.headers.get(PROXY_AUTHORIZATION);
        if wanted.is_some() && given.map(|v| v.as_bytes()) != wanted.as_ref().map(|v| v.as_bytes())
        {
            let text = refusal(&log.answer(place), "407 Proxy Authentication Required");
            client.write_all(text.as_bytes()).await?;
            continue;
        }
        let target = log.rows()[place].target.clone();
        if request.start.starts_with("CONNECT ") {
            let Ok(mut origin) = TcpStream::connect(&target).await else {
                let text = refusal("req_proxy", "502 Bad Gateway");
                client.write_all(text.as_bytes()).await?;
                continue;
            };
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut origin).await?;
            return Ok(());
        }
        client.write_all(&forward(request, &target).await?).await?;
    }
    Ok(())
}

/// Sends a request on, and returns the response as it came.
async fn forward(mut request: Message, target: &str) -> io::Result<Vec<u8>> {
    let url = Url::parse(target).map_err(io::Error::other)?;
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let mut origin = TcpStream::connect((host, port)).await?;
    request.headers.remove(PROXY_AUTHORIZATION);
    request.start = request.start.replace(target, url.path());
    origin.write_all(&request.to_bytes()).await?;
    let response = http1::read(&mut origin).await?;
    Ok(response.map(|r| r.to_bytes()).unwrap_or_default())
}

fn refusal(id: &str, status: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nX-Request-Id: {id}\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    )
}
