//! The rules of a mailbox, for any kind of lanes.

use std::collections::{HashMap, HashSet};
use std::sync::Condvar;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::StatusCode;
use proptest::prelude::*;

use super::super::Outcome;
use super::*;
use crate::Secret;
use crate::observe::CallInfo;
use crate::trail::Trail;

/// A lane, and how often it was notified.
struct Receiver {
    lane: Lane,
    notified: Arc<AtomicUsize>,
}

fn open(mailbox: &Mailbox) -> Receiver {
    let notified = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&notified);
    let lane = mailbox.open_lane(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    Receiver { lane, notified }
}

impl Receiver {
    fn notified(&self) -> usize {
        self.notified.load(Ordering::SeqCst)
    }

    fn take(&self) -> Vec<Mail> {
        let mut mail = Vec::new();
        self.lane.take(&mut mail);
        mail
    }

    /// Begins a call of this lane.
    fn begin(&self) -> Origin {
        self.lane.begin(self.lane.next_tag())
    }
}

fn end(origin: &Origin) {
    let lane = origin.lane.as_ref().expect("a lane");
    let error = crate::Error::new(crate::ErrorKind::Internal, "an end");
    lane.end(origin.tag, Outcome::Call(Err(error)));
}

/// An event in a call.
fn progress(mailbox: &Mailbox, origin: &Origin, what: usize) {
    origin.clone().within(|| mailbox.progress(what.to_string()));
}

fn trail() -> Trail {
    let attempt = r#"{"number": 1, "cause": "initial", "method": "GET", "span_id": "00f067aa0ba902b7",
        "url": "https://api.example/cameras", "status": 200, "request_id": null, "request_id_source": null,
        "request_id_notes": [], "body_request_id": null, "error_code": null, "category": null, "failure": null,
        "failure_code": null, "failure_reason": null, "sent": "yes", "processed": true, "started_ms": 0.0,
        "elapsed_ms": 1.0, "retry_after_ms": null, "wait_ms": null, "wait_reason": null}"#;
    let text = format!(
        r#"{{"schema": "reqtrail.trail/1", "client": "reqtrail/0.1.0", "call_id": "6f2c1b34-3f1e-4c53-9d2c-0a9c8f7b6e5d",
        "trace_id": "6f2c1b343f1e4c539d2c0a9c8f7b6e5d", "correlation_id": null, "dialect": "novavms", "service": null,
        "method": "GET", "origin": "https://api.example", "path": "/cameras", "started_at": "2026-11-21T21:00:00.123Z",
        "elapsed_ms": 1.0, "outcome": "ok", "stopped": "succeeded", "notes": [], "attempts": [{attempt}]}}"#
    );
    Trail::from_json(&text).expect("a trail")
}

/// Notifies an observer of an attempt, in a call if there is one.
fn attempt(mailbox: &Mailbox, origin: Option<&Origin>) {
    let trail = trail();
    let call = CallInfo {
        call_id: trail.call_id(),
        dialect: trail.dialect(),
        service: None,
        method: trail.method(),
        path: trail.path(),
        correlation_id: None,
    };
    let tell = || {
        let finished = AttemptFinished {
            call,
            attempt: &trail.attempts()[0],
        };
        mailbox.observer().attempt_finished(&finished);
    };
    match origin {
        Some(origin) => origin.clone().within(tell),
        None => tell(),
    }
}

fn call_finished(mailbox: &Mailbox, origin: &Origin) {
    let trail = trail();
    origin.clone().within(|| {
        mailbox
            .observer()
            .call_finished(&CallFinished { trail: &trail })
    });
}

/// The refreshes among what was taken.
fn refreshes(mail: &[Mail]) -> Vec<(Option<u64>, u64)> {
    let asked = mail.iter().filter_map(|mail| match &mail.event {
        Event::Refresh(asked) => Some((mail.tag, asked.number)),
        _ => None,
    });
    asked.collect()
}

