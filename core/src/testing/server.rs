//! The server of a mock: exchanges with their uses, and a log of the requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::ser::SerializeMap as _;

use super::script::{Difference, Exchange, Fault, RequestView, Times};

/// The exchanges of a mock, and the requests so far.
#[derive(Debug, Default)]
pub(super) struct Server {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    exchanges: Vec<Scripted>,
    requests: Vec<SentRequest>,
    /// Each with how often it occurred.
    problems: Vec<(String, u64)>,
}

#[derive(Debug)]
struct Scripted {
    exchange: Exchange,
    used: u64,
}

impl Scripted {
    fn has_uses(&self) -> bool {
        match self.exchange.times {
            Times::Always => true,
            Times::Count(count) => self.used < count,
        }
    }
}

/// A request that a mock answered, as the server saw it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SentRequest {
    /// The method.
    pub method: Method,
    /// The path and the query, as sent.
    pub target: String,
    /// The headers, including `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// The exchange that answered it, counted from 0 in the order in which they were added. `None` for a request that
    /// none takes, which is not sent.
    pub exchange: Option<usize>,
    /// The virtual time since the mock began.
    pub at: Duration,
}

impl SentRequest {
    /// Returns the path without the query, as sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the text of a header; several values are joined by a comma and a blank. `None` if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name);
        let values: Vec<_> = values
            .iter()
            .map(|v| String::from_utf8_lossy(v.as_bytes()))
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Returns the pairs of the query, decoded.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    /// Returns the body as text, if it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// Returns the body read as JSON.
    ///
    /// # Errors
    /// If the body is not JSON, or not of that shape.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    fn view<O>(&self, look: impl FnOnce(&RequestView<'_>) -> O) -> O {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_bytes()))
            .collect();
        look(&RequestView {
            method: self.method.as_str(),
            target: &self.target,
            headers: &headers,
            body: &self.body,
        })
    }
}

/// `{"method", "target", "path", "query", "headers", "exchange", "at_ms"}`, and the body as `json`, `text` or `base64`.
impl serde::Serialize for SentRequest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        };
        let headers: Vec<_> = self.headers.iter().map(text).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", self.method.as_str())?;
        map.serialize_entry("target", &self.target)?;
        map.serialize_entry("path", self.path())?;
        map.serialize_entry("query", &self.query())?;
        map.serialize_entry("headers", &headers)?;
        map.serialize_entry("exchange", &self.exchange)?;
        map.serialize_entry("at_ms", &(self.at.as_secs_f64() * 1000.0))?;
        if self.body.is_empty() {
            return map.end();
        }
        match (self.json::<serde_json::Value>(), self.text()) {
            (Ok(json), _) => map.serialize_entry("json", &json)?,
            (_, Some(text)) => map.serialize_entry("text", text)?,
            _ => {
                let text = base64::engine::general_purpose::STANDARD.encode(&self.body);
                map.serialize_entry("base64", &text)?;
            }
        }
        map.end()
    }
}

/// The exchange that takes a request.
pub(super) struct TakenExchange {
    pub(super) number: usize,
    pub(super) exchange: Exchange,
    request: SentRequest,
}

impl Server {
    /// Adds an exchange, which is tried after the existing ones.
    pub(super) fn add(&self, exchange: Exchange) {
        self.lock().exchanges.push(Scripted { exchange, used: 0 });
    }

