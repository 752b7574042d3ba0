//! Secrets stay out of everything that people read, also if a server sends them back.

use reqtrail::{Client, Error, Failure, Secret};

use crate::support::*;

const OTHER: &str = "sk_live_fedcba9876543210";

/// Everything that an error and its trail can show.
pub(crate) fn shown(error: &Error, seen: &Seen) -> String {
    let mut all = format!("{error}\n{error:?}\n{error:#?}\n{}\n", error.message());
    let trail = error.trail().expect("a trail");
    all += &format!(
        "{trail}\n{trail:?}\n{}\n{}\n",
        trail.to_json(),
        trail.report()
    );
    all += &format!("{:?}\n", seen.events());
    if let Some(api) = error.api() {
        all += &format!("{api:?}\n{:?}\n{:?}\n", api.message(), api.raw_code());
        for (name, value) in api.headers() {
            all += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
        }
        all += &String::from_utf8_lossy(api.body());
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all += &format!("{cause} {cause:?}\n");
        source = cause.source();
    }
    all
}

pub(crate) fn assert_hidden(secret: &str, all: &str) {
    if let Some(at) = all.find(secret) {
        let line = all[..at].lines().last().unwrap_or_default();
        panic!("the secret is shown after: {line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_server_echoes_is_hidden() {
    let body = serde_json::json!({
        "error": format!("bad_{TOKEN}"),
        "message": format!("the token {TOKEN} is not welcome"),
        "request_id": format!("req_{TOKEN}"),
        "more": TOKEN,
    });
    let stories: [fn(String) -> Exchange; 7] = [
        |body| reply(404).body(body),
        |body| reply(404).id(&format!("id-{TOKEN}")).body(body),
        |body| {
            reply(404)
                .header("x-echo", format!("Bearer {TOKEN}"))
                .body(body)
        },
        |_| reply(404).body(format!("<html>{TOKEN}{TOKEN}</html>")),
        |_| reply(404).body(format!("\u{feff}{TOKEN}\0")),
        |_| reply(302).header("location", format!("https://other.example/?t={TOKEN}")),
        |_| reply(302).header("location", format!("https://{TOKEN}.example/")),
    ];
    for story in stories {
        let fixture = novavms([story(body.to_string())]);
        let error = error(fixture.client.get("/x").send().await);
        assert_hidden(TOKEN, &shown(&error, &fixture.seen));
    }
    let fixture = novavms([stories[0](body.to_string())]);
    let error = error(fixture.client.get("/x").send().await);
    let api = error.api().expect("an answer");
    assert_eq!(api.message(), Some("the token [redacted] is not welcome"));
    assert_eq!(api.code(), Some("bad_[redacted]"));
    assert_eq!(
        error.request_id().map(|id| id.as_str()),
        Some("req_[redacted]")
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_in_a_redirect_that_is_followed_is_hidden() {
    for location in [
        format!("/y/{TOKEN}?page={TOKEN}"),
        format!("/{TOKEN}?x={TOKEN}&y"),
    ] {
        let hop = reply(307).id(TOKEN).header("location", &location);
        let fixture = novavms([hop, reply(404)]);
        let error = error(fixture.client.get("/x").send().await);
        assert!(
            fixture.wire.log()[1].url.as_str().contains(TOKEN),
            "it is sent as it is"
        );
        assert_hidden(TOKEN, &shown(&error, &fixture.seen));
    }
}

#[tokio::test(start_paused = true)]
async fn old_and_new_token_are_hidden_after_a_refresh() {
    let both = format!(r#"{{"error":"{TOKEN}","message":"{OTHER} for {TOKEN}"}}"#);
    let fixture = with(
        [
            reply(401).id(TOKEN).body(both.clone()),
            reply(404).id(OTHER).body(both),
        ],
        |b| b.token_refresher(|| async { Ok(OTHER) }),
    );
    let error = error(fixture.client.get("/x").send().await);
    let all = shown(&error, &fixture.seen);
    assert_hidden(TOKEN, &all);
    assert_hidden(OTHER, &all);
}

/// A piece of a token is as good as a start. What is cut to a length is cleaned before.
#[tokio::test(start_paused = true)]
async fn a_token_is_hidden_where_a_text_is_cut() {
    // All but its last character would be left; the prefix that the manual allows does not count.
    let piece = &TOKEN[..TOKEN.len() - 1];
    let mut leaks = Vec::new();
    let long_id = format!("{}{TOKEN}", "i".repeat(256 - piece.len()));
    let stories: [(&str, Exchange); 3] = [
        (
            "the kept body",
            reply(404).body(format!("{}{TOKEN}", "b".repeat(64 * 1024 - piece.len()))),
        ),
        ("the request ID", reply(404).id(&long_id)),
        (
            "the body's request ID",
            reply(404).body(format!(r#"{{"request_id":"{long_id}"}}"#)),
        ),
    ];
    for (name, story) in stories {
        let fixture = novavms([story]);
        let error = error(fixture.client.get("/x").send().await);
        let id = error
            .request_id()
            .map(ToString::to_string)
            .unwrap_or_default();
        let kept = error
            .api()
            .map(|api| api.body().clone())
            .unwrap_or_default();
        if id.contains(piece) || id.is_empty() && kept.ends_with(piece.as_bytes()) {
            leaks.push(name);
        }
    }
    assert_eq!(leaks, [""; 0], "a piece of the token is shown");
}

/// The same token in the spellings of JSON and of URLs.
#[tokio::test(start_paused = true)]
async fn a_token_is_hidden_in_other_encodings() {
    const SLASHED: &str = "eyJhbGci/OiJIUzI1+NiJ9==";
    let escaped = SLASHED.replace('/', "\\/");
    let percent = "eyJhbGci%2FOiJIUzI1%2BNiJ9%3D%3D";
    let mut leaks = Vec::new();
    for (name, story) in [
        (
            "a JSON body",
            vec![reply(404).body(format!(r#"{{"message":"{escaped}"}}"#))],
        ),
        (
            "a followed Location",
            vec![
                reply(307).header("location", format!("/y/{percent}")),
                reply(404),
            ],
        ),
    ] {
        let fixture = built(ScriptedTransport::playing(story), |b| b.token(SLASHED));
        let error = error(fixture.client.get("/x").send().await);
        let all = shown(&error, &fixture.seen);
        if [SLASHED, &escaped, percent]
            .iter()
            .any(|spelling| all.contains(*spelling))
        {
            leaks.push(name);
        }
    }
    assert_eq!(leaks, [""; 0], "the token is shown in another spelling");
}

#[tokio::test(start_paused = true)]
async fn secret_query_parameters_are_hidden() {
    let value = "p@ss word/1";
    let encoded = "p%40ss%20word%2F1";
    let echo = format!(r#"{{"error":"{value}","message":"{encoded}"}}"#);
    let hop = reply(307).header("location", format!("/api/v1/links/{encoded}/more"));
    for script in [
        vec![reply(404).id(value).header("x-echo", encoded).body(echo)],
        vec![hop, reply(404)],
        vec![
            fails(Failure::Connect),
            fails(Failure::Broken).sent(),
            reply(404),
        ],
    ] {
        let fixture = novavms(script);
        let request = fixture
            .client
            .get("/links/{key}")
            .secret_param("key", value);
        assert_hidden(value, &format!("{request:?}"));
        let error = error(request.send().await);
        assert!(fixture.wire.log()[0].url.as_str().ends_with(encoded));
        let all = shown(&error, &fixture.seen);
        assert_hidden(value, &all);
        assert_hidden(encoded, &all);
        let url = error.trail().map(|t| t.attempts()[0].url().to_owned());
        assert_eq!(
            url.as_deref(),
            Some("https://api.example/api/v1/links/{key}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn query_values_are_hidden() {
    let fixture = with([reply(404)], |b| b.show_query_param("site"));
    let request = fixture.client.get("/x");
    let mut request = request
        .query("q", "s3cr3t")
        .query("site", "7")
        .query("empty", "");
    for name in ["limit", "cursor", "marker", "page", "offset"] {
        request = request.query(name, "v-1");
    }
    let error = error(request.send().await);
    let trail = error.trail().expect("a trail");
    assert_eq!(
        trail.attempts()[0].url(),
        "https://api.example/api/v1/x?q=[redacted]&site=7&empty=&limit=v-1&cursor=v-1&marker=v-1&page=v-1&offset=v-1"
    );
    assert_hidden("s3cr3t", &shown(&error, &fixture.seen));
    // Also in the answer's next link and in a redirect.
    let hop = reply(302).header("location", "/y?sig=s3cr3t&page=2");
    let fixture = novavms([hop, reply(404)]);
    let link = "https://api.example/api/v1/x?token=s3cr3t";
    let error = crate::support::error(fixture.client.request_link("GET", link).send().await);
    assert_hidden("s3cr3t", &shown(&error, &fixture.seen));
}

/// A success is the caller's data, and is passed on unchanged.
#[tokio::test(start_paused = true)]
async fn the_body_of_a_success_is_not_redacted() {
    let answer = reply(200).id(TOKEN).header("x-echo", TOKEN).body(TOKEN);
    let fixture = novavms([answer]);
    let response = fixture.client.get("/x").send().await.expect("a response");
    assert_eq!(response.text().expect("text"), TOKEN);
    assert_eq!(response.headers()["x-echo"], TOKEN);
    let trail = response.trail();
    let all = format!(
        "{response:?} {trail:?} {} {}",
        trail.to_json(),
        trail.report()
    );
    assert_hidden(TOKEN, &all);
}

#[tokio::test(start_paused = true)]
async fn debug_of_clients_and_their_parts_shows_no_secret() {
    let fixture = with([], |b| b.default_header("X-Api-Key", "s3cr3t-default"));
    let builder = Client::novavms(format!("https://user:{TOKEN}@h/")).token(TOKEN);
    let all = format!(
        "{:?} {:?} {:?}",
        fixture.client,
        builder,
        Secret::new(TOKEN)
    );
    assert_hidden(TOKEN, &all);
    assert_hidden("s3cr3t", &all);
    let config = builder
        .build_with(fixture.wire.clone())
        .expect_err("user info");
    assert_hidden(TOKEN, &format!("{config} {config:?}"));
    let bad = format!("{TOKEN}\n");
    let error = Client::novavms(BASE)
        .token(&*bad)
        .build_with(fixture.wire.clone());
    let error = error.expect_err("a line break");
    assert_hidden(TOKEN, &format!("{error} {error:?}"));
    let error = fixture.client.set_token(&*bad).expect_err("a line break");
    assert_hidden(TOKEN, &format!("{error} {error:?}"));
}

/// A request that is being built holds what the caller set, including its own credential.
#[tokio::test(start_paused = true)]
async fn a_requests_own_credential_is_hidden() {
    let fixture = novavms([reply(404)]);
    let request = fixture
        .client
        .get("/x")
        .header("Authorization", "Bearer s3cr3t-own")
        .query("sig", "s3cr3t-query");
    let debug = format!("{request:?}");
    let error = error(request.send().await);
    assert_hidden("s3cr3t", &shown(&error, &fixture.seen));
    let sent = &fixture.wire.log()[0];
    assert!(sent.headers["authorization"].is_sensitive());
    assert_hidden("s3cr3t-own", &debug);
    assert_hidden("s3cr3t-query", &debug);
}