fn token(text: &str) -> Answer {
    Ok(Token::new(Secret::from(text)))
}

#[test]
fn what_happens_in_a_call_is_told_to_its_lane_alone() {
    let mailbox = Mailbox::new();
    mailbox.want_attempts(true);
    mailbox.want_calls(true);
    let (own, other) = (open(&mailbox), open(&mailbox));
    let call = own.begin();
    attempt(&mailbox, Some(&call));
    call_finished(&mailbox, &call);
    end(&call);
    assert_eq!((own.notified(), other.notified()), (1, 0));
    assert!(other.take().is_empty());
    let mail = own.take();
    assert!(mail.iter().all(|mail| mail.tag == Some(call.tag)));
    let [first, second, third] = &mail[..] else {
        panic!("{mail:?}");
    };
    let Event::Attempt(told) = &first.event else {
        panic!("{first:?}");
    };
    assert_eq!(told.call().path, "/cameras");
    assert_eq!(told.attempt.status(), Some(StatusCode::OK));
    assert!(told.for_hooks && !told.for_log);
    assert!(matches!(second.event, Event::Call(_)));
    assert!(matches!(third.event, Event::Ended(_)));
}

#[test]
fn what_nobody_wants_is_not_passed_on() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    let call = own.begin();
    attempt(&mailbox, Some(&call));
    call_finished(&mailbox, &call);
    assert!(own.take().is_empty());
    assert_eq!(own.notified(), 0);
}

#[test]
fn a_batch_notifies_once() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    for _ in 0..2 {
        let before = own.notified();
        for _ in 0..32 {
            end(&own.begin());
        }
        assert_eq!(own.notified(), before + 1);
        assert_eq!(own.take().len(), 32);
    }
}

#[test]
fn what_is_of_no_call_goes_to_the_lane_that_looks_first() {
    let mailbox = Mailbox::new();
    mailbox.want_logs(true);
    let (first, second) = (open(&mailbox), open(&mailbox));
    attempt(&mailbox, None);
    assert_eq!((first.notified(), second.notified()), (1, 1));
    let mail = second.take();
    assert_eq!(mail.len(), 1);
    assert_eq!(mail[0].tag, None);
    // The other lane's notification comes late.
    assert!(first.take().is_empty());
}

#[test]
fn what_happens_without_a_lane_waits_for_one() {
    let mailbox = Mailbox::new();
    mailbox.want_logs(true);
    attempt(&mailbox, None);
    let late = open(&mailbox);
    assert_eq!(late.notified(), 1);
    assert_eq!(late.take().len(), 1);
    assert_eq!(open(&mailbox).notified(), 0);
}

#[test]
fn a_call_of_another_mailbox_is_no_call_here() {
    let (mailbox, others) = (Mailbox::new(), Mailbox::new());
    mailbox.want_attempts(true);
    let (own, other) = (open(&mailbox), open(&others));
    attempt(&mailbox, Some(&other.begin()));
    assert_eq!(own.take()[0].tag, None);
    assert!(other.take().is_empty());
}

#[test]
fn a_closed_lane_leaves_its_hooks_and_no_results() {
    let mailbox = Mailbox::new();
    mailbox.want_calls(true);
    let (own, other) = (open(&mailbox), open(&mailbox));
    let (early, late) = (own.begin(), own.begin());
    progress(&mailbox, &early, 0);
    call_finished(&mailbox, &early);
    assert_eq!(mailbox.open_jobs(), 2);
    end(&early);
    assert_eq!(mailbox.open_jobs(), 1, "taken or not");
    own.lane.close();
    assert_eq!(mailbox.open_jobs(), 1);
    call_finished(&mailbox, &late);
    end(&late);
    assert_eq!(mailbox.open_jobs(), 0);
    let mail = other.take();
    assert_eq!(mail.len(), 2, "{mail:?}");
    for mail in mail {
        assert_eq!(mail.tag, None);
        assert!(matches!(mail.event, Event::Call(_)));
    }
    // It was only notified for its first event.
    assert_eq!(own.notified(), 1);
    assert!(own.take().is_empty());
}

