//! One scenario for each option: every language accepts it by its name, and the call succeeds.
//!
//! What an option does is for the scenarios and tests that are written by hand.

use serde_json::{Value, json};

use super::{Group, Kind, Row, Surface};

/// Options whose value has to fit the machine or the network, which a scenario's server does not show.
const LEFT_OUT: [&str; 5] = [
    "client_certificate",
    "extra_ca",
    "microversion",
    "unix_socket",
    "correlation_id",
];

/// The files below `tests/conformance/scenarios/options`.
pub(crate) fn scenarios(surface: &Surface) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    for group in &surface.groups {
        let rows = group.options.iter();
        for row in rows.filter(|row| !LEFT_OUT.contains(&row.name.as_str())) {
            let name = format!("{}-{}", group.name, row.name.replace('_', "-"));
            let scenario = accepted(group, row, &name);
            let text = serde_json::to_string_pretty(&scenario).map_err(|e| e.to_string())?;
            files.push((
                format!("tests/conformance/scenarios/options/{name}.json"),
                text + "\n",
            ));
        }
    }
    Ok(files)
}

fn accepted(group: &Group, row: &Row, name: &str) -> Value {
    let key = match row.kind {
        Kind::Duration => format!("{}_ms", row.name),
        _ => row.name.clone(),
    };
    let options = json!({ key: example(row) });
    let (client, request) = match group.name {
        "client" => (json!({ "options": options }), json!({ "path": "/cameras" })),
        _ => (json!({}), json!({ "path": "/cameras", "options": options })),
    };
    let id = "req_01HK3Z9YF7W7E8PM5QKT9DYXWR";
    json!({
        "format": 1,
        "name": format!("option-{name}"),
        "about": format!("A {} takes the option `{}`.", group.name, row.name),
        "client": client,
        "server": { "exchanges": [{
            "reply": { "status": 200, "headers": [["X-Request-Id", id]], "json": { "data": [] } },
        }] },
        "calls": [{
            "request": request,
            "expect": { "ok": { "status": 200, "request_id": id }, "trail": { "outcome": "ok", "attempts": [{ "status": 200 }] } },
        }],
    })
}

/// A value that the option takes.
fn example(row: &Row) -> Value {
    if row.is_null_a_value {
        return Value::Null;
    }
    match row.kind {
        Kind::Flag => json!(true),
        Kind::Count => json!(30),
        Kind::Duration => json!(5000),
        Kind::Dialect => json!("novavms"),
        Kind::Headers => json!({ "X-Region": "north" }),
        Kind::Texts | Kind::Pems => json!(["type", "site"]),
        Kind::RetryBudget => json!({ "capacity": 10, "retry_cost": 1 }),
        Kind::Text | Kind::Secret | Kind::Path | Kind::ByHand => json!("s3cr3t-text"),
    }
}
