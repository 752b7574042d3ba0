//! Prints the context of a failure: the exchanges that the server logged and the reported trails.

// Writing to a string cannot fail, so the results are ignored below.
use std::fmt::Write;

use serde_json::Value;

use crate::check::trail_of;
use crate::server::log::{Row, Sent};

/// Prints each logged request with its response.
pub(crate) fn exchanges(rows: &[Row]) -> String {
    let mut text = String::from("exchange log:\n");
    if rows.is_empty() {
        text.push_str("  (no request arrived)\n");
    }
    for (index, row) in rows.iter().enumerate() {
        let span = row.trace.as_ref().map_or("none", |(_, span)| span.as_str());
        let exchange = match row.exchange {
            Some(exchange) => format!("exchange {exchange}"),
            None => "unwanted".to_owned(),
        };
        let _ = writeln!(
            text,
            "  request {} at {:.1} ms, connection {}, span {span}, {exchange}: {} {}",
            index + 1,
            row.at_ms,
            row.connection,
            row.request.method,
            row.request.target,
        );
        for (name, value) in &row.request.headers {
            let _ = writeln!(text, "      > {name}: {}", value.escape_debug());
        }
        let body = &row.request.body;
        if !body.is_empty() {
            let _ = writeln!(text, "      > {}", cut(body));
        }
        let _ = writeln!(text, "      < {}", status_line(row.sent.as_ref()));
        for (name, value) in row.sent.iter().flat_map(|sent| &sent.headers) {
            let _ = writeln!(text, "      < {name}: {}", cut(value));
        }
        let body = row.sent.as_ref().and_then(|sent| sent.body.as_ref());
        if let Some(body) = body.filter(|body| !body.is_empty()) {
            let _ = writeln!(text, "      < {}", cut(body));
        }
    }
    text
}

/// Prints the trail of each result.
pub(crate) fn trails(answer: &Value) -> String {
    let mut text = String::from("trails:\n");
    let results = answer.get("results").and_then(Value::as_array);
    for (index, result) in results.into_iter().flatten().enumerate() {
        let outcome = match result.get("error") {
            Some(error) => format!("error {}", error.get("kind").unwrap_or(&Value::Null)),
            None => "ok".to_owned(),
        };
        let _ = writeln!(text, "  result {index}: {outcome}");
        let trail = trail_of(result).unwrap_or(&Value::Null);
        let pretty = serde_json::to_string_pretty(trail).unwrap_or_default();
        for line in pretty.lines() {
            let _ = writeln!(text, "      {line}");
        }
    }
    text
}

fn status_line(sent: Option<&Sent>) -> String {
    match sent {
        None => "no response".to_owned(),
        Some(sent) => match sent.status {
            Some(status) => status.to_string(),
            None => "the bytes of the scenario".to_owned(),
        },
    }
}

fn cut(bytes: &[u8]) -> String {
    const LONGEST: usize = 300;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]);
    let more = if bytes.len() > LONGEST {
        format!("… ({} bytes)", bytes.len())
    } else {
        String::new()
    };
    format!("{}{more}", text.escape_debug())
}