#[test]
fn logs_have_an_end_and_hooks_have_none() {
    const MORE: usize = 10;
    let mailbox = Mailbox::new();
    mailbox.want_logs(true);
    let own = open(&mailbox);
    let call = own.begin();
    for _ in 0..LOG_CAPACITY + MORE {
        attempt(&mailbox, Some(&call));
    }
    end(&call);
    let mail = own.take();
    assert_eq!(mail.len(), LOG_CAPACITY + 2);
    assert!(matches!(mail[LOG_CAPACITY].event, Event::Ended(_)));
    let dropped = mail.last().map(|mail| &mail.event);
    assert!(
        matches!(dropped, Some(Event::LogsDropped(10))),
        "{dropped:?}"
    );

    mailbox.want_attempts(true);
    for _ in 0..LOG_CAPACITY + MORE {
        attempt(&mailbox, Some(&call));
    }
    let mail = own.take();
    let logged = mail.iter().filter(|mail| {
        matches!(&mail.event, Event::Attempt(attempt) if attempt.for_hooks && attempt.for_log)
    });
    assert_eq!(logged.count(), LOG_CAPACITY);
    assert_eq!(mail.len(), LOG_CAPACITY + MORE + 1);
    assert!(matches!(
        mail[LOG_CAPACITY + MORE].event,
        Event::LogsDropped(10)
    ));
}

#[test]
fn a_refresh_is_answered_once_by_the_lane_that_was_asked() {
    let mailbox = Mailbox::new();
    let (own, other) = (open(&mailbox), open(&mailbox));
    let call = own.begin();
    let mut answered = Box::pin(mailbox.ask(Some(call.clone())));
    let (tag, number) = refreshes(&own.take())[0];
    assert_eq!(tag, Some(call.tag));
    other.lane.answer(number, token("not asked"));
    assert!(answered.as_mut().now_or_never().is_none());
    own.lane.answer(number, token("first"));
    own.lane.answer(number, token("second"));
    let given = answered
        .now_or_never()
        .expect("an answer")
        .expect("a token");
    assert_eq!(given.secret().expose(), "first");
}

#[test]
fn a_lane_that_closes_leaves_its_refreshes_to_another() {
    let mailbox = Mailbox::new();
    let (own, other) = (open(&mailbox), open(&mailbox));
    let call = own.begin();
    let mut taken = Box::pin(mailbox.ask(Some(call.clone())));
    let (_, number) = refreshes(&own.take())[0];
    let mut waiting = Box::pin(mailbox.ask(Some(call)));
    own.lane.close();
    let left = refreshes(&other.take());
    assert_eq!(left.len(), 2);
    own.lane.answer(number, token("too late"));
    assert!(taken.as_mut().now_or_never().is_none());
    for (tag, number) in left {
        assert_eq!(tag, None);
        other.lane.answer(number, token("of another"));
    }
    assert!(taken.as_mut().now_or_never().expect("an answer").is_ok());
    assert!(waiting.as_mut().now_or_never().expect("an answer").is_ok());
}

#[test]
fn the_last_lane_that_closes_fails_its_refreshes() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    let call = own.begin();
    let taken = mailbox.ask(Some(call.clone()));
    own.take();
    let waiting = mailbox.ask(Some(call));
    drop(own.lane);
    for answered in [taken, waiting] {
        let error = answered.now_or_never().expect("an answer").err();
        assert_eq!(error.expect("an error").to_string(), GONE);
    }
}

/// The result of a refresh that must have ended.
fn gone(answered: impl Future<Output = Answer>) {
    let error = answered.now_or_never().expect("an answer").err();
    assert_eq!(error.expect("an error").to_string(), GONE);
}

