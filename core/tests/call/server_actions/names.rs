//! Servers that are known by their names.

use http::StatusCode;
use reqtrail::openstack::{Operation, OperationAttached};

use super::*;

const OTHER: &str = "344174b8-34fd-4017-ae29-b9084dcf3862";

/// A compute API whose servers have these names, in pages of `page`; an ID is the server's number.
fn named(names: &'static [&'static str], page: usize) -> ScriptedTransport {
    ScriptedTransport::answering(move |n, sent| {
        let path = sent.url.path();
        if path.ends_with("/servers") {
            let marker = sent.url.query_pairs().find(|(name, _)| name == "marker");
            let from = marker.map_or(0, |(_, id)| {
                1 + (0..names.len())
                    .find(|at| *id == id_of(*at))
                    .expect("a marker")
            });
            let listed: Vec<Value> = (from..names.len().min(from + page))
                .map(|at| json!({ "id": id_of(at), "name": names[at], "links": [] }))
                .collect();
            let links = if from + page < names.len() {
                json!([{ "rel": "next", "href": "http://inner.example/servers" }])
            } else {
                json!([])
            };
            return answer(
                200,
                n,
                &json!({ "servers": listed, "servers_links": links }).to_string(),
            );
        }
        assert!(path.contains(&id_of(0)), "{path}");
        let body = if path.ends_with("/os-instance-actions") {
            json!({ "instanceActions": [{ "action": "pause", "request_id": ACTION }] })
        } else if path.contains("os-instance-actions") {
            json!({ "instanceAction": action("pause", None, &[]) })
        } else {
            json!({ "server": server("PAUSED", None) })
        };
        answer(200, n, &body.to_string())
    })
}

fn id_of(number: usize) -> String {
    format!("11111111-0000-4000-8000-{number:012}")
}

#[tokio::test(start_paused = true)]
async fn a_name_is_escaped_and_compared_as_a_whole() {
    const NAME: &str = "web.1 (a|b)";
    // The last is what the filter would match if its dot were not escaped.
    let wire = named(&[NAME, "Web.1 (a|b)", "web.1 (a|b) ", "webX1 (a|b)"], 10);
    let report = compute(&wire).follow(NAME, ACTION).send().await;
    let report = report.expect("a success");
    assert_eq!(
        (report.verdict, report.server_id),
        (Verdict::Succeeded, id_of(0))
    );
    // The look-up is the first of the trails, and its URL does not show the name.
    assert_eq!(report.trails.len(), wire.count());
    assert_eq!(report.trails[0].path(), "/servers");
    let sent = &wire.log()[0].url;
    let (_, filter) = sent.query_pairs().next().expect("a filter");
    assert_eq!(filter, r"^web\.1 \(a[|]b\)$");
    let story = compute(&wire).explain(NAME).send().await.expect("a story");
    assert_eq!(story.server_id, id_of(0));
    assert_eq!(story.actions[0].verdict, Some(Verdict::Succeeded));
    assert_eq!(story.trails[0].path(), "/servers");
}

