//! Simulates an outage on a virtual clock: many clients call a server that responds with 503 for a minute.
//!
//! It measures how many requests their retries add, and whether the requests come in bursts.

mod plot;
mod server;

use std::sync::Arc;
use std::time::Duration;

use reqtrail::{Client, RetryBudget};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use plot::svg;
use server::{Server, SimulatedTransport};

/// The number of clients. Each has its own budget.
pub const CLIENTS: usize = 200;

/// The begin and the end of the outage, and the end of the simulation, in seconds.
pub const OUTAGE: (usize, usize, usize) = (20, 80, 110);

/// The pause before each call of a client, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 100..500;

/// The number of slots per second in [`Load::requests`].
pub const SLOTS_PER_SECOND: usize = 10;

/// The requests and calls of a simulation, by tenths of a second.
#[derive(Debug, Default)]
pub struct Load {
    /// Requests that arrived.
    pub requests: Vec<u64>,
    /// Calls that began.
    pub calls: Vec<u64>,
}

impl Load {
    fn add(counts: &mut Vec<u64>, start: Instant) {
        let seconds = start.elapsed().as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a few thousand slots"
        )]
        let slot = (seconds * SLOTS_PER_SECOND as f64) as usize;
        if counts.len() <= slot {
            counts.resize(slot + 1, 0);
        }
        counts[slot] += 1;
    }

    /// Returns the number of requests and of calls between two seconds.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> (u64, u64) {
        let sum = |counts: &[u64]| -> u64 {
            counts
                .iter()
                .skip(from * SLOTS_PER_SECOND)
                .take((to - from) * SLOTS_PER_SECOND)
                .sum()
        };
        (sum(&self.requests), sum(&self.calls))
    }
}

/// Runs the simulation. The same seed results in the same load.
///
/// # Panics
/// If the runtime cannot be built.
#[must_use]
pub fn play(budget: Option<RetryBudget>, seed: u64) -> Load {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let server = Arc::new(Server::new());
        let end = Duration::from_secs(OUTAGE.2 as u64);
        let mut random = fastrand::Rng::with_seed(seed);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let client = Client::builder("http://simulated.example")
                    .retry_budget(budget)
                    .jitter_seed(random.u64(..))
                    .build_with(SimulatedTransport::new(Arc::clone(&server)))
                    .expect("a client");
                tokio::spawn(calls(client, Arc::clone(&server), end, random.fork()))
            })
            .collect();
        for client in clients {
            client.await.expect("a client's calls end");
        }
        server.load()
    })
}

/// Makes the calls of one client. A new call does not wait for earlier ones.
async fn calls(client: Client, server: Arc<Server>, end: Duration, mut random: fastrand::Rng) {
    let mut open = JoinSet::new();
    while server.start().elapsed() < end {
        tokio::time::sleep(Duration::from_millis(random.u64(PAUSE_MS))).await;
        server.call_begins();
        open.spawn(client.get("/events").send());
        while open.try_join_next().is_some() {}
    }
    while open.join_next().await.is_some() {}
}
