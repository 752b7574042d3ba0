//! A call of which a journal has no trail: it waits for its answer, or its process ended before.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::journal::{Found, OpenedCall, State};
use crate::terminal::{Terminal, one_line};

/// What is known of the call, as `find` prints it.
pub(super) fn json(call: &OpenedCall, found: &Found) -> Value {
    json!({
        "schema": "reqtrail.find/1",
        "id": found.id,
        "matched": found.matched.as_str(),
        "state": found.state.as_str(),
        "service": found.service,
        "host": found.host,
        "pid": found.pid,
        "opened": call,
    })
}

/// Writes what is known of the call, shaped as a trail's report.
pub(super) fn write(
    out: &mut dyn Write,
    call: &OpenedCall,
    found: &Found,
    look: &Terminal,
) -> io::Result<()> {
    let (state, why) = match found.state {
        State::InFlight => (
            "in flight: the answer has not come yet",
            "still waits for the answer",
        ),
        State::Finished | State::Unknown => (
            "UNKNOWN: may have been sent; nothing is known of the answer",
            "ended before it wrote the call's trail",
        ),
    };
    let (method, path) = (one_line(&call.method), one_line(&call.path));
    writeln!(
        out,
        "{method} {path}  {state}  call {}",
        one_line(&call.call_id)
    )?;
    let (api, origin) = (one_line(&call.api), one_line(&call.origin));
    let at = look.time(call.at);
    writeln!(out, "{api} at {origin}  attempt {} at {at}", call.attempt)?;
    let (trace, span) = (one_line(&call.trace_id), one_line(&call.span_id));
    write!(out, "trace {trace}  span {span}")?;
    if let Some(id) = &call.correlation_id {
        write!(out, "  correlation ID {}", one_line(id))?;
    }
    let (service, host) = (one_line(&found.service), one_line(&found.host));
    writeln!(
        out,
        "\n- Process {} of {service} on {host} {why}.",
        found.pid
    )
}
