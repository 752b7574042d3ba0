//! Over sockets: the trails of all calls against the log of a server.

use std::collections::HashMap;
use std::time::Duration;

use reqtrail::{Attempt, BuiltInTransport, Client, ClientBuilder, Sent, Trail, TrailNote};
use reqtrail_sandbox::{RateLimit, Sandbox, SandboxOptions};

use crate::support::Outcome;

const FAULTS: &str = "503@10%,429:code=rate_limited@5%,refused@5%,reset-before@5%,reset-after@10%,cut-body@10%,\
                      stall@1%,latency=1ms-3ms@20%;seed=11";
const CALLS: usize = 300;

fn sandbox() -> Sandbox {
    let options = SandboxOptions::default().rate_limit(RateLimit::new(60_000_000, 1_000_000));
    Sandbox::start(options).expect("the sandbox starts")
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .chaos(FAULTS)
        .base_delay(Duration::from_millis(1))
        .attempt_timeout(Duration::from_millis(300))
        .retry_budget(None)
}

fn path(number: usize) -> (&'static str, &'static str) {
    match number % 3 {
        0 => ("GET", "/cameras"),
        1 => ("GET", "/events"),
        // Nothing has to be there: a 404 is in the log too.
        _ => ("DELETE", "/webhooks/none"),
    }
}

/// Compares what the trails call sent with what the server saw.
fn check(sandbox: &Sandbox, outcomes: &[Outcome]) {
    let trails: Vec<Trail> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(response) => response.trail().clone(),
            Err(error) => error.trail().expect("a trail").clone(),
        })
        .collect();
    assert!(
        trails
            .iter()
            .all(|trail| trail.notes().contains(&TrailNote::Chaos))
    );
    let attempts: Vec<&Attempt> = trails.iter().flat_map(Trail::attempts).collect();
    let sent = attempts.iter().filter(|a| a.sent() != Sent::No);
    let sent: Vec<String> = sent.map(|a| a.span_id()).collect();
    let log = sandbox.requests();
    let logged: Vec<&str> = log.iter().filter_map(|it| it.span_id()).collect();
    assert_eq!(sent, logged);
    let by_span: HashMap<_, _> = log.iter().map(|it| (it.span_id(), it)).collect();
    let mut replaced = 0;
    for attempt in &attempts {
        let span = attempt.span_id();
        let seen = by_span.get(&Some(span.as_str()));
        if let Some(id) = attempt.request_id() {
            let seen = seen.expect("an ID comes from the server");
            assert_eq!(seen.request_id.as_deref(), Some(id.as_str()));
            replaced += usize::from(seen.status != attempt.status().map(|it| it.as_u16()));
        }
    }
    assert!(replaced > 10, "{replaced}");
    assert!(attempts.len() - sent.len() > 10, "some were not sent");
}

#[tokio::test]
#[ignore = "a process that another test starts"]
async fn chaos_runs_in_an_asynchronous_client() {
    let sandbox = sandbox();
    let client = builder(&sandbox).build().expect("a client");
    let mut outcomes = Vec::new();
    for (method, path) in (0..CALLS).map(path) {
        outcomes.push(client.request(method, path).send().await);
    }
    check(&sandbox, &outcomes);
}

#[test]
#[ignore = "a process that another test starts"]
fn chaos_runs_in_a_blocking_client() {
    let sandbox = sandbox();
    let client = builder(&sandbox).build_blocking().expect("a client");
    let calls = (0..CALLS).map(path);
    let outcomes: Vec<_> = calls
        .map(|(method, path)| client.request(method, path).send())
        .collect();
    check(&sandbox, &outcomes);
}

#[test]
#[ignore = "a process that another test starts"]
fn chaos_runs_in_a_client_with_a_wrapped_transport() {
    let sandbox = sandbox();
    let wrapped = builder(&sandbox).wrap_transport(|built_in: BuiltInTransport| built_in);
    let client = wrapped.build_blocking().expect("a client");
    let calls = (0..CALLS).map(path);
    let outcomes: Vec<_> = calls
        .map(|(method, path)| client.request(method, path).send())
        .collect();
    check(&sandbox, &outcomes);
}
