//! Calls that a program keeps without polling, while it waits for something else.

use std::future::ready;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqtrail::Client;
use reqtrail::testing::{Mock, reply};

const SECOND: Duration = Duration::from_secs(1);

/// A mock of something that is slow, and of something that is slower.
fn slow(times: u64) -> (Mock, Client) {
    let mock = Mock::new();
    mock.get("/slow")
        .replies(reply(200).delay(SECOND).times(times));
    mock.get("/slower")
        .replies(reply(200).delay(5 * SECOND).times(times));
    let client = mock.client().build().expect("a client");
    (mock, client)
}

#[tokio::test]
async fn a_branch_of_select_may_call_while_another_call_is_kept() {
    let (mock, client) = slow(1);
    let mut kept = pin!(client.get("/slow").send());
    tokio::select! {
        biased;
        _ = &mut kept => panic!("no time has passed"),
        () = ready(()) => {
            client.get("/slower").await.expect("a response");
        }
    }
    assert_eq!(mock.elapsed(), 5 * SECOND);
    let response = kept.await.expect("a response");
    assert_eq!(response.trail().elapsed(), 5 * SECOND);
}

#[tokio::test]
async fn a_consumer_of_a_stream_of_calls_may_call() {
    let (mock, client) = slow(6);
    let calls = futures_util::stream::iter(0..6).map(|_| client.get("/slow").send());
    let mut calls = calls.buffer_unordered(3);
    while let Some(response) = calls.next().await {
        response.expect("a response");
        client.get("/slower").await.expect("a response");
    }
    assert_eq!(mock.requests().len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_do_not_wait_for_a_kept_call() {
    let (_mock, client) = slow(2);
    let calls = [client.get("/slow").send(), client.get("/slow").send()];
    let mut calls = calls
        .into_iter()
        .collect::<futures_util::stream::FuturesUnordered<_>>();
    while let Some(response) = calls.next().await {
        response.expect("a response");
        client.get("/slower").await.expect("a response");
    }
}

#[tokio::test]
async fn a_manual_clock_does_not_wait_for_a_kept_call() {
    let mock = Mock::new().manual_clock();
    mock.get("/slow").replies(reply(200).delay(10 * SECOND));
    let client = mock.client().build().expect("a client");
    let mut kept = pin!(client.get("/slow").send());
    tokio::select! {
        biased;
        _ = &mut kept => panic!("no time has passed"),
        () = ready(()) => {}
    }
    mock.wait_until_waiting().await;
    mock.advance(20 * SECOND).await;
    assert_eq!(mock.elapsed(), 20 * SECOND);
    kept.await.expect("a response");
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_its_request() {
    let mock = Mock::new();
    mock.get("/slow")
        .replies(reply(200).delay(10 * SECOND).times(3));
    let (trails, ended) = std::sync::mpsc::channel();
    let trails = std::sync::Mutex::new(trails);
    let client = mock
        .client()
        .on_call(move |call| {
            let trails = trails.lock().expect("a lock");
            trails.send(call.trail.clone()).expect("a receiver");
        })
        .build()
        .expect("a client");
    for _ in 0..3 {
        tokio::select! {
            _ = client.get("/slow").send() => panic!("it takes longer"),
            () = mock.sleep(SECOND) => {}
        }
    }
    let attempts: usize = ended.try_iter().map(|trail| trail.attempts().len()).sum();
    assert_eq!((attempts, mock.requests().len()), (3, 3));
    assert_eq!(mock.elapsed(), 3 * SECOND);
}
