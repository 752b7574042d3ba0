//! Plays exchanges like a network, on a virtual clock.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body::Frame;

use super::encode;
use super::render::{self, ErrorReply, RenderedId};
use super::script::{Fault, Framing, Moment, Reply as Scripted, ReplyId};
use super::server::{SentRequest, Server};
use crate::dialect::Dialect;
use crate::limits;
use crate::transport::{
    Connection, Failure, Phase, Reply, Sleep, Transport, TransportError, WireRequest,
};
use crate::virtual_clock::{VirtualClock, VirtualSleep};

/// The time between two bytes of a dripping body.
const DRIP: Duration = Duration::from_millis(100);

/// The largest header block that the built-in transport reads.
const HEAD_BYTES: usize = 400 << 10;

/// The transport of one client of a mock.
pub(super) struct ScriptedTransport {
    pub(super) clock: VirtualClock,
    pub(super) server: Arc<Server>,
    /// The source of made request IDs.
    pub(super) random: Arc<Mutex<fastrand::Rng>>,
    pub(super) dialect: Dialect,
    pub(super) base_path: String,
    pub(super) connections: Arc<Connections>,
}

/// The connections of a client that wait for another request, by origin.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Vec<String>>);

impl Connections {
    /// Takes a connection to an origin; `false` if a new one is made.
    fn take(&self, origin: &str) -> bool {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = idle.iter().position(|to| to == origin);
        place.map(|place| idle.swap_remove(place)).is_some()
    }

    fn keep(&self, origin: String) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(origin);
    }
}

impl Transport for ScriptedTransport {
    type Body = ScriptedBody;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn wall_clock(&self) -> SystemTime {
        self.clock.wall()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Sleep::new(self.clock.sleep_until(at))
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<ScriptedBody>, TransportError> {
        let origin = request.url.origin().to_owned();
        let peer = peer(&request);
        request.sent.set_peer(peer.clone().into());
        let taken = self
            .server
            .take(self.seen(&request), &self.base_path)
            .map_err(|text| TransportError::new(Failure::Unusable, text))?;
        let reply = &taken.exchange.reply;
        let delay = Duration::from_millis(reply.delay_ms);
        if let Some(error) = unconnected(reply.fault, &peer) {
            self.clock.sleep(delay).await;
            return Err(error);
        }
        if reply.fault == Some(Fault::ConnectTimeout) {
            std::future::pending().await
        }
        // Done before anything is sent, since what cannot be played is not a server's answer.
        let answer = self.answer(reply, &request, &origin).map_err(|problem| {
            let text = format!("exchange {} cannot be played: {problem}", taken.number);
            self.server.note(text.clone());
            TransportError::new(Failure::Unusable, text)
        })?;
        let is_reused = self.connections.take(&origin);
        request
            .sent
            .set_connection(Connection::new(None, is_reused));
        request.sent.set_phase(Phase::Sending);
        request.sent.mark();
        self.server.log(&taken);
        request.sent.set_phase(Phase::Waiting);
        self.clock
            .sleep(Duration::from_millis(reply.delay_ms))
            .await;
        if let Some(error) = unanswered(reply.fault, &peer) {
            return Err(error);
        }
        if reply.fault == Some(Fault::Stall) {
            std::future::pending().await
        }
        let size: usize = answer
            .headers
            .iter()
            .map(|(n, v)| n.as_str().len() + v.len() + 4)
            .sum();
        if size > HEAD_BYTES {
            let text = limits::headers_unread(&peer);
            return Err(TransportError::new(Failure::HeadersTooLarge, text));
        }
        let body = self.body(reply, answer.body, origin, &peer);
        Ok(Reply::new(answer.status, answer.headers, body))
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let watch = self.clock.watch_refresh();
        let mut task = task;
        let task = std::future::poll_fn(move |cx| watch.poll(cx, |cx| task.as_mut().poll(cx)));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(task)),
            // The program drives its futures without a tokio runtime.
            Err(_) => {
                let name = std::thread::Builder::new().name("reqtrail-refresh".to_owned());
                let _ = name.spawn(move || on_thread(task));
            }
        }
    }
}

