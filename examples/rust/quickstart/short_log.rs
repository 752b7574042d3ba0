//! Shows the `tracing` events of reqtrail as short lines. A real program keeps the format of its subscriber, which has all fields.

use std::fmt::{self, Debug};

use tracing::field::Field;
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, fmt};
use tracing_subscriber::registry::LookupSpan;

/// Starts the log. `RUST_LOG=reqtrail=trace` shows more events.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "reqtrail=debug".into());
    fmt()
        .with_env_filter(filter)
        .event_format(ShortLines)
        .init();
}

struct ShortLines;

impl<S, N> FormatEvent<S, N> for ShortLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = format!("{:>5}", event.metadata().level());
        event.record(&mut |field: &Field, value: &dyn Debug| {
            let value = format!("{value:?}");
            let value = value.trim_matches('"');
            line.push_str(&match field.name() {
                "message" if value == "attempt finished" => String::new(),
                "message" => format!(" {value}:"),
                "method" | "path" | "status" | "code" => format!(" {value}"),
                "attempt" => format!(" attempt {value}:"),
                "wait_ms" => format!(", wait {} ms", value.split('.').next().unwrap_or(value)),
                _ => String::new(),
            });
        });
        writeln!(out, "{line}")
    }
}