#[test]
fn a_refresh_of_no_call_fails_with_the_last_lane() {
    let mailbox = Mailbox::new();
    let (own, other) = (open(&mailbox), open(&mailbox));
    let mut answered = Box::pin(mailbox.ask(None));
    drop(own.lane);
    assert!(answered.as_mut().now_or_never().is_none());
    drop(other.lane);
    gone(answered);
    // A failed refresh is not passed to any lane.
    assert!(refreshes(&open(&mailbox).take()).is_empty());
}

#[test]
fn a_refresh_fails_at_once_where_every_lane_is_closed() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    let call = own.begin();
    own.lane.close();
    gone(mailbox.ask(Some(call)));
    gone(mailbox.ask(None));
    let late = open(&mailbox);
    assert_eq!(late.notified(), 0);
    assert!(late.take().is_empty());
}

#[test]
fn a_refresh_waits_for_the_first_lane() {
    let mailbox = Mailbox::new();
    let mut answered = Box::pin(mailbox.ask(None));
    assert!(answered.as_mut().now_or_never().is_none());
    let first = open(&mailbox);
    let (_, number) = refreshes(&first.take())[0];
    first.lane.answer(number, token("first"));
    assert!(answered.now_or_never().expect("an answer").is_ok());
}

#[test]
fn a_refresh_that_nobody_can_take_over_stays() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    let answered = mailbox.ask(Some(own.begin()));
    let (_, number) = refreshes(&own.take())[0];
    assert!(!own.lane.pass_on(number));
    own.lane.answer(number, token("mine"));
    assert!(answered.now_or_never().expect("an answer").is_ok());
    // An answered refresh needs no lane.
    assert!(own.lane.pass_on(number));
}

#[test]
fn a_notification_that_went_elsewhere_is_given_again() {
    let mailbox = Mailbox::new();
    let own = open(&mailbox);
    own.lane.notify_again();
    assert_eq!(own.notified(), 0);
    end(&own.begin());
    own.lane.notify_again();
    assert_eq!(own.notified(), 2);
    end(&own.begin());
    assert_eq!(own.notified(), 2);
    assert_eq!(own.take().len(), 2);
}

/// A step that is done to a mailbox. Numbers choose among the existing lanes, calls or refreshes.
#[derive(Clone, Debug)]
enum Step {
    Open,
    Close(usize),
    Take(usize),
    Begin(usize),
    Happen(usize),
    End(usize),
    Log,
    Ask(usize),
    Answer(usize),
    PassOn(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..8_usize;
    prop_oneof![
        1 => Just(Step::Open),
        1 => which.clone().prop_map(Step::Close),
        3 => which.clone().prop_map(Step::Take),
        3 => which.clone().prop_map(Step::Begin),
        4 => which.clone().prop_map(Step::Happen),
        3 => which.clone().prop_map(Step::End),
        1 => Just(Step::Log),
        2 => which.clone().prop_map(Step::Ask),
        2 => which.clone().prop_map(Step::Answer),
        1 => which.prop_map(Step::PassOn),
    ]
}

/// A lane from a program's view.
struct Program {
    receiver: Receiver,
    closed: bool,
    /// How often it had been notified when it last took.
    heard: usize,
    /// The refreshes that it has taken and not answered.
    asked: Vec<u64>,
}

/// A call from a program's view.
struct Call {
    origin: Origin,
    lane: usize,
    happened: usize,
    ended: bool,
    /// What its lane got: how many events, and its end.
    told: usize,
    finished: bool,
}

type Waiting = std::pin::Pin<Box<dyn Future<Output = Answer>>>;

/// The expected state of a mailbox.
struct World {
    mailbox: Mailbox,
    lanes: Vec<Program>,
    calls: Vec<Call>,
    logs: usize,
    logs_told: usize,
    asked: Vec<Waiting>,
}

impl World {
    fn new() -> Self {
        let mailbox = Mailbox::new();
        mailbox.want_logs(true);
        Self {
            mailbox,
            lanes: Vec::new(),
            calls: Vec::new(),
            logs: 0,
            logs_told: 0,
            asked: Vec::new(),
        }
    }

