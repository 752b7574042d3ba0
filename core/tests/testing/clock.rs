//! How the time of a mock moves.

use std::time::Duration;

use reqtrail::testing::{Mock, error_reply, reply};
use reqtrail::{CancelReason, CancelToken, ErrorKind};

#[tokio::test]
async fn calls_of_one_task_wait_for_each_other() {
    let mock = Mock::new();
    mock.get("/slow")
        .replies(reply(200).delay(Duration::from_secs(5)));
    mock.get("/fast")
        .replies(reply(200).delay(Duration::from_secs(1)));
    let client = mock.client().build().expect("a client");
    let (slow, fast) = tokio::join!(client.get("/slow").send(), client.get("/fast").send());
    assert_eq!(
        slow.expect("slow").trail().elapsed(),
        Duration::from_secs(5)
    );
    assert_eq!(
        fast.expect("fast").trail().elapsed(),
        Duration::from_secs(1)
    );
    assert_eq!(mock.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn calls_of_several_tasks_wait_for_each_other() {
    let mock = Mock::new();
    mock.get("/x")
        .replies(reply(200).delay(Duration::from_secs(5)).times(20));
    let client = mock.client().build().expect("a client");
    let calls = (0..20).map(|_| tokio::spawn(client.get("/x").send()));
    for call in calls.collect::<Vec<_>>() {
        call.await.expect("a task").expect("a response");
    }
    assert_eq!(mock.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_manual_clock_waits_for_the_test() {
    let mock = Mock::new().manual_clock();
    mock.get("/x")
        .replies(error_reply("rate_limited").retry_after(30))
        .then(reply(200));
    let client = mock.client().build().expect("a client");
    let call = tokio::spawn(client.get("/x").send());
    mock.wait_until_waiting().await;
    assert_eq!(mock.requests().len(), 1);
    mock.advance(Duration::from_secs(29)).await;
    assert_eq!(mock.requests().len(), 1);
    mock.advance(Duration::from_secs(2)).await;
    assert_eq!(mock.requests().len(), 2);
    call.await.expect("a task").expect("a response");
    assert_eq!(mock.elapsed(), Duration::from_secs(31));
}

#[tokio::test]
async fn a_cancel_acts_at_the_moment_it_comes() {
    let mock = Mock::new().manual_clock();
    mock.get("/x")
        .replies(error_reply("rate_limited").retry_after(30));
    let client = mock.client().build().expect("a client");
    let token = CancelToken::new();
    let call = tokio::spawn(client.get("/x").cancel_token(&token).send());
    mock.wait_until_waiting().await;
    mock.advance(Duration::from_secs(10)).await;
    token.cancel();
    let error = call.await.expect("a task").expect_err("cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(
        error.trail().expect("a trail").elapsed(),
        Duration::from_secs(10)
    );
}

#[tokio::test]
async fn a_token_may_be_cancelled_by_the_mocks_time() {
    let mock = Mock::new();
    mock.get("/x").fails("timeout");
    let client = mock.client().build().expect("a client");
    let token = CancelToken::new();
    let timer = mock.cancel_after(&token, Duration::from_secs(3), CancelReason::Deadline);
    let error = client
        .get("/x")
        .cancel_token(&token)
        .await
        .expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(mock.elapsed(), Duration::from_secs(3));
    drop(timer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_share_the_time() {
    let mock = Mock::new();
    mock.get("/x")
        .replies(reply(503).times(40))
        .then(reply(200).always());
    let client = mock.client().retry_budget(None).build().expect("a client");
    let calls = (0..40).map(|_| tokio::spawn(client.get("/x").send()));
    for call in calls.collect::<Vec<_>>() {
        let _ = call.await.expect("a task");
    }
    let blocking = mock.client().build_blocking().expect("a client");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| blocking.get("/x").send().expect("a response"));
        }
    });
}

#[tokio::test]
async fn a_mocks_time_stops_while_a_refresher_runs() {
    let mock = Mock::new();
    mock.get("/x").replies(reply(401)).then(reply(200));
    let client = mock
        .client()
        .token("old")
        .token_refresher_blocking(|| {
            std::thread::sleep(Duration::from_millis(20));
            Ok("new")
        })
        .build()
        .expect("a client");
    client.get("/x").await.expect("a response");
    assert_eq!(mock.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_refresher_may_call_the_same_mock() {
    let mock = Mock::new();
    mock.get("/x").replies(reply(401)).then(reply(200));
    mock.post("/token")
        .replies(reply(200).text("new").delay(Duration::from_secs(2)));
    let tokens = mock.client().build().expect("a client");
    let client = mock
        .client()
        .token("old")
        .token_refresher(move || {
            let call = tokens.post("/token").send();
            async move { Ok(call.await?.text()?.into_owned()) }
        })
        .build()
        .expect("a client");
    client.get("/x").await.expect("a response");
    assert_eq!(mock.elapsed(), Duration::from_secs(2));
}

#[test]
fn a_hook_may_call_the_same_mock() {
    let mock = Mock::new();
    mock.get("/x").replies(reply(503)).then(reply(200));
    mock.get("/other")
        .replies(reply(200).delay(Duration::from_secs(2)));
    let other = mock.client().build_blocking().expect("a client");
    let seen = std::sync::Mutex::new(false);
    let client = mock
        .client()
        .on_attempt(move |_| {
            if !std::mem::replace(&mut *seen.lock().expect("a lock"), true) {
                other.get("/other").send().expect("a response");
            }
        })
        .build_blocking()
        .expect("a client");
    client.get("/x").send().expect("a response");
    assert!(mock.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_mocks_time_stops_at_the_last_date() {
    let mock = Mock::new().manual_clock();
    mock.advance(Duration::MAX).await;
    mock.get("/x").replies(reply(200));
    let client = mock.client().build().expect("a client");
    let response = client.get("/x").send().await.expect("a response");
    let json: serde_json::Value =
        serde_json::from_str(&response.trail().to_json()).expect("a trail is JSON");
    assert_eq!(json["started_at"], "9999-01-01T00:00:00.000Z");
}
