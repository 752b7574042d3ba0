//! The layer around a transport that injects the faults.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::Chaos;
use super::grammar::{Answer, Fault};
use crate::transport::{
    AnyBody, Failure, OwnTransport, Phase, Reply, Sleep, Transport, TransportError, WireRequest,
};

/// A transport with faults. The transport below is boxed even if it is built in: another copy of the built-in transport's
/// code would be larger than chaos.
pub(super) struct ChaosTransport {
    inner: Arc<OwnTransport>,
    chaos: Arc<Chaos>,
}

impl ChaosTransport {
    pub(super) fn new(inner: Arc<OwnTransport>, chaos: Arc<Chaos>) -> Self {
        Self { inner, chaos }
    }

    /// Makes an exchange with or without a fault.
    async fn faulty(
        &self,
        fault: Option<&Fault>,
        request: WireRequest,
    ) -> Result<Reply<ChaosBody>, TransportError> {
        let sent = request.sent.clone();
        match fault {
            None => self.real(request, false).await,
            Some(Fault::Status(answer)) => self.answered(answer, request).await,
            Some(Fault::Refused) => Err(refused("")),
            Some(Fault::ResetBefore) => {
                sent.set_phase(Phase::Sending);
                Err(reset("before the request left"))
            }
            Some(Fault::ResetAfter) => {
                drop(self.inner.exchange(request).await?);
                Err(reset("after the server had the request"))
            }
            Some(Fault::Stall) => {
                // Held, as a server that stalls holds its connection.
                let _reply = self.inner.exchange(request).await?;
                sent.set_phase(Phase::Waiting);
                std::future::pending().await
            }
            Some(Fault::CutBody) => self.real(request, true).await,
        }
    }

    async fn real(
        &self,
        request: WireRequest,
        is_cut: bool,
    ) -> Result<Reply<ChaosBody>, TransportError> {
        let reply = self.inner.exchange(request).await?;
        Ok(reply.map_body(|body| match is_cut {
            false => ChaosBody::Whole(body),
            true => ChaosBody::Cut(Some(body)),
        }))
    }

    /// Replaces the server's answer. The request is sent, so the server's log has it and the answer keeps its ID.
    ///
    /// A 429 guarantees that the server did not act, and the call relies on that. A request that changes something
    /// would break the guarantee if it were sent, and an attempt with a status counts as sent. Its connection is
    /// refused instead.
    async fn answered(
        &self,
        answer: &Answer,
        request: WireRequest,
    ) -> Result<Reply<ChaosBody>, TransportError> {
        let method = request.method.clone();
        let answers = &self.chaos.answers;
        if !method.is_safe() && answers.is_refusal(answer) {
            let status = answer.status.as_u16();
            return Err(refused(&format!(
                ", since a {method} that is sent cannot get a {status}, which says that nothing was done"
            )));
        }
        let real = self.inner.exchange(request).await?;
        let (head, body) = answers.make(answer, &method, &real.headers).into_parts();
        let body = ChaosBody::Made(Some(body).filter(|body| !body.is_empty()));
        Ok(Reply::new(head.status, head.headers, body))
    }
}

impl Transport for ChaosTransport {
    type Body = ChaosBody;

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
        let place = request
            .place
            .unwrap_or_else(|| self.chaos.next_place(&mut None));
        let drawn = self.chaos.draw(place);
        let result = self.faulty(drawn.fault, request).await;
        if drawn.latency > Duration::ZERO {
            // After the exchange, like a server that is slow to answer: a request that a timeout cuts off was sent.
            self.inner
                .sleep_until(self.inner.now() + drawn.latency)
                .await;
        }
        result
    }

    fn ready(&self) -> Result<(), TransportError> {
        self.inner.ready()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.inner.spawn(task);
    }
}

fn refused(why: &str) -> TransportError {
    let message = format!("chaos: the connection was refused{why}");
    TransportError::new(Failure::Connect, message).with_code("ECONNREFUSED")
}

fn reset(when: &str) -> TransportError {
    let message = format!("chaos: the connection was reset {when}");
    TransportError::new(Failure::Broken, message).with_code("ECONNRESET")
}

/// The body of an answer.
pub(super) enum ChaosBody {
    /// The server's.
    Whole(AnyBody),
    /// The server's, up to the middle of its first piece; `None` after that.
    Cut(Option<AnyBody>),
    /// That of an injected answer.
    Made(Option<Bytes>),
}

impl Body for ChaosBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let body = match &mut *self {
            Self::Whole(body) => return Pin::new(body).poll_frame(cx),
            Self::Made(body) => return Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Cut(body) => body,
        };
        let Some(real) = body else {
            return Poll::Ready(Some(Err(reset("within the answer's body"))));
        };
        let Some(frame) = ready!(Pin::new(real).poll_frame(cx)).transpose()? else {
            return Poll::Ready(None);
        };
        let frame = match frame.into_data() {
            Ok(mut data) if !data.is_empty() => {
                *body = None;
                data.truncate(data.len() / 2);
                Frame::data(data)
            }
            Ok(data) => Frame::data(data),
            Err(trailers) => trailers,
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Cut(body) => body.as_ref().is_some_and(Body::is_end_stream),
            Self::Made(body) => body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Cut(_) => SizeHint::default(),
            Self::Made(body) => SizeHint::with_exact(body.as_ref().map_or(0, |b| b.len() as u64)),
        }
    }
}
