//! Functions of the program that the library calls.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

use reqtrail::{AttemptFinished, CallFinished, Observer};

use crate::attempt::{reqtrail_attempt, reqtrail_call_info};
use crate::memory::{Frame, FromC};
use crate::trail::reqtrail_trail;
use crate::usage::Usage;

/// Frees `user_data`. It is called once, on any thread, when the library will no longer use the pointer.
pub type reqtrail_free_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Receives an attempt that has ended, with the decision about what comes next, before any wait. Both handles are lent
/// for as long as it runs. It runs on the thread that drives the call and must be quick.
pub type reqtrail_attempt_callback = Option<
    unsafe extern "C" fn(
        call: *const reqtrail_call_info,
        attempt: *const reqtrail_attempt,
        user_data: *mut c_void,
    ),
>;

/// Receives the trail of a call that has ended. The trail is lent for as long as it runs (`reqtrail_trail_clone` keeps
/// it). It runs on the thread that drives the call and must be quick.
pub type reqtrail_trail_callback =
    Option<unsafe extern "C" fn(trail: *const reqtrail_trail, user_data: *mut c_void)>;

/// Receives the result of every poll, as JSON with "server", "action" and "elapsed_ms". The text is lent for as long as
/// it runs. It runs on the thread that follows the action and must be quick.
pub type reqtrail_progress_callback =
    Option<unsafe extern "C" fn(json: *const c_char, length: usize, user_data: *mut c_void)>;

thread_local! {
    /// How many functions of the program this thread is running, one within another.
    static IN_CALLBACK: Cell<usize> = const { Cell::new(0) };
}

/// Marks this thread as running a function of the program, until the guard is dropped.
pub(crate) struct InCallbackGuard(());

impl InCallbackGuard {
    pub(crate) fn enter() -> Self {
        IN_CALLBACK.set(IN_CALLBACK.get() + 1);
        Self(())
    }

    /// Whether this thread runs a function of the program.
    pub(crate) fn is_active() -> bool {
        IN_CALLBACK.get() > 0
    }
}

impl Drop for InCallbackGuard {
    fn drop(&mut self) {
        IN_CALLBACK.set(IN_CALLBACK.get() - 1);
    }
}

/// The `user_data` that the program's functions receive. It is freed when no function can receive it any more.
pub(crate) struct UserData {
    pointer: *mut c_void,
    free: reqtrail_free_callback,
}

// SAFETY: the header says that the library's threads receive it.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl UserData {
    pub(crate) fn new(pointer: *mut c_void, free: reqtrail_free_callback) -> Arc<Self> {
        Arc::new(Self { pointer, free })
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

/// The wrapper is made before the function does anything else, so that a function that fails frees the pointer.
impl FromC<'_> for Arc<UserData> {
    type Output = Self;

    unsafe fn read(self, _: &Frame, _: &str) -> Result<Self, Usage> {
        Ok(self)
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            // SAFETY: the program's function with the program's pointer, once.
            unsafe { free(self.pointer) };
        }
    }
}

/// Passes events of calls to the program's hooks.
#[derive(Clone)]
pub(crate) enum Hook {
    Attempt(reqtrail_attempt_callback, Arc<UserData>),
    Call(reqtrail_trail_callback, Arc<UserData>),
}

impl Observer for Hook {
    fn attempt_finished(&self, event: &AttemptFinished<'_>) {
        let Self::Attempt(Some(function), data) = self else {
            return;
        };
        let call = reqtrail_call_info::new(&event.call, event.attempt);
        let attempt = reqtrail_attempt::new(event.attempt.clone());
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with handles that outlive it.
        unsafe { function(&raw const call, &raw const attempt, data.pointer()) };
    }

    fn call_finished(&self, event: &CallFinished<'_>) {
        let Self::Call(Some(function), data) = self else {
            return;
        };
        let trail = reqtrail_trail::new(event.trail.clone());
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with a handle that outlives it.
        unsafe { function(&raw const trail, data.pointer()) };
    }
}
