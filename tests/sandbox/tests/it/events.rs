//! `/events`.

use std::collections::HashSet;

use reqtrail_sandbox::accounts::{OPERATOR_KEY, VIEWER_KEY};
use serde_json::{Value, json};

use crate::support::{Client, camera_with, start};

/// Walks all pages of a list, calling `between` after each.
fn walk(client: &Client, query: &str, mut between: impl FnMut()) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    for _ in 0..200 {
        let page = client.get(&format!("{query}{cursor}")).accepted(200);
        items.extend(page["data"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
        between();
    }
    panic!("the pages have no end");
}

fn ids(items: &[Value]) -> HashSet<&str> {
    items
        .iter()
        .filter_map(|item| item["id"].as_str())
        .collect()
}

#[test]
fn pages_hold_every_event_once_newest_first() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    for limit in [7, 20, 60, 100] {
        let events = walk(&client, &format!("/events?limit={limit}"), || {});
        assert_eq!((events.len(), ids(&events).len()), (120, 120), "{limit}");
        assert!(
            events.is_sorted_by(|a, b| a["triggered_at"].as_str() > b["triggered_at"].as_str())
        );
    }
    assert_eq!(
        client.get("/events").json()["data"]
            .as_array()
            .map(Vec::len),
        Some(20)
    );
}

#[test]
fn new_and_deleted_events_do_not_disturb_the_pages() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let before = walk(&client, "/events?limit=50", || {});
    let camera = camera_with(&client, "online");
    let mut deleted = 0;
    let during = walk(&client, "/events?limit=50", || {
        client.call("POST", &format!("/cameras/{camera}/trigger"), "");
        let id = before[49 + 50 * deleted]["id"].as_str().expect("an ID");
        assert_eq!(
            client.call("DELETE", &format!("/events/{id}"), "").status,
            204
        );
        deleted += 1;
    });
    assert_eq!(deleted, 2);
    assert_eq!(ids(&during), ids(&before));
    assert_eq!(during.len(), before.len());
}

#[test]
fn filters_work_with_pages() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let all = walk(&client, "/events?limit=100", || {});
    let camera = all[0]["camera_id"].as_str().expect("a camera");
    for (query, matches) in [
        (
            format!("camera_id={camera}"),
            all.iter().filter(|e| e["camera_id"] == camera).count(),
        ),
        (
            "starred=true".to_owned(),
            all.iter().filter(|e| e["starred"] == true).count(),
        ),
        (
            "ai_status=pending".to_owned(),
            all.iter().filter(|e| e["ai_status"] == "pending").count(),
        ),
        (
            "trigger_type=ai_tag".to_owned(),
            all.iter().filter(|e| e["trigger_type"] == "ai_tag").count(),
        ),
    ] {
        let found = walk(&client, &format!("/events?limit=4&{query}"), || {});
        assert_eq!(
            (found.len(), ids(&found).len()),
            (matches, matches),
            "{query}"
        );
        assert!(matches > 0 && matches < 120, "{query}");
    }
}

#[test]
fn dates_are_times_or_whole_days_in_utc() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let total =
        |query: &str| client.get(&format!("/events?{query}")).accepted(200)["total"].clone();
    let day = walk(
        &client,
        "/events?limit=100&date_from=2026-11-20&date_to=2026-11-20",
        || {},
    );
    assert!(!day.is_empty());
    let on_the_day = |event: &Value| {
        event["triggered_at"]
            .as_str()
            .map(|at| &at[..10] == "2026-11-20")
    };
    assert!(day.iter().all(|event| on_the_day(event) == Some(true)));
    assert_eq!(total("date_from=2026-11-21T18:00:00Z"), 1);
    assert_eq!(total("date_from=2026-11-21T19:00:00%2B01:00"), 1);
    assert_eq!(total("date_from=2026-11-21T18:00:01Z"), 0);
    assert_eq!(total("date_to=2026-11-21T17:59:59Z"), 119);
    for query in [
        "date_from=yesterday",
        "date_to=2026-13-01",
        "date_to=2026-11-21T18:00:00",
    ] {
        client
            .get(&format!("/events?{query}"))
            .refused(400, "validation_failed");
    }
}

#[test]
fn a_single_event_has_more_fields() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let events = client.get("/events?ai_status=completed&limit=2").json();
    let (newer, older) = (&events["data"][0], &events["data"][1]);
    let id = newer["id"].as_str().expect("an ID");
    let detail = client.get(&format!("/events/{id}")).accepted(200);
    assert_eq!(detail["summary"], newer["summary"]);
    assert!(detail["narrative"].is_string() && detail["clip_url"].is_string());
    let previous = detail["previous_event_id"].as_str().expect("an older one");
    let back = client.get(&format!("/events/{previous}")).accepted(200);
    assert_eq!(back["next_event_id"], newer["id"]);
    assert!(back["triggered_at"].as_str() >= older["triggered_at"].as_str());
    client.get("/events/7").refused(404, "not_found");
}

#[test]
fn events_are_acknowledged_by_patch() {
    let sandbox = start();
    let client = Client::of(&sandbox).with_token(OPERATOR_KEY);
    let id = client.get("/events?limit=1").json()["data"][0]["id"].clone();
    let path = format!("/events/{}", id.as_str().expect("an ID"));
    let patched = client
        .call("PATCH", &path, r#"{"acknowledged":true}"#)
        .accepted(200);
    assert_eq!(
        (&patched["acknowledged"], &patched["starred"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(client.get(&path).json()["acknowledged"], true);
    client
        .call("PATCH", &path, "{}")
        .refused(400, "validation_failed");
    let message = client.call("PATCH", &path, r#"{"acknowledged":1}"#);
    assert_eq!(
        message.refused(400, "validation_failed"),
        "acknowledged: must be true or false"
    );
    client
        .call("PATCH", "/events/7", r#"{"acknowledged":true}"#)
        .refused(404, "not_found");
    client
        .with_token(VIEWER_KEY)
        .call("PATCH", &path, "{}")
        .refused(403, "forbidden");
}

#[test]
fn deleting_is_for_admins_and_final() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let id = client.get("/events?limit=1").json()["data"][0]["id"].clone();
    let path = format!("/events/{}", id.as_str().expect("an ID"));
    client
        .with_token(OPERATOR_KEY)
        .call("DELETE", &path, "")
        .refused(403, "forbidden");
    let deleted = client.call("DELETE", &path, "");
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert!(deleted.header("x-request-id").is_some());
    client.get(&path).refused(404, "not_found");
    client.call("DELETE", &path, "").refused(404, "not_found");
    assert_eq!(client.get("/events").json()["total"], 119);
}

#[test]
fn a_viewer_sees_only_their_site() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let viewer = client.with_token(VIEWER_KEY);
    let gateways = client.get("/gateways").json();
    let site = |n: usize| {
        gateways["data"][n]["site_id"]
            .as_str()
            .expect("a site")
            .to_owned()
    };
    let own = viewer
        .get(&format!("/events?site_id={}", site(0)))
        .accepted(200);
    assert_eq!(own["total"], viewer.get("/events").json()["total"]);
    assert_ne!(own["total"], 120);
    viewer
        .get(&format!("/events?site_id={}", site(1)))
        .refused(403, "forbidden");
    let foreign = client
        .get(&format!("/events?site_id={}&limit=1", site(1)))
        .json();
    let id = foreign["data"][0]["id"].as_str().expect("an ID");
    viewer
        .get(&format!("/events/{id}"))
        .refused(404, "not_found");
}
