//! Logging

use std::ffi::{c_char, c_void};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, Subscriber};

use crate::fault::Fault;
use crate::hooks::{InCallbackGuard, UserData, reqtrail_free_callback};
use crate::lock::{read, replace};

/// Receives a line of the library's log: what happened, and its fields as key=value. `level` is a REQTRAIL_LOG_*. The
/// line contains no secrets and no line breaks, and ends with a NUL. It is lent for as long as the function runs.
///
/// It runs on the thread that drives the call and must be quick. Several threads may be in it at the same time.
pub type reqtrail_log_callback = Option<
    unsafe extern "C" fn(level: i32, line: *const c_char, length: usize, user_data: *mut c_void),
>;

const LEVELS: [LevelFilter; 6] = [
    LevelFilter::OFF,
    LevelFilter::ERROR,
    LevelFilter::WARN,
    LevelFilter::INFO,
    LevelFilter::DEBUG,
    LevelFilter::TRACE,
];

/// The index in `LEVELS` of the highest level that is passed on.
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// The program's function.
type Sink = (
    unsafe extern "C" fn(i32, *const c_char, usize, *mut c_void),
    Arc<UserData>,
);

static SINK: RwLock<Option<Sink>> = RwLock::new(None);

/// Whether this module receives the core's log events. Set once in a process.
static INSTALLED: OnceLock<bool> = OnceLock::new();

/// Turns the core's log events into lines.
struct Lines;

fn number(level: &Level) -> usize {
    let index = LEVELS.iter().position(|own| own == level);
    index.unwrap_or_default()
}

impl Subscriber for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Other crates log too, and nobody has checked their events for secrets.
        if metadata.is_event() && metadata.target() == "reqtrail" {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        number(metadata.level()) <= WANTED.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        LEVELS.get(WANTED.load(Ordering::Relaxed)).copied()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let Some((log, data)) = read(&SINK).clone() else {
            return;
        };
        let mut line = Line::default();
        event.record(&mut line);
        let text = format!("{}{}\0", line.message, line.fields);
        let level = i32::try_from(number(event.metadata().level())).unwrap_or_default();
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with a text that outlives it.
        unsafe { log(level, text.as_ptr().cast(), text.len() - 1, data.pointer()) };
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |c: char| c.is_ascii_graphic() && c != '"';
        let _ = if !value.is_empty() && value.chars().all(is_plain) {
            write!(self.fields, " {}={value}", field.name())
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text.replace(char::is_control, " ");
        } else {
            self.record_str(field, &text);
        }
    }
}

export! {
    /// Sets the function that receives the library's log, for the whole process, up to `level`, a REQTRAIL_LOG_*. It
    /// replaces the function that was set before. NULL or REQTRAIL_LOG_OFF turns the log off, which is the default.
    /// Attempts and successful calls are REQTRAIL_LOG_DEBUG, failed calls are REQTRAIL_LOG_WARN.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once another function is set and no thread runs
    /// this one, or at once if this function fails. Errors: REQTRAIL_ERROR_BAD_VALUE.
    fn reqtrail_set_log(
        level: i32,
        log: reqtrail_log_callback,
        user_data: kept,
    ) fails {
        let index = usize::try_from(level).ok().filter(|index| *index < LEVELS.len());
        let index = index.ok_or_else(|| {
            Fault::bad_value(format!("level is {level}; expected a REQTRAIL_LOG_*, 0 to 5"))
        })?;
        let sink = log.map(|log| (log, user_data));
        let wanted = if sink.is_some() { index } else { 0 };
        let before = replace(&SINK, sink);
        WANTED.store(wanted, Ordering::Relaxed);
        let installed = INSTALLED.get_or_init(|| {
            tracing_core::dispatcher::set_global_default(Dispatch::new(Lines)).is_ok()
        });
        tracing_core::callsite::rebuild_interest_cache();
        drop(before);
        if !*installed {
            WANTED.store(0, Ordering::Relaxed);
            drop(replace(&SINK, None));
            return Err(Fault::bad_value(
                "another `tracing` subscriber of this process already receives the log; expected none before \
                 reqtrail_set_log",
            ));
        }
    }
}