#[tokio::test(start_paused = true)]
async fn a_name_of_no_server_is_not_found() {
    let wire = named(&["web-10"], 10);
    let failed = compute(&wire).follow("web-1", ACTION).send().await;
    let failed = failed.expect_err("no such server");
    let ActionError::Unfollowed { error, report } = &failed else {
        panic!("nothing says that the action failed: {failed}")
    };
    assert_eq!(
        (error.category(), error.status()),
        (Some(Category::NotFound), None)
    );
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.request_id().is_some());
    assert_agrees(error);
    assert!(failed.to_string().contains("`web-1`"), "{failed}");
    assert_eq!((report.trails.len(), wire.count()), (1, 1));
    let failed = compute(&wire).explain("web-1").send().await;
    let failed = failed.expect_err("no such server");
    assert_eq!(failed.error.category(), Some(Category::NotFound));
    assert_agrees(&failed.error);
    assert_eq!(failed.trails.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_is_read_by_its_exact_name() {
    let wire = named(&["web-1", "web-10"], 1);
    let compute = compute(&wire);
    let read = compute.server_by_name("web-1").timeout(secs(9)).send();
    let read = read.await.expect("a server");
    assert_eq!(read.status, "PAUSED");
    // Both pages of the look-up, and the read, whose trail is the value's own.
    let paths: Vec<&str> = read.trails().iter().map(reqtrail::Trail::path).collect();
    assert_eq!(paths, ["/servers", "/servers", "/servers/{server_id}"]);
    assert_eq!(read.trail().call_id(), read.trails()[2].call_id());
    let operation = Operation::server_by_name("web-1");
    let output = operation.run(compute.client(), OperationAttached::new());
    let output = output.await.expect("an output");
    assert_eq!(output.trails().len(), 3);
    assert_eq!(output.to_json(), read.to_json());
    // A read by ID rests on one call.
    let by_id = compute.server(id_of(0)).send().await.expect("a server");
    assert_eq!(by_id.trails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_of_no_or_several_servers_reads_none() {
    for (names, category, told) in [
        (
            &["web-10"] as &'static [&'static str],
            Category::NotFound,
            "no server",
        ),
        (&["web-1", "web-1"], Category::Invalid, "several servers"),
    ] {
        let wire = named(names, 10);
        let error = compute(&wire).server_by_name("web-1").send().await;
        let error = error.expect_err(told);
        assert!(error.message().contains(told), "{error}");
        assert_eq!((error.category(), error.status()), (Some(category), None));
        assert_agrees(&error);
        // Nothing is read of a server that may be another.
        assert_eq!(wire.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_uuid_may_be_a_name_too() {
    let wire = named(&[OTHER], 10);
    let error = compute(&wire).server_by_name(id_of(0)).send().await;
    let error = error.expect_err("no server has this name");
    assert_eq!(error.category(), Some(Category::NotFound));
    let read = compute(&wire).server_by_name(OTHER).send().await;
    assert_eq!(read.expect("a server").trails().len(), 2);
}

/// The trail of a look-up's error ends as the error does; its attempts are what they were.
fn assert_agrees(error: &reqtrail::Error) {
    let trail = error.trail().expect("a trail");
    assert_eq!(trail.outcome(), reqtrail::Outcome::Error(error.kind()));
    assert_eq!(trail.stopped(), reqtrail::StopReason::NotRetryable);
    let last = trail.last().expect("an attempt");
    assert_eq!(
        (last.status(), last.failure()),
        (Some(StatusCode::OK), None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_several_have_lists_up_to_five() {
    for (names, shown, hidden) in [
        (
            &["x", "twin", "y", "twin"] as &'static [&'static str],
            vec![1, 3],
            vec![0, 2],
        ),
        (&["twin"; 7], vec![0, 1, 2, 3, 4], vec![5, 6]),
    ] {
        // One server per page: a second of the name may be on the last.
        let wire = named(names, 1);
        let failed = compute(&wire).explain("twin").send().await;
        let failed = failed.expect_err("several");
        let text = failed.to_string();
        for at in shown {
            assert!(text.contains(&id_of(at)), "{text}");
        }
        for at in hidden {
            assert!(!text.contains(&id_of(at)), "{text}");
        }
        assert_eq!(failed.error.category(), Some(Category::Invalid));
        assert_agrees(&failed.error);
        assert_eq!(failed.trails.len(), wire.count());
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_fails_for_a_while_is_not_the_end() {
    let wire = ScriptedTransport::answering(|n, sent| {
        let path = sent.url.path();
        if n == 0 {
            return reply(503);
        }
        let body = if path.ends_with("/servers") {
            json!({ "servers": [{ "id": OTHER, "name": "web-1" }] })
        } else if path.ends_with("/os-instance-actions") {
            json!({ "instanceActions": [] })
        } else if path.contains("os-instance-actions") {
            json!({ "instanceAction": action("pause", None, &[]) })
        } else {
            json!({ "server": server("PAUSED", None) })
        };
        answer(200, n, &body.to_string())
    });
    let report = compute(&wire).follow("web-1", ACTION).send().await;
    let report = report.expect("a success");
    assert_eq!(
        (report.verdict, &*report.server_id),
        (Verdict::Succeeded, OTHER)
    );
    assert_eq!(report.trails.len(), wire.count());
}
