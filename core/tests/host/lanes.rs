//! The events of observers and lanes, and programs' own transports.

use super::*;

/// Notes the tag of each call that ended.
#[derive(Default)]
struct Tags(Mutex<Vec<(String, Option<u64>)>>);

impl Observer for Tags {
    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        let ended = (trail.path().to_owned(), reqtrail::host::current_tag());
        self.0.lock().expect("the lock").push(ended);
    }
}

/// Takes what comes, up to as many results.
fn until_ended(lane: &Lane, notified: &mpsc::Receiver<()>, results: usize) -> Vec<Mail> {
    let mut mail = Vec::new();
    let is_result = |mail: &&Mail| matches!(mail.event, Event::Ended(_));
    while mail.iter().filter(is_result).count() < results {
        let limit = Duration::from_secs(30);
        notified.recv_timeout(limit).expect("a notification");
        lane.take(&mut mail);
    }
    mail
}

#[test]
fn observers_know_whose_call_it_is() {
    let sandbox = sandbox();
    let tags = Arc::<Tags>::default();
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(Arc::clone(&tags))
        .build_blocking()
        .expect("a client");
    let bell = Arc::<Bell>::default();
    bell.hang(&client);
    let host = client.host();
    host.submit(client.get("/cameras").into_job(), 5);
    host.submit(client.get("wrong").into_job(), 6);
    let work = |client: Client| async move { client.get("/sites").send().await };
    host.submit(Job::Operation(Work::new(&CancelToken::new(), work)), 7);
    bell.take_any(&client, 3);
    client.get("/health").send().expect("a response");
    let mut seen = tags.0.lock().expect("the lock").clone();
    seen.sort();
    let seen: Vec<_> = seen
        .iter()
        .map(|(path, tag)| (path.as_str(), *tag))
        .collect();
    assert_eq!(
        seen,
        [
            ("/cameras", Some(5)),
            ("/health", None),
            ("/sites", Some(7)),
            ("wrong", Some(6))
        ]
    );
}

#[test]
fn a_call_on_its_callers_thread_may_have_a_lane() {
    let sandbox = sandbox();
    let mailbox = Mailbox::new();
    mailbox.want_attempts(true);
    mailbox.want_calls(true);
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(mailbox.observer())
        .build_blocking()
        .expect("a client");
    let lane = mailbox.open_lane(|| {});
    let tag = lane.next_tag();
    let job = client.get("/cameras").into_job();
    let outcome = client.host().run_for(&lane, job, tag);
    assert!(outcome.into_call().is_ok());
    assert_eq!(mailbox.open_jobs(), 0);
    let mut mail = Vec::new();
    lane.take(&mut mail);
    // Everything is there when the call has ended, except its outcome, which the caller has.
    let [attempt, call] = &mail[..] else {
        panic!("{mail:?}");
    };
    assert!(matches!(attempt.event, Event::Attempt(_)), "{attempt:?}");
    assert!(matches!(call.event, Event::Call(_)), "{call:?}");
    assert_eq!([attempt.tag, call.tag], [Some(tag); 2]);
}

#[test]
fn a_lane_gets_what_happens_in_its_calls_and_then_their_results() {
    const CALLS: usize = 20;
    let sandbox = sandbox();
    let mailbox = Mailbox::new();
    mailbox.want_attempts(true);
    mailbox.want_calls(true);
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(mailbox.observer())
        .build_blocking()
        .expect("a client");
    let (notify, notified) = mpsc::channel();
    let lane = mailbox.open_lane(move || notify.send(()).expect("somebody who waits"));
    let idle = mailbox.open_lane(|| panic!("nothing is for this lane"));
    for number in 0..CALLS {
        let tag = lane.next_tag();
        // One of them is refused before it begins, and is still reported.
        let path = if number == 0 { "wrong" } else { "/cameras" };
        client
            .host()
            .submit_for(&lane, client.get(path).into_job(), tag);
    }
    let mut seen: HashMap<u64, Vec<&str>> = HashMap::new();
    for mail in until_ended(&lane, &notified, CALLS) {
        let what = match mail.event {
            Event::Attempt(_) => "attempt",
            Event::Call(_) => "call",
            Event::Ended(_) => "result",
            other => panic!("{other:?}"),
        };
        seen.entry(mail.tag.expect("a tag")).or_default().push(what);
    }
    assert_eq!(seen.len(), CALLS);
    let refused = seen.values().filter(|seen| **seen == ["call", "result"]);
    assert_eq!(refused.count(), 1);
    let made = ["attempt", "call", "result"];
    assert_eq!(
        seen.values().filter(|seen| **seen == made).count(),
        CALLS - 1
    );
    drop(idle);
}

