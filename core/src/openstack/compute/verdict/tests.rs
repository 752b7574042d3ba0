//! One story per row of the table, and one per way in which Nova's record misleads.

use serde_json::{Value, json};

use super::rows::ROWS;
use super::*;

fn server(status: &str, task: Option<&str>, fault_at: Option<&str>) -> Server {
    let fault = fault_at
        .map(|at| json!({"code": 500, "created": at, "message": "No valid host was found. "}));
    serde_json::from_value(json!({
        "id": "s", "status": status, "OS-EXT-STS:task_state": task, "fault": fault,
    }))
    .expect("a server")
}

const BEGAN: &str = "2026-11-21T21:21:29.982786";

fn action(kind: &str, message: Option<&str>, events: Value) -> ServerAction {
    serde_json::from_value(json!({
        "action": kind, "request_id": "req-1", "start_time": BEGAN, "message": message, "events": events,
    }))
    .expect("an action")
}

fn event(name: &str, result: Option<&str>) -> Value {
    json!({
        "event": name, "start_time": BEGAN, "result": result,
        "finish_time": result.map(|_| "2026-11-21T21:21:31.000000"),
    })
}

/// A settled look at an action that no newer one has followed.
fn settled<'a>(server: Option<&'a Server>, action: Option<&'a ServerAction>) -> Observation<'a> {
    Observation {
        server,
        was_there: false,
        first_fault: None,
        action,
        kind: None,
        settled: true,
        superseded: Some(false),
    }
}

fn verdict(seen: &Observation<'_>) -> Option<Verdict> {
    match judge(seen) {
        Assessment::Ended(verdict, _) => Some(verdict),
        Assessment::Apparent(..) => Some(Verdict::Unknown),
        Assessment::Running | Assessment::NotFound => None,
        Assessment::UnlessSuperseded => panic!("it was said whether a newer action has begun"),
    }
}

#[test]
fn each_status_that_proves_success() {
    for row in ROWS {
        for status in row.done {
            let there = server(status, None, None);
            let record = action(row.action, None, json!([]));
            let seen = Observation {
                settled: false,
                ..settled(Some(&there), Some(&record))
            };
            assert_eq!(
                verdict(&seen),
                Some(Verdict::Succeeded),
                "{} {status}",
                row.action
            );
            // Not while a task goes on.
            let busy = server(status, Some("powering-on"), None);
            assert_eq!(
                verdict(&settled(Some(&busy), Some(&record))),
                None,
                "{}",
                row.action
            );
        }
    }
}

#[test]
fn each_step_that_proves_success() {
    let steps = ROWS
        .iter()
        .flat_map(|row| row.last_steps.iter().map(move |name| (row, *name)));
    for (row, name) in steps {
        let there = server("PAUSED", None, None);
        let done = action(row.action, None, json!([event(name, Some("Success"))]));
        let seen = Observation {
            settled: false,
            ..settled(Some(&there), Some(&done))
        };
        assert_eq!(verdict(&seen), Some(Verdict::Succeeded), "{}", row.action);
        // It stays proven when the server is deleted afterwards, and mostly when it breaks afterwards.
        assert_eq!(
            verdict(&settled(None, Some(&done))),
            Some(Verdict::Succeeded),
            "{}",
            row.action
        );
        let broken = server("ERROR", None, Some("2026-11-21T21:21:35Z"));
        let wanted = if row.undone_by_error {
            Verdict::Failed
        } else {
            Verdict::Succeeded
        };
        assert_eq!(
            verdict(&settled(Some(&broken), Some(&done))),
            Some(wanted),
            "{}",
            row.action
        );
        let running = action(row.action, None, json!([event(name, None)]));
        assert_eq!(
            verdict(&settled(Some(&there), Some(&running))),
            Some(Verdict::Unknown),
            "{}",
            row.action
        );
        let events = json!([event(name, Some("Error"))]);
        let failed = action(row.action, Some("Error"), events);
        assert_eq!(
            verdict(&settled(Some(&there), Some(&failed))),
            Some(Verdict::Failed),
            "{}",
            row.action
        );
    }
}

