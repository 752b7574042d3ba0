//! Trails that change after their call has returned, because its body turned out to be unusable.
//!
//! The keeper of the trail gets the changed one as well. A trail names its keeper by a number, which costs a call
//! nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};

use super::Trail;
use crate::fork;

/// Keeps trails.
pub(crate) trait Keeper: Send + Sync {
    /// Replaces the trail that the call ended with.
    fn keep_changed(&self, trail: &Trail);
}

/// The number of a keeper. The default means none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct KeeperNumber(u32);

type Keepers = Vec<(u32, Weak<dyn Keeper>)>;

static KEEPERS: Mutex<Keepers> = Mutex::new(Vec::new());

/// How often the child of a fork tries to lock. Others hold the lock for microseconds.
const TRIES: u32 = 1000;

/// Assigns a keeper its number, which is valid as long as the keeper lives.
pub(crate) fn number(keeper: &Arc<impl Keeper + 'static>) -> KeeperNumber {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let Some(mut keepers) = lock() else {
        return KeeperNumber::default();
    };
    // Drawn while the list is locked, so that its numbers ascend.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // A program may have thousands of clients, so they are not all checked for each new one.
    if keepers.len() == keepers.capacity() {
        keepers.retain(|(_, keeper)| keeper.strong_count() > 0);
    }
    let keeper: Weak<dyn Keeper> = Arc::downgrade(keeper) as _;
    keepers.push((number, keeper));
    KeeperNumber(number)
}

/// Passes a changed trail to its keeper, if that still exists.
pub(super) fn changed(trail: &Trail) {
    let KeeperNumber(number) = trail.0.opening.keeper;
    let keeper = lock().and_then(|keepers| {
        let place = keepers.binary_search_by_key(&number, |(of, _)| *of).ok()?;
        keepers[place].1.upgrade()
    });
    if let Some(keeper) = keeper {
        keeper.keep_changed(trail);
    }
}

/// Locks the list. It gives up in the child of a fork, where the lock may be held for ever by a thread that the child
/// does not have.
fn lock() -> Option<MutexGuard<'static, Keepers>> {
    if fork::generation() == 0 {
        return Some(KEEPERS.lock().unwrap_or_else(PoisonError::into_inner));
    }
    for _ in 0..TRIES {
        match KEEPERS.try_lock() {
            Ok(keepers) => return Some(keepers),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Keeper for Nobody {
        fn keep_changed(&self, _: &Trail) {}
    }

    #[test]
    fn whoever_finds_the_list_locked_waits_for_it() {
        let keeper = Arc::new(Nobody);
        let (sender, begun) = std::sync::mpsc::channel();
        let locked = lock().expect("the list");
        let numbered = std::thread::scope(|scope| {
            let waits = scope.spawn(|| {
                sender.send(()).expect("a receiver");
                number(&keeper)
            });
            begun.recv().expect("a sender");
            for _ in 0..100 {
                std::thread::yield_now();
            }
            drop(locked);
            waits.join().expect("no panic")
        });
        assert_ne!(numbered, KeeperNumber::default());
        let keepers = lock().expect("the list");
        assert!(keepers.iter().any(|(of, _)| KeeperNumber(*of) == numbered));
    }
}