/// Only the lane still expects events once the client is gone.
#[test]
fn a_dropped_host_ends_the_jobs_of_open_lanes() {
    // It takes connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let client = Client::novavms(format!("http://{address}"))
        .build_blocking()
        .expect("a client");
    let mailbox = Mailbox::new();
    let lane = mailbox.open_lane(|| {});
    let (call, operation) = (lane.next_tag(), lane.next_tag());
    let request = client.get("/cameras").into_job();
    client.host().submit_for(&lane, request, call);
    let (begin, begun) = mpsc::channel();
    // It does not listen to its token.
    let work = Work::new(&CancelToken::new(), move |_| {
        begin.send(()).expect("somebody who waits");
        std::future::pending::<Result<(), Error>>()
    });
    client
        .host()
        .submit_for(&lane, Job::Operation(work), operation);
    begun
        .recv_timeout(Duration::from_secs(30))
        .expect("a beginning");
    drop(client);
    let mut mail = Vec::new();
    lane.take(&mut mail);
    let mut ended: Vec<_> = mail
        .into_iter()
        .map(|mail| match mail.event {
            Event::Ended(Outcome::Call(result)) => (mail.tag, result.map(|_| ())),
            Event::Ended(Outcome::Operation(result)) => (mail.tag, result.map(|_| ())),
            other => panic!("{other:?}"),
        })
        .collect();
    ended.sort_by_key(|(tag, _)| *tag);
    let tags: Vec<_> = ended.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, [Some(call), Some(operation)]);
    for (_, result) in ended {
        let error = result.expect_err("it was cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
    assert_eq!(mailbox.open_jobs(), 0);
}

#[test]
fn a_panic_around_the_built_in_transport_ends_one_job_alone() {
    let sandbox = sandbox();
    let made = AtomicUsize::new(0);
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .wrap_transport(move |built_in| {
            // The second one is that of the background thread.
            assert_ne!(made.fetch_add(1, Ordering::Relaxed), 1, "a bug");
            built_in
        })
        .build_blocking()
        .expect("a client");
    let bell = Arc::<Bell>::default();
    bell.hang(&client);
    client.host().submit(client.get("/cameras").into_job(), 1);
    let ended = bell.take(&client, 1);
    let error = ended[&1].as_ref().expect_err("no transport");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("wrap_transport"), "{error}");
    assert_eq!(error.trail().expect("a trail").attempts().len(), 1);
    client.host().submit(client.get("/cameras").into_job(), 2);
    let ended = bell.take(&client, 1);
    assert!(ended[&2].is_ok(), "{ended:?}");
}

/// Answers at once, or never, and has its own clock.
struct Ahead(Arc<Mutex<Instant>>);

impl Transport for Ahead {
    type Body = MapErr<Full<bytes::Bytes>, fn(std::convert::Infallible) -> TransportError>;

    fn now(&self) -> Instant {
        *self.0.lock().expect("the lock")
    }

