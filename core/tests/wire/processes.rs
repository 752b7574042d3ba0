//! Tests that need a separate process: forks, and descriptors that run out.
//!
//! The servers live in the test's process. The client lives in one that is started from the same binary, as the named
//! ignored test, which reports on its standard output.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use reqtrail::host::{Job, Outcome, Work};
use reqtrail::{CancelToken, Client, ErrorKind, Observer, Proxy, Response, Sent, blocking};

use crate::support::h2_server::{Options, with_options};
use crate::support::{Act, Authority, LONG, Server, Tls, builder, trail};

/// Where the servers are, and their authority.
const BASE: &str = "REQTRAIL_TEST_BASE";
const CA: &str = "REQTRAIL_TEST_CA";

/// Runs an ignored test of this binary as a process, and returns the words of the lines that it reported.
async fn run(name: &'static str, server: &Server, scheme: &str, ca: Option<&str>) -> Vec<String> {
    let base = format!("{scheme}://{}", server.address());
    let mut command = Command::new(std::env::current_exe().expect("a binary"));
    command
        .args(["--exact", &format!("processes::{name}")])
        .args(["--ignored", "--nocapture", "--test-threads", "1"])
        .env(BASE, base)
        .env(CA, ca.unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    tokio::task::spawn_blocking(move || {
        let mut process = command.spawn().expect("a process");
        let (mut out, mut err) = (process.stdout.take(), process.stderr.take());
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let read = err.as_mut().map(|err| err.read_to_string(&mut text));
            (read.is_some_and(|read| read.is_ok()), text)
        });
        let (line, lines) = mpsc::channel();
        let reader = BufReader::new(out.take().expect("a pipe"));
        std::thread::spawn(move || {
            reader
                .lines()
                .map_while(Result::ok)
                .try_for_each(|text| line.send(text))
        });
        let (mut reported, end) = (Vec::new(), Instant::now() + 2 * LONG);
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(text) => reported.extend(text.strip_prefix("reported ").map(str::to_owned)),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = process.kill();
                    panic!("{name} hangs; it reported {reported:?}");
                }
            }
        }
        let status = process.wait().expect("an end");
        let (_, text) = errors.join().expect("no panic");
        assert!(status.success(), "{name}: {status}\n{text}");
        reported
    })
    .await
    .expect("no panic")
}

/// Reports to the test that started this process, with one write: other processes may write at the same time.
fn report(text: &str) {
    let line = format!("\nreported {text}\n");
    // SAFETY: the buffer is as long as is said.
    let written = unsafe { libc::write(1, line.as_ptr().cast(), line.len()) };
    assert_eq!(usize::try_from(written), Ok(line.len()));
}

/// A client of the server of the test that started this process.
fn client() -> reqtrail::ClientBuilder {
    let base = std::env::var(BASE).expect("started by another test of this file");
    let client = builder(base).proxy(Proxy::None).max_attempts(1);
    match std::env::var(CA).unwrap_or_default() {
        none if none.is_empty() => client,
        pem => client.extra_ca(pem),
    }
}

/// A call that says whose it is; reports its call ID.
fn call(client: &blocking::Client, path: &str) -> Result<(), String> {
    let request = client
        .post(path)
        .header("x-process", std::process::id().to_string());
    match request.send() {
        Ok(response) => {
            report(&response.trail().call_id().to_string());
            Ok(())
        }
        Err(error) => Err(format!("{error}\n{:?}", error.trail())),
    }
}

/// Forks; the child does its work and ends.
fn fork(work: impl FnOnce()) -> libc::pid_t {
    // SAFETY: what the child may do after a fork is what is tested here; it ends without running what a process runs
    // at its end.
    match unsafe { libc::fork() } {
        0 => exit(std::panic::catch_unwind(AssertUnwindSafe(work)).is_ok()),
        pid => pid,
    }
}

fn exit(good: bool) -> ! {
    // SAFETY: it ends the process, and nothing else.
    unsafe { libc::_exit(if good { 0 } else { 1 }) }
}

/// Waits for a child, and ends one that hangs.
fn join(pid: libc::pid_t) {
    let end = Instant::now() + LONG;
    let mut status = 0;
    loop {
        // SAFETY: the status is written to a valid variable.
        match unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) } {
            0 if Instant::now() > end => {
                // SAFETY: the child has not been waited for, so that the ID is its own.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                panic!("the child {pid} hangs");
            }
            0 => std::thread::sleep(Duration::from_millis(2)),
            _ => break,
        }
    }
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "child {pid}: {status:#x}"
    );
}

