//! What the options of a request send, and what they hide.

use std::sync::{Arc, Mutex};

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use reqtrail::{Attached, CancelToken, Client, Error, ErrorKind, Request, Response, blocking};
use serde::Serialize;
use tokio::io::AsyncWriteExt as _;

use crate::support::{Outcome, Server, builder, http1};

/// The requests that a server read.
type Heard = Arc<Mutex<Vec<http1::Message>>>;

/// A server that says 200 to a GET, and to anything else 400 with all that it was sent.
async fn parrot() -> (Server, Heard) {
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    let server = Server::start(move |number, mut socket, log| {
        let heard = Arc::clone(&hears);
        async move {
            while let Some(request) = http1::read(&mut socket).await? {
                let id = log.answer(log.enter(request.seen(number)));
                let mut said = String::new();
                for (name, value) in &request.headers {
                    said.push_str(&format!("{name}: {}; ", String::from_utf8_lossy(value.as_bytes())));
                }
                said.push_str(&String::from_utf8_lossy(&request.body));
                let (status, body) = match request.start.starts_with("GET ") {
                    true => ("200 OK", String::new()),
                    false => {
                        let error = serde_json::json!({ "error": { "code": "odd", "message": said } });
                        ("400 Bad Request", error.to_string())
                    }
                };
                heard.lock().expect("the lock").push(request);
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\nX-Request-Id: {id}\r\nContent-Length: {length}\r\n\r\n{body}"
                );
                socket.write_all(answer.as_bytes()).await?;
            }
            Ok(())
        }
    })
    .await;
    (server, heard)
}

/// A client without its own credential.
fn client(server: &Server) -> Client {
    let builder = Client::builder(server.http()).proxy(reqtrail::Proxy::None);
    builder.build().expect("a client")
}

/// Sends a request to a parrot; returns what that received, and how the call ended.
async fn sent(request: Request) -> (http1::Message, Outcome) {
    let (server, heard) = parrot().await;
    let outcome = client(&server).send(request, Attached::new()).await;
    let mut heard = heard.lock().expect("the lock");
    assert_eq!(heard.len(), 1, "{outcome:?}");
    (heard.remove(0), outcome)
}

/// The error of a request that is refused.
async fn refused(request: Request) -> Error {
    let (server, heard) = parrot().await;
    let outcome = client(&server).send(request, Attached::new()).await;
    let error = outcome.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(heard.lock().expect("the lock").is_empty());
    assert!(error.trail().expect("a trail").attempts().is_empty());
    error
}

/// Nothing that shows a call shows one of these; the server repeated them all.
fn assert_hidden(request: &str, outcome: &Outcome, secrets: &[&str]) {
    let error = outcome.as_ref().expect_err("the parrot complains");
    let api = error.api().expect("an answer");
    let trail = error.trail().expect("a trail");
    let shown = [
        request.to_owned(),
        error.to_string(),
        format!("{error:?}"),
        api.message().unwrap_or_default().to_owned(),
        String::from_utf8_lossy(api.body()).into_owned(),
        trail.report(),
        trail.to_json(),
        format!("{trail:?}"),
    ];
    assert!(shown[3].contains("[redacted]"), "{}", shown[3]);
    for (place, text) in shown.iter().enumerate() {
        for secret in secrets {
            assert!(!text.contains(secret), "{place}: {text}");
        }
    }
}

fn targets(outcome: &http1::Message) -> &str {
    outcome.start.split(' ').nth(1).expect("a target")
}

#[tokio::test]
async fn basic_auth_is_sent_and_shown_nowhere() {
    let request = Request::post("/token").basic_auth("my-client", "hunter2 é");
    let shown = format!("{request:?}");
    let (heard, outcome) = sent(request).await;
    // printf 'my-client:hunter2 é' | base64
    let encoded = "bXktY2xpZW50Omh1bnRlcjIgw6k=";
    assert_eq!(heard.headers["authorization"], format!("Basic {encoded}"));
    assert_hidden(&shown, &outcome, &["hunter2", "my-client", encoded]);
    let error = refused(Request::get("/x").basic_auth("a:b", "c")).await;
    assert!(
        error
            .to_string()
            .contains("basic_auth: the user holds a colon"),
        "{error}"
    );
    let error = refused(
        Request::get("/{p}")
            .param("p", "hid\nden")
            .basic_auth("user", "hid\nden"),
    )
    .await;
    assert!(error.to_string().contains("control character"), "{error}");
    assert!(!error.to_string().contains("den"), "{error}");
}

#[tokio::test]
async fn basic_auth_replaces_the_clients_token() {
    let (server, heard) = parrot().await;
    let client = builder(server.http()).build().expect("a client");
    let one = client.get("/x").basic_auth("key", "").send().await;
    let two = client.get("/x").token("sk_live_other").send().await;
    let three = client.get("/x").send().await;
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    let heard = heard.lock().expect("the lock");
    let given: Vec<_> = heard
        .iter()
        .map(|m| m.headers["authorization"].to_str().expect("text"))
        .collect();
    assert_eq!(given[0], "Basic a2V5Og==");
    assert_eq!(given[1], "Bearer sk_live_other");
    assert!(
        given[2].starts_with("Bearer ") && given[2] != given[1],
        "{given:?}"
    );
    assert!(
        heard
            .iter()
            .all(|m| m.headers.get_all("authorization").iter().count() == 1)
    );
}

