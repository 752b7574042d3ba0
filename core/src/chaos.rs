//! Random faults around a real transport, for staging (`docs/chaos.md`).

mod answer;
mod dice;
mod grammar;
mod permission;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::dialect::Dialect;
use crate::transport::{OwnTransport, Wrap};
use answer::Answers;
use dice::Dice;
use grammar::{Fault, Latency};
use transport::ChaosTransport;

pub(crate) use permission::{ChaosRequest, VARIABLE, asked};

/// The faults of one client, and how many of its calls have begun.
#[derive(Debug)]
pub(crate) struct Chaos {
    /// Each with its chance added to the chances of those before it.
    faults: Vec<(f64, Fault)>,
    latencies: Vec<Latency>,
    answers: Answers,
    seed: u64,
    calls: AtomicU64,
}

/// What happens to one attempt.
#[derive(Debug, PartialEq)]
struct Drawn<'a> {
    fault: Option<&'a Fault>,
    latency: Duration,
}

impl Chaos {
    /// Makes the chaos of a client of this dialect.
    ///
    /// # Errors
    /// Says what the option or the variable asks for that this dialect cannot express.
    pub(crate) fn new(asked: &ChaosRequest, dialect: &Dialect) -> Result<Self, String> {
        let spec = &asked.spec;
        let answers = Answers::new(dialect, &spec.faults)
            .map_err(|problem| format!("{} {problem}", asked.name))?;
        let mut upto = 0.0;
        let faults = spec.faults.iter().map(|(chance, fault)| {
            upto += chance;
            (upto, fault.clone())
        });
        Ok(Self {
            faults: faults.collect(),
            latencies: spec.latencies.clone(),
            answers,
            seed: asked.seed,
            calls: AtomicU64::new(0),
        })
    }

    /// Counts an attempt. The first one of a call takes the call's number, which `before` keeps.
    pub(crate) fn next_place(&self, before: &mut Option<(u64, u64)>) -> (u64, u64) {
        let place = match *before {
            Some((call, attempt)) => (call, attempt + 1),
            None => (self.calls.fetch_add(1, Ordering::Relaxed), 0),
        };
        *before = Some(place);
        place
    }

    /// Draws what happens to the attempt at a place. It only depends on the seed and the place.
    fn draw(&self, place: (u64, u64)) -> Drawn<'_> {
        let mut dice = Dice::new(self.seed, place);
        let drawn = dice.roll();
        let fault = self.faults.iter().find(|(upto, _)| drawn < *upto);
        let mut latency = Duration::ZERO;
        for one in &self.latencies {
            // Both are rolled in any case, so that one item's chance does not change what another draws.
            let (drawn, length) = (dice.roll(), dice.roll());
            if drawn < one.chance {
                latency += one.from + (one.to - one.from).mul_f64(length);
            }
        }
        Drawn {
            fault: fault.map(|(_, fault)| fault),
            latency,
        }
    }

    /// Injects faults into the exchanges of a program's own transport.
    pub(crate) fn around(self: &Arc<Self>, transport: Arc<OwnTransport>) -> OwnTransport {
        let layer = ChaosTransport::new(Arc::clone(&transport), Arc::clone(self));
        transport.layered(layer)
    }

    /// Injects faults into the exchanges of the built-in transports, and of a program's wrapper around them.
    pub(crate) fn wrap(self: &Arc<Self>, own: Option<Wrap>) -> Wrap {
        let chaos = Arc::clone(self);
        Arc::new(move |built_in| {
            Arc::new(chaos.around(match &own {
                Some(own) => own(built_in),
                None => Arc::new(OwnTransport::ours(built_in)),
            }))
        })
    }
}

#[cfg(test)]
mod tests;