/// Every connection was of one process, and no ID was used twice.
fn assert_apart(server: &Server, ids: &[String]) {
    let mut owners: HashMap<usize, String> = HashMap::new();
    let mut spans = HashSet::new();
    for row in server.log().rows() {
        let process = row.headers.get("x-process").expect("a process");
        let process = process.to_str().expect("text").to_owned();
        let owner = owners
            .entry(row.connection)
            .or_insert_with(|| process.clone());
        assert_eq!(*owner, process, "a connection of two processes");
        assert!(
            spans.insert(row.span().to_owned()),
            "a span ID of two attempts"
        );
    }
    let unique: HashSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "a call ID of two calls");
}

const FORKS: usize = 12;
const CALLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_take_nothing_from_their_parent() {
    let authority = Authority::new();
    let ca = Some(authority.pem.as_str());
    let slow_or_not = |n| match n % 7 {
        0 => Act::AnswerLate(Duration::from_millis(20)),
        _ => Act::Answer,
    };
    let tls = |alpn| Tls {
        alpn,
        ..Tls::new(authority.server())
    };
    let plain = Server::plain().await;
    let secure = tls(&["http/1.1"]).serve().await;
    let http2 = with_options(tls(&["h2"]), Options::default(), slow_or_not).await;
    for (server, scheme) in [(&plain, "http"), (&secure, "https"), (&http2, "https")] {
        let ids = run("a_process_that_forks", server, scheme, ca).await;
        assert!(ids.len() >= FORKS * 2 * CALLS, "{} calls", ids.len());
        assert_apart(server, &ids);
        assert_eq!(server.log().len(), ids.len());
    }
}

#[test]
#[ignore = "started by forks_take_nothing_from_their_parent"]
fn a_process_that_forks() {
    let client = client().build_blocking().expect("a client");
    // Idle connections, and the background thread.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| call(&client, "/things").expect("a response"));
        }
    });
    let over = AtomicBool::new(false);
    let made = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    call(&client, "/things").expect("a response of the parent");
                    made.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let calls_on = || {
            let before = made.load(Ordering::SeqCst);
            let end = Instant::now() + LONG;
            while made.load(Ordering::SeqCst) < before + 3 {
                assert!(Instant::now() < end, "the parent's calls do not go on");
                std::thread::yield_now();
            }
        };
        for _ in 0..FORKS {
            let pid = fork(|| {
                for _ in 0..CALLS {
                    call(&client, "/things").expect("a response of the child");
                }
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        for _ in 0..CALLS {
                            call(&client, "/things").expect("a response of the child's thread");
                        }
                    });
                });
                // Waits for the child's own thread, and for none of its parent's.
                drop(client.clone());
            });
            join(pid);
            calls_on();
        }
        over.store(true, Ordering::SeqCst);
    });
    call(&client, "/things").expect("a response of the parent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_find_no_lock_held_on_tokens() {
    let server = Server::plain().await;
    let ids = run(
        "a_process_that_forks_while_tokens_change",
        &server,
        "http",
        None,
    )
    .await;
    assert_eq!(ids.len(), TOKEN_FORKS);
    assert_apart(&server, &ids);
}

/// The locks are held for nanoseconds, so that a fork seldom meets one.
const TOKEN_FORKS: usize = 200;

#[test]
#[ignore = "started by forks_find_no_lock_held_on_tokens"]
fn a_process_that_forks_while_tokens_change() {
    let client = client().token("first").build_blocking();
    let (client, cancel) = (client.expect("a client"), CancelToken::new());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                client.set_token("another").expect("a token");
            }
        });
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                // Registers with the token, and ends at once.
                let mut cancelled = pin!(cancel.cancelled());
                assert!(cancelled.as_mut().now_or_never().is_none());
            }
        });
        for _ in 0..TOKEN_FORKS {
            let pid = fork(|| {
                client.set_token("of the child").expect("a token");
                let request = client
                    .post("/things")
                    .header("x-process", std::process::id().to_string())
                    .cancel_token(&cancel);
                let response = request.send().expect("a response of the child");
                report(&response.trail().call_id().to_string());
            });
            join(pid);
        }
        over.store(true, Ordering::SeqCst);
    });
}

/// A process of which a child forked, and a child in it.
static CHILD: AtomicI32 = AtomicI32::new(-1);

fn is_child() -> bool {
    CHILD.load(Ordering::SeqCst) == 0
}

