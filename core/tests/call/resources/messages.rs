//! How the messages to users are looked up.

use super::*;

/// A failed creation, with messages of this and of another request.
fn broken() -> Cinder {
    Cinder::new(&[(0, Some(("error", 1)))])
        .message(0, message(ANOTHER, "another's"))
        .message(0, message(REQUEST, "own"))
}

/// The versions and queries that were asked for.
fn asked(wire: &ScriptedTransport) -> Vec<String> {
    let log = wire.log();
    let messages = log
        .iter()
        .filter(|sent| sent.url.path().ends_with("/messages"));
    messages
        .map(|sent| {
            let version = sent.header("openstack-api-version").unwrap_or("none");
            format!("{version} {}", sent.url.query().unwrap_or(""))
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn messages_are_read_with_their_own_microversion() {
    let wire = broken().start();
    let what = ("volume.create", VOLUME, REQUEST);
    let error = failed(follow(&wire, what).send().await);
    assert_eq!(asked(&wire), [format!("volume 3.5 request_id={REQUEST}")]);
    assert!(error.to_string().contains("in error: own"), "{error}");
    // Whatever the client asks for.
    let client = Client::openstack("https://cloud.example/v3")
        .token("t")
        .default_header("OpenStack-API-Version", "volume 3.71")
        .build_with(wire.clone())
        .expect("a client");
    failed(Resources::new(client).follow(what).send().await);
    let log = wire.log();
    let versions: Vec<_> = log
        .iter()
        .rev()
        .take(2)
        .map(|sent| sent.header("openstack-api-version"))
        .collect();
    assert_eq!(versions, [Some("volume 3.5"), Some("volume 3.71")]);
}

#[tokio::test(start_paused = true)]
async fn a_message_about_another_volume_says_nothing_of_this_one() {
    let mut other = message(REQUEST, "of another volume");
    other["resource_uuid"] = "6afa8c21-76b4-469f-a9c8-f157b4c8583f".into();
    let wire = Cinder::new(&[(0, Some(("available", 1)))])
        .message(0, other)
        .start();
    let what = ("volume.extend", VOLUME, REQUEST);
    let report = follow(&wire, what).size(2).send().await;
    let report = report.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.messages.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_of_3_3_has_all_of_them_and_only_own_ones_are_kept() {
    for newest in [3.3, 3.4] {
        let wire = broken().up_to(newest).start();
        let error = failed(
            follow(&wire, ("volume.create", VOLUME, REQUEST))
                .send()
                .await,
        );
        assert_eq!(
            asked(&wire),
            [&format!("volume 3.5 request_id={REQUEST}"), "volume 3.3 "]
        );
        let texts = error
            .report()
            .messages
            .iter()
            .map(|message| message.user_message.as_str());
        assert_eq!(texts.collect::<Vec<_>>(), ["own"]);
        assert!(!error.report().to_json().contains("another's"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read() {
    let cinder = Cinder::new(&[(0, Some(("error", 1)))]);
    let wire = ScriptedTransport::answering(move |n, sent| {
        let page = |rows: Vec<Value>, next: bool| {
            let links = if next {
                json!([{ "rel": "next", "href": "https://cloud.example/x" }])
            } else {
                json!([])
            };
            answer(
                200,
                n,
                &json!({ "messages": rows, "messages_links": links }).to_string(),
            )
        };
        match (sent.url.path().ends_with("/messages"), sent.url.query()) {
            (false, _) => cinder.answer(n, sent),
            (true, Some(query)) if query.contains("marker=") => {
                page(vec![message(REQUEST, "own")], false)
            }
            (true, _) => page(vec![message(ANOTHER, "another's")], true),
        }
    });
    let error = failed(
        follow(&wire, ("volume.create", VOLUME, REQUEST))
            .send()
            .await,
    );
    assert!(error.to_string().contains("in error: own"), "{error}");
    assert_eq!(asked(&wire).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_messages_the_status_alone_decides() {
    for (wire, why) in [
        (broken().up_to(3.2).start(), "before microversion 3.3"),
        (
            ScriptedTransport::answering({
                let cinder = broken();
                move |n, sent| match sent.url.path().ends_with("/messages") {
                    true => answer(
                        403,
                        n,
                        r#"{"forbidden": {"code": 403, "message": "Policy."}}"#,
                    ),
                    false => cinder.answer(n, sent),
                }
            }),
            "the service refuses them to this token (403)",
        ),
    ] {
        let error = failed(
            follow(&wire, ("volume.create", VOLUME, REQUEST))
                .send()
                .await,
        );
        let report = error.report();
        assert!(report.evidence.contains(why), "{}", report.evidence);
        assert!(report.messages.is_empty());
        assert_eq!(report.followed_ms, 0, "nothing is waited for");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_is_found_by_resource_and_time() {
    // The request leaves, and its connection breaks.
    let lost = |cinder: Cinder| {
        ScriptedTransport::answering(move |n, sent| match sent.method {
            Method::POST => fails(reqtrail::Failure::Broken),
            _ => cinder.answer(n, sent),
        })
    };
    let mut before = message(ANOTHER, "an older one");
    before["created_at"] = "2026-11-21T20:59:00.000000".into();
    let old = Cinder::new(&[(0, Some(("available", 1)))]).message(0, before);
    for (cinder, apparent) in [
        (old.clone(), None),
        (
            old.message(0, message(ANOTHER, "since then")),
            Some(Verdict::Failed),
        ),
    ] {
        let wire = lost(cinder);
        let request = client(&wire)
            .post("/volumes/{id}/action")
            .param("id", VOLUME);
        let sent = request
            .json(&json!({ "os-extend": { "new_size": 2 } }))
            .send()
            .await;
        let error = sent.expect_err("a broken connection");
        let trail = error.trail().expect("a trail");
        let report = follow(&wire, trail)
            .send()
            .await
            .expect("no proof of a failure");
        assert_eq!(
            (report.verdict, report.apparent),
            (Verdict::Unknown, apparent),
            "{}",
            report.evidence
        );
        assert!(report.request_id.is_empty());
        assert!(
            asked(&wire)
                .iter()
                .all(|asked| asked.contains(&format!("resource_uuid={VOLUME}")))
        );
        assert!(!report.to_json().contains("an older one"));
    }
}

#[tokio::test(start_paused = true)]
async fn odd_rows_hide_no_others() {
    let cinder = Cinder::new(&[(0, Some(("error", 1)))]);
    let wire = ScriptedTransport::answering(move |n, sent| {
        if !sent.url.path().ends_with("/messages") {
            return cinder.answer(n, sent);
        }
        let mut silent = message(REQUEST, "");
        silent["user_message"] = Value::Null;
        silent["created_at"] = Value::Null;
        silent["id"] = Value::Null;
        let mut odd = message(ANOTHER, "another's");
        odd["resource_uuid"] = json!(7);
        let rows = json!([silent, null, odd, "no row", message(REQUEST, "own")]);
        let links = json!([null, {"href": "https://cloud.example/x"}, {"rel": null}, 7]);
        let body = json!({ "messages": rows, "messages_links": links });
        answer(200, n, &body.to_string())
    });
    let error = failed(
        follow(&wire, ("volume.create", VOLUME, REQUEST))
            .send()
            .await,
    );
    assert!(error.to_string().contains("in error: own"), "{error}");
    assert_eq!(error.report().messages.len(), 2);
}

/// A volume of the requested size, and a list of messages whose pages never end. The marker of a page decides what the
/// next one has.
fn endless(page: fn(&str) -> Value) -> ScriptedTransport {
    let cinder = Cinder::new(&[(0, Some(("available", 2)))]);
    ScriptedTransport::answering(move |n, sent| {
        if !sent.url.path().ends_with("/messages") {
            return cinder.answer(n, sent);
        }
        let mut query = sent.url.query_pairs();
        let marker = query.find(|(name, _)| name == "marker");
        let marker = marker.map_or_else(String::new, |(_, id)| id.into_owned());
        let next = json!([{ "rel": "next", "href": "https://another.example/x" }]);
        let body = json!({ "messages": [page(&marker)], "messages_links": next });
        answer(200, n, &body.to_string())
    })
}

fn with_id(request: &str, id: &str) -> Value {
    let mut row = message(request, "text");
    row["id"] = id.into();
    row
}

#[tokio::test(start_paused = true)]
async fn messages_that_never_end_do_not_prove_a_success() {
    let always_new = |marker: &str| with_id(ANOTHER, &format!("{marker}x"));
    let in_turn = |marker: &str| with_id(ANOTHER, if marker == "a" { "b" } else { "a" });
    let the_same = |_: &str| with_id(ANOTHER, "a");
    for page in [always_new, in_turn, the_same] {
        let wire = endless(page);
        let report = follow(&wire, ("volume.extend", VOLUME, REQUEST)).size(2);
        let report = report.send().await.expect("no failure");
        let ends = (report.verdict, report.apparent);
        assert_eq!(ends, (Verdict::Unknown, Some(Verdict::Succeeded)));
        let why = "the messages to users cannot be read (their list did not end within 100 pages)";
        assert!(report.evidence.contains(why), "{}", report.evidence);
        assert!(wire.count() <= 101, "{}", wire.count());
        assert!(report.messages.is_empty());
    }
    // What was found on the way counts.
    let wire = endless(|marker| match marker {
        "" => with_id(REQUEST, "own"),
        marker => with_id(ANOTHER, &format!("{marker}x")),
    });
    let what = ("volume.extend", VOLUME, REQUEST);
    failed(follow(&wire, what).size(2).send().await);
}

#[tokio::test(start_paused = true)]
async fn a_uuid_in_capitals_is_the_same_volume() {
    let wire = Cinder::new(&[(0, Some(("available", 2)))])
        .message(0, message(REQUEST, "own"))
        .start();
    let id = VOLUME.to_uppercase();
    let what = ("volume.extend", id.as_str(), REQUEST);
    let error = failed(follow(&wire, what).size(2).send().await);
    assert!(error.to_string().contains("own"), "{error}");
}
