//! Calls that a thread waits for: what ends them early, when, and what else the thread may do.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

use reqtrail::{CancelToken, ErrorKind, Observer, Outcome, Sent, StopReason, blocking};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use crate::support::h2_server::{Options, with_options};
use crate::support::ports::FullPort;
use crate::support::{
    Act, Authority, LONG, Server, Tls, assert_failed, assert_succeeded, builder, http1, trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);

/// What people take for at once.
const AT_ONCE: Duration = Duration::from_millis(50);

/// How often a duration is measured: the shortest one counts, so that a machine that is busy elsewhere decides nothing.
const TIMES: usize = 5;

/// The phase of a call when it is ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Busy {
    Connecting,
    Handshaking,
    Writing,
    Waiting,
    WaitingForStream,
    WaitingOnStream,
    Reading,
    BackingOff,
}

const ALL: [Busy; 8] = [
    Busy::Connecting,
    Busy::Handshaking,
    Busy::Writing,
    Busy::Waiting,
    Busy::WaitingForStream,
    Busy::WaitingOnStream,
    Busy::Reading,
    Busy::BackingOff,
];

/// A server that keeps its clients busy so, and says when one is.
struct Keeper {
    client: blocking::Client,
    /// As many times as a call has come to where it is to be ended.
    busy: Arc<Mutex<mpsc::Receiver<()>>>,
    _server: Option<Server>,
    _port: Option<FullPort>,
}

async fn keep(busy: Busy, authority: &Authority) -> Keeper {
    let (tell, told) = mpsc::channel();
    let mut port = None;
    let server = match busy {
        Busy::Connecting => {
            port = Some(FullPort::new());
            None
        }
        Busy::WaitingForStream | Busy::WaitingOnStream => {
            let tls = Tls {
                alpn: &["h2"],
                ..Tls::new(authority.server())
            };
            let options = Options {
                streams: (busy == Busy::WaitingForStream).then_some(1),
                ..Options::default()
            };
            let script = move |_| {
                let _ = tell.send(());
                Act::Ignore
            };
            Some(with_options(tls, options, script).await)
        }
        _ => Some(
            Server::start(move |number, mut socket, log| {
                let tell = tell.clone();
                async move {
                    let say = || tell.send(()).map_err(std::io::Error::other);
                    match busy {
                        Busy::Handshaking => {}
                        Busy::Writing => {
                            http1::read_head(&mut socket).await?;
                            say()?;
                            // Takes nothing more, and does not hang up.
                            std::future::pending::<()>().await;
                        }
                        Busy::Waiting => {
                            http1::next_request(&mut socket, number, &log).await?;
                            say()?;
                        }
                        Busy::Reading => {
                            http1::next_request(&mut socket, number, &log).await?;
                            let part = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
                            socket.write_all(part).await?;
                            say()?;
                        }
                        _ => {
                            http1::next_request(&mut socket, number, &log).await?;
                            let text = b"HTTP/1.1 503 Busy\r\nRetry-After: 50\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
                            socket.write_all(text).await?;
                            say()?;
                        }
                    }
                    tokio::io::copy(&mut socket, &mut tokio::io::sink()).await?;
                    Ok(())
                }
            })
            .await,
        ),
    };
    let base = match (&server, &port, busy) {
        (None, Some(port), _) => format!("http://{}", port.address()),
        (Some(server), _, Busy::Handshaking | Busy::WaitingForStream | Busy::WaitingOnStream) => {
            server.https()
        }
        (Some(server), ..) => server.http(),
        _ => unreachable!("one of them is there"),
    };
    let client = builder(base).extra_ca(authority.pem.clone());
    Keeper {
        client: client.build_blocking().expect("a client"),
        busy: Arc::new(Mutex::new(told)),
        _server: server,
        _port: port,
    }
}

