//! Secrets that the caller gives in one place and the server, or the caller itself, repeats in another.

use http::StatusCode;
use reqtrail::{Client, Error};
use serde::Deserialize;

use crate::secrets::{assert_hidden, shown};
use crate::support::*;

const OWN: &str = "s3cr3t-own";

/// The paths of a call's trail, log and hooks, beside its error.
fn trail_texts(error: &Error) -> String {
    let trail = error.trail().expect("a trail");
    format!(
        "{trail:?} {} {} {}",
        trail.path(),
        trail.origin(),
        trail.to_json()
    )
}

#[tokio::test(start_paused = true)]
async fn a_token_in_the_path_is_shown_nowhere() {
    let link = format!("https://api.example/api/v1/hooks/{TOKEN}/x?page=2");
    let path = format!("/hooks/{TOKEN}/{{id}}");
    type Begin = fn(&Client, &str) -> reqtrail::RequestBuilder<Client>;
    let rows: [(&str, Begin); 2] = [
        (&link, |c, link| c.request_link("GET", link)),
        (&path, |c, path| c.get(path).param("id", "7")),
    ];
    for (target, begin) in rows {
        for script in [
            vec![reply(404)],
            vec![reply(307).header("location", "/y"), reply(404)],
            vec![reply(503), reply(404)],
        ] {
            let fixture = novavms(script);
            let error = error(begin(&fixture.client, target).send().await);
            assert!(
                fixture.wire.log()[0].url.as_str().contains(TOKEN),
                "it is sent"
            );
            assert_hidden(
                TOKEN,
                &(shown(&error, &fixture.seen) + &trail_texts(&error)),
            );
            let path = error.trail().expect("a trail").path().to_owned();
            assert!(path.contains("/hooks/[redacted]/"), "{path}");
        }
        // Also if nothing is sent.
        let fixture = novavms([]);
        let cancelled = reqtrail::CancelToken::new();
        cancelled.cancel();
        let request = begin(&fixture.client, target).cancel_token(&cancelled);
        let error = error(request.send().await);
        assert_hidden(
            TOKEN,
            &(shown(&error, &fixture.seen) + &trail_texts(&error)),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_during_the_call_is_hidden_from_its_beginning() {
    const FIRST: &str = "s3cr3t-1";
    const SECOND: &str = "another-s3cr3t";
    // The refresher's first token, and the one after a 401.
    for (script, wanted) in [
        (vec![reply(404)], "/hooks/[redacted]/x"),
        (vec![reply(401), reply(404)], "/hooks/[redacted]/[redacted]"),
    ] {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let refresher = move || {
            let number = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move { Ok([FIRST, SECOND][number]) }
        };
        let calls = script.len();
        let wire = ScriptedTransport::playing(script);
        let builder = Client::novavms(BASE).token_refresher(refresher);
        let client = builder.build_with(wire).expect("a client");
        let last = if calls == 1 { "x" } else { SECOND };
        let path = format!("/hooks/{FIRST}/{last}");
        let error = error(client.get(path).send().await);
        let trail = error.trail().expect("a trail");
        assert_eq!(trail.path(), wanted);
        assert_eq!(trail.attempts().len(), calls);
        for attempt in trail.attempts() {
            assert!(attempt.url().ends_with(wanted), "{}", attempt.url());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_does_not_show_a_token_in_its_path() {
    let fixture = novavms([]);
    let own = fixture
        .client
        .get(format!("/hooks/{OWN}/../x"))
        .header("Authorization", format!("bearer {OWN}"));
    let tokened = fixture.client.get(format!("/hooks/{TOKEN}/{{id}}"));
    for (request, secret) in [(own, OWN), (tokened, TOKEN)] {
        let error = error(request.send().await);
        assert_eq!(error.kind(), reqtrail::ErrorKind::InvalidRequest);
        assert_hidden(
            secret,
            &(shown(&error, &fixture.seen) + &trail_texts(&error)),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_in_the_base_url_is_not_shown() {
    let seen = Seen::default();
    let wire = ScriptedTransport::playing([reply(404)]);
    let base = format!("https://{TOKEN}.example/bot{TOKEN}");
    let builder = Client::novavms(base).token(TOKEN).observer(seen.clone());
    let client = builder.build_with(wire).expect("a client");
    assert_hidden(TOKEN, &format!("{client:?}"));
    let error = error(client.get("/x").send().await);
    assert_hidden(TOKEN, &(shown(&error, &seen) + &trail_texts(&error)));
}

/// A URL instead of a path: its query and its user info are the caller's secrets.
#[tokio::test(start_paused = true)]
async fn a_url_in_the_place_of_a_path_is_shown_without_its_secrets() {
    for given in [
        "https://me:s3cr3t@api.example/x?token=s3cr3t",
        "//me:s3cr3t@api.example/x",
        "api.example/x?token=s3cr3t#s3cr3t",
        "/proxy/https://me:s3cr3t@h/x",
        "/x?token=s3cr3t",
    ] {
        let fixture = novavms([]);
        let requests = [
            fixture.client.get(given),
            fixture.client.request(given, "/x"),
            fixture
                .client
                .request_link("GET", format!("https://other.example/{given}")),
        ];
        for request in requests {
            let error = error(request.send().await);
            assert_hidden(
                "s3cr3t",
                &(shown(&error, &fixture.seen) + &trail_texts(&error)),
            );
        }
    }
}

/// A credential of the caller's own, as the server repeats it: with its scheme, without it, and what the scheme means.
#[tokio::test(start_paused = true)]
async fn a_callers_own_credential_is_redacted_in_every_spelling() {
    for (name, value, echoes) in [
        (
            "Authorization",
            "Bearer s3cr3t-own",
            vec![OWN, "Bearer s3cr3t-own"],
        ),
        (
            "authorization",
            "bearer s3cr3t-own",
            vec![OWN, "bearer s3cr3t-own"],
        ),
        ("Authorization", "BEARER \t s3cr3t-own", vec![OWN]),
        ("Authorization", "Token s3cr3t-own", vec![OWN]),
        ("Authorization", "s3cr3t-own", vec![OWN]),
        (
            "Authorization",
            "Basic bWU6czNjcjN0LW93bg==",
            vec!["bWU6czNjcjN0LW93bg==", "me:s3cr3t-own", OWN],
        ),
        // If the user is the key, the password is empty, or not a secret.
        (
            "Authorization",
            "Basic czNjcjN0LW93bjo=",
            vec!["s3cr3t-own:", OWN],
        ),
        ("Authorization", "Basic czNjcjN0LW93bjp4", vec![OWN]),
        (
            "Authorization",
            "Basic czNjcjN0LW93bjp4LW9hdXRoLWJhc2lj",
            vec![OWN],
        ),
        (
            "Authorization",
            "Digest username=\"me\", response=\"s3cr3t-own\"",
            vec![OWN],
        ),
        ("Cookie", "a=1; session=s3cr3t-own; b=2", vec![OWN]),
        ("Cookie", "session=tok-1", vec!["tok-1"]),
        ("Authorization", "Token token=tok-1", vec!["tok-1"]),
        ("X-Api-Key", "s3cr3t-own", vec![OWN]),
        ("X-Auth-Token", "s3cr3t-own", vec![OWN]),
        ("Proxy-Authorization", "Bearer s3cr3t-own", vec![OWN]),
        ("X-Plain", "s3cr3t-own", vec![OWN]),
    ] {
        for echo in echoes {
            let body = serde_json::json!({ "error": echo, "message": format!("no: {echo}"), "request_id": echo });
            let answer = || {
                reply(404)
                    .id(echo)
                    .header("x-echo", echo)
                    .body(body.to_string())
            };
            let request = |client: &Client| match name {
                "X-Plain" => client.get("/x").secret_header(name, value),
                _ => client.get("/x").header(name, value),
            };
            let fixture = novavms([answer()]);
            let error = error(request(&fixture.client).send().await);
            assert_hidden(echo, &shown(&error, &fixture.seen));
            assert!(fixture.wire.log()[0].headers[name].is_sensitive());
            // As a default header of the client, too, and in a path.
            let seen = Seen::default();
            let builder = Client::novavms(BASE).observer(seen.clone());
            let builder = match name {
                "X-Plain" => builder.default_secret_header(name, value),
                _ => builder.default_header(name, value),
            };
            let wire = ScriptedTransport::playing([answer()]);
            let client = builder.build_with(wire.clone()).expect("a client");
            let path = format!("/x/{}", echo.replace(['=', ':', ' '], "-"));
            let error = crate::support::error(client.get(path).send().await);
            assert_hidden(echo, &shown(&error, &seen));
            assert!(wire.log()[0].headers[name].is_sensitive());
        }
    }
}

/// The client's token stays a secret if the caller sends another.
#[tokio::test(start_paused = true)]
async fn the_clients_token_is_hidden_beside_a_callers_own() {
    let fixture = novavms([reply(404).body(format!(r#"{{"message":"{TOKEN} {OWN}"}}"#))]);
    let request = fixture.client.get(format!("/x/{TOKEN}"));
    let request = request.header("Authorization", format!("Bearer {OWN}"));
    let error = error(request.send().await);
    let all = shown(&error, &fixture.seen) + &trail_texts(&error);
    assert_hidden(TOKEN, &all);
    assert_hidden(OWN, &all);
}

#[tokio::test(start_paused = true)]
async fn a_short_secret_parameter_stays_hidden_over_a_redirect() {
    for (value, location) in [
        ("abc", "/api/v1/links/abc/more"),
        ("abc", "/api/v1/other?page=1&x=abc"),
        ("a/b", "/api/v1/links/a%2fb"),
        ("7", "/api/v1/links/7"),
    ] {
        let hop = reply(307).header("location", location);
        let fixture = novavms([hop, reply(404)]);
        let request = fixture
            .client
            .get("/links/{key}")
            .secret_param("key", value);
        let error = error(request.send().await);
        let trail = error.trail().expect("a trail");
        for attempt in trail.attempts() {
            let path = attempt
                .url()
                .trim_start_matches("https://api.example/api/v1");
            let hidden = !path.contains("abc") && !path.contains("2fb") && !path.contains('7');
            assert!(hidden, "{value}: {}", attempt.url());
        }
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is never read")]
struct Wanted {
    token: u32,
}

/// Everything that a program can print of an error and its causes.
fn chain(error: &Error) -> String {
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all += &format!(" {cause} {cause:?} {cause:#?}");
        source = cause.source();
    }
    all
}

#[tokio::test(start_paused = true)]
async fn an_error_of_json_quotes_no_value() {
    const BODY: &str = r#"{"token":"s3cr3t"}"#;
    let fixture = novavms([reply(200).body(BODY)]);
    let response = fixture.client.get("/x").send().await.expect("a response");
    let own = serde_json::from_slice::<Wanted>(response.bytes()).expect_err("no number");
    assert!(own.to_string().contains("s3cr3t"), "serde quotes it: {own}");
    let wrapped = std::io::Error::other(own);
    for error in [
        response.json::<Wanted>().expect_err("no number"),
        response.decode_error("the body is not as wanted", wrapped),
    ] {
        assert_hidden("s3cr3t", &chain(&error));
        assert!(chain(&error).contains("expected u32"), "{error:#?}");
    }
}

/// Through a refresher that reads its own response, values of bodies could get into a call's error.
#[tokio::test(start_paused = true)]
async fn a_refreshers_error_of_json_quotes_no_value() {
    for own_client in [true, false] {
        let fixture = with([reply(401)], |b| {
            b.token_refresher(move || async move {
                const BODY: &str = r#"{"token":"s3cr3t"}"#;
                let wire = ScriptedTransport::playing([reply(200).body(BODY)]);
                let client = Client::novavms(BASE).build_with(wire)?;
                let response = client.post("/auth/login").send().await?;
                if own_client {
                    response.json::<Wanted>()?;
                } else {
                    serde_json::from_slice::<Wanted>(response.bytes())?;
                }
                Ok("never")
            })
        });
        let error = error(fixture.client.get("/x").send().await);
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
        assert_hidden("s3cr3t", &(chain(&error) + &shown(&error, &fixture.seen)));
        assert!(chain(&error).contains("expected u32"), "{error:#?}");
    }
}

/// A default header that would be silently ignored is refused.
#[tokio::test(start_paused = true)]
async fn default_headers_that_would_have_no_effect_are_refused() {
    let wire = || ScriptedTransport::playing([]);
    let error = Client::novavms(BASE)
        .default_header(
            "Traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )
        .build_with(wire())
        .expect_err("one trace for all calls");
    assert_eq!(error.kind(), reqtrail::ErrorKind::Config);
    assert!(error.message().contains("`traceparent`"), "{error}");
    let error = Client::novavms(BASE)
        .default_header("Idempotency-Key", "k-1")
        .build_with(wire())
        .expect_err("one key for all calls");
    assert_eq!(error.kind(), reqtrail::ErrorKind::Config);
    assert!(error.message().contains("`idempotency-key`"), "{error}");
    let builder = Client::builder(BASE)
        .dialect(dialect(
            r#"{"name": "acme", "idempotency_header": "X-Once"}"#,
        ))
        .default_header("x-once", "k-1");
    let error = builder.build_with(wire()).expect_err("one key");
    assert!(error.message().contains("`x-once`"), "{error}");
    let beside: [fn(reqtrail::ClientBuilder) -> reqtrail::ClientBuilder; 2] = [
        |b| b.token(TOKEN),
        |b| b.token_refresher(|| async { Ok(TOKEN) }),
    ];
    for credential in beside {
        let builder =
            credential(Client::novavms(BASE).default_header("authorization", "Basic s3cr3t"));
        let error = builder.build_with(wire()).expect_err("two credentials");
        assert_eq!(error.kind(), reqtrail::ErrorKind::Config);
        assert!(error.message().contains("`authorization`"), "{error}");
        assert_hidden("s3cr3t", &format!("{error} {error:?} {error:#?}"));
    }
    // One of them is fine, and a token that is set later is not.
    let builder = Client::novavms(BASE).default_header("authorization", "Basic s3cr3t");
    let client = builder.build_with(wire()).expect("a client");
    let error = client.set_token(TOKEN).expect_err("two credentials");
    assert!(error.message().contains("`authorization`"), "{error}");
    // So is a trace if the client makes none itself.
    let wire = ScriptedTransport::playing([reply(200)]);
    let builder = Client::novavms(BASE).traceparent(false);
    let client = builder
        .default_header("traceparent", "00-x")
        .build_with(wire.clone());
    client
        .expect("a client")
        .get("/x")
        .send()
        .await
        .expect("a response");
    assert_eq!(wire.headers("traceparent"), ["00-x"]);
}

#[tokio::test(start_paused = true)]
async fn a_default_content_type_is_kept() {
    let fixture = with([reply(200)], |b| {
        b.default_header("Content-Type", "application/vnd.api+json")
    });
    fixture
        .client
        .post("/x")
        .json(&[1])
        .send()
        .await
        .expect("a response");
    assert_eq!(
        fixture.wire.headers("content-type"),
        ["application/vnd.api+json"]
    );
}
