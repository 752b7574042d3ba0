//! The program's own code that runs within the client: it may call the client, and it may panic.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use reqtrail::WireRequest;
use reqtrail::{Client, ErrorKind, Reply, Sleep, StopReason, Token, Transport, TransportError};

use crate::support::transport::ScriptedBody;
use crate::support::*;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The place of a client once it is built.
type Cell = Arc<OnceLock<Client>>;

/// Uses a client, which takes its locks.
fn look(cell: &Cell) {
    if let Some(client) = cell.get() {
        assert!(!format!("{client:?}").is_empty());
    }
}

/// Does work on a thread; work that waits for itself fails the test.
fn ends(work: impl Future<Output = ()> + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime")
            .block_on(work);
        let _ = done.send(());
    });
    // Only a thread that is stuck takes this long.
    let ended = ended.recv_timeout(Duration::from_secs(60));
    assert_ne!(
        ended,
        Err(mpsc::RecvTimeoutError::Timeout),
        "it waits for itself"
    );
    thread.join().expect("no panic");
}

/// A refresher's error that uses the client when it is dropped.
struct Looks(Cell, Arc<AtomicUsize>);

impl Drop for Looks {
    fn drop(&mut self) {
        look(&self.0);
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Looks")
    }
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it looks")
    }
}

impl StdError for Looks {}

#[test]
fn a_refreshers_error_may_use_the_client_when_it_is_dropped() {
    ends(async {
        let (cell, gone) = (Cell::default(), Arc::<AtomicUsize>::default());
        let own = (Arc::clone(&cell), Arc::clone(&gone));
        let client = Client::novavms(BASE).token(TOKEN).token_refresher(move || {
            let (cell, gone) = own.clone();
            async move { Err::<&str, BoxError>(Box::new(Looks(cell, gone))) }
        });
        let wire = ScriptedTransport::answering(|_, _| reply(401));
        let client = client.build_with(wire).expect("a client");
        assert!(cell.set(client.clone()).is_ok());
        for times in 0..2 {
            // The second failure replaces the first, and a token replaces the second.
            drop(error(client.get("/x").send().await));
            assert_eq!(gone.load(Ordering::SeqCst), times);
            tokio::time::sleep(secs(5)).await;
        }
        client.set_token("sk_live_set").expect("a token");
        assert_eq!(gone.load(Ordering::SeqCst), 2);
    });
}

/// A transport that runs a function when `at` is called.
#[derive(Clone)]
struct Odd {
    wire: ScriptedTransport,
    does: Arc<dyn Fn(&'static str) + Send + Sync>,
}

impl Transport for Odd {
    type Body = OddBody;

    fn now(&self) -> Instant {
        (self.does)("now");
        self.wire.now()
    }

