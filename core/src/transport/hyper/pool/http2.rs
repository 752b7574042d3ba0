//! One HTTP/2 connection: one task on a runtime drives it, and all its streams share it.
//!
//! This crate counts open streams itself: a request waits in the pool's queue, where it can be taken back, and never
//! within h2, where it counts as sent.

mod driver;

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use ::hyper::client::conn::http2;
use futures_util::task::AtomicWaker;
use http::Request;

use super::Pool;
use crate::transport::body::RequestBody;
use crate::transport::hyper::classify;
use crate::transport::hyper::dial::Dialled;
use crate::transport::hyper::http1::ExchangeOutcome;
use crate::transport::hyper::io::Io;
use crate::transport::hyper::liveness::{PingIo, PingRequest};
use crate::transport::hyper::socket::SocketState;
use crate::transport::{Connection, Failure, SentMark, TransportError};
use driver::{Tasks, drive};

/// The limit of a header block, counted with 32 bytes per field (RFC 9113 §6.5.2). It is far above the client's own
/// limit, since h2 does not distinguish a block over its limit from a malformed one, and drops the status of both.
const HEADER_BYTES: u32 = 1024 * 1024;

/// How many streams are opened before the server has reported how many it accepts, which it does in its first frame.
const FIRST_STREAMS: usize = 1;

/// How long a connection with open streams may be silent before it is pinged, and how long it may take to answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::transport::hyper) struct Pings {
    pub(in crate::transport::hyper) interval: Option<Duration>,
    pub(in crate::transport::hyper) timeout: Duration,
}

/// The pool's handle of a connection.
#[derive(Clone)]
pub(in crate::transport::hyper) struct Http2 {
    send: http2::SendRequest<RequestBody>,
    pub(in crate::transport::hyper) shared: Arc<Shared>,
}

static IDS: AtomicU64 = AtomicU64::new(0);

/// The state that a connection, its driver and its streams share.
#[derive(Debug)]
pub(in crate::transport::hyper) struct Shared {
    /// Its number among this process's connections.
    pub(in crate::transport::hyper) id: u64,
    pub(in crate::transport::hyper) peer: Arc<str>,
    remote: Option<SocketAddr>,
    /// Whether a stream of it was opened before.
    is_used: AtomicBool,
    socket: Arc<SocketState>,
    /// How many streams the server accepts at a time.
    limit: AtomicUsize,
    /// Whether it accepts no new streams, because it is going away or seems dead.
    retired: AtomicBool,
    /// Whether the peer is believed to be alive. One that sent nothing while an attempt waited is pinged.
    doubt: Mutex<Doubt>,
    asked: Arc<PingRequest>,
    /// Whether the channel to the driver is open. A request that is put into it while the driver drops its end would be
    /// neither sent nor returned.
    channel: Mutex<bool>,
    /// How many requests were put into it.
    requests: AtomicUsize,
    /// Whether a request has just been taken up.
    taken: Arc<AtomicBool>,
    /// Abandoned streams that may still count at the peer, until the end of the driver's next turn.
    given_up: AtomicUsize,
    driver: AtomicWaker,
}

/// Whether a peer is believed to be alive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::transport::hyper) enum Doubt {
    None,
    /// It is being pinged; this many bytes had arrived until then.
    Asked(u64),
    /// It has not answered in time, but still may.
    Silent(u64),
}

impl Shared {
    pub(in crate::transport::hyper) fn doubt(&self) -> Doubt {
        *self.doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state from `from` to `to`; returns `false` if it is not `from`.
    fn doubts(&self, from: Doubt, to: Doubt) -> bool {
        let mut doubt = self.doubt.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = *doubt == from;
        if is_there {
            *doubt = to;
        }
        is_there
    }

    fn channel(&self) -> MutexGuard<'_, bool> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::transport::hyper) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    pub(in crate::transport::hyper) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }
}

impl Http2 {
    /// Starts an HTTP/2 connection on a stream. The runtime that the stream belongs to has to poll the driver.
    pub(in crate::transport::hyper) async fn start(
        dialled: Dialled,
        pool: &Pool,
    ) -> Result<(Self, impl Future<Output = ()> + Send + use<>), TransportError> {
        let (pings, pool) = (pool.options.pings, pool.own.clone());
        let tasks = Tasks::default();
        let socket = Arc::clone(dialled.stream.socket().state());
        socket.speak_http();
        let asked = Arc::<PingRequest>::default();
        let io = PingIo::new(Io::new(dialled.stream, Arc::default()), Arc::clone(&asked));
        let started = http2::Builder::new(tasks.clone())
            .timer(hyper_util::rt::TokioTimer::new())
            .max_header_list_size(HEADER_BYTES)
            .initial_max_send_streams(FIRST_STREAMS)
            .keep_alive_interval(pings.interval)
            .keep_alive_timeout(pings.timeout)
            .keep_alive_while_idle(false)
            .handshake(io)
            .await;
        let (send, conn) = started.map_err(|e| classify::send_error(e, &dialled.peer))?;
        let shared = Arc::new(Shared {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            peer: dialled.peer,
            remote: dialled.remote,
            is_used: AtomicBool::new(false),
            socket,
            limit: AtomicUsize::new(FIRST_STREAMS),
            retired: AtomicBool::new(false),
            doubt: Mutex::new(Doubt::None),
            asked: Arc::clone(&asked),
            channel: Mutex::new(true),
            requests: AtomicUsize::new(0),
            taken: Arc::default(),
            given_up: AtomicUsize::new(0),
            driver: AtomicWaker::new(),
        });
        let driver = drive(conn, tasks, Arc::clone(&shared), pool);
        Ok((Self { send, shared }, driver))
    }

