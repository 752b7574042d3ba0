//! Calls that hooks and refreshers make.

use std::time::Duration;

use reqtrail::testing::{Mock, reply};

const SECOND: Duration = Duration::from_secs(1);

/// A blocking client whose hook makes a call that takes a second.
fn with_a_calling_hook(mock: &Mock) -> reqtrail::blocking::Client {
    mock.get("/x").replies(reply(200).always());
    mock.get("/other")
        .replies(reply(200).delay(SECOND).always());
    let other = mock.client().build_blocking().expect("a client");
    let client = mock.client().on_attempt(move |_| {
        other.get("/other").send().expect("a response");
    });
    client.build_blocking().expect("a client")
}

#[test]
fn hooks_of_several_threads_may_call() {
    let mock = Mock::new();
    let client = with_a_calling_hook(&mock);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.get("/x").send().expect("a response"));
        }
    });
    assert_eq!(mock.requests().len(), 16);
}

#[test]
fn a_manual_clock_moves_for_the_call_of_a_hook() {
    let mock = Mock::new().manual_clock();
    let client = with_a_calling_hook(&mock);
    let call = std::thread::spawn(move || client.get("/x").send());
    mock.block_until_waiting().expect("the hook's call waits");
    mock.block_advance(2 * SECOND).expect("it ends");
    call.join().expect("a thread").expect("a response");
}

#[tokio::test]
async fn a_refresher_on_a_thread_may_call_the_same_mock() {
    // Either may come to rest first: the refresh, or the call that its thread makes.
    for _ in 0..50 {
        let mock = Mock::new();
        mock.get("/x").replies(reply(401)).then(reply(200));
        mock.post("/token")
            .replies(reply(200).text("new").delay(2 * SECOND));
        let tokens = mock.client().build_blocking().expect("a client");
        let refresh = move || Ok(tokens.post("/token").send()?.text()?.into_owned());
        let client = mock.client().token("old").token_refresher_blocking(refresh);
        let client = client.build().expect("a client");
        client.get("/x").await.expect("a response");
        assert_eq!(mock.elapsed(), 2 * SECOND);
    }
}

#[tokio::test]
async fn mocks_have_separate_clocks() {
    let (mock, keystone) = (Mock::new(), Mock::new());
    mock.get("/x").replies(reply(401)).then(reply(200));
    keystone
        .post("/token")
        .replies(reply(200).text("new").delay(2 * SECOND));
    let tokens = keystone.client_at("https://keystone.example");
    let tokens = tokens.build().expect("a client");
    let refresh = move || {
        let call = tokens.post("/token").send();
        async move { Ok(call.await?.text()?.into_owned()) }
    };
    let client = mock.client().token("old").token_refresher(refresh);
    client
        .build()
        .expect("a client")
        .get("/x")
        .await
        .expect("a response");
    assert_eq!(mock.elapsed(), Duration::ZERO);
    assert_eq!(keystone.elapsed(), 2 * SECOND);
}
