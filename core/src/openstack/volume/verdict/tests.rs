//! The table of kinds against what a real Cinder 27 showed, and what it could show.

use serde_json::json;

use super::*;

const REQUEST: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";

fn resource(status: &str, size: u64) -> Resource {
    let json =
        json!({ "id": "86a92e20-c6ef-44cc-9712-5a931ec997fe", "status": status, "size": size });
    serde_json::from_value(json).expect("a resource")
}

fn message(text: &str) -> UserMessage {
    let json = json!({
        "id": "c36bc49f-0169-46a9-bbe9-b22138e53018", "event_id": "VOLUME_VOLUME_001_003", "user_message": text,
        "message_level": "ERROR", "request_id": REQUEST,
    });
    serde_json::from_value(json).expect("a message")
}

/// A look at a resource in this state, whose request was accepted, and of which no message is known yet.
fn look<'a>(kind: &'a str, resource: Option<&'a Resource>) -> Observation<'a> {
    let (resource_type, operation) = kind.split_once('.').expect("a kind");
    Observation {
        row: row(resource_type, operation).unwrap_or(&UNPROVEN),
        resource_type,
        operation,
        resource,
        was_there: true,
        accepted: true,
        first_size: Some(1),
        wanted_size: None,
        messages: Messages::NotRead,
        message_settled: false,
        settled: false,
    }
}

fn short(assessment: &Assessment) -> String {
    match assessment {
        Running => "running".to_owned(),
        Ended(verdict, _) => verdict.to_string(),
        Apparent(verdict, _) => format!("unknown, apparently {verdict}"),
        NeedsMessages => "ask".to_owned(),
        NotFound => "not found".to_owned(),
    }
}

/// What is said at first, without messages at rest, and with a message.
fn judged(kind: &str, status: Option<&str>) -> [String; 4] {
    let resource = status.map(|status| resource(status, 1));
    let first = look(kind, resource.as_ref());
    let none = look(kind, resource.as_ref());
    let none = Observation {
        messages: Messages::OfRequest(&[]),
        ..none
    };
    let settled = Observation {
        messages: Messages::OfRequest(&[]),
        message_settled: true,
        settled: true,
        ..look(kind, resource.as_ref())
    };
    let messages = [message("no space")];
    let told = Observation {
        messages: Messages::OfRequest(&messages),
        settled: true,
        ..look(kind, resource.as_ref())
    };
    [first, none, settled, told].map(|seen| short(&judge(&seen)))
}

#[test]
fn every_row_and_every_state() {
    let apparently = |verdict: &str| format!("unknown, apparently {verdict}");
    let (well, badly) = (apparently("succeeded"), apparently("failed"));
    for (kind, status, wanted) in [
        ("volume.create", Some("creating"), ["running"; 4]),
        ("volume.create", Some("downloading"), ["running"; 4]),
        ("volume.create", Some("available"), ["succeeded"; 4]),
        (
            "volume.create",
            Some("error"),
            ["ask", "running", "failed", "failed"],
        ),
        (
            "volume.create",
            Some("in-use"),
            ["ask", "running", &well, "failed"],
        ),
        (
            "volume.create",
            Some("deleting"),
            ["ask", "running", "unknown", "failed"],
        ),
        (
            "volume.create",
            None,
            ["running", "running", "unknown", "failed"],
        ),
        ("volume.extend", Some("extending"), ["running"; 4]),
        (
            "volume.extend",
            Some("error_extending"),
            ["ask", "running", "failed", "failed"],
        ),
        (
            "volume.extend",
            Some("deleting"),
            ["ask", "running", "unknown", "failed"],
        ),
        (
            "volume.extend",
            None,
            ["running", "running", "unknown", "failed"],
        ),
        ("volume.delete", Some("deleting"), ["running"; 4]),
        ("volume.delete", None, ["succeeded"; 4]),
        // There is no message of a failed delete, so none is waited for.
        (
            "volume.delete",
            Some("error_deleting"),
            ["ask", "failed", "failed", "failed"],
        ),
        (
            "volume.delete",
            Some("available"),
            ["ask", "running", &badly, "failed"],
        ),
        ("snapshot.create", Some("creating"), ["running"; 4]),
        ("snapshot.create", Some("available"), ["succeeded"; 4]),
        (
            "snapshot.create",
            Some("error"),
            ["ask", "running", "failed", "failed"],
        ),
        ("snapshot.delete", Some("deleting"), ["running"; 4]),
        ("snapshot.delete", None, ["succeeded"; 4]),
        (
            "snapshot.delete",
            Some("error_deleting"),
            ["ask", "failed", "failed", "failed"],
        ),
    ] {
        assert_eq!(judged(kind, status), wanted, "{kind} {status:?}");
    }
}

