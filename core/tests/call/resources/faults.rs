//! Many followings of services that fail now and then: a verdict may be missing, and is never wrong.

use super::*;

/// What really becomes of the extend, and what the volume shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Truth {
    Extended,
    NoRoom,
    Broken,
}

/// A number that looks random, from a seed and a place.
fn mixed(seed: u64, place: u64) -> u64 {
    let mut x =
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 29)
}

#[tokio::test(start_paused = true)]
async fn no_verdict_is_wrong() {
    let (mut proven, mut unknown) = (0, 0);
    for seed in 0..200 {
        let truth = [Truth::Extended, Truth::NoRoom, Truth::Broken][(seed % 3) as usize];
        let ends_at = mixed(seed, 0) % 8_000;
        let end = match truth {
            Truth::Extended => ("available", 2),
            Truth::NoRoom => ("available", 1),
            Truth::Broken => ("error_extending", 1),
        };
        let mut cinder = Cinder::new(&[(0, Some(("extending", 1))), (ends_at, Some(end))])
            .message(0, message(ANOTHER, "another's"));
        if truth != Truth::Extended {
            cinder = cinder.message(ends_at + mixed(seed, 1) % 1_500, message(REQUEST, "why"));
        }
        // From none at all to three of four requests.
        let rate = mixed(seed, 2) % 4;
        let wire = ScriptedTransport::answering(move |n, sent| {
            let chance = mixed(seed, 3 + n as u64);
            match (
                sent.method == Method::GET && chance % 4 < rate,
                chance / 4 % 4,
            ) {
                (false, _) => cinder.answer(n, sent),
                (true, 0) => reply(503),
                (true, 1) => fails(reqtrail::Failure::Connect),
                (true, 2) => fails(reqtrail::Failure::Broken),
                (true, _) => answer(404, n, "<h1>Not Found</h1>"),
            }
        });
        let extend = json!({ "os-extend": { "new_size": 2 } });
        let response = post(&wire, "/volumes/{id}/action", extend).await;
        let ended = follow(&wire, &response).deadline(secs(120)).send().await;
        let report = match &ended {
            Ok(report) => report,
            Err(error) => error.report(),
        };
        match (truth, report.verdict) {
            (Truth::Extended, Verdict::Succeeded)
            | (Truth::NoRoom | Truth::Broken, Verdict::Failed) => {
                proven += 1;
            }
            (_, Verdict::Unknown) => unknown += 1,
            (_, verdict) => panic!("{seed}: {truth:?} is not {verdict}: {report}"),
        }
        assert_eq!(report.trails.len(), wire.count(), "{seed}");
        assert!(!report.to_json().contains("another's"), "{seed}");
    }
    assert!(
        proven > 150 && unknown < 50,
        "{proven} are proven, {unknown} are not"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_without_end_do_not_outlast_the_deadline() {
    let cinder = Cinder::new(&[(0, Some(("error", 1)))]);
    let wire = ScriptedTransport::answering(move |n, sent| {
        if !sent.url.path().ends_with("/messages") {
            return cinder.answer(n, sent);
        }
        let mut row = message(ANOTHER, "another's");
        row["id"] = json!(format!("m-{n}"));
        let body =
            json!({ "messages": [row], "messages_links": [{ "rel": "next", "href": "/x" }] });
        reply(200).after(secs(4)).body(body.to_string())
    });
    let what = ("volume.create", VOLUME, REQUEST);
    let report = follow(&wire, what).deadline(secs(10)).send().await;
    let report = report.expect("no failure is proven");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(
        report.evidence.contains("no end was seen within 10 s"),
        "{report}"
    );
    assert!(wire.elapsed() <= secs(15), "{:?}", wire.elapsed());
    assert_eq!(wire.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_holds_a_password_is_not_shown() {
    let body = r#"{"volume": {"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe"}, "server": {"id": "s", "adminPass": "hunter2"}}"#;
    let wire = ScriptedTransport::answering(move |_, _| accepted(body));
    let response = post(&wire, "/volumes", json!({})).await;
    let what = ResourceRef::from(&response);
    let follow = follow(&wire, what.clone());
    for shown in [
        format!("{what:?}"),
        format!("{follow:?}"),
        format!("{response:?}"),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn odd_bodies_end_a_follow_without_a_verdict() {
    let deep = "[".repeat(100_000);
    let long = format!(
        r#"{{"volume": {{"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe", "status": "{}"}}}}"#,
        "x".repeat(1 << 20)
    );
    for (body, is_readable) in [
        ("", false),
        ("<html><body>It works!</body></html>", false),
        ("null", false),
        ("[]", false),
        ("{}", false),
        (r#"{"volume": null}"#, false),
        (r#"{"volume": []}"#, false),
        (r#"{"volume": {"id": null, "status": "available"}}"#, false),
        (deep.as_str(), false),
        (
            r#"{"volume": {"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe", "status": null, "size": -1}}"#,
            true,
        ),
        (
            r#"{"volume": {"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe", "status": {"a": 1}, "size": 1e300}}"#,
            true,
        ),
        (long.as_str(), true),
    ] {
        let body = body.to_owned();
        let wire = ScriptedTransport::answering(move |n, sent| {
            match sent.url.path().ends_with("/messages") {
                true => answer(200, n, r#"{"messages": null}"#),
                false => answer(200, n, &body),
            }
        });
        let ended = follow(&wire, ("volume.create", VOLUME, REQUEST))
            .deadline(secs(20))
            .send()
            .await;
        match ended {
            Ok(report) => assert!(is_readable && report.verdict == Verdict::Unknown),
            Err(ActionError::Unfollowed { error, .. }) => {
                assert!(!is_readable, "{error}");
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            }
            Err(failed) => panic!("{failed}"),
        }
        assert!(wire.elapsed() <= secs(25));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_a_poll_has_the_clients_own_time() {
    let cinder = Cinder::new(&[(0, Some(("available", 1)))]);
    let wire = ScriptedTransport::answering(move |n, sent| match n {
        0 => never().sent(),
        _ => cinder.answer(n, sent),
    });
    let client = Client::openstack("https://cloud.example/v3")
        .token("gAAAAA-secret")
        .jitter_seed(7)
        .build_with(wire.clone())
        .expect("a client");
    let what = ("volume.create", VOLUME, REQUEST);
    let report = Resources::new(client).follow(what).send().await;
    let report = report.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    let attempts = report.trails[0].attempts();
    assert_eq!((report.trails.len(), attempts.len()), (1, 2));
    let reason = attempts[0].failure_reason();
    assert!(
        reason.is_some_and(|text| text.contains("within 10 s")),
        "{reason:?}"
    );
}
