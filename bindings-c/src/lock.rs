//! Locks that ignore poisoning.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces a value and returns the old one, which the caller drops outside of the lock.
pub(crate) fn replace<T>(lock: &RwLock<T>, value: T) -> T {
    let mut held = lock.write().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut held, value)
}