#[tokio::test]
async fn a_token_of_a_request_is_shown_nowhere_and_not_refreshed() {
    let request = Request::post("/x").token("sk_live_of_another_tenant");
    let shown = format!("{request:?}");
    let (heard, outcome) = sent(request).await;
    assert_eq!(
        heard.headers["authorization"],
        "Bearer sk_live_of_another_tenant"
    );
    assert_hidden(&shown, &outcome, &["another_tenant"]);
    let twice = Request::get("/x")
        .token("a-token")
        .header("Authorization", "Bearer other");
    let error = refused(twice).await;
    assert!(
        error
            .to_string()
            .contains("token: the header `authorization` is given too"),
        "{error}"
    );
    let error = refused(Request::get("/x").token("a\nb")).await;
    assert!(
        error
            .to_string()
            .contains("the token is empty or holds a line break"),
        "{error}"
    );
}

#[derive(Serialize)]
struct Login<'a> {
    grant_type: &'a str,
    password: &'a str,
    scope: Option<&'a str>,
    tags: [&'a str; 2],
}

#[tokio::test]
async fn a_form_is_encoded_and_its_secrets_are_shown_nowhere() {
    let request = Request::post("/token").form(&Login {
        grant_type: "password",
        password: "hunter2&é",
        scope: None,
        tags: ["a b", "c"],
    });
    let shown = format!("{request:?}");
    let (heard, outcome) = sent(request).await;
    assert_eq!(
        heard.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    let body = String::from_utf8(heard.body).expect("text");
    assert_eq!(
        body,
        "grant_type=password&password=hunter2%26%C3%A9&tags=a+b&tags=c"
    );
    assert_hidden(&shown, &outcome, &["hunter2"]);
    // What names no secret can be read in the server's words.
    let error = outcome.expect_err("the parrot complains");
    assert!(error.to_string().contains("grant_type=password"), "{error}");
    let own = Request::post("/x")
        .form(&[("a", 1)])
        .header("Content-Type", "text/odd");
    assert_eq!(sent(own).await.0.headers["content-type"], "text/odd");
    let error = refused(Request::post("/x").form("a=b")).await;
    assert!(
        error
            .to_string()
            .contains("form: expected a struct, a map or a list of pairs, not text"),
        "{error}"
    );
}

#[tokio::test]
async fn query_parameters_may_be_of_many_types() {
    let none: Option<u32> = None;
    let request = Request::get("/x")
        .query("a", 1)
        .query_opt("b", none)
        .query_opt("c", Some("d e"))
        .query_all("f", ["g", "h"])
        .query_pairs(&[("i", "j&k")])
        .query_pairs(&serde_json::json!({ "l": [1, true], "m": null }));
    let (heard, outcome) = sent(request).await;
    assert!(outcome.is_ok());
    assert_eq!(targets(&heard), "/x?a=1&c=d%20e&f=g&f=h&i=j%26k&l=1&l=true");
    let error = refused(Request::get("/x").query_pairs(&[("a", 1)]).query_pairs(&7)).await;
    assert!(
        error
            .to_string()
            .contains("query_pairs: expected a struct, a map or a list of pairs, not a number"),
        "{error}"
    );
}

#[tokio::test]
async fn headers_may_be_of_many_types() {
    let mut map = HeaderMap::new();
    map.append("x-map", HeaderValue::from_static("1"));
    map.append("x-map", HeaderValue::from_static("2"));
    let mut hidden = HeaderValue::from_static("s3cr3t-mark");
    hidden.set_sensitive(true);
    let request = Request::post("/x")
        .header(ACCEPT_LANGUAGE, HeaderValue::from_static("de"))
        .header(HeaderName::from_static("x-number"), 7)
        .header("X-Bytes", "é".as_bytes())
        .headers(map)
        .header("x-marked", hidden)
        .secret_header("x-own", "s3cr3t-own");
    let shown = format!("{request:?}");
    let (heard, outcome) = sent(request).await;
    let headers = heard.headers;
    assert_eq!(headers["accept-language"], "de");
    assert_eq!(headers["x-number"], "7");
    assert_eq!(headers["x-bytes"].as_bytes(), "é".as_bytes());
    assert_eq!(
        headers.get_all("x-map").iter().collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(headers["x-own"], "s3cr3t-own");
    assert_hidden(&shown, &outcome, &["s3cr3t-mark", "s3cr3t-own"]);
    let mut framing = HeaderMap::new();
    framing.insert("content-length", HeaderValue::from_static("5"));
    let error = refused(Request::post("/x").headers(framing)).await;
    assert!(
        error
            .to_string()
            .contains("`content-length` is set by the client itself"),
        "{error}"
    );
}

/// A form writes a blank as `+`, and a server may repeat the body as it came.
#[tokio::test]
async fn a_secret_of_a_form_is_not_shown_as_it_was_sent() {
    let request = Request::post("/token").form(&[
        ("passwd", "correct horse battery"),
        ("client_assertion", "ass ert/ion"),
        ("client_assertion_type", "jwt-bearer"),
        ("code", "c0de+ 1"),
        ("country_code", "germany"),
    ]);
    let shown = format!("{request:?}");
    let (heard, outcome) = sent(request).await;
    let body = String::from_utf8(heard.body).expect("text");
    assert_eq!(
        body,
        "passwd=correct+horse+battery&client_assertion=ass+ert%2Fion\
         &client_assertion_type=jwt-bearer&code=c0de%2B+1&country_code=germany"
    );
    assert_hidden(&shown, &outcome, &["horse", "ass+", "c0de"]);
    let error = outcome.expect_err("the parrot complains");
    let said = String::from_utf8_lossy(error.api().expect("an answer").body()).into_owned();
    assert!(said.contains("_type=jwt-bearer"), "{said}");
    assert!(said.contains("country_code=germany"), "{said}");
}

/// A value that is neither a form nor a query may still hold a secret.
#[tokio::test]
async fn a_refused_value_is_shown_nowhere() {
    let requests = [
        Request::post("/x").form("grant_type=password&password=hunter2"),
        Request::post("/x").form(&["client_secret=hunter2"]),
        Request::get("/x").query_pairs("api_key=hunter2"),
    ];
    for request in requests {
        let error = refused(request).await;
        let trail = error.trail().expect("a trail");
        let shown = [
            error.to_string(),
            format!("{error:?}"),
            trail.report(),
            trail.to_json(),
            format!("{trail:?}"),
        ];
        for text in shown {
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}

/// The first mistake counts, whatever comes after it.
#[tokio::test]
async fn the_first_mistake_is_kept() {
    let request = Request::new("NO METHOD", "/x")
        .header("X A", "v")
        .form("no form");
    let error = refused(request).await;
    assert!(
        error.to_string().contains("is not a valid HTTP method"),
        "{error}"
    );
    assert!(error.to_string().starts_with("request /x: "), "{error}");
    let request = Request::get("/x")
        .header("X A", "v")
        .query_pairs("no pairs");
    let error = refused(request).await;
    assert!(
        error
            .to_string()
            .contains("the header name that begins `X` holds ' '"),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_is_sent_any_number_of_times_through_any_client() {
    let (server, heard) = parrot().await;
    let first = client(&server);
    let second = builder(server.http()).build_blocking().expect("a client");
    let request = Request::get("/cameras/{id}")
        .param("id", 7)
        .query("limit", 1);
    first
        .send(request.clone(), Attached::new())
        .await
        .expect("a response");
    let blocking: blocking::Client = second.clone();
    let again = request.clone();
    let call = move || blocking.send(again, Attached::new());
    let response: Result<Response, Error> =
        tokio::task::spawn_blocking(call).await.expect("no panic");
    response.expect("a response");
    // A token is attached to one sending, not to the request.
    let token = CancelToken::new();
    token.cancel();
    let cancelled = first
        .send(request.clone(), Attached::new().cancel_token(&token))
        .await;
    assert!(cancelled.is_err_and(|error| error.is_cancelled()));
    first
        .send(request, Attached::new())
        .await
        .expect("a response");
    let heard = heard.lock().expect("the lock");
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|m| targets(m) == "/cameras/7?limit=1"));
}

#[tokio::test]
async fn a_builder_can_be_cloned_awaited_and_taken_apart() {
    let (server, heard) = parrot().await;
    let client = client(&server);
    let builder = client.get("/x").query("a", 1);
    let copy = builder.clone().query("b", 2);
    let request = builder.clone().into_request();
    builder.await.expect("a response");
    copy.await.expect("a response");
    client
        .send(request, Attached::new())
        .await
        .expect("a response");
    let heard = heard.lock().expect("the lock");
    let seen: Vec<_> = heard.iter().map(targets).collect();
    assert_eq!(seen, ["/x?a=1", "/x?a=1&b=2", "/x?a=1"]);
}

#[tokio::test]
async fn a_client_builder_can_be_cloned() {
    let (server, heard) = parrot().await;
    let common = builder(server.http()).default_header("X-Team", 7);
    let one = common
        .clone()
        .default_header("X-One", "1")
        .build()
        .expect("a client");
    let two = common.build().expect("a client");
    one.get("/x").await.expect("a response");
    two.get("/x").await.expect("a response");
    let heard = heard.lock().expect("the lock");
    assert!(heard.iter().all(|m| m.headers["x-team"] == "7"));
    assert_eq!(heard[0].headers["x-one"], "1");
    assert!(!heard[1].headers.contains_key("x-one"));
    let bad = builder(server.http())
        .default_header("X-A", "a\nb")
        .default_header("X B", "c");
    let error = bad.build().expect_err("a bad header");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error
            .to_string()
            .contains("default_header: the value of the header `x-a`"),
        "{error}"
    );
}