#[test]
fn a_server_that_is_gone() {
    let deleted = action("delete", None, json!([]));
    assert_eq!(
        verdict(&settled(None, Some(&deleted))),
        Some(Verdict::Succeeded)
    );
    let hinted = |was_there| Observation {
        kind: Some("delete"),
        was_there,
        ..settled(None, None)
    };
    assert_eq!(verdict(&hinted(true)), Some(Verdict::Succeeded));
    // What was never seen may be hidden from this token.
    assert_eq!(judge(&hinted(false)), Assessment::NotFound);
    let resize = action("resize", None, json!([]));
    assert_eq!(
        verdict(&settled(None, Some(&resize))),
        Some(Verdict::Unknown)
    );
    let failed = action("resize", Some("Error"), json!([]));
    assert_eq!(
        verdict(&settled(None, Some(&failed))),
        Some(Verdict::Failed)
    );
}

#[test]
fn locks_show_on_the_server() {
    for (kind, locked, expected) in [
        ("lock", Some(true), Verdict::Succeeded),
        ("lock", Some(false), Verdict::Unknown),
        ("unlock", Some(false), Verdict::Succeeded),
        ("unlock", None, Verdict::Unknown),
    ] {
        let mut there = server("ACTIVE", None, None);
        there.locked = locked;
        let record = action(kind, None, json!([]));
        assert_eq!(
            verdict(&settled(Some(&there), Some(&record))),
            Some(expected),
            "{kind}"
        );
    }
}

#[test]
fn a_resize_that_fits_nowhere_leaves_the_server_active() {
    let there = server("ACTIVE", None, None);
    let events = json!([
        event("cold_migrate", Some("Error")),
        event("conductor_migrate_server", Some("Error"))
    ]);
    let record = action("resize", Some("Error"), events);
    let Assessment::Ended(Verdict::Failed, evidence) = judge(&settled(Some(&there), Some(&record)))
    else {
        panic!("it has failed")
    };
    assert!(evidence.contains("cold_migrate"), "{evidence}");
    // A user at 2.1 sees the message alone. A newer record may be that of a confirmation.
    let bare = action("resize", Some("Error"), Value::Null);
    assert_eq!(
        verdict(&settled(Some(&there), Some(&bare))),
        Some(Verdict::Failed)
    );
}

#[test]
fn a_failed_build_may_leave_success_behind() {
    let there = server("ERROR", None, Some("2026-11-21T21:21:29Z"));
    let events = json!([event("compute__do_build_and_run_instance", Some("Success"))]);
    let record = action("create", None, events);
    let Assessment::Ended(Verdict::Failed, evidence) = judge(&settled(Some(&there), Some(&record)))
    else {
        panic!("it has failed")
    };
    assert_eq!(evidence, "the server is in ERROR: No valid host was found.");
}

#[test]
fn an_event_that_never_finishes_holds_nothing_up() {
    let there = server("ACTIVE", None, None);
    let events = json!([
        event("compute__do_build_and_run_instance", None),
        event("compute__do_build_and_run_instance", Some("Success")),
    ]);
    let record = action("create", None, events);
    assert_eq!(
        verdict(&settled(Some(&there), Some(&record))),
        Some(Verdict::Succeeded)
    );
}

#[test]
fn a_reboot_cannot_be_proven() {
    let done = json!([event("compute_reboot_instance", Some("Success"))]);
    let record = action("reboot", None, done);
    for status in ["ACTIVE", "RESCUE"] {
        let there = server(status, None, None);
        let seen = Observation {
            settled: false,
            ..settled(Some(&there), Some(&record))
        };
        let Assessment::Apparent(Verdict::Succeeded, evidence) = judge(&seen) else {
            panic!("all that there is to see is there")
        };
        for part in ["compute_reboot_instance", status, "like a success"] {
            assert!(evidence.contains(part), "{evidence}");
        }
        let unasked = Observation {
            superseded: None,
            ..seen
        };
        assert_eq!(judge(&unasked), Assessment::UnlessSuperseded);
    }
    // While the step goes on, a task goes on, or at another status, nothing is apparent.
    let there = server("ACTIVE", None, None);
    let running = action(
        "reboot",
        None,
        json!([event("compute_reboot_instance", None)]),
    );
    let stopped = server("SHUTOFF", None, None);
    let busy = server("ACTIVE", Some("reboot_started"), None);
    for (there, record, wanted) in [
        (&there, &running, Some(Verdict::Unknown)),
        (&stopped, &record, Some(Verdict::Unknown)),
        (&busy, &record, None),
    ] {
        let judged = judge(&settled(Some(there), Some(record)));
        assert!(!matches!(judged, Assessment::Apparent(..)), "{judged:?}");
        assert_eq!(verdict(&settled(Some(there), Some(record))), wanted);
    }
    let failed = action(
        "reboot",
        Some("Error"),
        json!([event("compute_reboot_instance", Some("Error"))]),
    );
    assert_eq!(
        verdict(&settled(Some(&there), Some(&failed))),
        Some(Verdict::Failed)
    );
}

