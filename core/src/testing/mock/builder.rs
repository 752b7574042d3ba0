//! Builders of exchanges for tests.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::short;
use super::Mock;

/// An answer that is being built: a status with a body, an error of the dialect, or a failure of the connection.
///
/// By default it has a request ID of the API's own form.
#[derive(Clone, Debug)]
#[must_use = "an answer is given to `replies` or `then`"]
pub struct Reply {
    reply: Map<String, Value>,
    times: Value,
    is_optional: bool,
}

/// Begins an answer with this status.
///
/// # Examples
/// ```
/// use reqtrail::testing::{Mock, reply};
///
/// let mock = Mock::new().allow_unused();
/// mock.get("/cameras").replies(reply(200).json(&["door", "yard"]).times(2));
/// ```
pub fn reply(status: u16) -> Reply {
    Reply::of("status", status.into())
}

/// Begins an error in the form of the client's dialect. Its status is that of the code, unless it is set.
///
/// # Examples
/// ```
/// use reqtrail::testing::{Mock, error_reply};
///
/// let mock = Mock::new().allow_unused();
/// mock.get("/cameras/{id}").replies(error_reply("not_found"));
/// ```
pub fn error_reply(code: impl Into<String>) -> Reply {
    Reply::of("code", code.into().into())
}

/// Makes a failure: `timeout` (the server has the request and never answers), `connect` (refused), `connect_timeout`, `dns`,
/// `tls`, `reset`, `close`, `stall_body`, `cut_body`, `reset_body`.
pub fn failure(word: impl Into<String>) -> Reply {
    Reply::of("fails", word.into().into())
}

impl Reply {
    fn of(key: &str, value: Value) -> Self {
        Self {
            reply: Map::from_iter([(key.to_owned(), value)]),
            times: json!(1),
            is_optional: false,
        }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.reply.insert(key.to_owned(), value.into());
        self
    }

    /// Sets the status.
    pub fn status(self, status: u16) -> Self {
        self.with("status", status)
    }

    /// Sets a JSON body.
    ///
    /// # Panics
    /// The value cannot be serialized as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).expect("a body that can be JSON");
        self.with("json", body)
    }

    /// Sets a text body.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.with("text", body.into())
    }

    /// Sets a body of bytes.
    pub fn bytes(self, body: impl AsRef<[u8]>) -> Self {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(body);
        self.with("base64", text)
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = json!([name.into(), value.into()]);
        let headers = self.reply.entry("headers").or_insert_with(|| json!([]));
        if let Value::Array(headers) = headers {
            headers.push(pair);
        }
        self
    }

    /// Sets the message of an error.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.with("message", message.into())
    }

    /// Sets the request ID.
    pub fn request_id(self, id: impl Into<String>) -> Self {
        self.with("request_id", id.into())
    }

    /// Leaves the request ID out, like a proxy's answer.
    pub fn no_request_id(self) -> Self {
        self.with("request_id", Value::Null)
    }

    /// Sets `Retry-After`, in seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with("retry_after", seconds)
    }

    /// Delays the answer by this virtual time.
    pub fn delay(self, time: Duration) -> Self {
        self.with(
            "delay_ms",
            u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        )
    }

    /// Sets how many requests it answers. Default: one.
    pub fn times(mut self, count: u64) -> Self {
        self.times = count.into();
        self
    }

    /// Lets it answer any number of requests.
    pub fn always(mut self) -> Self {
        self.times = "always".into();
        self
    }

    /// Allows it to be unused.
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }
}

/// Which requests an exchange takes, and what they must look like. Made by [`Mock::get`] and its siblings.
#[derive(Clone, Debug)]
#[must_use = "an exchange is there once it has a reply"]
pub struct ExchangeBuilder {
    mock: Mock,
    exchange: Map<String, Value>,
    want: Map<String, Value>,
}

/// Writes a method of the mock for each verb.
macro_rules! verb {
    ($(#[$doc:meta])* $name:ident = $method:literal) => {
        #[doc = concat!("Begins an exchange for ", $method, " requests whose path fits a template such as `/cameras/{id}`: the whole")]
        /// path, or the path below the client's base URL. After a `?` come pairs that the query has to contain.
        pub fn $name(&self, path: impl Into<String>) -> ExchangeBuilder {
            self.on($method, path)
        }
    };
}

impl Mock {
    crate::request::verbs!(verb);

    /// Begins an exchange for requests with any method.
    pub fn on(&self, method: impl Into<String>, path: impl Into<String>) -> ExchangeBuilder {
        let exchange = [("method", method.into()), ("path", path.into())];
        let exchange = exchange.map(|(key, value)| (key.to_owned(), value.into()));
        ExchangeBuilder {
            mock: self.clone(),
            exchange: exchange.into_iter().collect(),
            want: Map::new(),
        }
    }
}

impl ExchangeBuilder {
    /// Expects the request to carry this header; otherwise [`Mock::check`] reports a problem.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let headers = self.want.entry("headers").or_insert_with(|| json!({}));
        if let Value::Object(headers) = headers {
            headers.insert(name.into(), value.into().into());
        }
        self
    }

    /// Expects the request's body to be exactly this JSON.
    ///
    /// # Panics
    /// The value cannot be serialized as JSON.
    pub fn with_json(mut self, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).expect("a body that can be JSON");
        self.want.insert("json".to_owned(), body);
        self
    }

    /// Expects the request's body to be this text.
    pub fn with_text(mut self, body: impl Into<String>) -> Self {
        self.want.insert("text".to_owned(), body.into().into());
        self
    }

    /// Adds the exchange with this answer. The returned value takes answers for later requests.
    ///
    /// # Panics
    /// The exchange is not valid; the text says why and what would be right.
    pub fn replies(self, reply: Reply) -> Replied {
        self.add(reply);
        Replied(self)
    }

    /// Adds the exchange with a failure; [`failure`] has the words.
    ///
    /// # Panics
    /// There is no such failure; the text lists the known ones.
    pub fn fails(self, word: impl Into<String>) -> Replied {
        self.replies(failure(word))
    }

    fn add(&self, reply: Reply) {
        let mut exchange = self.exchange.clone();
        if !self.want.is_empty() {
            exchange.insert("want".to_owned(), self.want.clone().into());
        }
        exchange.insert("reply".to_owned(), reply.reply.into());
        exchange.insert("times".to_owned(), reply.times);
        exchange.insert("optional".to_owned(), reply.is_optional.into());
        match short::exchange(exchange.into()) {
            Ok(exchange) => self.mock.0.server.add(exchange),
            Err(error) => panic!("{error}"),
        }
    }
}

/// An added exchange, which takes further answers. Made by [`ExchangeBuilder::replies`].
#[derive(Clone, Debug)]
pub struct Replied(ExchangeBuilder);

impl Replied {
    /// Adds another exchange for the same requests, which answers when the previous ones are used up.
    ///
    /// # Panics
    /// As [`ExchangeBuilder::replies`].
    pub fn then(self, reply: Reply) -> Self {
        self.0.replies(reply)
    }

    /// Adds another exchange for the same requests that fails.
    ///
    /// # Panics
    /// As [`ExchangeBuilder::fails`].
    pub fn then_fails(self, word: impl Into<String>) -> Self {
        self.0.fails(word)
    }
}
