//! Processes whose descriptors run out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use reqtrail::host::{Job, Outcome, Work};
use reqtrail::{CancelToken, Client, ErrorKind, Observer, Proxy, Response, Sent, blocking};

use super::{BASE, client, report, run};
use crate::support::{LONG, Server, builder, trail};

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
    let reported = run(
        "descriptors::a_process_with_few_descriptors",
        &server,
        "http",
        None,
    )
    .await;
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
    let name = "descriptors::a_process_that_submits_without_descriptors";
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
        "descriptors::a_process_whose_threads_stay",
        "descriptors::a_process_that_submits_a_burst",
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
    let name = "descriptors::a_process_that_looks_up_without_descriptors";
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