/// Forks once; the child goes on where it is.
fn fork_here() {
    if CHILD.load(Ordering::SeqCst) == -1 {
        // SAFETY: as in `fork`.
        CHILD.store(unsafe { libc::fork() }, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_within_a_call_leaves_its_connection_to_the_parent() {
    let authority = Authority::new();
    let ca = Some(authority.pem.as_str());
    let tls = |alpn| Tls {
        alpn,
        ..Tls::new(authority.server())
    };
    // The answer to each request comes when the child has had time to take it.
    let late = |_| Act::AnswerLate(Duration::from_millis(400));
    let plain = Server::start(|number, mut socket, log| async move {
        use crate::support::http1;
        while let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            tokio::time::sleep(Duration::from_millis(400)).await;
            http1::answer(&mut socket, &log, place).await?;
        }
        Ok(())
    })
    .await;
    let http2 = with_options(tls(&["h2"]), Options::default(), late).await;
    for (server, scheme) in [(&plain, "http"), (&http2, "https")] {
        for name in [
            "a_process_that_forks_while_it_waits",
            "a_process_that_forks_at_a_signal",
        ] {
            let before = server.log().len();
            let reported = run(name, server, scheme, ca).await;
            let parent = reported
                .iter()
                .filter(|line| line.starts_with("parent 200"))
                .count();
            let child = reported
                .iter()
                .filter(|line| *line == "child error")
                .count();
            assert_eq!((parent, child), (1, 1), "{reported:?}");
            let again = reported
                .iter()
                .filter(|line| line.contains("again 200"))
                .count();
            assert_eq!(again, 2, "{reported:?}");
            // The call that was forked within, and one more of each process.
            assert_eq!(server.log().len() - before, 3);
        }
    }
}

/// Makes a call within which the process forks, then one more in both processes.
fn fork_within(client: &blocking::Client, interrupted: &dyn Fn() -> bool) {
    let request = client.post("/things").into_job();
    let outcome = client.host().run(request, Some(interrupted)).into_call();
    let who = if is_child() { "child" } else { "parent" };
    match &outcome {
        Ok(response) => report(&format!("{who} {}", response.status())),
        Err(error) if error.trail().is_some() => report(&format!("{who} error")),
        Err(error) => report(&format!("{who} without a trail: {error}")),
    }
    match client.post("/things").send() {
        Ok(response) => report(&format!("{who} again {}", response.status())),
        Err(error) => report(&format!("{who} again {error}")),
    }
    match CHILD.load(Ordering::SeqCst) {
        0 => exit(true),
        pid => join(pid),
    }
}

#[test]
#[ignore = "started by a_fork_within_a_call_leaves_its_connection_to_the_parent"]
fn a_process_that_forks_while_it_waits() {
    let client = client().build_blocking().expect("a client");
    let asked = AtomicUsize::new(0);
    fork_within(&client, &|| {
        if asked.fetch_add(1, Ordering::SeqCst) == 2 {
            fork_here();
        }
        false
    });
}

#[test]
#[ignore = "started by a_fork_within_a_call_leaves_its_connection_to_the_parent"]
fn a_process_that_forks_at_a_signal() {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: the handler does nothing; the call under way is interrupted by it.
    let own = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut());
        libc::pthread_self() as usize
    };
    let client = client().build_blocking().expect("a client");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Asked at once after a signal, while the first wait for the answer has not ended.
            while !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(7));
                // SAFETY: the thread is waited for below.
                unsafe { libc::pthread_kill(own as libc::pthread_t, libc::SIGUSR1) };
            }
        });
        fork_within(&client, &|| {
            fork_here();
            false
        });
        over.store(true, Ordering::SeqCst);
    });
}

/// Counts the events of observers.
#[derive(Default)]
struct Counts {
    attempts: AtomicUsize,
    calls: AtomicUsize,
}

