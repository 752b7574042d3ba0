//! What ends a story: a cancellation, a token that ends, a time that is over.

use super::*;

/// A server with a volume.
fn usual() -> Scripted {
    Scripted::new()
        .server(
            &server("ERROR", Some("no"), &[VOLUME]),
            &[action("create", BOOTED, Some("Error"))],
        )
        .volume(&volume("error"), &[message(CREATED, VOLUME)])
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_cancelled_in_the_middle_ends_it() {
    for at in 0..6 {
        let token = CancelToken::new();
        let (ends, seen) = (token.clone(), Arc::new(Mutex::new(0)));
        let cloud = usual()
            .but(move |_, _, _| {
                let mut seen = seen.lock().expect("the count");
                *seen += 1;
                if *seen == at + 1 {
                    ends.cancel();
                    return Some(never());
                }
                None
            })
            .start()
            .await;
        let ended = cloud.explain(SERVER).cancel_token(&token).send().await;
        let error = ended.expect_err("cancelled");
        assert_eq!(error.error.kind(), ErrorKind::Cancelled, "{error}");
        cloud.assert_trails(&error.trails);
        assert_eq!(cloud.wire.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_in_the_middle_is_replaced() {
    let seen = Arc::new(Mutex::new(0));
    let cloud = usual()
        .but(move |_, _, sent| {
            let mut seen = seen.lock().expect("the count");
            *seen += 1;
            let is_old = sent.header("x-auth-token") == Some("gAAAA-1");
            (*seen > 2 && is_old).then(|| reply(401))
        })
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(kinds(&story), ["server", "volume"]);
    assert!(story.notes.is_empty(), "{:?}", story.notes);
    assert!(cloud.keystone.count() > 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_is_refused_ends_it() {
    let cloud = usual()
        .but(|service, _, _| (service == "volume").then(|| reply(401)))
        .start()
        .await;
    let error = cloud.error(SERVER).await;
    assert_eq!(error.error.category(), Some(Category::Authentication));
    assert!(!error.trails.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_time_that_is_over_ends_it() {
    for (seconds, is_enough) in [(2, false), (3, false), (60, true)] {
        let cloud = usual()
            .but(|service, path, _| {
                let is_slow = service == "volume" && path.starts_with("/volumes");
                is_slow.then(|| {
                    let body = json!({"volume": volume("error")}).to_string();
                    reply(200).after(secs(5)).body(body)
                })
            })
            .start()
            .await;
        let ended = cloud.explain(SERVER).timeout(secs(seconds)).send().await;
        match ended {
            Ok(story) => {
                assert!(is_enough, "{story}");
                cloud.assert_trails(&story.trails);
            }
            Err(error) => {
                assert!(!is_enough, "{error}");
                assert_eq!(error.error.kind(), ErrorKind::Timeout, "{error}");
                assert_eq!(cloud.wire.elapsed(), secs(seconds));
                cloud.assert_trails(&error.trails);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_a_note() {
    let cloud = usual()
        .but(|service, _, _| (service == "network").then(never))
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(kinds(&story), ["server", "volume"]);
    assert!(
        story.notes[0].starts_with("the network service did not tell the ports of server"),
        "{:?}",
        story.notes
    );
}