#[test]
fn an_extend_needs_the_new_size() {
    let messages = [message(
        "extend volume:Could not find any available weighted backend.",
    )];
    let none: &[UserMessage] = &[];
    for (size, wanted, told, settled, verdict) in [
        // No sign but the message: Cinder puts the volume back as it was.
        (1, Some(2), &messages[..], false, "failed"),
        (1, Some(2), none, false, "running"),
        (1, Some(2), none, true, "unknown"),
        (2, Some(2), none, false, "succeeded"),
        // Another extend brought the size.
        (2, Some(2), &messages[..], false, "failed"),
        (3, Some(2), none, false, "unknown"),
        (1, None, &messages[..], false, "failed"),
        (1, None, none, false, "running"),
        (1, None, none, true, "unknown"),
        // It grew while it was followed, and nobody knows by how much it should have.
        (2, None, none, false, "unknown, apparently succeeded"),
    ] {
        for status in ["available", "in-use"] {
            let resource = resource(status, size);
            let seen = Observation {
                wanted_size: wanted,
                messages: Messages::OfRequest(told),
                message_settled: settled,
                settled,
                ..look("volume.extend", Some(&resource))
            };
            let said = short(&judge(&seen));
            assert_eq!(said, verdict, "{size} of {wanted:?}, {} told", told.len());
        }
    }
    let resource = resource("available", 1);
    let seen = Observation {
        wanted_size: Some(5000),
        messages: Messages::OfRequest(&messages),
        ..look("volume.extend", Some(&resource))
    };
    let Ended(_, evidence) = judge(&seen) else {
        panic!("no end");
    };
    assert_eq!(
        evidence,
        "the volume is available with 1 GiB, not 5000: extend volume:Could not find any available weighted backend. \
         (VOLUME_VOLUME_001_003)"
    );
}

#[test]
fn without_messages_a_failure_has_no_reason_and_an_extend_no_verdict() {
    let failed = resource("error", 1);
    let unreadable = Messages::Unreadable("this service has none, as before microversion 3.3");
    let seen = Observation {
        messages: unreadable,
        ..look("volume.create", Some(&failed))
    };
    let Ended(Verdict::Failed, evidence) = judge(&seen) else {
        panic!("no failure");
    };
    assert!(evidence.contains("before microversion 3.3"), "{evidence}");
    let back = resource("available", 1);
    let seen = Observation {
        messages: unreadable,
        wanted_size: Some(2),
        settled: true,
        ..look("volume.extend", Some(&back))
    };
    assert_eq!(short(&judge(&seen)), "unknown");
    let grown = resource("available", 2);
    let seen = Observation {
        messages: unreadable,
        wanted_size: Some(2),
        ..look("volume.extend", Some(&grown))
    };
    // Another extend to the same size may have succeeded after this one failed.
    let Apparent(Verdict::Succeeded, evidence) = judge(&seen) else {
        panic!("no end that only seems");
    };
    assert!(evidence.contains("before microversion 3.3"), "{evidence}");
}

