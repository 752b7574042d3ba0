//! HTTP/2 over TLS: multiplexing, refused streams, closing connections, resets, large header blocks.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use h2::Reason;
use http::{StatusCode, Version};
use reqtrail::{Cause, ErrorKind, Sent, StopReason};

use crate::client::Client;
use crate::support::{
    Act, Authority, Outcome, Server, assert_agrees, assert_failed, assert_succeeded, builder,
    h2_server, notes, trail,
};

/// An attempt that a broken stream ended.
const BROKEN: (&str, Sent) = ("transport", Sent::Unknown);
const OK: (&str, Sent) = ("200", Sent::Yes);

/// A server that does to its requests what the list says, then the last of the list for ever.
async fn server(acts: &'static [Act]) -> (Server, Client) {
    let authority = Authority::new();
    let server = h2_server(&authority, move |n| acts[n.min(acts.len() - 1)]).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    (server, client.build().expect("a client"))
}

async fn post(client: &Client) -> Outcome {
    client.post("/things").body("{}").send().await
}

async fn get(client: &Client) -> Outcome {
    client.get("/things").send().await
}

fn agrees(server: &Server, outcomes: &[&Outcome]) {
    let trails: Vec<_> = outcomes.iter().map(|outcome| trail(outcome)).collect();
    assert_agrees(server.log(), &trails);
}

#[tokio::test]
async fn calls_share_a_connection() {
    let (server, client) = server(&[Act::Answer]).await;
    let first = post(&client).await;
    let second = get(&client).await;
    assert_succeeded(&first, &[OK]);
    assert_succeeded(&second, &[OK]);
    let id = first.as_ref().expect("a response").request_id();
    assert_eq!(id.expect("an ID").as_str(), "req_1_0");
    assert_eq!(server.connections(), 1);
    assert!(
        server
            .log()
            .rows()
            .iter()
            .all(|row| row.version == Version::HTTP_2)
    );
    agrees(&server, &[&first, &second]);
}

#[tokio::test]
async fn http1_only_is_negotiated() {
    let authority = Authority::new();
    let server = h2_server(&authority, |_| Act::Answer).await;
    let client = builder(server.https())
        .extra_ca(authority.pem)
        .http1_only(true)
        .build()
        .expect("a client");
    let outcome = post(&client).await;
    assert_succeeded(&outcome, &[OK]);
    assert_eq!(server.log().rows()[0].version, Version::HTTP_11);
    agrees(&server, &[&outcome]);
}

#[tokio::test]
async fn a_refused_stream_is_repeated_whatever_the_method() {
    const ACTS: &[Act] = &[Act::Reset(Reason::REFUSED_STREAM), Act::Answer];
    let (first, client) = server(ACTS).await;
    let outcome = post(&client).await;
    assert_succeeded(&outcome, &[BROKEN, OK]);
    agrees(&first, &[&outcome]);

    let (second, client) = server(ACTS).await;
    let outcome = get(&client).await;
    assert_succeeded(&outcome, &[BROKEN, OK]);
    agrees(&second, &[&outcome]);
}

#[tokio::test]
async fn a_refused_stream_leaves_no_doubt() {
    let (server, client) = server(&[Act::Reset(Reason::REFUSED_STREAM), Act::Answer]).await;
    let outcome = post(&client).await;
    // The server said that it did not process the request, so nothing may have succeeded.
    assert_eq!(notes(trail(&outcome)), [""; 0]);
    let attempts = trail(&outcome).attempts();
    assert_eq!(attempts[0].processed(), Some(false));
    assert_eq!(attempts[1].cause(), Cause::Resend);
    agrees(&server, &[&outcome]);
}

#[tokio::test]
async fn streams_refused_without_end_end_the_call() {
    let (server, client) = server(&[Act::Reset(Reason::REFUSED_STREAM)]).await;
    let outcome = post(&client).await;
    let (kind, why) = (ErrorKind::Transport, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[BROKEN; 9]);
    assert_eq!(server.log().len(), 9);
    agrees(&server, &[&outcome]);
}