    /// Only waits that are due end on this clock.
    fn sleep_until(&self, at: Instant) -> Sleep {
        let is_due = self.now() >= at;
        Sleep::new(async move {
            if !is_due {
                std::future::pending().await
            }
        })
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        request.sent.mark();
        if request.url.path() == "/never" {
            std::future::pending::<()>().await;
        }
        let never: fn(std::convert::Infallible) -> TransportError = |never| match never {};
        let body = Full::from("ok").map_err(never);
        Ok(Reply::new(StatusCode::OK, HeaderMap::new(), body))
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

#[test]
fn a_call_has_one_clock_from_begin_to_end() {
    const HOUR: Duration = Duration::from_secs(3600);
    for start in [Instant::now() + HOUR, Instant::now()] {
        let clock = Arc::new(Mutex::new(start));
        let client = Client::builder("http://127.0.0.1:1")
            .build_blocking_with(Ahead(Arc::clone(&clock)))
            .expect("a client");
        let begun = client.get("/x").timeout(HOUR / 2).begin();
        let response = begun.send().expect("its time has only begun");
        assert_eq!(response.status(), 200);
        let begun = client.get("/never").timeout(HOUR / 2).begin();
        *clock.lock().expect("the lock") += HOUR / 2;
        let error = begun.send().expect_err("its time is up");
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
}

/// A refresh that a lane is asked for says whom it serves: a call for it that would wait for it is refused.
#[test]
fn what_a_lane_submits_for_a_refresh_cannot_wait_for_it() {
    let sandbox = sandbox();
    let mailbox = Mailbox::new();
    let asked = mailbox.clone();
    let client = Client::novavms(sandbox.base_url())
        .token_refresher_in_context(move || asked.ask(Origin::current()), |answer| answer)
        .build_blocking()
        .expect("a client");
    let (notify, notified) = mpsc::channel();
    let lane = mailbox.open_lane(move || notify.send(()).expect("somebody who waits"));
    let next = || {
        let mut mail = Vec::new();
        while mail.is_empty() {
            let limit = Duration::from_secs(30);
            notified.recv_timeout(limit).expect("a notification");
            lane.take(&mut mail);
        }
        assert_eq!(mail.len(), 1, "{mail:?}");
        let Mail { tag, event, .. } = mail.remove(0);
        (tag, event)
    };
    let submit = || {
        let tag = lane.next_tag();
        let job = client.get("/cameras").into_job();
        client.host().submit_for(&lane, job, tag);
        tag
    };
    let first = submit();
    let (tag, Event::Refresh(refresh)) = next() else {
        panic!("nobody asks for a token");
    };
    assert_eq!(tag, Some(first));
    let second = refresh.serving.within(submit);
    let (tag, Event::Ended(refused)) = next() else {
        panic!("the call waits");
    };
    assert_eq!(tag, Some(second));
    let error = refused.into_call().expect_err("it would wait for itself");
    let why = error.to_string();
    assert!(why.contains("expected a separate client"), "{why}");
    lane.answer(refresh.number, Ok(sandbox.token().into()));
    let (tag, Event::Ended(ended)) = next() else {
        panic!("no result");
    };
    assert_eq!(tag, Some(first));
    assert!(ended.into_call().is_ok());
}

#[test]
fn a_lane_runs_a_job_on_a_new_thread() {
    let mailbox = Mailbox::new();
    let (notify, notified) = mpsc::channel();
    let lane = mailbox.open_lane(move || notify.send(()).expect("somebody who waits"));
    let (works, panics) = (lane.next_tag(), lane.next_tag());
    let inside = mailbox.clone();
    let work = move || {
        inside.progress("half".to_owned());
        Ok(7)
    };
    lane.run(works, "a-name", work).expect("a thread");
    let mut mail = until_ended(&lane, &notified, 1);
    lane.run::<()>(panics, "a-name", || panic!("a bug"))
        .expect("a thread");
    mail.extend(until_ended(&lane, &notified, 1));
    let events = mail.into_iter().map(|mail| (mail.tag, mail.event));
    let [half, done, failed] = events.collect::<Vec<_>>().try_into().expect("three");
    assert!(matches!(half, (Some(tag), Event::Progress(_)) if tag == works));
    let (Some(tag), Event::Ended(outcome)) = done else {
        panic!("{done:?}");
    };
    assert_eq!(tag, works);
    assert_eq!(outcome.into_output::<i32>().expect("an output"), 7);
    let (Some(tag), Event::Ended(outcome)) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(tag, panics);
    let error = outcome.into_output::<()>().expect_err("it panicked");
    assert_eq!(error.kind(), ErrorKind::Internal);
}