    /// Whether nothing was added yet.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().exchanges.is_empty()
    }

    /// Takes the first exchange with uses left that fits.
    ///
    /// # Errors
    /// If none fits: says which is the nearest, and what differs.
    pub(super) fn take(
        &self,
        mut request: SentRequest,
        base_path: &str,
    ) -> Result<TakenExchange, String> {
        let mut state = self.lock();
        let fits = |scripted: &Scripted| {
            scripted.has_uses() && request.view(|view| scripted.exchange.fits(view, base_path))
        };
        let Some(number) = state.exchanges.iter().position(fits) else {
            let text = state.unmatched(&request, base_path);
            state.note(text.clone());
            return Err(text);
        };
        let scripted = &mut state.exchanges[number];
        scripted.used += 1;
        let exchange = scripted.exchange.clone();
        request.exchange = Some(number);
        if is_seen(exchange.reply.fault) {
            for difference in request.view(|view| exchange.want.differences(view)) {
                let shown = shown(&request);
                state.note(format!("{shown} took exchange {number}, but {difference}"));
            }
        }
        Ok(TakenExchange {
            number,
            exchange,
            request,
        })
    }

    /// Logs a request, unless the server never sees it.
    pub(super) fn log(&self, taken: &TakenExchange) {
        if is_seen(taken.exchange.reply.fault) {
            self.lock().requests.push(taken.request.clone());
        }
    }

    /// Notes a problem of the script or of a request.
    pub(super) fn note(&self, problem: String) {
        self.lock().note(problem);
    }

    /// The requests that were seen, in order.
    #[inline(never)]
    pub(super) fn requests(&self) -> Vec<SentRequest> {
        self.lock().requests.clone()
    }

    /// The problems so far, and the unused exchanges.
    #[inline(never)]
    pub(super) fn problems(&self, allow_unused: bool) -> Vec<String> {
        let state = self.lock();
        let shown = |(problem, count): &(String, u64)| match count {
            1 => problem.clone(),
            _ => format!("{problem} ({count} times)"),
        };
        let mut problems: Vec<String> = state.problems.iter().map(shown).collect();
        if !allow_unused {
            let left = state.exchanges.iter().enumerate();
            problems.extend(left.filter_map(|(number, scripted)| scripted.left_over(number)));
        }
        problems
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scripted {
    fn left_over(&self, number: usize) -> Option<String> {
        let exchange = &self.exchange;
        if exchange.optional {
            return None;
        }
        let (used, wanted) = match exchange.times {
            Times::Count(count) if self.used < count => (self.used, count),
            Times::Always if self.used == 0 => (0, 1),
            _ => return None,
        };
        let what = exchange.described();
        Some(match (used, wanted) {
            (0, 1) => format!("exchange {number} ({what}) was never used"),
            _ => format!("exchange {number} ({what}) was used {used} of {wanted} times"),
        })
    }
}

impl State {
    /// A polling loop without an answer has the same problem repeatedly, so it is counted.
    fn note(&mut self, problem: String) {
        match self
            .problems
            .iter_mut()
            .find(|(known, _)| *known == problem)
        {
            Some((_, count)) => *count += 1,
            None => self.problems.push((problem, 1)),
        }
    }

    /// Why nothing takes a request.
    fn unmatched(&self, request: &SentRequest, base_path: &str) -> String {
        let shown = shown(request);
        let differing = |scripted: &Scripted| -> Vec<Difference> {
            request.view(|view| scripted.exchange.differences(view, base_path))
        };
        // An exchange that fits must be used up, or it would have taken the request. It says more than one that
        // differs.
        let fitting = self
            .exchanges
            .iter()
            .enumerate()
            .find(|(_, it)| differing(it).is_empty());
        if let Some((number, it)) = fitting {
            let used = match it.used {
                1 => "once".to_owned(),
                used => format!("{used} times"),
            };
            return format!(
                "no exchange is left for {shown}; exchange {number} ({}) was used {used} already: add a reply, or more `times`",
                it.exchange.described()
            );
        }
        let nearest = self
            .exchanges
            .iter()
            .enumerate()
            .filter(|(_, it)| it.has_uses())
            .map(|(number, it)| (number, it, differing(it)))
            .min_by_key(|(_, _, d)| d.len());
        if let Some((number, scripted, differences)) = nearest {
            let what = scripted.exchange.described();
            let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
            return format!(
                "no exchange takes {shown}; the nearest is exchange {number} ({what}): {}",
                differences.join("; ")
            );
        }
        match self.exchanges.len() {
            0 => format!("no exchange takes {shown}: the mock has none"),
            all => format!("no exchange takes {shown}: all {all} are used up"),
        }
    }
}

fn shown(request: &SentRequest) -> String {
    format!("{} {}", request.method, request.target)
}

/// Whether the server reads the request of an exchange with this fault.
fn is_seen(fault: Option<Fault>) -> bool {
    !matches!(
        fault,
        Some(
            Fault::CloseUnread
                | Fault::ResetUnread
                | Fault::ConnectRefused
                | Fault::ConnectTimeout
                | Fault::Dns
                | Fault::Tls
        )
    )
}
