//! The script of the scenario, and the log of every request.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqtrail::testing::script::{Fault, Reply, RequestView, Times, rfc3339};

use super::rendered::RenderedReply;
use super::request::Request;
use crate::failure::Failure;
use crate::scenario::Scenario;

/// How long the server must be idle before its log counts as complete.
const QUIET: Duration = Duration::from_millis(10);
/// The longest wait for that.
const PATIENCE: Duration = Duration::from_millis(300);

/// A logged request. The server has read all of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) at_ms: f64,
    pub(crate) connection: u64,
    pub(crate) request: Arc<Request>,
    /// Trace ID and span ID of its `traceparent`.
    pub(crate) trace: Option<(String, String)>,
    /// The exchange that matched it; `None` if none did.
    pub(crate) exchange: Option<usize>,
    pub(crate) other_origin: bool,
    /// How it differs from what its exchange wants.
    pub(crate) problems: Vec<Failure>,
    /// The reply, from the moment when its head was sent.
    pub(crate) sent: Option<Sent>,
}

/// A reply of the server.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// `None` for bytes of the scenario, which the server does not parse.
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// The body before compression, if one was sent.
    pub(crate) body: Option<Arc<[u8]>>,
    /// Whether a client must have been able to read that body.
    pub(crate) body_is_certain: bool,
    pub(crate) raw: bool,
}

/// The exchanges of a scenario, and how often each was used.
#[derive(Debug)]
pub(crate) struct Script {
    scenario: Arc<Scenario>,
    replies: Vec<RenderedReply>,
    unwanted: (Reply, RenderedReply),
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    started: Instant,
    used: Vec<u64>,
    rows: Vec<Row>,
    /// When each connection was accepted, in the format of trails. Connections are numbered from 1.
    connections: Vec<String>,
    /// The number of connections that are reading a request.
    reading: usize,
    /// Counts the changes of the state.
    version: u64,
}

/// The reply that a request gets.
#[derive(Debug)]
pub(super) struct MatchedReply<'a> {
    pub(super) reply: &'a Reply,
    pub(super) rendered: &'a RenderedReply,
    /// The request's position in the log; `None` if the exchange is not logged.
    pub(super) row: Option<usize>,
}

impl Script {
    pub(super) fn render(scenario: Arc<Scenario>) -> io::Result<Self> {
        let exchanges = scenario.exchanges.iter();
        let replies = exchanges
            .map(|exchange| RenderedReply::render(&exchange.reply))
            .collect::<io::Result<Vec<_>>>()?;
        let unwanted = Reply::of_status(500);
        let rendered = RenderedReply::render(&unwanted)?;
        let state = State {
            started: Instant::now(),
            used: vec![0; replies.len()],
            rows: Vec::new(),
            connections: Vec::new(),
            reading: 0,
            version: 0,
        };
        Ok(Self {
            scenario,
            replies,
            unwanted: (unwanted, rendered),
            state: Mutex::new(state),
            changed: Condvar::new(),
        })
    }

