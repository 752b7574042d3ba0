//! A plain HTTP client that shows exactly what the server sent.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reqtrail_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

/// Longer than any response takes, shorter than a stall.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a sandbox with the documented limits.
pub(crate) fn start() -> Sandbox {
    Sandbox::start(SandboxOptions::default()).expect("a free port")
}

/// Sends requests to one server with one credential.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    token: Option<String>,
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Client {
    /// Sends requests with the sandbox's own token.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self::at(sandbox.address()).with_token(sandbox.token())
    }

    /// Sends requests without a credential.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            token: None,
        }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &body.to_string())
    }

    /// Sends a request below the API's base and expects a response.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, &format!("/api/v1{path}"), &[], body)
            .expect("an answer")
    }

    /// Sends a request. A broken or unfinished response is an error.
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let raw = self.send_raw(method, target, headers, body)?;
        let answer = Answer::parse(&raw).ok_or(io::ErrorKind::UnexpectedEof)?;
        let announced = answer
            .header("content-length")
            .and_then(|length| length.parse().ok());
        match announced {
            Some(length) if answer.text.len() < length && method != "HEAD" => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            _ => Ok(answer),
        }
    }

    /// Sends a request and returns all bytes until the server closes the connection.
    pub(crate) fn send_raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.open(method, target, headers, body)?
            .read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }

    /// Sends a request and leaves the response in the connection.
    pub(crate) fn open(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: sandbox\r\n");
        head += &format!("Connection: close\r\nContent-Length: {}\r\n", body.len());
        if let Some(token) = &self.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        Ok(stream)
    }
}

impl Answer {
    pub(crate) fn parse(raw: &str) -> Option<Self> {
        let (head, text) = raw.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        };
        Some(Self {
            status,
            headers: lines.filter_map(header).collect(),
            text: text.to_owned(),
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("a JSON body")
    }

    /// Returns the body's field as text.
    pub(crate) fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts an error in the documented shape with the header's ID, and returns its message.
    pub(crate) fn refused(&self, status: u16, error: &str) -> String {
        assert_eq!(
            (self.status, self.field("error").as_str()),
            (status, error),
            "{}",
            self.text
        );
        assert_eq!(
            self.header("x-request-id"),
            Some(self.field("request_id").as_str())
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.field("message")
    }

    /// Asserts a status and returns the body.
    pub(crate) fn accepted(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }
}

/// Returns the ID of the first camera with a status.
pub(crate) fn camera_with(client: &Client, status: &str) -> String {
    let list = client
        .get(&format!("/cameras?status={status}"))
        .accepted(200);
    list["data"][0]["id"]
        .as_str()
        .expect("such a camera")
        .to_owned()
}

/// Returns the body of a camera that can be created.
pub(crate) fn new_camera(client: &Client, name: &str) -> Value {
    let site = client.get("/cameras?limit=1").json()["data"][0]["site_id"].clone();
    json!({ "site_id": site, "connection_mode": "direct", "name": name, "type": "rtsp" })
}
