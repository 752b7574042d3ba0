//! Drives calls without polling futures: blocking callers, submitted calls, interrupts, the end of a host.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, mpsc};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use reqtrail::bytes;
use reqtrail::host::mailbox::{Event, Lane, Mail, Mailbox};
use reqtrail::host::{CallResult, Job, Origin, Outcome, Work};
use reqtrail::http::{HeaderMap, StatusCode};
use reqtrail::{
    CancelReason, CancelToken, Client, Error, ErrorKind, Observer, Reply, Sleep, Trail, Transport,
    TransportError, WireRequest, blocking,
};
use reqtrail_sandbox::{Incident, RateLimit, Sandbox, SandboxOptions};

mod lanes;
mod operations;

fn sandbox() -> Sandbox {
    let plenty = RateLimit::new(1_000_000, 1_000_000);
    Sandbox::start(SandboxOptions::default().rate_limit(plenty)).expect("the sandbox starts")
}

fn client(sandbox: &Sandbox) -> blocking::Client {
    Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .build_blocking()
        .expect("a client")
}

/// A bell that a host rings when results wait.
#[derive(Default)]
struct Bell {
    rung: Mutex<usize>,
    ring: Condvar,
}

impl Bell {
    fn hang(self: &Arc<Self>, client: &blocking::Client) {
        let bell = Arc::clone(self);
        client.host().set_notify(Box::new(move || {
            *bell.rung.lock().expect("the lock") += 1;
            bell.ring.notify_all();
        }));
    }

    /// Takes the results of calls, waiting for the bell, until `count` are there.
    fn take(&self, client: &blocking::Client, count: usize) -> HashMap<u64, CallResult> {
        self.take_any(client, count)
            .into_iter()
            .map(|(tag, outcome)| match outcome {
                Outcome::Call(result) => (tag, result),
                other => panic!("{tag} is {other:?}"),
            })
            .collect()
    }

    /// Takes what has finished, waiting for the bell, until `count` are there.
    fn take_any(&self, client: &blocking::Client, count: usize) -> Vec<(u64, Outcome)> {
        let mut done = Vec::new();
        let mut heard = 0;
        while done.len() < count {
            let rung = self.rung.lock().expect("the lock");
            let (rung, wait) = self
                .ring
                .wait_timeout_while(rung, Duration::from_secs(30), |rung| *rung == heard)
                .expect("the lock");
            assert!(
                !wait.timed_out(),
                "no bell for {} of {count} results",
                count - done.len()
            );
            heard = *rung;
            drop(rung);
            client.host().take(&mut done);
        }
        assert_eq!(done.len(), count);
        done
    }
}

/// Every request that the server logged is the attempt of one trail, with the same request ID.
fn assert_one_to_one(sandbox: &Sandbox, trails: &[Trail]) {
    let mut attempts: HashMap<String, String> = HashMap::new();
    for attempt in trails.iter().flat_map(Trail::attempts) {
        let id = attempt.request_id().expect("a request ID").to_string();
        assert_eq!(
            attempts.insert(attempt.span_id(), id),
            None,
            "a span is used once"
        );
    }
    let log = sandbox.requests();
    assert_eq!(log.len(), attempts.len());
    for row in log {
        let span = row.span_id().expect("a traceparent");
        assert_eq!(attempts.get(span), row.request_id.as_ref(), "span {span}");
    }
}

#[test]
fn threads_share_a_client_and_never_swap_ids() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let trails = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let response = client
                        .get("/cameras")
                        .query("limit", 1)
                        .send()
                        .expect("a response");
                    trails
                        .lock()
                        .expect("the lock")
                        .push(response.trail().clone());
                }
            });
        }
    });
    assert_one_to_one(&sandbox, &trails.into_inner().expect("the lock"));
}

#[test]
fn a_blocking_call_works_within_a_runtime() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let response = runtime.block_on(async {
        let response = client.get("/cameras").send();
        drop(client);
        response
    });
    assert_eq!(response.expect("a response").status(), 200);
}