#[test]
fn between_two_steps_nothing_is_decided() {
    // All steps shown have succeeded, and the next has not begun.
    let there = server("RESIZE", None, None);
    let events = json!([
        event("compute_prep_resize", Some("Success")),
        event("cold_migrate", Some("Success"))
    ]);
    let record = action("resize", None, events);
    assert_eq!(verdict(&settled(Some(&there), Some(&record))), None);
    let resting = server("ACTIVE", None, None);
    let early = Observation {
        settled: false,
        ..settled(Some(&resting), Some(&record))
    };
    assert_eq!(verdict(&early), None);
}

#[test]
fn a_failed_step_on_the_way_does_not_undo_the_last() {
    let there = server("ACTIVE", None, None);
    let last = "compute_post_live_migration_at_destination";
    let first = "compute_check_can_live_migrate_destination";
    let events = json!([event(last, Some("Success")), event(first, Some("Error"))]);
    let record = action("live-migration", Some("Error"), events);
    assert_eq!(
        verdict(&settled(Some(&there), Some(&record))),
        Some(Verdict::Succeeded)
    );
    // But one that fails after it does.
    let events = json!([
        event("compute_other", Some("Error")),
        event(last, Some("Success"))
    ]);
    let record = action("live-migration", Some("Error"), events);
    assert_eq!(
        verdict(&settled(Some(&there), Some(&record))),
        Some(Verdict::Failed)
    );
}

#[test]
fn what_was_never_there_is_looked_for_a_while() {
    let early = Observation {
        settled: false,
        ..settled(None, None)
    };
    assert_eq!(judge(&early), Assessment::Running);
    assert_eq!(judge(&settled(None, None)), Assessment::NotFound);
    let seen_before = Observation {
        was_there: true,
        ..settled(None, None)
    };
    assert_eq!(verdict(&seen_before), Some(Verdict::Unknown));
}

#[test]
fn a_confirmation_shows_no_task_while_it_waits() {
    let there = server("VERIFY_RESIZE", None, None);
    for kind in ["confirmResize", "revertResize"] {
        let record = action(kind, None, json!([]));
        assert_eq!(
            verdict(&settled(Some(&there), Some(&record))),
            None,
            "{kind}"
        );
    }
}

#[test]
fn a_failed_step_may_be_followed_by_another_host() {
    let there = server("ACTIVE", None, None);
    let record = action(
        "resize",
        Some("Error"),
        json!([event("compute_prep_resize", Some("Error"))]),
    );
    let early = Observation {
        settled: false,
        ..settled(Some(&there), Some(&record))
    };
    assert_eq!(verdict(&early), None);
    // And then the status counts, not the message that stays.
    let done = server("VERIFY_RESIZE", None, None);
    assert_eq!(
        verdict(&settled(Some(&done), Some(&record))),
        Some(Verdict::Succeeded)
    );
}

#[test]
fn an_older_fault_is_not_this_actions() {
    let there = server("ERROR", None, Some("2026-11-21T21:21:28Z"));
    let record = action("reboot", None, json!([]));
    assert_eq!(
        verdict(&settled(Some(&there), Some(&record))),
        Some(Verdict::Unknown)
    );
    let failed = action("reboot", Some("Error"), json!([]));
    assert_eq!(
        verdict(&settled(Some(&there), Some(&failed))),
        Some(Verdict::Failed)
    );
    let early = Observation {
        settled: false,
        ..settled(Some(&there), Some(&record))
    };
    assert_eq!(verdict(&early), None);
}