#[tokio::test]
async fn a_stream_above_the_last_one_of_a_goaway_is_repeated() {
    // The second request is stream 3.
    const CASES: [&[Act]; 2] = [
        &[
            Act::Answer,
            Act::GoAway {
                last: 1,
                reason: Reason::NO_ERROR,
            },
            Act::Answer,
        ],
        &[
            Act::Answer,
            Act::GoAway {
                last: 1,
                reason: Reason::ENHANCE_YOUR_CALM,
            },
            Act::Answer,
        ],
    ];
    for acts in CASES {
        let (server, client) = server(acts).await;
        let first = post(&client).await;
        let second = post(&client).await;
        assert_succeeded(&first, &[OK]);
        assert_succeeded(&second, &[BROKEN, OK]);
        assert_eq!(server.log().connections(), [1, 1, 2], "{acts:?}");
        agrees(&server, &[&first, &second]);
    }
}

#[tokio::test]
async fn a_goaway_before_the_first_stream_is_repeated() {
    const NOTHING: Act = Act::GoAway {
        last: 0,
        reason: Reason::NO_ERROR,
    };
    let (server, client) = server(&[NOTHING, NOTHING, Act::Answer]).await;
    let outcome = post(&client).await;
    assert_succeeded(&outcome, &[BROKEN, BROKEN, OK]);
    let attempts = trail(&outcome).attempts();
    for (before, attempt) in attempts.iter().zip(&attempts[1..]) {
        assert_eq!((before.wait(), attempt.cause()), (None, Cause::Resend));
    }
    assert_eq!(server.log().connections(), [1, 2, 3]);
    agrees(&server, &[&outcome]);
}

#[tokio::test]
async fn a_stream_within_a_goaway_is_served_to_its_end() {
    let (server, client) = server(&[Act::Retire]).await;
    let first = post(&client).await;
    let second = post(&client).await;
    assert_succeeded(&first, &[OK]);
    assert_succeeded(&second, &[OK]);
    assert_eq!(server.log().connections(), [1, 2]);
    agrees(&server, &[&first, &second]);
}

#[tokio::test]
async fn a_stream_within_a_goaway_that_is_cut_may_have_been_processed() {
    const CASES: [&[Act]; 2] = [
        &[
            Act::GoAway {
                last: 1,
                reason: Reason::NO_ERROR,
            },
            Act::Answer,
        ],
        &[
            Act::GoAway {
                last: 1,
                reason: Reason::INTERNAL_ERROR,
            },
            Act::Answer,
        ],
    ];
    for acts in CASES {
        let (server, client) = server(acts).await;
        let unsafe_one = post(&client).await;
        let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
        assert_failed(&unsafe_one, kind, why, &[BROKEN]);
        assert_eq!(server.log().len(), 1, "{acts:?}");
        agrees(&server, &[&unsafe_one]);
    }
    for acts in CASES {
        let (server, client) = server(acts).await;
        let safe = get(&client).await;
        assert_succeeded(&safe, &[BROKEN, OK]);
        agrees(&server, &[&safe]);
    }
}

#[tokio::test]
async fn a_stream_that_is_reset_may_have_been_processed() {
    const CASES: [&[Act]; 4] = [
        &[Act::Reset(Reason::INTERNAL_ERROR), Act::Answer],
        &[Act::Reset(Reason::CANCEL), Act::Answer],
        &[Act::Reset(Reason::ENHANCE_YOUR_CALM), Act::Answer],
        &[Act::Reset(Reason::NO_ERROR), Act::Answer],
    ];
    for acts in CASES {
        let (server, client) = server(acts).await;
        let unsafe_one = post(&client).await;
        let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
        assert_failed(&unsafe_one, kind, why, &[BROKEN]);
        assert!(unsafe_one.expect_err("an error").may_have_been_sent());
        assert_eq!(server.log().len(), 1, "{acts:?}");
    }
    for acts in CASES {
        let (server, client) = server(acts).await;
        let safe = get(&client).await;
        assert_succeeded(&safe, &[BROKEN, OK]);
        assert_eq!(server.connections(), 1, "a reset ends its stream alone");
        agrees(&server, &[&safe]);
    }
}