#[test]
fn an_idle_connection_that_the_server_closed_costs_no_attempt() {
    const CALLS: usize = 50;
    // Longer than the host takes for one.
    const MOMENT: Duration = Duration::from_millis(1);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (close, may_close) = mpsc::channel();
    let (closed, is_closed) = mpsc::channel();
    let server = std::thread::spawn(move || {
        for _ in 0..CALLS {
            let (mut connection, _) = listener.accept().expect("a connection");
            let mut request = [0; 4096];
            let read = connection.read(&mut request).expect("a request");
            assert!(read > 0, "a connection without a request");
            connection
                .write_all(b"HTTP/1.1 200 OK\r\nX-Request-Id: r\r\nContent-Length: 2\r\n\r\nok")
                .expect("an answer");
            // Without a `Connection: close` the client keeps the connection in its pool, and nothing drives that
            // pool when the server closes it.
            may_close.recv().expect("a caller");
            drop(connection);
            closed.send(()).expect("a listener");
        }
    });
    let client = Client::novavms(format!("http://{address}"))
        .build_blocking()
        .expect("a client");
    for _ in 0..CALLS {
        let response = client.post("/cameras").send().expect("a response");
        let answered = Instant::now();
        assert_eq!(response.trail().attempts().len(), 1);
        close.send(()).expect("the server listens");
        is_closed.recv().expect("the server closes");
        // What is called in the same moment as the last call has no time to notice, which no test can hold still.
        while answered.elapsed() < MOMENT {
            std::thread::yield_now();
        }
    }
    server.join().expect("the server saw what it should");
}

#[test]
fn a_call_that_timed_out_leaves_no_connection_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        // Says nothing, and waits until the client hangs up.
        let patience = Some(Duration::from_secs(30));
        connection.set_read_timeout(patience).expect("a time");
        let mut all = Vec::new();
        connection.read_to_end(&mut all).map(|_| ())
    });
    let client = Client::novavms(format!("http://{address}"))
        .timeout(Duration::from_millis(50))
        .build_blocking()
        .expect("a client");
    let error = client.get("/cameras").send().expect_err("no answer");
    assert!(error.is_timeout());
    let ended = server.join().expect("the server's thread");
    assert!(ended.is_ok(), "the connection stayed open: {ended:?}");
}

#[test]
fn waiting_results_trigger_a_new_notification() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let shown = format!("{:?}", client.get("/hooks/s3cr3t").into_job());
    assert!(!shown.contains("s3cr3t"), "{shown}");
    client.host().submit(client.get("no-slash").into_job(), 1);
    client.host().submit(client.get("/cameras").into_job(), 2);
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    bell.take(&client, 2);
}

#[test]
fn submitted_calls_come_back_by_tag() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    for tag in 0..200 {
        client.host().submit(
            client
                .get("/cameras")
                .query("limit", 1 + tag % 5)
                .into_job(),
            tag,
        );
    }
    // A mistake is a result too.
    client.host().submit(client.get("no-slash").into_job(), 200);
    let mut done = bell.take(&client, 201);
    let mistake = done
        .remove(&200)
        .expect("its result")
        .expect_err("a mistake");
    assert_eq!(mistake.kind(), ErrorKind::InvalidRequest);
    let mut trails = Vec::new();
    for (tag, result) in done {
        let response = result.expect("a response");
        let body: serde_json::Value = response.json().expect("JSON");
        let items = body["data"].as_array().map(Vec::len);
        assert_eq!(items, Some(usize::try_from(1 + tag % 5).expect("small")));
        trails.push(response.trail().clone());
    }
    assert_one_to_one(&sandbox, &trails);
    assert!(*bell.rung.lock().expect("the lock") <= 201);
}

#[test]
fn a_drain_may_submit_again() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    for tag in 0..5 {
        client.host().submit(client.get("/cameras").into_job(), tag);
        assert!(
            bell.take(&client, 1)
                .remove(&tag)
                .expect("its result")
                .is_ok()
        );
    }
}

#[test]
fn a_submitted_call_is_cancelled_by_its_tag() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    sandbox.inject(Incident::stall().on("GET", "/cameras"));
    client.host().submit(client.get("/cameras").into_job(), 7);
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    assert!(client.host().cancel(7));
    let error = bell
        .take(&client, 1)
        .remove(&7)
        .expect("its result")
        .expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(error.trail().map(|t| t.attempts().len()), Some(1));
    assert!(!client.host().cancel(7), "nothing is under way any more");
}

