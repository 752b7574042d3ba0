//! Scenarios of the options: every language takes each by its name, sends what it is about, and refuses what is wrong.
//!
//! Scenarios and tests that are written by hand prove what else an option does.

use serde_json::{Value, json};

use super::{Default, Group, Kind, Row, Surface};

/// The folder of the scenarios, which has no others.
pub(crate) const FOLDER: &str = "tests/conformance/scenarios/options";

/// Options whose value has to fit the machine, the network, the environment or the dialect, which a printed scenario does
/// not show.
const LEFT_OUT: [&str; 7] = [
    "chaos",
    "client_certificate",
    "extra_ca",
    "microversion",
    "service",
    "unix_socket",
    "correlation_id",
];

/// The files of the folder.
pub(crate) fn scenarios(surface: &Surface) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    for group in &surface.groups {
        for row in &group.options {
            let name = format!("{}-{}", group.name, row.name.replace('_', "-"));
            let mut own = Vec::new();
            if let Some(permission) = row.detail("permission") {
                own.push((forbidden(group, row, &name, permission), name.clone()));
            } else if !LEFT_OUT.contains(&row.name.as_str()) {
                own.push((accepted(group, row, &name), name.clone()));
            }
            // In Go a number of a request that is 0 is one that is not given.
            let is_number = matches!(row.kind, Kind::Count | Kind::Duration);
            let is_refused =
                row.detail("expected").is_some() && !(is_number && group.name == "request");
            // A client over reqwest passes options of the wire to reqwest, which checks nothing.
            if is_refused && row.detail("reqwest").is_none() {
                own.push((refused(group, row, &name), format!("{name}-refused")));
            }
            for (scenario, name) in own {
                let text = serde_json::to_string_pretty(&scenario).map_err(|e| e.to_string())?;
                files.push((format!("{FOLDER}/{name}.json"), text + "\n"));
            }
        }
    }
    Ok(files)
}

fn accepted(group: &Group, row: &Row, name: &str) -> Value {
    let id = "req_01HK3Z9YF7W7E8PM5QKT9DYXWR";
    let (client, request) = given(group, row, &example(row));
    json!({
        "format": 1,
        "name": format!("option-{name}"),
        "about": format!("A {} takes the option `{}`.", group.name, row.name),
        "client": client,
        "server": { "exchanges": [{
            "want": { "headers": sent(row) },
            "reply": { "status": 200, "headers": [["X-Request-Id", id]], "json": { "data": [] } },
        }] },
        "calls": [{
            "request": request,
            "expect": {
                "ok": { "status": 200, "request_id": id },
                "trail": { "outcome": "ok", "attempts": [{ "status": 200 }] },
                "server_saw": 1,
            },
        }],
    })
}

/// An option that the environment does not allow is refused, and the error says what would allow it.
fn forbidden(group: &Group, row: &Row, name: &str, permission: &str) -> Value {
    let (client, request) = given(group, row, &example(row));
    json!({
        "format": 1,
        "name": format!("option-{name}"),
        "about": format!("A {} refuses the option `{}` without `{permission}`.", group.name, row.name),
        "client": client,
        "server": { "exchanges": [] },
        "calls": [{
            "request": request,
            "expect": {
                "error": { "kind": "config" },
                "display_contains": [permission],
                "server_saw": 0,
            },
        }],
    })
}

/// A value of the right type that is wrong is refused before anything is sent.
fn refused(group: &Group, row: &Row, name: &str) -> Value {
    let wrong = match row.kind {
        Kind::Count | Kind::Duration => json!(0),
        Kind::Statuses => json!([404, 204]),
        Kind::Texts | Kind::Pems => json!([""]),
        _ => json!(""),
    };
    let (client, request) = given(group, row, &wrong);
    let kind = match group.name {
        "client" => "config",
        _ => "invalid_request",
    };
    json!({
        "format": 1,
        "name": format!("option-{name}-refused"),
        "about": format!("A {} refuses the option `{}` where it is {wrong}.", group.name, row.name),
        "client": client,
        "server": { "exchanges": [] },
        "calls": [{
            "request": request,
            "expect": { "error": { "kind": kind }, "server_saw": 0 },
        }],
    })
}