    /// Returns the present log.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.lock().rows.clone()
    }

    /// Waits until nothing has happened for a moment and no request is partly read.
    pub(crate) fn settle(&self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if !self.changes(QUIET) && self.lock().reading == 0 {
                return;
            }
        }
    }

    /// Waits for a change; `false` if there is none.
    pub(crate) fn changes(&self, time: Duration) -> bool {
        let state = self.lock();
        let version = state.version;
        let waited = self
            .changed
            .wait_timeout_while(state, time, |state| state.version == version);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.version != version
    }

    pub(super) fn start_clock(&self) {
        self.lock().started = Instant::now();
    }

    pub(super) fn next_connection(&self) -> u64 {
        self.change(|state| {
            state.connections.push(rfc3339(SystemTime::now()));
            state.connections.len() as u64
        })
    }

    /// Returns when each connection was accepted, in the format of trails.
    pub(crate) fn connections(&self) -> Vec<String> {
        self.lock().connections.clone()
    }

    /// Uses the first remaining exchange if it ends connections unread.
    pub(super) fn take_unread(&self) -> Option<Fault> {
        self.change(|state| {
            let index = self.first_left(state, |_| true)?;
            let reply = &self.scenario.exchanges[index].reply;
            if !reply.is_unread() {
                return None;
            }
            state.used[index] += 1;
            reply.fault
        })
    }

    pub(super) fn begin_reading(&self) {
        self.change(|state| state.reading += 1);
    }

    pub(super) fn end_reading(&self) {
        self.change(|state| state.reading -= 1);
    }

    /// Logs a request and returns the reply of the first remaining exchange that fits.
    pub(super) fn take(
        &self,
        request: Request,
        connection: u64,
        other_origin: bool,
    ) -> MatchedReply<'_> {
        self.change(|state| {
            let (exchange, problems) = if other_origin {
                (None, Vec::new())
            } else {
                self.compare(state, &request)
            };
            let (reply, rendered) = match exchange {
                None => (&self.unwanted.0, &self.unwanted.1),
                Some(index) => {
                    state.used[index] += 1;
                    (&self.scenario.exchanges[index].reply, &self.replies[index])
                }
            };
            let row = (!reply.is_unread())
                .then(|| state.push(request, connection, exchange, other_origin, problems));
            MatchedReply {
                reply,
                rendered,
                row,
            }
        })
    }

    /// Returns the first remaining exchange that fits a request, and how the request differs from what it wants.
    fn compare(&self, state: &State, request: &Request) -> (Option<usize>, Vec<Failure>) {
        let headers: Vec<_> = request.headers.iter().map(as_sent).collect();
        let view = RequestView {
            method: &request.method,
            target: &request.target,
            headers: &headers,
            body: &request.body,
        };
        let exchanges = &self.scenario.exchanges;
        // Only scripts have `match.path`, which depends on a base path.
        let Some(index) = self.first_left(state, |index| exchanges[index].fits(&view, "")) else {
            return (None, Vec::new());
        };
        let differences = exchanges[index].want.differences(&view);
        let problems = differences.into_iter().map(Failure::from).collect();
        (Some(index), problems)
    }

    /// Logs bytes that are not a request as an unwanted one.
    pub(super) fn malformed(&self, what: String, connection: u64) {
        let request = Request {
            method: "MALFORMED".to_owned(),
            target: what,
            ..Request::default()
        };
        self.change(|state| state.push(request, connection, None, false, Vec::new()));
    }

    /// Logs a reply before its first byte is sent.
    pub(super) fn answered(&self, row: Option<usize>, sent: Sent) {
        self.change(|state| {
            if let Some(row) = row {
                state.rows[row].sent = Some(sent);
            }
        });
    }

    fn first_left(&self, state: &State, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let exchanges = self.scenario.exchanges.iter().enumerate();
        let mut left = exchanges.filter(|(index, exchange)| match exchange.times {
            Times::Always => true,
            Times::Count(count) => state.used[*index] < count,
        });
        left.find(|(index, _)| fits(*index)).map(|(index, _)| index)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        state.version += 1;
        drop(state);
        self.changed.notify_all();
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(
        &mut self,
        request: Request,
        connection: u64,
        exchange: Option<usize>,
        other_origin: bool,
        problems: Vec<Failure>,
    ) -> usize {
        self.rows.push(Row {
            at_ms: self.started.elapsed().as_secs_f64() * 1000.0,
            connection,
            trace: request
                .header("traceparent")
                .and_then(|value| trace_of(&value)),
            request: Arc::new(request),
            exchange,
            other_origin,
            problems,
            sent: None,
        });
        self.rows.len() - 1
    }
}

/// Returns a header in the form in which it is compared.
fn as_sent((name, value): &(String, String)) -> (&str, &[u8]) {
    (name, value.as_bytes())
}

/// Returns the trace ID and the span ID of a well-formed `traceparent`.
pub(crate) fn trace_of(value: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = value.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else {
        return None;
    };
    let hex = |text: &str, length: usize| {
        let digits = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        text.len() == length && digits
    };
    let whole = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let valid = whole && *version != "ff" && !zero(trace) && !zero(span);
    valid.then(|| ((*trace).to_owned(), (*span).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_traceparent_counts() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let span = "b7ad6b7169203331";
        let parsed = trace_of(&format!("00-{trace}-{span}-01"));
        assert_eq!(parsed, Some((trace.to_owned(), span.to_owned())));
        for bad in [
            format!("00-{trace}-{span}"),
            format!("ff-{trace}-{span}-01"),
            format!("00-{}-{span}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{}-{span}-01", trace.to_uppercase()),
        ] {
            assert_eq!(trace_of(&bad), None, "{bad}");
        }
    }
}