#[test]
fn an_interrupted_caller_gets_its_trail() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for inside_a_runtime in [false, true] {
        sandbox.inject(Incident::stall().on("GET", "/cameras"));
        let asked = AtomicUsize::new(0);
        let call = || {
            let interrupted = || asked.fetch_add(1, Ordering::Relaxed) > 0;
            client
                .host()
                .run(client.get("/cameras").into_job(), Some(&interrupted))
                .into_call()
        };
        let result = if inside_a_runtime {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            runtime.block_on(async { call() })
        } else {
            call()
        };
        let error = result.expect_err("interrupted");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(error.trail().map(|t| t.attempts().len()), Some(1));
    }
}

#[test]
fn a_dropped_host_ends_its_calls() {
    struct Collect(Arc<Mutex<Vec<Trail>>>);
    impl Observer for Collect {
        fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
            let trail = event.trail;
            self.0.lock().expect("the lock").push(trail.clone());
        }
    }

    let sandbox = sandbox();
    let trails = Arc::new(Mutex::new(Vec::new()));
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(Collect(Arc::clone(&trails)))
        .build_blocking()
        .expect("a client");
    sandbox.inject(Incident::stall().on("GET", "/cameras").times(3));
    for tag in 0..3 {
        client.host().submit(client.get("/cameras").into_job(), tag);
    }
    while sandbox.requests().len() < 3 {
        std::thread::yield_now();
    }
    drop(client);
    let trails = trails.lock().expect("the lock");
    assert_eq!(trails.len(), 3);
    assert!(
        trails
            .iter()
            .all(|trail| trail.outcome() == reqtrail::Outcome::Error(ErrorKind::Cancelled))
    );
}

/// A call that nobody has polled yet when the host goes is a call that was submitted.
#[test]
fn a_dropped_host_reports_every_call() {
    const CALLS: usize = 500;
    struct Count(Arc<AtomicUsize>);
    impl Observer for Count {
        fn call_finished(&self, _: &reqtrail::CallFinished<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let sandbox = sandbox();
    let told = Arc::new(AtomicUsize::new(0));
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(Count(Arc::clone(&told)))
        .build_blocking()
        .expect("a client");
    for tag in 0..CALLS {
        let tag = u64::try_from(tag).expect("a tag");
        client.host().submit(client.get("/cameras").into_job(), tag);
    }
    drop(client);
    assert_eq!(told.load(Ordering::Relaxed), CALLS);
}

#[test]
fn a_host_dropped_at_once_reports_every_call_and_sends_none() {
    #[derive(Default)]
    struct Count {
        calls: AtomicUsize,
        attempts: AtomicUsize,
    }
    impl Observer for Count {
        fn attempt_started(&self, _: &reqtrail::AttemptStarted<'_>) {
            self.attempts.fetch_add(1, Ordering::SeqCst);
        }

        fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
            let trail = event.trail;
            assert_eq!(trail.stopped(), reqtrail::StopReason::Cancelled);
            self.calls.fetch_add(1, Ordering::SeqCst);
        }
    }

    const CALLS: usize = 2000;
    // Nothing listens there, and nobody gets as far.
    let count = Arc::<Count>::default();
    let client = Client::novavms("http://127.0.0.1:9")
        .observer(Arc::clone(&count))
        .base_delay(Duration::from_secs(60))
        .build_blocking()
        .expect("a client");
    for tag in 0..CALLS as u64 {
        client.host().submit(client.get("/cameras").into_job(), tag);
    }
    drop(client);
    assert_eq!(count.calls.load(Ordering::SeqCst), CALLS);
    let began = count.attempts.load(Ordering::SeqCst);
    assert!(began < CALLS, "{began} attempts");
}

#[test]
fn a_submitted_call_keeps_the_token_of_its_start() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    let begun = client.get("/cameras").begin().into_job();
    client.host().submit(client.get("/cameras").into_job(), 1);
    client.set_token("sk_of_the_next_tenant").expect("a token");
    client.host().submit(begun, 2);
    let ended = bell.take(&client, 2);
    assert!(ended[&1].is_ok() && ended[&2].is_ok(), "{ended:?}");
    let used: Vec<_> = sandbox.requests().iter().map(|r| r.status).collect();
    assert_eq!(used, [Some(200), Some(200)]);
    client.host().submit(client.get("/cameras").into_job(), 3);
    assert!(
        bell.take(&client, 1)[&3].is_err(),
        "the new token is refused"
    );
}