impl Observer for Counts {
    fn attempt_started(&self, _: &reqtrail::AttemptStarted<'_>) {}

    fn attempt_finished(&self, _: &reqtrail::AttemptFinished<'_>) {
        self.attempts.fetch_add(1, Ordering::SeqCst);
    }

    fn call_finished(&self, _: &reqtrail::CallFinished<'_>) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }
}

const THREADS: usize = 200;
const DESCRIPTORS: libc::rlim_t = 140;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_without_descriptors_gets_connect_errors() {
    let server = Server::start(|number, mut socket, log| async move {
        use crate::support::http1;
        while let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            tokio::time::sleep(Duration::from_millis(300)).await;
            http1::answer(&mut socket, &log, place).await?;
        }
        Ok(())
    })
    .await;
    let reported = run("a_process_with_few_descriptors", &server, "http", None).await;
    let good: usize = reported[0].parse().expect("a number");
    assert!(
        (1..THREADS).contains(&good),
        "{good} of {THREADS}: not what is tested here"
    );
    // Those that succeeded, and the calls at the end.
    assert_eq!(server.log().len(), good + 10);
}

/// The descriptors of this process.
fn descriptors() -> usize {
    // One is the folder's own.
    std::fs::read_dir("/proc/self/fd").map_or(0, |found| found.count().saturating_sub(1))
}

#[test]
#[ignore = "started by a_process_without_descriptors_gets_connect_errors"]
fn a_process_with_few_descriptors() {
    let counts = Arc::<Counts>::default();
    let client = client()
        .observer(Arc::clone(&counts))
        .pool_idle_timeout(Duration::from_millis(200))
        .build_blocking()
        .expect("a client");
    let before = descriptors();
    let limit = libc::rlimit {
        rlim_cur: DESCRIPTORS,
        rlim_max: DESCRIPTORS,
    };
    // SAFETY: the limit is read from a valid variable.
    assert_eq!(
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) },
        0
    );
    let together = Barrier::new(THREADS);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    client.post("/things").send()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect()
    });
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(!error.may_have_been_sent());
        let attempts = error.trail().expect("a trail").attempts();
        assert_eq!(
            (attempts.len(), attempts[0].sent()),
            (1, Sent::No),
            "{error}"
        );
    }
    for outcome in &outcomes {
        assert_eq!(trail(outcome).attempts().len(), 1);
    }
    report(
        &outcomes
            .iter()
            .filter(|outcome| outcome.is_ok())
            .count()
            .to_string(),
    );
    let reported = (
        counts.calls.load(Ordering::SeqCst),
        counts.attempts.load(Ordering::SeqCst),
    );
    assert_eq!(reported, (THREADS, THREADS));
    // By time alone, with no further call. What stays is the background thread's.
    let end = Instant::now() + LONG;
    while descriptors() > before + 10 {
        assert!(
            Instant::now() < end,
            "{} descriptors, {before} before",
            descriptors()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..10 {
        client.post("/things").send().expect("a response");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn submitted_calls_without_descriptors_get_connect_errors() {
    let server = Server::plain().await;
    let name = "a_process_that_submits_without_descriptors";
    let reported = run(name, &server, "http", None).await;
    assert_eq!(reported, ["none", "later", "operation"]);
    assert_eq!(server.log().len(), 2);
}

/// Sets how many descriptors there may be.
fn set_descriptors(most: libc::rlim_t) {
    let limit = libc::rlimit {
        rlim_cur: most,
        rlim_max: 1024,
    };
    // SAFETY: the limit is read from a valid variable.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(set, 0);
}

/// Waits for what a client has submitted.
fn take(client: &blocking::Client) -> Vec<(u64, Outcome)> {
    let (end, mut done) = (Instant::now() + LONG, Vec::new());
    while done.is_empty() {
        assert!(Instant::now() < end, "no result");
        client.host().take(&mut done);
        std::thread::yield_now();
    }
    done
}

/// Frees the descriptors once an attempt has failed for lack of them.
struct GiveBack;

impl Observer for GiveBack {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let attempt = event.attempt;
        if attempt.failure_code() == Some("EMFILE") && attempt.number() == 2 {
            set_descriptors(1024);
        }
    }
}

#[test]
#[ignore = "started by submitted_calls_without_descriptors_get_connect_errors"]
fn a_process_that_submits_without_descriptors() {
    let counts = Arc::<Counts>::default();
    let client = client()
        .observer(Arc::clone(&counts))
        .max_attempts(3)
        .build_blocking()
        .expect("a client");
    set_descriptors(0);
    client.host().submit(client.post("/things").into_job(), 7);
    let Some((7, Outcome::Call(outcome))) = take(&client).pop() else {
        panic!("another result");
    };
    let error = outcome.as_ref().expect_err("no connection");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_been_sent());
    let trail = error.trail().expect("a trail");
    assert_eq!(trail.attempts().len(), 3, "{error}");
    for attempt in trail.attempts() {
        assert_eq!(attempt.failure_code(), Some("EMFILE"), "{error}");
        assert!(attempt.number() == 3 || attempt.wait().is_some());
    }
    let reported = (
        counts.calls.load(Ordering::SeqCst),
        counts.attempts.load(Ordering::SeqCst),
    );
    assert_eq!(reported, (1, 3));
    report("none");
    drop(client);

    // Descriptors that come back in the middle of a call serve its next attempt.
    set_descriptors(1024);
    let client = self::client()
        .observer(GiveBack)
        .max_attempts(3)
        .build_blocking()
        .expect("a client");
    set_descriptors(0);
    client.host().submit(client.post("/things").into_job(), 8);
    let Some((8, Outcome::Call(Ok(response)))) = take(&client).pop() else {
        panic!("another result");
    };
    assert_eq!(response.trail().attempts().len(), 3);
    report("later");
    drop(client);

    // And so they do for an operation.
    let client = self::client()
        .observer(GiveBack)
        .max_attempts(3)
        .build_blocking()
        .expect("a client");
    set_descriptors(0);
    let post = |client: Client| async move { client.post("/things").send().await };
    let work = Work::new(&CancelToken::new(), post);
    client.host().submit(Job::Operation(work), 9);
    let Some((9, outcome)) = take(&client).pop() else {
        panic!("another result");
    };
    let response: Response = outcome.into_output().expect("a response");
    assert_eq!(response.trail().attempts().len(), 3);
    report("operation");
}

/// How many threads wait for their next job after a burst.
const WORKERS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_leaves_no_descriptors_behind() {
    let server = Server::start(|number, mut socket, log| async move {
        use crate::support::http1;
        while let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            // Longer than a thread waits in `recv`.
            tokio::time::sleep(Duration::from_millis(150)).await;
            http1::answer(&mut socket, &log, place).await?;
        }
        Ok(())
    })
    .await;
    for name in [
        "a_process_whose_threads_stay",
        "a_process_that_submits_a_burst",
    ] {
        assert_eq!(run(name, &server, "http", None).await, ["done"], "{name}");
    }
}

