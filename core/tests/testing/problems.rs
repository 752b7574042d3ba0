//! What a mock reports about its script and the requests.

use reqtrail::testing::{Mock, error_reply, reply};

#[tokio::test]
async fn an_exchange_that_cannot_be_played_was_not_sent() {
    let mock = Mock::new().allow_unused();
    mock.get("/x").replies(error_reply("no such code"));
    let client = mock.client().build().expect("a client");
    let error = client.get("/x").await.expect_err("it has no status");
    let sent = error.trail().expect("a trail").attempts()[0].sent();
    assert_eq!(sent.as_str(), "no", "{error}");
    assert_eq!(mock.requests().len(), 0);
    mock.check().expect_err("a problem of the script");
}

#[test]
#[should_panic(expected = "`manual_clock` begins another mock")]
fn a_mock_with_exchanges_cannot_be_restarted() {
    let mock = Mock::new();
    mock.get("/x").replies(reply(200));
    let _ = mock.manual_clock();
}

#[tokio::test]
#[should_panic(expected = "the server saw: GET /x (exchange 0)")]
async fn unused_exchanges_are_listed_with_the_requests_that_came() {
    let mock = Mock::new();
    mock.get("/x").replies(reply(404)).then(reply(200));
    let client = mock.client().build().expect("a client");
    let _ = client.get("/x").await;
}