/// A job that a refresher submits to the client it serves would wait for itself, wherever the refresher runs.
#[test]
fn what_a_refresher_submits_to_its_own_client_is_refused() {
    const OWN: &str = "expected a separate client";
    let sandbox = sandbox();
    let own: Arc<OnceLock<blocking::Client>> = Arc::default();
    let inner = Arc::clone(&own);
    let client = Client::novavms(sandbox.base_url())
        .token_refresher_blocking(move || {
            let client = inner.get().ok_or("no client yet")?;
            let (put, outcomes) = mpsc::channel();
            let done = move |outcome| put.send(outcome).expect("a receiver");
            let job = client.get("/cameras").into_job();
            client.host().start(job, 2, Box::new(done));
            outcomes.recv()?.into_call()?;
            Ok("never")
        })
        .build_blocking()
        .expect("a client");
    assert!(own.set(client.clone()).is_ok());
    let error = client.get("/cameras").send().expect_err("no credential");
    assert_eq!(error.trail().expect("a trail").attempts().len(), 0);
    assert!(error.to_string().contains(OWN), "{error}");

    // The refresher of a host language, which runs on no thread of the core.
    let (ask, asked) = mpsc::channel();
    let client = Client::novavms(sandbox.base_url())
        .token_refresher(move || {
            let (answer, answered) = futures_channel::oneshot::channel::<String>();
            ask.send(answer).expect("a receiver");
            async move { Ok(answered.await?) }
        })
        .build_blocking()
        .expect("a client");
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    client.host().submit(client.get("/cameras").into_job(), 1);
    let answer = asked.recv().expect("a refresh");
    client.within_refresher(|| {
        client.host().submit(client.get("/cameras").into_job(), 2);
    });
    let refused = bell.take(&client, 1).remove(&2).expect("the second call's");
    let error = refused.expect_err("it would wait for itself");
    assert_eq!(error.trail().expect("a trail").attempts().len(), 0);
    assert!(error.to_string().contains(OWN), "{error}");
    // One that is submitted elsewhere waits, and the refresh has not suffered.
    client.host().submit(client.get("/cameras").into_job(), 3);
    answer.send(sandbox.token().to_owned()).expect("a waiter");
    let ended = bell.take(&client, 2);
    assert!(ended[&1].is_ok() && ended[&3].is_ok(), "{ended:?}");
}

/// The time of a call counts from where it begins, also if it is made later.
#[test]
fn a_call_that_has_begun_has_what_is_left_of_its_time() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let limit = Duration::from_millis(20);
    let begun = client.get("/cameras").timeout(limit).begin();
    std::thread::sleep(limit);
    let error = begun.send().expect_err("its time is up");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn ending_one_call_does_not_end_those_that_share_its_token() {
    let sandbox = sandbox();
    sandbox.inject(Incident::stall().times(1));
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    let shared = CancelToken::new();
    let stalled = client.get("/cameras").cancel_token(&shared).into_job();
    client.host().submit(stalled, 1);
    assert!(client.host().cancel(1));
    assert!(
        bell.take(&client, 1)[&1]
            .as_ref()
            .is_err_and(Error::is_cancelled)
    );
    assert!(!shared.is_cancelled());
    // The one who ends it may say that a deadline passed.
    sandbox.inject(Incident::stall().times(1));
    let stalled = client.get("/cameras").cancel_token(&shared).into_job();
    client.host().submit(stalled, 3);
    assert!(client.host().cancel_with(3, CancelReason::Deadline));
    assert!(
        bell.take(&client, 1)[&3]
            .as_ref()
            .is_err_and(Error::is_timeout)
    );
    // The shared one still ends whatever has it.
    let late = client.get("/cameras").cancel_token(&shared).into_job();
    shared.cancel();
    client.host().submit(late, 2);
    assert!(
        bell.take(&client, 1)[&2]
            .as_ref()
            .is_err_and(Error::is_cancelled)
    );
}
