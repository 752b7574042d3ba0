//! The trails that are kept: three rings, so that successes never displace failures.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::is_notable;
use super::stats::RecorderStats;
use crate::trail::{Outcome, Trail};

/// How many trails a ring keeps.
const TRAILS: usize = 64;

/// How many bytes the trails of a process may take, all clients together.
const PROCESS_BYTES: usize = 16 * 1024 * 1024;

/// How many of these bytes a ring reserves at a time: few, so that thousands of clients can each keep something. A ring
/// keeps its reservation, so that it rarely changes the count that all clients share, and never once it is full.
const RESERVED_AT_ONCE: usize = 4 * 1024;

/// How many bytes the rings of this process have reserved.
static RESERVED: AtomicUsize = AtomicUsize::new(0);

/// The trails that a client keeps.
pub(super) struct Rings {
    failed: Mutex<Ring>,
    notable: Mutex<Ring>,
    recent: Mutex<Ring>,
    /// The order in which calls ended.
    ended: AtomicU64,
    skipped: AtomicU64,
    slow: Duration,
}

impl Rings {
    pub(super) fn new(slow: Duration) -> Self {
        // Together 1 MiB. Of the bytes that all clients share, healthy calls leave a part for notable ones, and both leave a
        // part for failed ones.
        let ring = |bytes, process_bytes| Mutex::new(Ring::new(bytes, process_bytes));
        Self {
            failed: ring(512 * 1024, PROCESS_BYTES),
            notable: ring(256 * 1024, PROCESS_BYTES / 4 * 3),
            recent: ring(256 * 1024, PROCESS_BYTES / 2),
            ended: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            slow,
        }
    }

    /// Keeps the trail of a call that has ended.
    pub(super) fn keep(&self, trail: &Trail) {
        let number = self.ended.fetch_add(1, Ordering::Relaxed);
        let ring = if trail.outcome() != Outcome::Ok {
            &self.failed
        } else if is_notable(trail, self.slow) {
            &self.notable
        } else {
            // No call waits for the trail of a healthy call to be kept.
            match self.recent.try_lock() {
                Ok(mut ring) => displace(ring.push(number, trail), ring),
                Err(TryLockError::Poisoned(poisoned)) => {
                    let mut ring = poisoned.into_inner();
                    displace(ring.push(number, trail), ring);
                }
                Err(TryLockError::WouldBlock) => {
                    self.skipped.fetch_add(1, Ordering::Relaxed);
                }
            }
            return;
        };
        let mut ring = lock(ring);
        displace(ring.push(number, trail), ring);
    }

    /// All trails, the last ended call first.
    pub(super) fn newest_first(&self) -> Vec<Trail> {
        let mut all = Vec::new();
        for ring in self.each() {
            let ring = lock(ring);
            all.extend(
                ring.kept
                    .iter()
                    .map(|kept| (kept.number, kept.trail.clone())),
            );
        }
        all.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        // A call is kept twice if its body turned out to be unusable after it had returned.
        let mut seen = HashSet::with_capacity(all.len());
        let trails = all.into_iter().map(|(_, trail)| trail);
        trails
            .filter(|trail| seen.insert(trail.call_id()))
            .collect()
    }

    pub(super) fn stats(&self) -> RecorderStats {
        let [(failed, a), (notable, b), (recent, c)] = self.each().map(|ring| {
            let ring = lock(ring);
            (ring.kept.len() as u64, ring.bytes as u64)
        });
        RecorderStats {
            failed,
            notable,
            recent,
            bytes: a + b + c,
            skipped: self.skipped.load(Ordering::Relaxed),
            ..RecorderStats::default()
        }
    }

    fn each(&self) -> [&Mutex<Ring>; 3] {
        [&self.failed, &self.notable, &self.recent]
    }
}

/// Drops what was displaced after the ring is unlocked: it may be the last reference to a trail.
fn displace(displaced: Displaced, ring: MutexGuard<'_, Ring>) {
    drop(ring);
    drop(displaced);
}

fn lock(ring: &Mutex<Ring>) -> MutexGuard<'_, Ring> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The trails that were removed to make room for one, nearly always one at most.
type Displaced = smallvec::SmallVec<[Trail; 1]>;

/// The last trails of a sort.
struct Ring {
    /// It grows as it fills.
    kept: VecDeque<KeptTrail>,
    bytes: usize,
    most_bytes: usize,
    /// Up to where it may use what all clients share.
    process_bytes: usize,
    reserved: usize,
}

struct KeptTrail {
    number: u64,
    bytes: usize,
    trail: Trail,
}

impl Ring {
    fn new(most_bytes: usize, process_bytes: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            bytes: 0,
            most_bytes,
            process_bytes,
            reserved: 0,
        }
    }

    /// Adds a trail, and returns those that were removed for it.
    fn push(&mut self, number: u64, trail: &Trail) -> Displaced {
        let mut displaced = Displaced::new();
        let bytes = trail.bytes();
        if bytes > self.most_bytes {
            return displaced;
        }
        if self.kept.len() == TRAILS {
            displaced.extend(self.pop());
        }
        while self.bytes + bytes > self.most_bytes || !self.reserve(self.bytes + bytes) {
            match self.pop() {
                Some(oldest) => displaced.push(oldest),
                // Other clients use all of it.
                None => return displaced,
            }
        }
        self.bytes += bytes;
        self.kept.push_back(KeptTrail {
            number,
            bytes,
            trail: trail.clone(),
        });
        displaced
    }

    fn pop(&mut self) -> Option<Trail> {
        let oldest = self.kept.pop_front()?;
        self.bytes -= oldest.bytes;
        Some(oldest.trail)
    }

    /// Makes sure that the ring may take this many bytes.
    fn reserve(&mut self, bytes: usize) -> bool {
        if bytes <= self.reserved {
            return true;
        }
        let more = (bytes - self.reserved).next_multiple_of(RESERVED_AT_ONCE);
        let reserved = RESERVED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |all| {
            Some(all + more).filter(|all| *all <= self.process_bytes)
        });
        if reserved.is_ok() {
            self.reserved += more;
        }
        reserved.is_ok()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        RESERVED.fetch_sub(self.reserved, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healthy_calls_of_many_clients_leave_room_for_a_failure() {
        let of_recent = |rings: &Rings| lock(&rings.recent).reserve(256 * 1024);
        let clients: Vec<Rings> = (0..1000).map(|_| Rings::new(Duration::MAX)).collect();
        let full = clients.iter().filter(|rings| of_recent(rings)).count();
        assert!((1..=32).contains(&full), "{full}");
        for rings in &clients {
            assert!(lock(&rings.failed).reserve(4 * 1024));
        }
        drop(clients);
        assert!(of_recent(&Rings::new(Duration::MAX)));
    }
}