#[tokio::test]
async fn a_reset_within_a_body_comes_after_processing() {
    // A server that has answered has processed the request, whatever the reset says afterwards.
    const CASES: [&[Act]; 2] = [
        &[Act::ResetInBody(Reason::INTERNAL_ERROR), Act::Answer],
        &[Act::ResetInBody(Reason::REFUSED_STREAM), Act::Answer],
    ];
    for acts in CASES {
        let (server, client) = server(acts).await;
        let outcome = client.post("/things").send().await;
        let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
        assert_failed(&outcome, kind, why, &[("transport", Sent::Yes)]);
        let error = outcome.as_ref().expect_err("an error");
        assert_eq!(error.status(), Some(StatusCode::OK), "{acts:?}");
        agrees(&server, &[&outcome]);
    }
}

#[tokio::test]
async fn a_header_block_over_the_limit_keeps_its_status_and_id() {
    let (server, client) = server(&[Act::AnswerLarge(100 * 1024), Act::Answer]).await;
    let outcome = get(&client).await;
    let (kind, why) = (ErrorKind::TooLarge, StopReason::NotRetryable);
    assert_failed(&outcome, kind, why, &[("too_large", Sent::Yes)]);
    let error = outcome.as_ref().expect_err("an error");
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.request_id().expect("an ID").as_str(), "req_1_0");
    agrees(&server, &[&outcome]);

    let next = get(&client).await;
    assert_succeeded(&next, &[OK]);
    agrees(&server, &[&outcome, &next]);
}

#[tokio::test]
async fn a_header_block_far_over_the_limit_keeps_its_status() {
    let (server, client) = server(&[Act::AnswerLarge(300 * 1024)]).await;
    let outcome = get(&client).await;
    let (kind, why) = (ErrorKind::TooLarge, StopReason::NotRetryable);
    assert_failed(&outcome, kind, why, &[("too_large", Sent::Yes)]);
    assert_eq!(
        outcome.as_ref().expect_err("an error").status(),
        Some(StatusCode::OK)
    );
    agrees(&server, &[&outcome]);
}

#[tokio::test]
async fn concurrent_calls_on_one_connection_never_swap_ids() {
    const CALLS: usize = 100;
    let authority = Authority::new();
    let act = |n| {
        if n == 0 {
            Act::Answer
        } else {
            Act::Hold(CALLS)
        }
    };
    let server = h2_server(&authority, act).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    // The first call makes the connection; without it each of the others would begin another one.
    let first = get(&client).await;
    // None is answered before all have arrived, and then the last one first.
    let calls = join_all((0..CALLS).map(|n| {
        let client = client.clone();
        async move {
            client
                .post("/things/{n}")
                .param("n", n)
                .body("{}")
                .send()
                .await
        }
    }));
    let calls = calls.await;
    let mut ids = HashSet::new();
    for (n, outcome) in calls.iter().enumerate() {
        assert_succeeded(outcome, &[OK]);
        let response = outcome.as_ref().expect("a response");
        assert_eq!(&response.bytes()[..], format!("/things/{n}").as_bytes());
        assert!(ids.insert(response.request_id().expect("an ID").as_str()));
    }
    assert_eq!(server.connections(), 1);
    let mut all: Vec<&Outcome> = calls.iter().collect();
    all.push(&first);
    agrees(&server, &all);
}

#[tokio::test]
async fn a_stream_that_times_out_leaves_the_connection_to_others() {
    let (server, client) = server(&[Act::Answer, Act::Ignore, Act::Answer]).await;
    let first = get(&client).await;
    let slow = client
        .post("/things")
        .attempt_timeout(Duration::from_millis(50))
        .send()
        .await;
    let next = post(&client).await;
    assert_succeeded(&first, &[OK]);
    let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
    assert_failed(&slow, kind, why, &[("timeout", Sent::Unknown)]);
    assert_succeeded(&next, &[OK]);
    assert_eq!(server.connections(), 1);
    agrees(&server, &[&first, &slow, &next]);
}
