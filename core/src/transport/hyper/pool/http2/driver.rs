//! The one task that polls an HTTP/2 connection and all of its streams' futures.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ::hyper::client::conn::http2;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;

use super::{Doubt, PingIo, Pool, RequestBody, Shared};

/// How long a doubtful peer may take to answer a ping before another connection is made.
///
/// It costs a call at most that long if the peer is gone, and saves a connection if only one endpoint is slow.
const SIGN_OF_LIFE: Duration = Duration::from_millis(100);

/// Polls a connection and its streams' futures until it has ended.
pub(super) async fn drive(
    conn: http2::Connection<PingIo, RequestBody, Tasks>,
    tasks: Tasks,
    shared: Arc<Shared>,
    pool: Weak<Pool>,
) {
    // Notifies the pool, however the connection ends.
    let _leave = Leave {
        shared: Arc::clone(&shared),
        pool: pool.clone(),
    };
    let mut requests = Requests {
        conn: Some(Box::pin(conn)),
        shared: Arc::clone(&shared),
    };
    let mut frames: Option<Task> = None;
    let mut streams = FuturesUnordered::new();
    let mut patience: Option<Pin<Box<tokio::time::Sleep>>> = None;
    poll_fn(|cx| {
        shared.driver.register(cx.waker());
        tasks.watch_by(cx.waker());
        let given_up = shared.given_up.load(Ordering::Acquire);
        loop {
            let mut moved = false;
            if requests.poll(cx).is_ready() {
                // It accepts no new streams; open ones are served to their ends.
                shared.retire();
                requests.end();
                notify(&pool);
            }
            for task in tasks.take() {
                moved = true;
                match frames {
                    // The first one is the connection's own.
                    None => frames = Some(task),
                    Some(_) => streams.push(task),
                }
            }
            while let Poll::Ready(Some(())) = streams.poll_next_unpin(cx) {
                moved = true;
            }
            // Until its head is written, hyper holds a request in a state in which reading a GOAWAY loses it, and its
            // response. So the head is written before anything more is read.
            let only_writes = shared.taken.swap(false, Ordering::Relaxed);
            let ended = frames.as_mut().is_some_and(|polled| match only_writes {
                true => shared
                    .asked
                    .only_writing(|| polled.as_mut().poll(cx).is_ready()),
                false => polled.as_mut().poll(cx).is_ready(),
            });
            if ended {
                // Its streams, also those just opened, get their errors from its end.
                frames = None;
                loop {
                    if requests.poll(cx).is_ready() {
                        requests.end();
                    }
                    let new = tasks.take();
                    let is_last = new.is_empty();
                    streams.extend(new);
                    while let Poll::Ready(Some(())) = streams.poll_next_unpin(cx) {}
                    if is_last {
                        return Poll::Ready(());
                    }
                }
            }
            // After the frames, since the server may send nothing more for a long time.
            if let Some(requests) = &requests.conn {
                let limit = requests.current_max_send_streams();
                if shared.limit.swap(limit, Ordering::AcqRel) != limit {
                    notify(&pool);
                }
            }
            if !moved && !only_writes {
                break;
            }
        }
        match shared.doubt() {
            Doubt::None => {}
            Doubt::Asked(read) | Doubt::Silent(read) if shared.socket.bytes_read() > read => {
                shared.doubts(shared.doubt(), Doubt::None);
                patience = None;
                notify(&pool);
            }
            doubt @ Doubt::Asked(read) => {
                let sleep = || Box::pin(tokio::time::sleep(SIGN_OF_LIFE));
                if patience
                    .get_or_insert_with(sleep)
                    .as_mut()
                    .poll(cx)
                    .is_ready()
                {
                    shared.doubts(doubt, Doubt::Silent(read));
                    notify(&pool);
                }
            }
            Doubt::Silent(_) => {}
        }
        if given_up > 0 {
            shared.given_up.fetch_sub(given_up, Ordering::AcqRel);
            if let Some(pool) = pool.upgrade() {
                pool.stream_ended(&shared, given_up);
            }
        }
        Poll::Pending
    })
    .await;
}

/// The driver's end of the channel of requests.
struct Requests {
    conn: Option<Pin<Box<http2::Connection<PingIo, RequestBody, Tasks>>>>,
    shared: Arc<Shared>,
}

impl Requests {
    /// Takes up waiting requests; ready once no more are accepted.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.conn {
            Some(conn) => conn.as_mut().poll(cx).map(drop),
            None => Poll::Pending,
        }
    }

    /// Closes the channel, and returns what is still in it.
    fn end(&mut self) {
        let mut channel = self.shared.channel();
        *channel = false;
        self.conn = None;
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.end();
    }
}

fn notify(pool: &Weak<Pool>) {
    if let Some(pool) = pool.upgrade() {
        pool.look_for_work();
    }
}

struct Leave {
    shared: Arc<Shared>,
    pool: Weak<Pool>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.shared.retire();
        if let Some(pool) = self.pool.upgrade() {
            pool.connection_ended(&self.shared);
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// hyper's executor: the connection's one driver polls its tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(Arc<Queue>);

#[derive(Default)]
pub(super) struct Queue {
    new: Mutex<Vec<Task>>,
    driver: AtomicWaker,
}

impl Tasks {
    fn watch_by(&self, waker: &Waker) {
        self.0.driver.register(waker);
    }

    fn take(&self) -> Vec<Task> {
        std::mem::take(&mut *self.0.new.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<F: Future<Output = ()> + Send + 'static> ::hyper::rt::Executor<F> for Tasks {
    fn execute(&self, task: F) {
        let mut new = self.0.new.lock().unwrap_or_else(PoisonError::into_inner);
        new.push(Box::pin(task));
        drop(new);
        self.0.driver.wake();
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