    fn wall_clock(&self) -> SystemTime {
        (self.does)("wall_clock");
        self.wire.wall_clock()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        (self.does)("sleep_until");
        let sleep = Box::pin(self.wire.sleep_until(at));
        Sleep::new(OddSleep(sleep, Arc::clone(&self.does)))
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<OddBody>, TransportError> {
        let reply = self.wire.exchange(request).await?;
        Ok(reply.map_body(|body| OddBody(body, Arc::clone(&self.does))))
    }

    fn ready(&self) -> Result<(), TransportError> {
        (self.does)("ready");
        self.wire.ready()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        (self.does)("spawn");
        self.wire.spawn(task);
    }
}

struct OddSleep(Pin<Box<Sleep>>, Arc<dyn Fn(&'static str) + Send + Sync>);

impl Future for OddSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        (self.1)("poll of sleep");
        self.0.as_mut().poll(cx)
    }
}

struct OddBody(ScriptedBody, Arc<dyn Fn(&'static str) + Send + Sync>);

impl Drop for OddBody {
    fn drop(&mut self) {
        (self.1)("drop of body");
    }
}

impl http_body::Body for OddBody {
    type Data = bytes::Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, TransportError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }
}

#[test]
fn a_transports_clocks_may_use_the_client() {
    ends(async {
        let cell = Cell::default();
        let seen = Arc::clone(&cell);
        let odd = Odd {
            wire: ScriptedTransport::answering(|_, _| reply(200)),
            does: Arc::new(move |_| look(&seen)),
        };
        let wire = odd.wire.clone();
        let client = Client::novavms(BASE).token_refresher(move || {
            let end = wire.wall_clock() + secs(60);
            async move { Ok(Token::new("sk_live_next").expires_at(end)) }
        });
        let client = client.build_with(odd).expect("a client");
        assert!(cell.set(client.clone()).is_ok());
        for _ in 0..3 {
            client.get("/x").send().await.expect("a response");
            tokio::time::sleep(secs(59)).await;
        }
    });
}

/// A waker that uses a client.
struct Looking(Cell, AtomicUsize);

impl Wake for Looking {
    fn wake(self: Arc<Self>) {
        look(&self.0);
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_waker_that_set_token_wakes_may_use_the_client() {
    ends(async {
        let cell = Cell::default();
        let client =
            Client::novavms(BASE).token_refresher(std::future::pending::<Result<&str, BoxError>>);
        let wire = ScriptedTransport::answering(|_, _| reply(200));
        let client = client.build_with(wire).expect("a client");
        assert!(cell.set(client.clone()).is_ok());
        let looking = Arc::new(Looking(cell, AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&looking));
        let mut call = pin!(client.get("/x").send());
        assert!(
            call.as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        client.set_token("sk_live_set").expect("a token");
        assert!(looking.1.load(Ordering::SeqCst) > 0, "it was woken");
        call.await.expect("a response");
    });
}

/// What a call gives whose transport panics the `nth` time that it is asked for `what`.
async fn panicking(what: &'static str, nth: usize) -> (Outcome, Seen) {
    let count = AtomicUsize::new(0);
    let odd = Odd {
        wire: ScriptedTransport::answering(|n, _| match n {
            0 => reply(503).header("retry-after", "1"),
            _ => reply(200),
        }),
        does: Arc::new(move |at| {
            let is_it = at == what && count.fetch_add(1, Ordering::SeqCst) + 1 == nth;
            assert!(!is_it, "scripted panic");
        }),
    };
    let seen = Seen::default();
    let client = Client::novavms(BASE)
        .observer(seen.clone())
        .token_refresher(|| async { Ok(TOKEN) });
    let client = client.build_with(odd).expect("a client");
    (client.get("/x").send().await, seen)
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_transport_outside_of_its_exchange_is_named_as_its_own() {
    for (what, nth) in [
        ("ready", 1),
        ("spawn", 1),
        // Of the wait for the token.
        ("sleep_until", 1),
        ("poll of sleep", 1),
        ("drop of body", 1),
    ] {
        let (outcome, _) = panicking(what, nth).await;
        assert_eq!(
            end(&outcome),
            ("internal", StopReason::NotRetryable),
            "{what}"
        );
        let text = error(outcome).to_string();
        assert!(text.contains("transport panicked"), "{what}: {text}");
        assert!(!text.contains("report this"), "{what}: {text}");
    }
}

/// Whatever the clocks do, a call has its trail, and between attempts only the transport is blamed.
#[tokio::test(start_paused = true)]
async fn a_clock_that_panics_loses_no_trail() {
    for what in ["now", "wall_clock"] {
        for nth in 1..20 {
            let call = tokio::spawn(panicking(what, nth));
            let (outcome, seen) = call.await.expect("no panic reaches the caller");
            let trail = trail(&outcome).clone();
            assert_eq!(seen.trails().len(), 1, "{what} {nth}: {trail}");
            let Err(error) = outcome else { continue };
            assert_eq!(error.kind(), ErrorKind::Internal, "{what} {nth}: {error}");
            let last = trail.last();
            if last.is_none_or(|last| last.failure() != Some(ErrorKind::Internal)) {
                let text = error.to_string();
                assert!(text.contains("transport panicked"), "{what} {nth}: {text}");
            }
        }
        // Also where nothing is sent at all.
        let odd = Odd {
            wire: ScriptedTransport::answering(|_, _| reply(200)),
            does: Arc::new(move |at| assert!(at != what, "scripted panic")),
        };
        let client = Client::novavms(BASE).build_with(odd).expect("a client");
        let call = tokio::spawn(client.get("no path").send());
        let error = error(call.await.expect("no panic reaches the caller"));
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.trail().is_some());
    }
}
