//! What `tracing` subscribers get, as text.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is written. Clones are one log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

/// Ends the log when it is dropped.
pub(crate) struct Logging {
    _default: DefaultGuard,
    _second: Dispatch,
}

impl Log {
    /// Keeps all that this thread logs until the guard is dropped.
    pub(crate) fn begin(&self) -> Logging {
        // While there is one dispatcher alone, tracing asks the thread that meets an event first whether it is wanted,
        // and keeps the answer for all: a test without a subscriber would silence this one.
        let second = Dispatch::new(NoSubscriber::default());
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish();
        Logging {
            _default: tracing::subscriber::set_default(subscriber),
            _second: second,
        }
    }

    /// The lines of reqtrail.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().expect("the lock").clone()).expect("text");
        let ours = text.lines().filter(|line| line.contains("reqtrail"));
        ours.map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
