//! Notifies Node's event loop from any thread.
//!
//! A thread-safe function of Node-API, made by hand: napi-rs gives it no resource, and what looks for open handles (jest
//! with `--detectOpenHandles`) asks the resource whether it keeps the process alive, and reports one that cannot answer.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{Env, Function, JsValue, Object, Result, Unknown};
use napi::{check_status, sys};

/// Calls a function of JavaScript's on its event loop. It is weak: what keeps a process alive is an open call, and the
/// TypeScript half sees to that.
pub(crate) struct LoopHandle(Arc<Shared>);

/// `None` once the function is gone.
type Shared = Mutex<Option<Raw>>;

struct Raw(sys::napi_threadsafe_function);

// SAFETY: Node-API lets any thread call and release it.
unsafe impl Send for Raw {}

/// The function that JavaScript is notified by.
pub(crate) type NotifyFunction<'a> = Function<'a, (), Unknown<'static>>;

impl LoopHandle {
    /// `resource` is an object with `hasRef`, for those who ask for open handles.
    pub(crate) fn new(
        env: &Env,
        function: &NotifyFunction<'_>,
        resource: &Object<'_>,
    ) -> Result<Self> {
        let name = env.create_string("reqtrail")?;
        let shared = Arc::<Shared>::default();
        let data = Arc::into_raw(Arc::clone(&shared)).cast_mut();
        let mut made = ptr::null_mut();
        // SAFETY: the values are of this environment and alive; without a callback of its own Node calls the function
        // without arguments, and one that throws is an uncaught exception, as anywhere.
        let created = check_status!(unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                function.raw(),
                resource.raw(),
                name.raw(),
                0,
                1,
                data.cast(),
                Some(gone),
                ptr::null_mut(),
                None,
                &raw mut made,
            )
        });
        if created.is_err() {
            // SAFETY: it was made above, and nobody else has it.
            drop(unsafe { Arc::from_raw(data) });
        }
        created?;
        *lock(&shared) = Some(Raw(made));
        // Owned before anything else can fail.
        let handle = Self(shared);
        // SAFETY: it was made just now, on this thread.
        check_status!(unsafe { sys::napi_unref_threadsafe_function(env.raw(), made) })?;
        Ok(handle)
    }

    /// Calls the function soon. After the end of the loop nobody is there to be notified.
    pub(crate) fn notify(&self) {
        // Held while it is used, so that it is not released meanwhile.
        let mut raw = lock(&self.0);
        let Some(Raw(function)) = &*raw else {
            return;
        };
        let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
        // SAFETY: it is released below and in `drop` alone, and never used again.
        let status =
            unsafe { sys::napi_call_threadsafe_function(*function, ptr::null_mut(), mode) };
        if status == sys::Status::napi_closing {
            // This call gave up our share in it, too.
            *raw = None;
        }
    }
}

impl Drop for LoopHandle {
    fn drop(&mut self) {
        // Held meanwhile, so that the function cannot go.
        if let Some(Raw(function)) = lock(&self.0).take() {
            let mode = sys::ThreadsafeFunctionReleaseMode::release;
            // SAFETY: our share, given up once.
            let _ = unsafe { sys::napi_release_threadsafe_function(function, mode) };
        }
    }
}

/// The function goes, after it was released or with its loop. A loop that ends asks nobody who has a share in it.
unsafe extern "C" fn gone(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: it is what `new` gave away, and Node calls this once.
    let shared = unsafe { Arc::from_raw(data.cast::<Shared>()) };
    lock(&shared).take();
}

fn lock(shared: &Shared) -> MutexGuard<'_, Option<Raw>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
