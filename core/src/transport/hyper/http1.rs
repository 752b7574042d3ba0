//! One HTTP/1 connection. The exchange that uses it polls it; between two exchanges it is idle in the pool.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use ::hyper::body::Incoming;
use ::hyper::client::conn::http1;
use http::{Request, Response};

use super::classify;
use super::dial::Dialled;
use super::gate::Gate;
use super::io::{Heads, Io, Refused};
use super::socket::SocketState;
use crate::limits;
use crate::transport::body::RequestBody;
use crate::transport::{Connection, Failure, SentMark, TransportError};

/// A connection that is between two requests, or serves one.
pub(super) struct Http1 {
    send: http1::SendRequest<RequestBody>,
    /// `None` once it has ended.
    conn: Option<http1::Connection<Io, RequestBody>>,
    pub(super) socket: Arc<SocketState>,
    heads: Arc<Heads>,
    gate: Arc<Gate>,
    waker: Waker,
    pub(super) peer: Arc<str>,
    pub(super) remote: Option<SocketAddr>,
    /// How many exchanges it has served.
    served: u64,
    /// When it became idle.
    pub(super) rested: Instant,
}

/// The result of an exchange on one connection.
pub(super) enum ExchangeOutcome {
    /// A response's head.
    Head(Response<Incoming>),
    /// The connection was dead before anything was written; the request is unchanged.
    Unsent(Request<RequestBody>),
    Failed(TransportError),
}

impl Http1 {
    /// Starts an HTTP/1 connection on a stream.
    pub(super) async fn start(dialled: Dialled) -> Result<Box<Self>, TransportError> {
        let socket = Arc::clone(dialled.stream.socket().state());
        socket.speak_http();
        let heads = Arc::<Heads>::default();
        let io = Io::new(dialled.stream, Arc::clone(&heads));
        let started = http1::Builder::new()
            .allow_obsolete_multiline_headers_in_responses(true)
            .handshake(io)
            .await;
        let (send, conn) = started.map_err(|e| classify::send_error(e, &dialled.peer))?;
        let gate = Arc::<Gate>::default();
        Ok(Box::new(Self {
            send,
            conn: Some(conn),
            socket,
            heads,
            waker: Waker::from(Arc::clone(&gate)),
            gate,
            peer: dialled.peer,
            remote: dialled.remote,
            served: 0,
            rested: Instant::now(),
        }))
    }

    /// Returns whether it has served an exchange before.
    pub(super) fn is_reused(&self) -> bool {
        self.served > 0
    }

    /// Sends a request and waits for the head of its response. `sent` is marked with the request's first byte.
    pub(super) async fn exchange(
        &mut self,
        request: Request<RequestBody>,
        sent: &SentMark,
    ) -> ExchangeOutcome {
        sent.set_connection(Connection::new(self.remote, self.is_reused()));
        self.socket.arm(Some(sent.clone()));
        self.heads.begin();
        self.gate.hush();
        let mut response = pin!(self.send.try_send_request(request));
        let mut answer =
            std::future::poll_fn(|cx| self.poll_with(cx, |cx| response.as_mut().poll(cx))).await;
        self.served += 1;
        if let Err(why) = self
            .heads
            .end(answer.as_mut().ok().map(Response::headers_mut))
        {
            self.conn = None;
            return ExchangeOutcome::Failed(self.refused(why));
        }
        match answer {
            Ok(response) => ExchangeOutcome::Head(response),
            Err(mut error) => {
                self.conn = None;
                match error.take_message() {
                    Some(request) if !sent.is_marked() => ExchangeOutcome::Unsent(request),
                    _ => {
                        let error = classify::send_error(error.into_error(), &self.peer);
                        ExchangeOutcome::Failed(error.unread_if(self.served == 1))
                    }
                }
            }
        }
    }

    fn refused(&self, why: Refused) -> TransportError {
        let peer = &self.peer;
        let (failure, what) = match why {
            Refused::Folded => (
                Failure::Broken,
                format!(
                    "the response of {peer} folds the line of Content-Length or Transfer-Encoding (RFC 9112 §5.2)"
                ),
            ),
            Refused::TooLarge => (Failure::HeadersTooLarge, limits::headers_unread(peer)),
            Refused::Malformed => (
                Failure::Broken,
                format!("the response of {peer} has a malformed header"),
            ),
        };
        TransportError::new(failure, what)
    }

    /// Polls the connection, and `work` that it makes progress for.
    pub(super) fn poll_with<O>(
        &mut self,
        cx: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        let conn = &mut self.conn;
        self.gate.poll(&self.waker, cx, |cx| {
            if let Some(polled) = conn.as_mut()
                && Pin::new(polled).poll(cx).is_ready()
            {
                // Dropping it gives all that wait for it an error.
                *conn = None;
            }
            work(cx)
        })
    }

    /// Polls only the connection, to notice unsolicited data and its end.
    fn poll_alone(&mut self, cx: &mut Context<'_>) {
        let conn = &mut self.conn;
        let _ = self.gate.poll(&self.waker, cx, |cx| {
            if let Some(polled) = conn.as_mut()
                && Pin::new(polled).poll(cx).is_ready()
            {
                *conn = None;
            }
            Poll::<()>::Pending
        });
    }

    /// Drops a part of the connection without waking its waiter. The connection has to become idle next.
    pub(super) fn let_go<O>(&self, part: O) {
        self.gate.hush();
        drop(part);
    }

    /// Makes the connection idle after an exchange; returns `false` if it cannot serve another one. From now on
    /// `watcher`, if there is one, is woken when something happens to it.
    pub(super) fn come_to_rest(&mut self, watcher: Option<&Waker>) -> bool {
        self.socket.arm(None);
        // The connection notices the end of the last body at its next poll.
        if watcher.is_some() || !self.send.is_ready() {
            self.poll_alone(&mut Context::from_waker(watcher.unwrap_or(Waker::noop())));
        }
        #[cfg(feature = "blocking")]
        self.socket.forget_waits();
        self.rested = Instant::now();
        self.is_alive()
    }

    /// Returns whether it can serve an exchange, as far as it is known.
    pub(super) fn is_alive(&self) -> bool {
        self.conn.is_some() && self.send.is_ready()
    }

    /// Checks the socket itself; returns `false` if the peer has closed it or sent unsolicited data.
    pub(super) fn look(&mut self) -> bool {
        self.socket.probe();
        self.poll_alone(&mut Context::from_waker(Waker::noop()));
        #[cfg(feature = "blocking")]
        self.socket.forget_waits();
        self.is_alive()
    }

    /// Polls an idle connection that was woken; returns `false` if it has ended.
    pub(super) fn tend(&mut self, waker: &Waker) -> bool {
        if self.gate.is_woken() {
            self.poll_alone(&mut Context::from_waker(waker));
        }
        self.is_alive()
    }
}

impl std::fmt::Debug for Http1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http1")
            .field("peer", &self.peer)
            .field("served", &self.served)
            .finish_non_exhaustive()
    }
}