#[test]
fn what_a_newer_action_did_is_not_this_ones() {
    let stopped = server("SHUTOFF", None, None);
    let record = action(
        "stop",
        None,
        json!([event("compute_stop_instance", Some("Success"))]),
    );
    let superseded = |server, action| Observation {
        superseded: Some(true),
        ..settled(Some(server), Some(action))
    };
    assert_eq!(
        verdict(&superseded(&stopped, &record)),
        Some(Verdict::Unknown)
    );
    let broken = server("ERROR", None, Some("2026-11-21T21:21:35Z"));
    assert_eq!(
        verdict(&superseded(&broken, &record)),
        Some(Verdict::Unknown)
    );
    let failed = action("stop", Some("Error"), json!([]));
    assert_eq!(
        verdict(&superseded(&stopped, &failed)),
        Some(Verdict::Failed)
    );
    // What the record itself proves stays proven.
    let snapshot = action(
        "createImage",
        None,
        json!([event("compute_snapshot_instance", Some("Success"))]),
    );
    assert_eq!(
        verdict(&superseded(&stopped, &snapshot)),
        Some(Verdict::Succeeded)
    );
}

#[test]
fn the_status_is_asked_about_before_it_counts() {
    for (there, kind) in [
        (server("SHUTOFF", None, None), "stop"),
        (server("ERROR", None, Some("2026-11-21T21:21:35Z")), "stop"),
    ] {
        let record = action(kind, None, json!([]));
        let seen = Observation {
            superseded: None,
            ..settled(Some(&there), Some(&record))
        };
        assert_eq!(judge(&seen), Assessment::UnlessSuperseded);
    }
}

#[test]
fn a_record_that_is_not_there_yet() {
    let building = server("BUILD", None, None);
    let seen = Observation {
        kind: Some("create"),
        ..settled(Some(&building), None)
    };
    assert_eq!(verdict(&seen), None);
    let broken = server("ERROR", None, Some("2026-11-21T21:21:35Z"));
    let seen = Observation {
        kind: Some("create"),
        ..settled(Some(&broken), None)
    };
    assert_eq!(verdict(&seen), Some(Verdict::Failed));
    // A request that has no record, such as a rename, proves nothing.
    let active = server("ACTIVE", None, None);
    assert_eq!(
        verdict(&settled(Some(&active), None)),
        Some(Verdict::Unknown)
    );
}

#[test]
fn kinds_without_a_row_are_judged_by_errors_alone() {
    let there = server("ACTIVE", None, None);
    let quiet = action(
        "brandNew",
        None,
        json!([event("compute_new", Some("Success"))]),
    );
    assert_eq!(
        verdict(&settled(Some(&there), Some(&quiet))),
        Some(Verdict::Unknown)
    );
    let failed = action(
        "brandNew",
        None,
        json!([event("compute_new", Some("Error"))]),
    );
    assert_eq!(
        verdict(&settled(Some(&there), Some(&failed))),
        Some(Verdict::Failed)
    );
}

#[test]
fn every_kind_has_one_row() {
    for (at, row) in ROWS.iter().enumerate() {
        assert!(
            !ROWS[..at].iter().any(|other| other.action == row.action),
            "{}",
            row.action
        );
    }
}

#[test]
fn hidden_steps_do_not_tell_of_another_host() {
    let there = server("ACTIVE", None, None);
    let migration = action("live-migration", Some("Error"), Value::Null);
    assert_eq!(
        verdict(&settled(Some(&there), Some(&migration))),
        Some(Verdict::Unknown)
    );
    let resize = action("resize", Some("Error"), Value::Null);
    for (superseded, expected) in [(false, Verdict::Failed), (true, Verdict::Unknown)] {
        let seen = Observation {
            superseded: Some(superseded),
            ..settled(Some(&there), Some(&resize))
        };
        assert_eq!(verdict(&seen), Some(expected));
    }
    let unasked = Observation {
        superseded: None,
        ..settled(Some(&there), Some(&resize))
    };
    assert_eq!(judge(&unasked), Assessment::UnlessSuperseded);
}

#[test]
fn nothing_is_decided_while_a_task_goes_on() {
    let there = server("ERROR", Some("powering-off"), Some("2026-11-21T21:21:40Z"));
    let record = action("stop", Some("Error"), json!([]));
    assert_eq!(verdict(&settled(Some(&there), Some(&record))), None);
}

#[test]
fn a_fault_of_the_same_second_counts_if_it_is_new() {
    let there = server("ERROR", None, Some("2026-11-21T21:21:29Z"));
    let record = action(
        "stop",
        None,
        json!([event("compute_stop_instance", Some("Success"))]),
    );
    let seen = settled(Some(&there), Some(&record));
    assert_eq!(verdict(&seen), Some(Verdict::Failed));
    let old = Observation {
        first_fault: there.fault.as_ref(),
        ..seen
    };
    assert_eq!(verdict(&old), Some(Verdict::Unknown));
}