#[test]
fn a_request_without_an_answer_proves_less() {
    let messages = [message("no space")];
    let told = Messages::OfResource(&messages);
    for (kind, status, size, messages, verdict) in [
        // The message may be another request's.
        (
            "volume.extend",
            "available",
            1,
            told,
            "unknown, apparently failed",
        ),
        // The request may never have arrived, and the size may be another's, too.
        (
            "volume.extend",
            "available",
            2,
            told,
            "unknown, apparently succeeded",
        ),
        (
            "volume.extend",
            "available",
            2,
            Messages::OfResource(&[]),
            "unknown, apparently succeeded",
        ),
        (
            "volume.extend",
            "available",
            1,
            Messages::OfResource(&[]),
            "unknown",
        ),
        // It may have been so before.
        (
            "volume.extend",
            "error_extending",
            1,
            told,
            "unknown, apparently failed",
        ),
        (
            "volume.delete",
            "error_deleting",
            1,
            Messages::OfResource(&[]),
            "unknown, apparently failed",
        ),
    ] {
        let resource = resource(status, size);
        let seen = Observation {
            accepted: false,
            wanted_size: Some(2),
            messages,
            message_settled: true,
            settled: true,
            ..look(kind, Some(&resource))
        };
        assert_eq!(short(&judge(&seen)), verdict, "{kind} {status} {size}");
    }
    let accepted = resource("error_extending", 1);
    let seen = Observation {
        messages: told,
        ..look("volume.extend", Some(&accepted))
    };
    assert_eq!(short(&judge(&seen)), "failed");
}

#[test]
fn what_was_never_seen_is_not_gone() {
    let messages = [message("another project's")];
    for (kind, settled, verdict) in [
        ("volume.delete", false, "running"),
        ("volume.delete", true, "unknown, apparently succeeded"),
        ("volume.create", false, "running"),
        ("volume.create", true, "not found"),
    ] {
        let seen = Observation {
            was_there: false,
            messages: Messages::OfRequest(&messages),
            settled,
            ..look(kind, None)
        };
        assert_eq!(short(&judge(&seen)), verdict, "{kind} {settled}");
    }
}

#[test]
fn work_without_a_row_has_no_verdict() {
    let restoring = resource("restoring", 1);
    for kind in [
        "backup.create",
        "volume.retype",
        "backup.restore",
        "volume.attach",
    ] {
        let seen = look(kind, Some(&restoring));
        assert_eq!(judge(&seen), NeedsMessages, "{kind}");
        let seen = Observation {
            messages: Messages::OfRequest(&[]),
            ..look(kind, Some(&restoring))
        };
        let Ended(Verdict::Unknown, evidence) = judge(&seen) else {
            panic!("a verdict on {kind}");
        };
        assert!(evidence.contains("no test has shown how"), "{evidence}");
        assert!(
            evidence.contains(kind) && evidence.contains("restoring"),
            "{evidence}"
        );
        let messages = [message("no backup service")];
        let seen = Observation {
            messages: Messages::OfRequest(&messages),
            ..look(kind, Some(&restoring))
        };
        assert_eq!(short(&judge(&seen)), "unknown, apparently failed", "{kind}");
    }
}

#[test]
fn a_later_extend_that_failed_says_nothing_of_this_one() {
    let own = [message(
        "extend volume:Volume Driver failed to extend volume.",
    )];
    let none: &[UserMessage] = &[];
    for (size, first, wanted, told, verdict) in [
        (2, 1, Some(2), none, "succeeded"),
        (2, 2, Some(2), none, "succeeded"),
        // Another extend brought the size.
        (2, 1, Some(2), &own[..], "failed"),
        (3, 1, Some(2), none, "unknown"),
        (1, 1, Some(2), none, "failed"),
        // Nobody knows which size it should have.
        (2, 1, None, none, "unknown, apparently succeeded"),
        (1, 1, None, none, "failed"),
    ] {
        let resource = resource("error_extending", size);
        let seen = Observation {
            first_size: Some(first),
            wanted_size: wanted,
            messages: Messages::OfRequest(told),
            message_settled: true,
            settled: true,
            ..look("volume.extend", Some(&resource))
        };
        let said = short(&judge(&seen));
        assert_eq!(
            said,
            verdict,
            "{first} to {size} of {wanted:?}, {} told",
            told.len()
        );
    }
}
