//! The transport that records its exchanges.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body::{Body, Frame, SizeHint};

use super::observed::{Answer, Api, ObservedExchange, Received};
use super::recorder::Run;
use super::{clean, exchange};
use crate::transport::{
    AnyBody, Failure, OwnTransport, Reply, SentMark, Sleep, Transport, TransportError, WireRequest,
};

/// Passes every exchange to `inner`, and its result to the recorder. `inner` is boxed even if it is built in: another
/// copy of the built-in transport's code would be larger than the recorder.
pub(super) struct Recording {
    inner: Arc<OwnTransport>,
    run: Arc<Run>,
    api: Arc<Api>,
}

impl Recording {
    pub(super) fn new(inner: Arc<OwnTransport>, run: Arc<Run>, api: Arc<Api>) -> Self {
        Self { inner, run, api }
    }
}

impl Transport for Recording {
    type Body = RecordedBody;

    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn wall_clock(&self) -> SystemTime {
        self.inner.wall_clock()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        self.inner.sleep_until(at)
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        let mut open = OpenExchange::new(&self.run, &self.api, &request, self.inner.now());
        let reply = match self.inner.exchange(request).await {
            Ok(reply) => reply,
            Err(error) => {
                open.failed(&error);
                return Err(error);
            }
        };
        open.answered(&reply, self.inner.now(), self.inner.wall_clock());
        Ok(reply.map_body(|inner| RecordedBody {
            inner,
            open,
            is_over: false,
        }))
    }

    fn ready(&self) -> Result<(), TransportError> {
        self.inner.ready()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.inner.spawn(task);
    }
}

/// An exchange under way. It is recorded when it is dropped, however it ended.
struct OpenExchange {
    run: Arc<Run>,
    /// Its number among the requests.
    order: u64,
    sent: SentMark,
    began: Instant,
    headed: Option<Instant>,
    /// `None` once it is recorded.
    observed: Option<ObservedExchange>,
}

impl OpenExchange {
    fn new(run: &Arc<Run>, api: &Arc<Api>, request: &WireRequest, now: Instant) -> Self {
        let is_json = clean::is_json(request.headers.get(CONTENT_TYPE), &request.body);
        let json = is_json
            .then(|| serde_json::from_slice(&request.body).ok())
            .flatten();
        let (order, made) = run.begin(request, json.as_ref());
        Self {
            run: Arc::clone(run),
            order,
            sent: request.sent.clone(),
            began: now,
            headed: None,
            observed: Some(ObservedExchange {
                api: Arc::clone(api),
                method: request.method.clone(),
                origin: request.url.origin().to_owned(),
                target: request.url.path_and_query().to_owned(),
                json,
                made,
                fault: None,
                reply: None,
            }),
        }
    }

    fn answered(&mut self, reply: &Reply<AnyBody>, now: Instant, at: SystemTime) {
        self.headed = Some(now);
        if let Some(observed) = &mut self.observed {
            observed.reply = Some(Answer {
                status: reply.status,
                headers: reply.headers.clone(),
                at,
                delay: now.saturating_duration_since(self.began),
                body_delay: std::time::Duration::ZERO,
                body: Received::default(),
            });
        }
    }

    /// Notes that the exchange returned no head.
    fn failed(&mut self, error: &TransportError) {
        if error.failure() == Failure::Unusable {
            // Nothing was tried.
            self.observed = None;
        } else if let Some(observed) = &mut self.observed {
            observed.fault = Some(exchange::fault(error, &self.sent));
        }
    }

    fn answer(&mut self) -> Option<&mut Answer> {
        self.observed.as_mut()?.reply.as_mut()
    }
}

impl Drop for OpenExchange {
    fn drop(&mut self) {
        let Some(mut observed) = self.observed.take() else {
            return;
        };
        if observed.reply.is_none() && observed.fault.is_none() {
            // It was given up before a response came.
            observed.fault = match (self.sent.is_marked(), self.sent.is_timed_out()) {
                (true, _) => Some("stall"),
                (false, true) => Some("connect_timeout"),
                (false, false) => return,
            };
        }
        self.run.ended(self.order, observed);
    }
}

/// A body that is recorded while it is read.
pub(super) struct RecordedBody {
    inner: AnyBody,
    open: OpenExchange,
    is_over: bool,
}

impl Body for RecordedBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(data), Some(answer)) = (frame.data_ref(), this.open.answer()) {
                    answer.body.push(data);
                }
            }
            Poll::Ready(Some(Err(error))) => {
                this.is_over = true;
                if let Some(observed) = &mut this.open.observed {
                    observed.fault = Some(exchange::fault_of_body(error));
                }
            }
            Poll::Ready(None) => this.is_over = true,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for RecordedBody {
    fn drop(&mut self) {
        let is_whole = self.is_over || self.inner.is_end_stream();
        let is_stalled = !is_whole && self.open.sent.is_timed_out();
        let headed = self.open.headed;
        if let Some(observed) = &mut self.open.observed {
            if is_stalled {
                observed.fault = Some("stall_body");
            }
            // A body that was not read to its end has no delay.
            if let (true, Some(answer), Some(headed)) = (is_whole, &mut observed.reply, headed) {
                answer.body_delay = headed.elapsed();
            }
        }
    }
}
