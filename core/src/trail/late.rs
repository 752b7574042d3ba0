//! Trails that change after their call has returned: its body turned out to be unusable.
//!
//! Whoever keeps trails gets the changed one as well. A trail names its keeper by a number, which costs a call nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Trail;

/// Keeps trails.
pub(crate) trait Keeper: Send + Sync {
    /// Keeps a trail in the place of the one that the call ended with.
    fn keep_changed(&self, trail: &Trail);
}

/// The number of a keeper. The default is nobody's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct KeeperNumber(u32);

static KEEPERS: Mutex<Vec<(u32, Weak<dyn Keeper>)>> = Mutex::new(Vec::new());

/// Gives a keeper its number, which is good for as long as the keeper lives.
pub(crate) fn number(keeper: &Arc<impl Keeper + 'static>) -> KeeperNumber {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut keepers = KEEPERS.lock().unwrap_or_else(PoisonError::into_inner);
    keepers.retain(|(_, keeper)| keeper.strong_count() > 0);
    let keeper: Weak<dyn Keeper> = Arc::downgrade(keeper) as _;
    keepers.push((number, keeper));
    KeeperNumber(number)
}

/// Hands a changed trail to its keeper, if that is still there.
pub(super) fn changed(trail: &Trail) {
    let KeeperNumber(number) = trail.0.opening.keeper;
    // In the child of a fork nobody may ever unlock it.
    let keeper = match KEEPERS.try_lock() {
        Ok(keepers) => keepers
            .iter()
            .find(|(of, _)| *of == number)
            .and_then(|(_, keeper)| keeper.upgrade()),
        Err(_) => None,
    };
    if let Some(keeper) = keeper {
        keeper.keep_changed(trail);
    }
}
