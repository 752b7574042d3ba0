//! What a client is asked to do.

/// The body of a POST: 1 KiB of JSON.
pub const PAYLOAD: &[u8] = &payload();

/// One workload of `bench/common/plan.py`, on one server.
#[derive(Clone, Debug)]
pub struct Work {
    /// The server, without a path.
    pub base: String,
    /// The path of the workload.
    pub path: &'static str,
    /// Whether `PAYLOAD` is posted.
    pub post: bool,
    /// Whether answers may be a 503 that has to be retried.
    pub retry: bool,
    /// How long each body is.
    pub length: usize,
}

impl Work {
    /// The workload of that name on the server at `base`.
    pub fn new(name: &str, base: &str) -> Self {
        let (path, length) = match name {
            "get" | "tls" | "h2" => ("/events", 1024),
            "post" => ("/post", 0),
            "large" => ("/large", 1024 * 1024),
            "retry" => ("/retry", 1024),
            other => panic!("no workload `{other}`; expected get, tls, post, large, h2 or retry"),
        };
        Self { base: base.to_owned(), path, post: name == "post", retry: name == "retry", length }
    }

    /// The whole URL.
    pub fn url<T: std::str::FromStr<Err: std::fmt::Debug>>(&self) -> T {
        format!("{}{}", self.base, self.path).parse().expect("a URL")
    }
}

const fn payload() -> [u8; 1024] {
    let mut bytes = [b'x'; 1024];
    bytes[0] = b'"';
    bytes[1023] = b'"';
    bytes
}