#[test]
fn a_failure_that_was_quicker_than_the_first_look_has_its_reason() {
    let record = action(
        "rescue",
        Some("Error"),
        json!([event("compute_rescue_instance", Some("Error"))]),
    );
    let evidence = |at: &str, superseded: Option<bool>| {
        let there = server("ERROR", None, Some(at));
        let seen = Observation {
            // It was there on the first look already.
            first_fault: there.fault.as_ref(),
            superseded,
            ..settled(Some(&there), Some(&record))
        };
        match judge(&seen) {
            Assessment::Ended(Verdict::Failed, evidence) => Some(evidence),
            Assessment::UnlessSuperseded => None,
            other => panic!("it has failed: {other:?}"),
        }
    };
    let fault = "the server is in ERROR: No valid host was found.";
    for at in ["2026-11-21T21:21:29Z", "2026-11-21T21:21:35Z"] {
        assert_eq!(evidence(at, Some(false)).as_deref(), Some(fault), "{at}");
        assert_eq!(evidence(at, None), None, "{at}");
        // A newer action's fault would be no reason for this one's failure.
        let other = evidence(at, Some(true)).expect("a failure");
        assert!(other.contains("compute_rescue_instance failed"), "{other}");
    }
    let older = evidence("2026-11-21T21:21:28Z", Some(false)).expect("a failure");
    assert!(older.contains("compute_rescue_instance failed"), "{older}");
}

#[test]
fn a_server_that_was_launched_was_built() {
    let record = action("create", None, json!([]));
    let mut there = server("SHUTOFF", Some("powering-on"), None);
    let launched = "OS-SRV-USG:launched_at".to_owned();
    for (at, wanted) in [
        (
            json!("2026-11-21T21:21:40.000000"),
            Some(Verdict::Succeeded),
        ),
        (Value::Null, Some(Verdict::Unknown)),
        (json!(""), Some(Verdict::Unknown)),
    ] {
        there.other.insert(launched.clone(), at.clone());
        for server in [&there, &there.at_rest()] {
            let busy = server.task_state.is_some() && wanted == Some(Verdict::Unknown);
            let seen = Observation {
                superseded: Some(true),
                ..settled(Some(server), Some(&record))
            };
            assert_eq!(verdict(&seen), wanted.filter(|_| !busy), "{at}");
        }
    }
}

#[test]
fn a_state_that_was_reset() {
    let reset = |changed: Option<&str>| {
        let mut record = action("resetState", None, json!([]));
        record.updated_at = changed.map(str::to_owned);
        record
    };
    let old_fault = server("ERROR", None, Some("2026-11-21T21:21:29Z"));
    let active = server("ACTIVE", None, None);
    for there in [&old_fault, &active] {
        for changed in [None, Some(BEGAN)] {
            let record = reset(changed);
            assert!(!has_open_step(&record));
            let seen = Observation {
                settled: false,
                ..settled(Some(there), Some(&record))
            };
            assert_eq!(verdict(&seen), Some(Verdict::Succeeded));
            let seen = Observation {
                superseded: Some(true),
                ..settled(Some(there), Some(&record))
            };
            assert_eq!(verdict(&seen), Some(Verdict::Unknown));
        }
        // The end of its record proves it whatever came after.
        let record = reset(Some("2026-11-21T21:21:30.000000"));
        let seen = Observation {
            superseded: Some(true),
            ..settled(Some(there), Some(&record))
        };
        assert_eq!(verdict(&seen), Some(Verdict::Succeeded));
    }
}

#[test]
fn steps_that_have_to_come_are_waited_for() {
    for (kind, open) in [
        ("createImage", true),
        ("attach_share", true),
        ("live_migration_cancel", true),
        ("resetState", false),
        ("refresh_volume_attachment", false),
        ("stop", false),
        ("brandNew", false),
    ] {
        assert_eq!(
            has_open_step(&action(kind, None, json!([]))),
            open,
            "{kind}"
        );
        assert!(!has_open_step(&action(kind, None, Value::Null)), "{kind}");
        let running = action(kind, None, json!([event("compute_x", None)]));
        assert!(has_open_step(&running), "{kind}");
    }
}
