//! Tests of a program's own handling of failures, without a network and without waiting.

use reqtrail::testing::{Mock, error_reply, reply};
use reqtrail::{Error, Secret};
use serde_json::{Value, json};

// test: success
#[tokio::test]
async fn success() -> Result<(), Error> {
    let mock = Mock::new();
    mock.get("/cameras/{id}")
        .replies(reply(200).json(&json!({"name": "Lobby"})));
    let client = mock.client().build()?;
    let camera: Value = client.get("/cameras/{id}").param("id", 7).await?.json()?;
    assert_eq!(camera["name"], "Lobby");
    assert_eq!(mock.requests()[0].path(), "/cameras/7");
    Ok(())
}
// end

// test: rate_limit_then_success
#[tokio::test]
async fn rate_limit_then_success() -> Result<(), Error> {
    let mock = Mock::new();
    mock.get("/events")
        .replies(error_reply("rate_limited").retry_after(30))
        .then(reply(200));
    let response = mock.client().build()?.get("/events").await?;
    assert_eq!(response.trail().attempts().len(), 2);
    assert!(mock.elapsed().as_secs() >= 30); // which took no time
    Ok(())
}
// end

// test: failure_shows_the_id
#[tokio::test]
async fn failure_shows_the_id() -> Result<(), Error> {
    let mock = Mock::new();
    mock.get("/cameras/{id}")
        .replies(error_reply("not_found").request_id("req_42"));
    let client = mock.client().build()?;
    let error = client
        .get("/cameras/{id}")
        .param("id", 7)
        .await
        .expect_err("no such camera");
    assert!(error.to_string().contains("req_42")); // what the user is shown
    Ok(())
}
// end

// test: timeout_is_not_repeated
#[test]
fn timeout_is_not_repeated() -> Result<(), Error> {
    let mock = Mock::new();
    mock.post("/sites").fails("timeout");
    let client = mock.client().build_blocking()?; // as well as an async one
    let error = client.post("/sites").send().expect_err("no answer");
    assert!(error.is_timeout() && error.may_have_been_sent());
    assert_eq!(mock.requests().len(), 1);
    Ok(())
}
// end

// test: refresh_after_a_401
#[tokio::test]
async fn refresh_after_a_401() -> Result<(), Error> {
    let mock = Mock::new();
    mock.get("/cameras")
        .replies(error_reply("invalid_token"))
        .then(reply(200));
    let client = mock
        .client()
        .token("old")
        .token_refresher(|| async { Ok(Secret::from("new")) });
    client.build()?.get("/cameras").await?;
    let sent = mock.requests()[1].header("authorization");
    assert_eq!(sent.as_deref(), Some("Bearer new"));
    Ok(())
}
// end