/// The failure of a connection that cannot be made.
#[inline(never)]
fn unconnected(fault: Option<Fault>, peer: &str) -> Option<TransportError> {
    let (failure, text, code) = match fault? {
        Fault::ConnectRefused => {
            let text = format!("no connection to {peer}: it refused it (ECONNREFUSED)");
            (Failure::Connect, text, "ECONNREFUSED")
        }
        Fault::Dns => {
            let host = peer.rsplit_once(':').map_or(peer, |(host, _)| host);
            let text = format!("cannot find the host {host} (ENOTFOUND)");
            (Failure::Connect, text, "ENOTFOUND")
        }
        Fault::Tls => {
            let text = format!("the certificate of {peer} has expired");
            (Failure::Tls, text, "CERT_HAS_EXPIRED")
        }
        _ => return None,
    };
    Some(TransportError::new(failure, text).with_code(code))
}

/// The failure of a connection that breaks before the response.
#[inline(never)]
fn unanswered(fault: Option<Fault>, peer: &str) -> Option<TransportError> {
    match fault? {
        Fault::Close | Fault::CloseUnread => {
            let text = format!(
                "{peer} closed the connection before its response: connection closed before message completed"
            );
            Some(TransportError::new(Failure::Broken, text))
        }
        Fault::Reset | Fault::ResetUnread => {
            let text = format!(
                "the connection to {peer} broke before the response: Connection reset by peer (os error 104)"
            );
            Some(TransportError::new(Failure::Broken, text).with_code("ECONNRESET"))
        }
        _ => None,
    }
}

/// What is sent for a reply, without its timing.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// The body after the head.
    body: Bytes,
}

impl ScriptedTransport {
    /// The request as a server sees it.
    fn seen(&self, request: &WireRequest) -> SentRequest {
        let mut headers = request.headers.clone();
        if !headers.contains_key(HOST)
            && let Ok(host) = HeaderValue::from_str(authority(request))
        {
            headers.insert(HOST, host);
        }
        if !request.body.is_empty() {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
        }
        SentRequest {
            method: request.method.clone(),
            target: request.url.path_and_query().to_owned(),
            headers,
            body: request.body.clone(),
            exchange: None,
            at: self.clock.elapsed(),
        }
    }