/// The client and the request, of which one has the option.
fn given(group: &Group, row: &Row, value: &Value) -> (Value, Value) {
    let key = match row.kind {
        Kind::Duration => format!("{}_ms", row.name),
        _ => row.name.clone(),
    };
    let options = json!({ key: value });
    match group.name {
        "client" => (json!({ "options": options }), json!({ "path": "/cameras" })),
        _ => (json!({}), json!({ "path": "/cameras", "options": options })),
    }
}

/// A value that the option takes.
fn example(row: &Row) -> Value {
    if let Some(example) = row.detail("example") {
        return match row.kind {
            Kind::Texts | Kind::Pems => json!([example]),
            Kind::Count => json!(example.parse::<u64>().unwrap_or_default()),
            _ => json!(example),
        };
    }
    match row.kind {
        // Without it attempts and requests are matched by their order.
        Kind::Flag if row.name == "traceparent" => json!(true),
        Kind::Flag => json!(row.default != Some(Default::Flag(true))),
        Kind::Count => json!(30),
        Kind::Duration => json!(5000),
        Kind::Moment => json!("2026-01-01T00:00:00Z"),
        Kind::Dialect => json!("novavms"),
        Kind::Headers => json!({ "X-Region": "north" }),
        Kind::Texts | Kind::Pems => json!(["type", "site"]),
        Kind::Statuses => json!([404, 409]),
        Kind::RetryBudget => json!({ "capacity": 10, "retry_cost": 1 }),
        // A proxy that does not exist would get the request.
        Kind::Secret if row.is_null_a_value => Value::Null,
        Kind::Text | Kind::Secret | Kind::Path | Kind::ByHand => json!("s3cr3t-text"),
    }
}

/// What the server sees of the option.
fn sent(row: &Row) -> Value {
    match row.name.as_str() {
        "token" => json!({ "authorization": "Bearer s3cr3t-text" }),
        "headers" => json!({ "x-region": "north" }),
        "user_agent" => json!({ "user-agent": { "$re": "^reqtrail/.* s3cr3t-text$" } }),
        "decompress" => json!({ "accept-encoding": null }),
        "idempotency_key" => json!({ "idempotency-key": "s3cr3t-text" }),
        "if_none_match" => json!({ "if-none-match": "s3cr3t-text" }),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The texts of all files below a folder whose path passes.
    fn texts(folder: &Path, is_one: &dyn Fn(&Path) -> bool) -> String {
        let mut all = String::new();
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                all += &texts(&path, is_one);
            } else if is_one(&path) {
                all += &std::fs::read_to_string(&path).expect("a text");
            }
        }
        all
    }

    #[test]
    fn a_scenario_or_a_test_of_the_core_shows_what_each_option_does() {
        let root = crate::root();
        let surface = crate::surface::read(&root).expect("the rows");
        let printed = root.join(FOLDER);
        let scenarios = texts(&root.join("tests/conformance/scenarios"), &|path| {
            !path.starts_with(&printed)
        });
        let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests");
        let tests = texts(&root.join("core/tests"), &|_| true)
            + &texts(&root.join("core/src"), &|path| {
                is_test(path) || path.ends_with("tests.rs")
            });
        for row in surface.groups.iter().flat_map(|group| &group.options) {
            let (name, method) = (&row.name, row.spelt(super::super::Language::Rust));
            let in_scenarios = ["", "_ms"].map(|unit| format!("\"{name}{unit}\""));
            // By a builder's method, or as a field of what the options become.
            let in_tests = [format!("{method}("), format!("{name}: ")];
            let shown = in_scenarios.iter().any(|key| scenarios.contains(key))
                || in_tests.iter().any(|set| tests.contains(set));
            assert!(shown, "nothing shows what the option `{name}` does");
        }
    }
}