    fn open_lane(&self, which: usize) -> Option<usize> {
        let open: Vec<_> = (0..self.lanes.len())
            .filter(|lane| !self.lanes[*lane].closed)
            .collect();
        open.get(which % open.len().max(1)).copied()
    }

    fn running(&self, which: usize) -> Option<usize> {
        let running: Vec<_> = (0..self.calls.len())
            .filter(|call| !self.calls[*call].ended)
            .collect();
        running.get(which % running.len().max(1)).copied()
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Open => {
                let receiver = open(&self.mailbox);
                self.lanes.push(Program {
                    receiver,
                    closed: false,
                    heard: 0,
                    asked: Vec::new(),
                });
            }
            Step::Close(which) => {
                if let Some(lane) = self.open_lane(which) {
                    let lane = &mut self.lanes[lane];
                    lane.closed = true;
                    lane.asked.clear();
                    lane.receiver.lane.close();
                }
            }
            Step::Take(which) => {
                if let Some(lane) = self.open_lane(which) {
                    self.take(lane);
                }
            }
            Step::Begin(which) => {
                if let Some(lane) = self.open_lane(which) {
                    self.calls.push(Call {
                        origin: self.lanes[lane].receiver.begin(),
                        lane,
                        happened: 0,
                        ended: false,
                        told: 0,
                        finished: false,
                    });
                }
            }
            Step::Happen(which) => {
                if let Some(call) = self.running(which) {
                    let call = &mut self.calls[call];
                    progress(&self.mailbox, &call.origin, call.happened);
                    call.happened += 1;
                }
            }
            Step::End(which) => {
                if let Some(call) = self.running(which) {
                    self.calls[call].ended = true;
                    end(&self.calls[call].origin);
                }
            }
            Step::Log => {
                attempt(&self.mailbox, None);
                self.logs += 1;
            }
            Step::Ask(which) => {
                let origin = self
                    .running(which)
                    .map(|call| self.calls[call].origin.clone());
                self.asked.push(Box::pin(self.mailbox.ask(origin)));
            }
            Step::Answer(which) => {
                if let Some(lane) = self.open_lane(which)
                    && let Some(number) = self.lanes[lane].asked.pop()
                {
                    self.lanes[lane].receiver.lane.answer(number, token("a"));
                }
            }
            Step::PassOn(which) => {
                if let Some(lane) = self.open_lane(which)
                    && let Some(number) = self.lanes[lane].asked.last().copied()
                {
                    let others = self.lanes.iter().filter(|lane| !lane.closed).count() > 1;
                    assert_eq!(self.lanes[lane].receiver.lane.pass_on(number), others);
                    if others {
                        self.lanes[lane].asked.pop();
                    }
                }
            }
        }
    }

    /// What holds after every step.
    fn check(&mut self) {
        let running = self.calls.iter().filter(|call| !call.ended).count();
        assert_eq!(self.mailbox.open_jobs(), running);
        // Once all lanes are closed, no refresh waits for an answer.
        if !self.lanes.is_empty() && self.lanes.iter().all(|lane| lane.closed) {
            for answered in self.asked.drain(..) {
                assert!(answered.now_or_never().is_some(), "nobody will answer");
            }
        }
    }