    fn answer(
        &self,
        reply: &Scripted,
        request: &WireRequest,
        origin: &str,
    ) -> Result<Answer, String> {
        let mut reply = reply.clone();
        let mut headers = HeaderMap::new();
        self.render(&mut reply, &mut headers)?;
        let mut body = reply.plain_body().into_owned();
        if !reply.codings.is_empty() {
            body = encode::encode(reply.codings.iter().map(|coding| coding.token()), &body)?;
        }
        let at = Moment {
            now: self.clock.wall() + Duration::from_millis(reply.delay_ms),
            origin,
            other_origin: "https://other.example",
        };
        for (name, value) in reply.head(body.len(), &at) {
            let text = || format!("the header {name} cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| text())?;
            // Whitespace around a value is not a part of it (RFC 9110 §5.5).
            let value = HeaderValue::from_bytes(value.trim_ascii()).map_err(|_| text())?;
            headers.append(name, value);
        }
        let body = match reply.sends_body(request.method.as_str()) {
            true => Bytes::from(body),
            false => Bytes::new(),
        };
        let status = StatusCode::from_u16(reply.status()).map_err(|e| e.to_string())?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Whether a header of the reply is one that carries request IDs in the client's dialect.
    fn lists_an_id(&self, reply: &Scripted) -> bool {
        let mut names = self.dialect.0.request_id_headers.iter();
        names.any(|name| reply.lists(name.as_str()))
    }

    /// Adds to a reply what the dialect makes from `code`, `message`, `request_id` and `retry_after`.
    fn render(&self, reply: &mut Scripted, headers: &mut HeaderMap) -> Result<(), String> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let has_error = reply.code.is_some() || reply.message.is_some();
        let request_id = match &reply.request_id {
            ReplyId::None => RenderedId::None,
            // A header of the reply itself takes precedence.
            ReplyId::Auto if self.lists_an_id(reply) => RenderedId::None,
            ReplyId::Auto => RenderedId::Auto,
            ReplyId::Exact(text) => RenderedId::Text(text),
            ReplyId::Default if has_error => RenderedId::Auto,
            ReplyId::Default => RenderedId::None,
        };
        let wall = self.clock.wall();
        let mut add = |more: Vec<(HeaderName, HeaderValue)>| {
            headers.extend(more.into_iter().map(|(name, value)| (Some(name), value)));
        };
        if has_error {
            let described = ErrorReply {
                code: reply.code.as_deref(),
                message: reply.message.as_deref(),
                status: reply.status,
                request_id,
                retry_after: reply.retry_after,
            };
            let rendered = render::error_reply(&self.dialect, &described, &mut random, wall);
            let rendered = rendered.map_err(|e| e.to_string())?;
            reply.status = Some(rendered.status.as_u16());
            reply.body = super::script::Body::Bytes(rendered.body.to_vec());
            add(rendered.headers);
            return Ok(());
        }
        match request_id {
            RenderedId::None => {}
            RenderedId::Auto => add(render::request_id(&self.dialect, &mut random, wall)),
            RenderedId::Text(id) => {
                add(render::id_headers(&self.dialect, id).map_err(|e| e.to_string())?)
            }
        }
        if let Some(seconds) = reply.retry_after {
            add(vec![
                render::retry_after(seconds).map_err(|e| e.to_string())?,
            ]);
        }
        Ok(())
    }

    fn body(&self, reply: &Scripted, whole: Bytes, origin: String, peer: &str) -> ScriptedBody {
        let mut steps = VecDeque::new();
        if reply.body_delay_ms > 0 {
            steps.push_back(Step::Wait(Duration::from_millis(reply.body_delay_ms)));
        }
        let sent = match reply.is_halved() {
            true => whole.slice(..whole.len() / 2),
            false => whole,
        };
        if reply.fault == Some(Fault::Drip) {
            for at in 0..sent.len() {
                if at > 0 {
                    steps.push_back(Step::Wait(DRIP));
                }
                steps.push_back(Step::Data(sent.slice(at..=at)));
            }
        } else if !sent.is_empty() {
            // In two pieces, so that the client has to join them.
            let half = sent.len() / 2;
            steps.extend(
                [sent.slice(..half), sent.slice(half..)]
                    .into_iter()
                    .filter(|p| !p.is_empty())
                    .map(Step::Data),
            );
        }
        match reply.fault {
            Some(Fault::StallBody) => steps.push_back(Step::Never),
            // If the end of the connection ends the body, a cut is not noticed.
            Some(Fault::CutBody) if reply.framing != Framing::Close => {
                let root = match reply.framing {
                    Framing::Chunked => "unexpected EOF during chunk size line",
                    _ => "end of file before message length reached",
                };
                let text =
                    format!("the connection to {peer} broke within the response's body: {root}");
                steps.push_back(Step::Fail(TransportError::new(Failure::Broken, text)));
            }
            Some(Fault::ResetBody) => {
                let text = format!(
                    "the connection to {peer} broke within the response's body: Connection reset by peer (os error 104)"
                );
                let error = TransportError::new(Failure::Broken, text).with_code("ECONNRESET");
                steps.push_back(Step::Fail(error));
            }
            Some(Fault::CutBody) => {}
            _ if reply.closes() => {}
            _ => steps.push_back(Step::Keep(Arc::clone(&self.connections), origin)),
        }
        ScriptedBody {
            steps,
            clock: self.clock.clone(),
            sleep: None,
        }
    }
}

/// A step of a body.
enum Step {
    Wait(Duration),
    Data(Bytes),
    Fail(TransportError),
    Never,
    /// The connection accepts another request.
    Keep(Arc<Connections>, String),
}

/// A body that is sent by its script.
pub(super) struct ScriptedBody {
    steps: VecDeque<Step>,
    clock: VirtualClock,
    sleep: Option<Pin<Box<VirtualSleep>>>,
}

impl http_body::Body for ScriptedBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
            return Poll::Ready(match self.steps.pop_front() {
                None => None,
                Some(Step::Wait(time)) => {
                    self.sleep = Some(Box::pin(self.clock.sleep(time)));
                    continue;
                }
                Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
                Some(Step::Fail(error)) => Some(Err(error)),
                Some(Step::Never) => {
                    self.steps.push_front(Step::Never);
                    return Poll::Pending;
                }
                Some(Step::Keep(connections, origin)) => {
                    connections.keep(origin);
                    continue;
                }
            });
        }
    }
}

fn authority(request: &WireRequest) -> &str {
    let origin = request.url.origin();
    origin
        .split_once("://")
        .map_or(origin, |(_, authority)| authority)
}

/// Host and port of a request's URL.
fn peer(request: &WireRequest) -> String {
    let url = request.url.to_url();
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Drives a future on this thread.
fn on_thread(work: impl Future<Output = ()>) {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut work = std::pin::pin!(work);
    while work
        .as_mut()
        .poll(&mut Context::from_waker(&waker))
        .is_pending()
    {
        std::thread::park();
    }
}
