//! A transport that plays a script on tokio's clock and keeps a log of what was sent.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body::Frame;
use reqtrail::{Reply, SentMark, Sleep, Transport, TransportError, WireRequest};
use url::Url;

use super::exchange::{Exchange, Step};

/// 2026-11-21T21:00:00Z, the calendar time at which a script begins.
const WALL: Duration = Duration::from_secs(1_795_294_800);

/// Plays one exchange for each request. Clones are one transport.
#[derive(Clone)]
pub(crate) struct ScriptedTransport(Arc<State>);

/// Makes the exchange for a request; the number counts from 0.
type Script = Box<dyn FnMut(usize, &Sent) -> Exchange + Send>;

struct State {
    script: Mutex<Script>,
    log: Mutex<Vec<Sent>>,
    wall: Mutex<SystemTime>,
    began: tokio::time::Instant,
    /// Held by every exchange that is under way, its body included.
    open: Arc<()>,
}

/// A request as it reached the transport.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// On tokio's clock, since the transport was made.
    pub(crate) at: Duration,
    mark: SentMark,
}

impl Sent {
    /// Whether it left the client.
    pub(crate) fn left(&self) -> bool {
        self.mark.is_marked()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The parent-id of its `traceparent`.
    pub(crate) fn span_id(&self) -> Option<String> {
        let text = self.header("traceparent")?;
        text.split('-').nth(2).map(str::to_owned)
    }
}

impl ScriptedTransport {
    /// Plays these exchanges, one for each request; a request too many fails its test.
    pub(crate) fn playing(script: impl IntoIterator<Item = Exchange>) -> Self {
        let mut queue: VecDeque<Exchange> = script.into_iter().collect();
        Self::answering(move |number, _| {
            queue
                .pop_front()
                .unwrap_or_else(|| panic!("request {} is not in the script", number + 1))
        })
    }

    /// Asks `script` for each exchange.
    pub(crate) fn answering(script: impl FnMut(usize, &Sent) -> Exchange + Send + 'static) -> Self {
        Self(Arc::new(State {
            script: Mutex::new(Box::new(script)),
            log: Mutex::default(),
            wall: Mutex::new(SystemTime::UNIX_EPOCH + WALL),
            began: tokio::time::Instant::now(),
            open: Arc::new(()),
        }))
    }

    /// Sets what the calendar said when the transport was made.
    pub(crate) fn set_wall_clock(&self, time: SystemTime) {
        *lock(&self.0.wall) = time;
    }

    /// Every request so far, in order.
    pub(crate) fn log(&self) -> Vec<Sent> {
        lock(&self.0.log).clone()
    }

    /// How many requests there were so far.
    pub(crate) fn count(&self) -> usize {
        lock(&self.0.log).len()
    }

    /// A header of each request; empty where it is missing.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let text = |sent: &Sent| sent.header(name).unwrap_or_default().to_owned();
        self.log().iter().map(text).collect()
    }

    /// How many exchanges are under way.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.0.open) - 1
    }

    /// How many hold on to the transport, the one that asks included.
    pub(crate) fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Time since the transport was made.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.began.elapsed()
    }

    fn begin(&self, request: &WireRequest) -> VecDeque<Step> {
        let sent = Sent {
            method: request.method.clone(),
            url: request.url.to_url(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            at: self.elapsed(),
            mark: request.sent.clone(),
        };
        let number = {
            let mut log = lock(&self.0.log);
            log.push(sent.clone());
            assert!(log.len() < 100_000, "a call without an end");
            log.len() - 1
        };
        (lock(&self.0.script))(number, &sent).steps()
    }
}

impl Transport for ScriptedTransport {
    type Body = ScriptedBody;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn wall_clock(&self) -> SystemTime {
        *lock(&self.0.wall) + self.elapsed()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Sleep::new(tokio::time::sleep_until(at.into()))
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<ScriptedBody>, TransportError> {
        let open = Arc::clone(&self.0.open);
        let mut steps = self.begin(&request);
        while let Some(step) = steps.pop_front() {
            match step {
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Leave => request.sent.mark(),
                Step::Busy(phase, peer) => {
                    request.sent.set_phase(phase);
                    if let Some(peer) = peer {
                        request.sent.set_peer(peer.into());
                    }
                }
                Step::Fail(error) => return Err(error),
                Step::Never => std::future::pending().await,
                Step::Panic => panic!("scripted panic"),
                Step::Run(action) => action(),
                Step::Head(status, headers) => {
                    let body = ScriptedBody {
                        steps,
                        sleep: None,
                        _open: open,
                    };
                    return Ok(Reply::new(status, *headers, body));
                }
                Step::Data(_) | Step::Trailers(_) => panic!("a body before its head"),
            }
        }
        panic!("the script of the exchange has no end")
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

/// A body that is sent by its script.
pub(crate) struct ScriptedBody {
    steps: VecDeque<Step>,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
    _open: Arc<()>,
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
                    self.sleep = Some(Box::pin(tokio::time::sleep(time)));
                    continue;
                }
                Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
                Some(Step::Trailers(trailers)) => Some(Ok(Frame::trailers(*trailers))),
                Some(Step::Fail(error)) => Some(Err(error)),
                Some(Step::Never) => {
                    self.steps.push_front(Step::Never);
                    return Poll::Pending;
                }
                Some(Step::Panic) => panic!("scripted panic"),
                Some(Step::Run(action)) => {
                    action();
                    continue;
                }
                Some(Step::Leave | Step::Busy(..) | Step::Head(..)) => {
                    panic!("a head within a body")
                }
            });
        }
    }
}

/// A panic in a script fails its test elsewhere; the log stays readable.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