/// Makes a call in a thread, ends it by `end` when it is busy, and returns how long it took to come back.
fn ended_after(keeper: &Keeper, busy: Busy, by_token: bool) -> Duration {
    let token = CancelToken::new();
    let flag = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut request = keeper.client.get("/things");
        if busy == Busy::Writing {
            request = keeper
                .client
                .put("/things")
                .body(vec![b'x'; 16 * 1024 * 1024]);
        }
        if by_token {
            request = request.cancel_token(&token);
        }
        let (host, job) = (keeper.client.host(), request.into_job());
        let flag = &flag;
        let call = scope.spawn(move || {
            let interrupted = || flag.load(Ordering::SeqCst);
            let interrupted: Option<&dyn Fn() -> bool> =
                if by_token { None } else { Some(&interrupted) };
            let outcome = host.run(job, interrupted).into_call();
            (Instant::now(), outcome)
        });
        // A connect that was given up goes on, and the next call waits for it as well.
        if !matches!(busy, Busy::Connecting | Busy::Handshaking) {
            let told = keeper.busy.lock().expect("no panic").recv_timeout(LONG);
            assert!(
                told.is_ok(),
                "{busy:?} by a token {by_token}: it does not come that far"
            );
        }
        // From the server's word to the client's next wait.
        std::thread::sleep(Duration::from_millis(20));
        let now = Instant::now();
        if by_token {
            token.cancel();
        } else {
            flag.store(true, Ordering::SeqCst);
        }
        let (ended, outcome) = call.join().expect("no panic");
        let error = outcome.expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{busy:?}: {error}");
        let trail = error.trail().expect("a trail");
        assert!(trail.attempts().len() <= 1, "{busy:?}: {trail}");
        ended.saturating_duration_since(now)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_cancelled_at_once_whatever_it_is_busy_with() {
    let authority = Authority::new();
    for busy in ALL {
        let keeper = keep(busy, &authority).await;
        let times = tokio::task::spawn_blocking(move || {
            let mut holder = None;
            let holds = CancelToken::new();
            if busy == Busy::WaitingForStream {
                // Takes the one stream. Nothing reports those that wait for it, so the holder does.
                let call = keeper.client.get("/things").cancel_token(&holds).into_job();
                let host = Arc::clone(keeper.client.host());
                holder = Some(std::thread::spawn(move || host.run(call, None).into_call()));
                keeper
                    .busy
                    .lock()
                    .expect("no panic")
                    .recv()
                    .expect("a request");
            }
            let mut times = Vec::new();
            for by_token in [true, false] {
                let measure = || match busy {
                    Busy::WaitingForStream => ended_after(&keeper, Busy::Connecting, by_token),
                    busy => ended_after(&keeper, busy, by_token),
                };
                let best = (0..TIMES).map(|_| measure()).min().expect("one");
                times.push((by_token, best));
            }
            holds.cancel();
            if let Some(holder) = holder {
                let _ = holder.join();
            }
            times
        });
        for (by_token, best) in times.await.expect("no panic") {
            // One who is asked has to be asked first.
            let bound = if by_token { AT_ONCE } else { 2 * AT_ONCE };
            assert!(best < bound, "{busy:?} by a token {by_token}: {best:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_thread_keeps_timeouts_exactly() {
    const TIME: Duration = Duration::from_millis(130);
    let authority = Authority::new();
    for busy in [
        Busy::Connecting,
        Busy::Waiting,
        Busy::Reading,
        Busy::Writing,
        Busy::WaitingOnStream,
    ] {
        let keeper = keep(busy, &authority).await;
        let times = tokio::task::spawn_blocking(move || {
            let calls = (0..TIMES).map(|_| {
                let mut request = keeper.client.post("/things");
                if busy == Busy::Writing {
                    request = request.body(vec![b'x'; 16 * 1024 * 1024]);
                }
                let began = Instant::now();
                let outcome = request.timeout(TIME).send();
                let took = began.elapsed();
                let error = outcome.expect_err("no answer");
                assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
                assert!(took >= TIME, "{busy:?}: {took:?}");
                took
            });
            calls.min().expect("one")
        });
        let best = times.await.expect("no panic");
        assert!(
            best < TIME + Duration::from_millis(20),
            "{busy:?}: {best:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_timed_out_closes_its_connection_before_the_next() {
    let hung_up = Arc::new(Notify::new());
    let tell = Arc::clone(&hung_up);
    let server = Server::start(move |number, mut socket, log| {
        let hung_up = Arc::clone(&tell);
        async move {
            let place = http1::next_request(&mut socket, number, &log).await?;
            if number == 1 {
                tokio::io::copy(&mut socket, &mut tokio::io::sink()).await?;
                hung_up.notify_one();
                return Ok(());
            }
            hung_up.notified().await;
            http1::answer(&mut socket, &log, place.expect("a request")).await
        }
    })
    .await;
    let client = builder(server.http()).build_blocking().expect("a client");
    let call = move || {
        client
            .get("/things")
            .attempt_timeout(Duration::from_millis(500))
            .send()
    };
    let outcome = tokio::task::spawn_blocking(call).await.expect("no panic");
    assert_succeeded(&outcome, &[("timeout", Sent::Unknown), OK]);
}

/// Makes a call within another call.
struct Nests {
    client: OnceLock<blocking::Client>,
    within: AtomicBool,
    made: AtomicUsize,
    cancel: CancelToken,
}

impl Nests {
    fn call(&self) {
        if !self.within.swap(true, Ordering::SeqCst) {
            let client = self.client.get().expect("it is set");
            let outcome = client.get("/nested").send();
            assert_succeeded(&outcome, &[OK]);
            // In the middle of the outer call.
            self.cancel.cancel();
            self.made.fetch_add(1, Ordering::SeqCst);
            self.within.store(false, Ordering::SeqCst);
        }
    }
}

impl Observer for Nests {
    fn attempt_started(&self, _: &reqtrail::AttemptStarted<'_>) {
        self.call();
    }

    fn call_finished(&self, _: &reqtrail::CallFinished<'_>) {
        self.call();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_may_make_a_call_within_a_call() {
    let authority = Authority::new();
    let tls = Tls {
        alpn: &["h2"],
        ..Tls::new(authority.server())
    };
    let http2 = with_options(tls, Options::default(), |_| Act::Answer).await;
    let plain = Server::plain().await;
    for base in [plain.http(), http2.https()] {
        let nests = Arc::new(Nests {
            client: OnceLock::new(),
            within: AtomicBool::new(false),
            made: AtomicUsize::new(0),
            cancel: CancelToken::new(),
        });
        let client = builder(base)
            .extra_ca(authority.pem.clone())
            .observer(Arc::clone(&nests));
        let client = client.build_blocking().expect("a client");
        nests.client.set(client.clone()).expect("it is not set");
        tokio::task::spawn_blocking(move || {
            assert_succeeded(&client.post("/outer").send(), &[OK]);
            assert_eq!(nests.made.load(Ordering::SeqCst), 2);
            // What cancels the outer call within the inner one is heard.
            let outer = client.post("/outer").cancel_token(&nests.cancel).send();
            let error = outer.as_ref().expect_err("cancelled");
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert_eq!(
                trail(&outer).outcome(),
                Outcome::Error(ErrorKind::Cancelled)
            );
        })
        .await
        .expect("no panic");
    }
}

#[test]
fn a_thread_of_a_runtime_may_wait_for_a_call() {
    let current = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let several = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let servers = tokio::runtime::Runtime::new().expect("a runtime");
    let authority = Authority::new();
    let (plain, http2) = servers.block_on(async {
        let plain = Server::plain().await;
        let http2 = crate::support::h2_server(&authority, |_| Act::Answer).await;
        (plain, http2)
    });
    for runtime in [current, several] {
        let runtime = runtime.expect("a runtime");
        for base in [plain.http(), http2.https()] {
            let client = builder(base).extra_ca(authority.pem.clone());
            let client = client.build_blocking().expect("a client");
            let calls = async {
                for _ in 0..3 {
                    assert_succeeded(&client.post("/things").send(), &[OK]);
                }
                let on_a_worker = client.clone();
                let spawned = tokio::spawn(async move { on_a_worker.get("/things").send() });
                assert_succeeded(&spawned.await.expect("no panic"), &[OK]);
                // Its background thread is waited for.
                drop(client);
            };
            runtime.block_on(calls);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_that_wait_for_streams_are_served_in_turn() {
    let authority = Authority::new();
    let tls = Tls {
        alpn: &["h2"],
        ..Tls::new(authority.server())
    };
    let options = Options {
        streams: Some(3),
        ..Options::default()
    };
    let server = with_options(tls, options, |_| Act::Answer).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build_blocking().expect("a client");
    let calls = tokio::task::spawn_blocking(move || {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        (0..20)
                            .map(|_| client.post("/things").send())
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let outcomes = threads
                .into_iter()
                .flat_map(|t| t.join().expect("no panic"));
            outcomes.collect::<Vec<_>>()
        })
    });
    let outcomes = calls.await.expect("no panic");
    for outcome in &outcomes {
        assert_succeeded(outcome, &[OK]);
    }
    let trails: Vec<_> = outcomes.iter().map(trail).collect();
    crate::support::assert_agrees(server.log(), &trails);
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_keeps_nothing_lets_the_thread_rest() {
    // A `pool_idle_timeout` of zero must not cause endless checks.
    let server = Server::plain().await;
    let client = builder(server.http()).pool_idle_timeout(Duration::ZERO);
    let client = client.build_blocking().expect("a client");
    let work = move || {
        assert_succeeded(&client.post("/things").send(), &[OK]);
        let before = ticks_of("reqtrail");
        std::thread::sleep(Duration::from_millis(300));
        let after = ticks_of("reqtrail");
        assert_succeeded(&client.post("/things").send(), &[OK]);
        (before, after)
    };
    let (before, after) = tokio::task::spawn_blocking(work).await.expect("no panic");
    for (thread, ticks) in after {
        let spent = ticks - before.get(&thread).copied().unwrap_or(0);
        // A tick is 10 ms: a thread that spins has some thirty of them, on a machine with time for it.
        assert!(spent < 12, "{spent} ticks in 300 ms");
    }
    assert_eq!(server.log().connections(), [1, 2]);
}

/// The processor time that threads of this name have had, in ticks; nothing where the system does not say.
fn ticks_of(name: &str) -> std::collections::HashMap<String, u64> {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    tasks
        .filter_map(|task| {
            let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
            let (head, rest) = stat.rsplit_once(") ")?;
            let fields: Vec<&str> = rest.split(' ').collect();
            let ticks =
                fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
            (head.split_once('(')?.1 == name)
                .then(|| (task.file_name().to_string_lossy().into(), ticks))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_of_a_thread_is_one_of_the_call() {
    let authority = Authority::new();
    let keeper = keep(Busy::Waiting, &authority).await;
    let call = move || {
        keeper
            .client
            .post("/things")
            .attempt_timeout(Duration::from_millis(50))
            .send()
    };
    let outcome = tokio::task::spawn_blocking(call).await.expect("no panic");
    let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
    assert_failed(&outcome, kind, why, &[("timeout", Sent::Unknown)]);
}
