//! The resources of this process, from Linux's `/proc`.

use std::fs;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// One reading of the resources.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Reading {
    pub(crate) descriptors: u64,
    pub(crate) rss_kib: u64,
    pub(crate) threads: u64,
}

impl Reading {
    /// Takes a reading; `None` without a `/proc`.
    pub(crate) fn take() -> Option<Self> {
        // Minus the descriptor of the listing itself.
        let descriptors = (fs::read_dir("/proc/self/fd").ok()?.count() as u64).saturating_sub(1);
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let field = |name: &str| {
            let mut lines = status.lines();
            let value = lines.find_map(|line| line.strip_prefix(name))?;
            value.split_whitespace().next()?.parse().ok()
        };
        Some(Self {
            descriptors,
            rss_kib: field("VmRSS:")?,
            threads: field("Threads:")?,
        })
    }

    fn max(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.max(other.descriptors),
            rss_kib: self.rss_kib.max(other.rss_kib),
            threads: self.threads.max(other.threads),
        }
    }
}

/// Takes readings all the time and keeps the highest values.
#[derive(Debug)]
pub(crate) struct Peak {
    highest: Arc<Mutex<Reading>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Peak {
    pub(crate) fn start() -> std::io::Result<Self> {
        let highest = Arc::new(Mutex::new(Reading::default()));
        let kept = Arc::clone(&highest);
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("soak-peak".to_owned())
            .spawn(move || {
                let pause = Duration::from_millis(200);
                while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    if let Some(reading) = Reading::take() {
                        let mut highest = kept.lock().unwrap_or_else(PoisonError::into_inner);
                        *highest = highest.max(reading);
                    }
                }
            })?;
        Ok(Self {
            highest,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn highest(&self) -> Reading {
        *self.highest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Peak {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