    /// A lane takes its events, and compares them with the expected ones.
    fn take(&mut self, lane: usize) {
        let program = &mut self.lanes[lane];
        let mail = program.receiver.take();
        let rung = program.receiver.notified() - program.heard;
        assert!(rung <= 1, "{rung} notifications for one batch");
        assert!(rung == 1 || mail.is_empty(), "no notification of {mail:?}");
        program.heard = program.receiver.notified();
        for Mail { tag, event, .. } in mail {
            match event {
                Event::Progress(what) => {
                    let call = self
                        .calls
                        .iter_mut()
                        .find(|call| Some(call.origin.tag) == tag);
                    let call = call.expect("a call");
                    assert_eq!(call.lane, lane);
                    assert!(!call.finished, "an event after the result");
                    assert_eq!(what, call.told.to_string(), "in order");
                    call.told += 1;
                }
                Event::Ended(_) => {
                    let call = self
                        .calls
                        .iter_mut()
                        .find(|call| Some(call.origin.tag) == tag);
                    let call = call.expect("a call");
                    assert_eq!(call.lane, lane);
                    assert!(!std::mem::replace(&mut call.finished, true), "one result");
                    assert_eq!(call.told, call.happened, "all that happened comes first");
                }
                Event::Attempt(_) => self.logs_told += 1,
                Event::Refresh(asked) => program.asked.push(asked.number),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Every remaining lane takes its events, and every refresh is answered.
    fn settle(&mut self) {
        if self.lanes.iter().all(|lane| lane.closed) {
            self.run(&Step::Open);
        }
        // A refresh may move to a lane that has already taken its events.
        for lane in 0..self.lanes.len() {
            if !self.lanes[lane].closed {
                self.take(lane);
            }
        }
        let mut numbers = HashSet::new();
        for lane in &mut self.lanes {
            for number in lane.asked.drain(..) {
                assert!(numbers.insert(number), "one lane has it");
                lane.receiver.lane.answer(number, token("a"));
            }
        }
        for answered in &mut self.asked {
            assert!(answered.as_mut().now_or_never().is_some(), "an answer");
        }
        assert_eq!(self.logs_told, self.logs);
        for call in self
            .calls
            .iter()
            .filter(|call| !self.lanes[call.lane].closed)
        {
            assert_eq!((call.told, call.finished), (call.happened, call.ended));
        }
    }
}

proptest! {
    #[test]
    fn every_order_of_steps_keeps_the_rules(steps in proptest::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
            world.check();
        }
        world.settle();
    }
}

/// A lane with a waiting thread.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Bell {
    fn wait(&self) {
        let rung = lock(&self.rung);
        let (mut rung, waited) = self
            .changed
            .wait_timeout_while(rung, Duration::from_secs(60), |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "no notification, and something waits");
        *rung = false;
    }
}

#[test]
fn threads_lose_neither_events_nor_notifications() {
    const THREADS: usize = 4;
    const CALLS: usize = 500;
    let mailbox = Mailbox::new();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let bell = Arc::<Bell>::default();
            let rung = Arc::clone(&bell);
            let lane = Arc::new(mailbox.open_lane(move || {
                *lock(&rung.rung) = true;
                rung.changed.notify_one();
            }));
            for _ in 0..THREADS {
                let (lane, mailbox) = (Arc::clone(&lane), mailbox.clone());
                scope.spawn(move || {
                    for call in 0..CALLS {
                        let origin = lane.begin(lane.next_tag());
                        for what in 0..call % 3 {
                            progress(&mailbox, &origin, what);
                        }
                        end(&origin);
                    }
                });
            }
            scope.spawn(move || {
                let (mut told, mut ended) = (HashMap::<u64, usize>::new(), 0);
                let mut mail = Vec::new();
                while ended < THREADS * CALLS {
                    bell.wait();
                    lane.take(&mut mail);
                    for Mail { tag, event, .. } in mail.drain(..) {
                        let tag = tag.expect("a call");
                        match event {
                            Event::Progress(what) => {
                                let told = told.entry(tag).or_default();
                                assert_eq!(what, told.to_string());
                                *told += 1;
                            }
                            Event::Ended(_) => {
                                ended += 1;
                                told.insert(tag, usize::MAX);
                            }
                            other => panic!("{other:?}"),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(mailbox.open_jobs(), 0);
}
