//! Cancels calls from its own thread, as a user interface does.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use reqtrail::CancelToken;

/// A handle to the thread. The thread ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Canceller(Sender<(Instant, CancelToken)>);

impl Canceller {
    pub(crate) fn start() -> std::io::Result<Self> {
        let (orders, taken) = channel();
        std::thread::Builder::new()
            .name("soak-canceller".to_owned())
            .spawn(move || run(&taken))?;
        Ok(Self(orders))
    }

    /// Cancels the token after `time`.
    pub(crate) fn cancel_after(&self, time: Duration, token: CancelToken) {
        // If the thread is gone, the call ends by itself.
        let _ = self.0.send((Instant::now() + time, token));
    }
}

fn run(orders: &Receiver<(Instant, CancelToken)>) {
    let mut due: BTreeMap<(Instant, u64), CancelToken> = BTreeMap::new();
    for number in 0.. {
        let wait = due.first_key_value().map_or(Duration::MAX, |((at, _), _)| {
            at.saturating_duration_since(Instant::now())
        });
        match orders.recv_timeout(wait) {
            Ok((at, token)) => {
                due.insert((at, number), token);
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some((_, token)) = due.pop_first() {
                    token.cancel();
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