    /// Returns whether it accepts new streams, now or once one of its streams has ended.
    pub(in crate::transport::hyper) fn is_usable(&self) -> bool {
        !self.shared.is_retired() && !self.send.is_closed() && !self.shared.socket.is_deaf()
    }

    /// Returns whether its peer is believed to be alive.
    pub(in crate::transport::hyper) fn is_trusted(&self) -> bool {
        self.shared.doubt() == Doubt::None
    }

    /// Returns whether its peer did not answer a ping in time.
    pub(in crate::transport::hyper) fn is_silent(&self) -> bool {
        matches!(self.shared.doubt(), Doubt::Silent(_))
    }

    /// Returns how many streams the server accepts at a time.
    pub(in crate::transport::hyper) fn limit(&self) -> usize {
        self.shared.limit.load(Ordering::Acquire)
    }

    pub(in crate::transport::hyper) fn peer(&self) -> &Arc<str> {
        &self.shared.peer
    }
}

impl std::fmt::Debug for Http2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shared.fmt(f)
    }
}

/// The right to one stream of a connection, and the stream once it is open.
#[derive(Debug)]
pub(in crate::transport::hyper) struct Stream {
    conn: Http2,
    pool: Weak<Pool>,
    /// The bytes received when the attempt began.
    read_before: u64,
    sent: Option<SentMark>,
    /// The number of its request on the connection, from 1.
    number: usize,
    /// Whether it is the first stream of the connection.
    is_first: bool,
    /// Whether it has ended, or never began.
    is_over: bool,
}

impl Stream {
    /// Takes a stream that the pool has counted.
    pub(in crate::transport::hyper) fn new(conn: Http2, pool: Weak<Pool>) -> Self {
        Self {
            read_before: conn.shared.socket.bytes_read(),
            conn,
            pool,
            sent: None,
            number: 0,
            is_first: false,
            is_over: true,
        }
    }

    pub(in crate::transport::hyper) fn peer(&self) -> &Arc<str> {
        self.conn.peer()
    }

    /// Sends a request and waits for the head of its response.
    pub(in crate::transport::hyper) async fn exchange(
        &mut self,
        mut request: Request<RequestBody>,
        sent: &SentMark,
    ) -> ExchangeOutcome {
        let mut settle = request
            .body_mut()
            .mark_with(sent, Some(&self.conn.shared.taken));
        let shared = &self.conn.shared;
        let is_reused = shared.is_used.swap(true, Ordering::Relaxed);
        self.is_first = !is_reused;
        sent.set_connection(Connection::new(shared.remote, is_reused));
        self.sent = Some(sent.clone());
        self.is_over = false;
        // Dropped before `settle`.
        let answer = {
            let begun = {
                let Http2 { send, shared } = &mut self.conn;
                let channel = shared.channel();
                match *channel {
                    true => {
                        self.number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
                        Ok(send.try_send_request(request))
                    }
                    false => Err(request),
                }
            };
            let response = match begun {
                Ok(response) => response,
                Err(mut request) => {
                    self.is_over = true;
                    settle.given_back();
                    request.body_mut().unmark();
                    return ExchangeOutcome::Unsent(request);
                }
            };
            let mut response = pin!(response);
            poll_fn(|cx| match is_own(&self.pool) {
                true => response.as_mut().poll(cx).map(Some),
                false => Poll::Ready(None),
            })
            .await
        };
        let Some(answer) = answer else {
            return ExchangeOutcome::Failed(classify::forked_error());
        };
        match answer {
            Ok(response) => ExchangeOutcome::Head(response),
            Err(mut error) => {
                self.is_over = true;
                match error.take_message() {
                    Some(mut request) if !sent.is_marked() => {
                        settle.given_back();
                        request.body_mut().unmark();
                        self.conn.shared.retire();
                        ExchangeOutcome::Unsent(request)
                    }
                    _ => {
                        let error = classify::send_error(error.into_error(), self.peer())
                            .unread_if(self.is_first());
                        if error.failure() == Failure::Unprocessed
                            && let Some(pool) = self.pool.upgrade()
                        {
                            pool.refused(&self.conn.shared, self.number.saturating_sub(1));
                        }
                        ExchangeOutcome::Failed(error)
                    }
                }
            }
        }
    }

    /// Returns whether the exchange was the first of its connection.
    pub(in crate::transport::hyper) fn is_first(&self) -> bool {
        self.is_first
    }

    /// Returns whether the stream belongs to this process.
    pub(in crate::transport::hyper) fn is_own(&self) -> bool {
        is_own(&self.pool)
    }

    /// Notes that the response has ended.
    pub(in crate::transport::hyper) fn ends(&mut self) {
        self.is_over = true;
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let shared = &self.conn.shared;
        let Some(pool) = self.pool.upgrade().filter(|pool| pool.is_own()) else {
            return;
        };
        // A peer that sent nothing at all while an attempt waited may have vanished.
        let is_timed_out = self.sent.as_ref().is_some_and(SentMark::is_timed_out);
        let read = shared.socket.bytes_read();
        if is_timed_out
            && read == self.read_before
            && shared.doubts(Doubt::None, Doubt::Asked(read))
        {
            shared.asked.ask();
        }
        if self.is_over {
            pool.stream_ended(shared, 1);
        } else {
            shared.given_up.fetch_add(1, Ordering::AcqRel);
            shared.driver.wake();
        }
    }
}

/// Returns whether a pool that still exists belongs to this process.
fn is_own(pool: &Weak<Pool>) -> bool {
    pool.upgrade().is_none_or(|pool| pool.is_own())
}
