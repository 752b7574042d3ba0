//! Operations and other jobs of several calls, submitted, run and started.

use super::*;

#[test]
fn an_operation_of_several_calls_is_driven_as_one_job() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let two = |client: Client| async move {
        let first = client.get("/cameras").send().await;
        let second = client.get("/cameras").query("limit", 1).send().await;
        (first.is_ok(), second.is_ok())
    };
    assert_eq!(client.run_flow(two).expect("it is driven"), (true, true));
    // Also within a runtime, which cannot be entered twice.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let within = runtime.block_on(async { client.run_flow(two) });
    assert_eq!(within.expect("it is driven"), (true, true));
    assert_eq!(sandbox.requests().len(), 4);
}

/// An operation that makes a call and says whether that went well.
fn operation() -> Job {
    let work = |client: Client| async move { Ok(client.get("/cameras").send().await.is_ok()) };
    Job::Operation(Work::new(&CancelToken::new(), work))
}

/// An operation that ends when it is cancelled.
fn endless(token: &CancelToken) -> Job {
    let wait = token.clone();
    Job::Operation(Work::new(token, |_| async move {
        wait.cancelled().await;
        Ok("cancelled")
    }))
}

/// An operation with a bug.
fn broken() -> Job {
    let bug = |_: &mut Context<'_>| -> Poll<Result<(), Error>> { panic!("a bug") };
    let work = Work::new(&CancelToken::new(), move |_| std::future::poll_fn(bug));
    Job::Operation(work)
}

#[test]
fn submitted_operations_end_with_their_tag() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    for tag in 0..20 {
        client.host().submit(operation(), tag);
    }
    let ended = bell.take_any(&client, 20);
    let mut tags: Vec<u64> = ended.iter().map(|(tag, _)| *tag).collect();
    tags.sort_unstable();
    assert_eq!(tags, (0..20).collect::<Vec<u64>>());
    for (_, outcome) in ended {
        assert!(outcome.into_output::<bool>().expect("an output"));
    }
    assert!(!client.host().cancel(3), "it has ended");
}

#[test]
fn an_operation_is_cancelled_by_its_tag_and_survives_a_panic() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let bell = Arc::new(Bell::default());
    bell.hang(&client);
    client.host().submit(endless(&CancelToken::new()), 1);
    assert!(client.host().cancel(1));
    client.host().submit(broken(), 2);
    let mut ended: HashMap<u64, Outcome> = bell.take_any(&client, 2).into_iter().collect();
    let (first, second) = (ended.remove(&1), ended.remove(&2));
    let output: &str = first.expect("the first").into_output().expect("an output");
    assert_eq!(output, "cancelled");
    let error = second.expect("the second").into_output::<()>();
    assert_eq!(error.expect_err("it panicked").kind(), ErrorKind::Internal);
    // The thread goes on.
    client.host().submit(client.get("/cameras").into_job(), 3);
    assert!(bell.take(&client, 1)[&3].is_ok());
}

#[test]
fn an_interrupted_operation_is_cancelled() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let asked = AtomicUsize::new(0);
    let interrupted = || asked.fetch_add(1, Ordering::Relaxed) == 2;
    let job = endless(&CancelToken::new());
    let outcome = client.host().run(job, Some(&interrupted));
    assert_eq!(
        outcome.into_output::<&str>().expect("an output"),
        "cancelled"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

/// An outcome is asked for something that it is not.
#[test]
fn an_outcome_has_the_type_of_its_job() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let run = |job| client.host().run(job, None);
    let errors = [
        run(operation()).into_call().map(drop),
        run(operation()).into_output::<u8>().map(drop),
        run(client.get("/cameras").into_job())
            .into_output::<bool>()
            .map(drop),
    ];
    for error in errors {
        assert_eq!(error.expect_err("another").kind(), ErrorKind::Internal);
    }
    assert!(run(client.get("/cameras").into_job()).into_call().is_ok());
}

/// Started jobs end with their receivers, once each, and leave nothing in the queue.
#[test]
fn started_jobs_end_with_their_receivers() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (put, outcomes) = mpsc::channel();
    let start = |job, name: &'static str| {
        let put = put.clone();
        let done = move |outcome: Outcome| {
            put.send((name, reqtrail::host::current_tag(), outcome))
                .expect("a receiver");
        };
        client.host().start(job, 7, Box::new(done));
    };
    // All of them share a tag.
    let token = CancelToken::new();
    start(client.get("/cameras").into_job(), "call");
    start(client.get("wrong").into_job(), "refused");
    start(operation(), "operation");
    start(endless(&token), "endless");
    start(broken(), "broken");
    let mut ended: HashMap<&str, Outcome> = HashMap::new();
    for _ in 0..4 {
        let (name, tag, outcome) = outcomes.recv().expect("an outcome");
        assert_eq!(tag, Some(7), "{name}");
        ended.insert(name, outcome);
    }
    assert!(!client.host().cancel(7), "a tag names what was submitted");
    token.cancel();
    let (name, _, outcome) = outcomes.recv().expect("an outcome");
    assert_eq!(name, "endless");
    assert_eq!(
        outcome.into_output::<&str>().expect("an output"),
        "cancelled"
    );
    let mut end = |name| ended.remove(name).expect("it ended");
    assert!(end("call").into_call().is_ok());
    let refused = end("refused").into_call().expect_err("no path");
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    assert!(refused.trail().is_some());
    assert!(end("operation").into_output::<bool>().expect("an output"));
    let bug = end("broken").into_output::<()>().expect_err("a bug");
    assert_eq!(bug.kind(), ErrorKind::Internal);
    let mut queued = Vec::new();
    client.host().take(&mut queued);
    assert!(queued.is_empty());
}

/// A receiver is called when nothing of the client is held any more, and is dropped with a host that is dropped first.
#[test]
fn the_receiver_of_a_started_job_may_free_everything() {
    struct Tell(mpsc::Sender<&'static str>);
    impl Observer for Tell {}
    impl Drop for Tell {
        fn drop(&mut self) {
            let _ = self.0.send("observer gone");
        }
    }
    let sandbox = sandbox();
    let (tell, told) = mpsc::channel();
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(Tell(tell.clone()))
        .build_blocking()
        .expect("a client");
    let host = Arc::clone(client.host());
    let job = client.get("/cameras").into_job();
    let (kept, done) = (client, tell.clone());
    let (go, gone) = mpsc::channel();
    host.start(
        job,
        1,
        Box::new(move |outcome| {
            assert!(outcome.into_call().is_ok());
            gone.recv().expect("the host is let go of");
            drop(kept);
            let _ = done.send("done");
        }),
    );
    // The last to hold the host is the receiver, on the host's own thread.
    drop(host);
    go.send(()).expect("a receiver");
    assert_eq!(told.recv(), Ok("observer gone"));
    assert_eq!(told.recv(), Ok("done"));

    // A job that never ends goes with its host, and its receiver with it.
    let client = self::client(&sandbox);
    let dropped = Tell(tell);
    let never = Work::new(&CancelToken::new(), |_| {
        std::future::pending::<Result<(), Error>>()
    });
    client.host().start(
        Job::Operation(never),
        1,
        Box::new(move |_| panic!("no end of {:p}", &raw const dropped)),
    );
    drop(client);
    assert_eq!(told.recv(), Ok("observer gone"));
}

/// The token of a call is that of its start, also where it is set before a thread takes the call up.

#[test]
fn a_panic_in_an_operation_is_an_error() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let broken = client.run_flow(|_| async { panic!("a bug in a flow") });
    let error = broken.expect_err("it panicked");
    assert_eq!(error.kind(), ErrorKind::Internal);
}