/// Waits until the descriptors of a burst are closed: by time alone, with no further call.
fn wait_for_descriptors(before: usize) {
    let end = Instant::now() + LONG;
    // What stays is the background thread's.
    while descriptors() > before + 10 {
        let now = descriptors();
        assert!(Instant::now() < end, "{now} descriptors, {before} before");
        std::thread::sleep(Duration::from_millis(10));
    }
    report("done");
}

fn client_of_a_burst() -> blocking::Client {
    let client = client().pool_idle_timeout(Duration::from_millis(200));
    client.build_blocking().expect("a client")
}

#[test]
#[ignore = "started by a_burst_leaves_no_descriptors_behind"]
fn a_process_whose_threads_stay() {
    let client = client_of_a_burst();
    let before = descriptors();
    let (together, over) = (Barrier::new(WORKERS), Barrier::new(WORKERS + 1));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                together.wait();
                client.post("/things").send().expect("a response");
                over.wait();
                // The next job does not come.
                over.wait();
            });
        }
        over.wait();
        wait_for_descriptors(before);
        over.wait();
    });
}

#[test]
#[ignore = "started by a_burst_leaves_no_descriptors_behind"]
fn a_process_that_submits_a_burst() {
    let client = client_of_a_burst();
    let before = descriptors();
    for tag in 0..WORKERS as u64 {
        let call = client.post("/things").into_job();
        client.host().submit(call, tag);
    }
    let mut left = WORKERS;
    while left > 0 {
        left -= take(&client).len();
    }
    wait_for_descriptors(before);
}

/// Out of descriptors the system's resolver reads neither its hosts nor its configuration, and knows no host at all. That does
/// not mean that the host does not exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_without_descriptors_says_so() {
    let server = Server::plain().await;
    let name = "a_process_that_looks_up_without_descriptors";
    let reported = run(name, &server, "http", None).await;
    assert_eq!(reported, ["EMFILE"]);
}

#[test]
#[ignore = "started by a_look_up_without_descriptors_says_so"]
fn a_process_that_looks_up_without_descriptors() {
    let base = std::env::var(BASE).expect("started by another test of this file");
    let client = builder(base.replace("127.0.0.1", "localhost"))
        .proxy(Proxy::None)
        .max_attempts(1)
        .pool_max_idle(0)
        .build_blocking()
        .expect("a client");
    client.get("/things").send().expect("a response");
    set_descriptors(0);
    let error = client.get("/things").send().expect_err("no connection");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    let trail = error.trail().expect("a trail");
    report(trail.attempts()[0].failure_code().unwrap_or("none"));
}
