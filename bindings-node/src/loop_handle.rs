//! Notifies Node's event loop from any thread.
//!
//! This is a thread-safe function of Node-API, made by hand, because napi-rs gives it no resource. Tools that look for
//! open handles (jest with `--detectOpenHandles`) ask the resource whether it keeps the process alive, and report one
//! that cannot answer.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{Env, Function, JsValue, Object, Result, Unknown};
use napi::{check_status, sys};

/// Calls a JavaScript function on its event loop. It does not keep the process alive; the TypeScript half does that
/// while calls are open.
pub(crate) struct LoopHandle(Arc<Shared>);

/// `None` once the function is finalized.
type Shared = Mutex<Option<Raw>>;

struct Raw(sys::napi_threadsafe_function);

// SAFETY: Node-API lets any thread call and release it.
unsafe impl Send for Raw {}

/// The function that notifies JavaScript.
pub(crate) type NotifyFunction<'a> = Function<'a, (), Unknown<'static>>;

impl LoopHandle {
    /// Makes a handle. `resource` is an object with `hasRef`, for tools that look for open handles.
    pub(crate) fn new(
        env: &Env,
        function: &NotifyFunction<'_>,
        resource: &Object<'_>,
    ) -> Result<Self> {
        let name = env.create_string("reqtrail")?;
        let shared = Arc::<Shared>::default();
        let data = Arc::into_raw(Arc::clone(&shared)).cast_mut();
        let mut made = ptr::null_mut();
        // SAFETY: the values are alive and of this environment. Without a custom callback, Node calls the function
        // without arguments; an exception that it throws is uncaught, as usual.
        let created = check_status!(unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                function.raw(),
                resource.raw(),
                name.raw(),
                0,
                1,
                data.cast(),
                Some(finalize),
                ptr::null_mut(),
                None,
                &raw mut made,
            )
        });
        if created.is_err() {
            // SAFETY: it was made above, and nothing else has it.
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

    /// Calls the function soon, unless the loop has ended.
    pub(crate) fn notify(&self) {
        // Keeps the lock, so that the function is not released meanwhile.
        let mut raw = lock(&self.0);
        let Some(Raw(function)) = &*raw else {
            return;
        };
        let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
        // SAFETY: only the code below and `drop` release it, and it is never used after that.
        let status =
            unsafe { sys::napi_call_threadsafe_function(*function, ptr::null_mut(), mode) };
        if status == sys::Status::napi_closing {
            // The call also released our share.
            *raw = None;
        }
    }
}

impl Drop for LoopHandle {
    fn drop(&mut self) {
        // Keeps the lock, so that the function is not finalized meanwhile.
        if let Some(Raw(function)) = lock(&self.0).take() {
            let mode = sys::ThreadsafeFunctionReleaseMode::release;
            // SAFETY: it releases our share, once.
            let _ = unsafe { sys::napi_release_threadsafe_function(function, mode) };
        }
    }
}

/// Finalizes the function after its release, or with its loop. A loop that ends does not wait for those that share it.
unsafe extern "C" fn finalize(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `data` is the pointer from `new`, and Node calls this once.
    let shared = unsafe { Arc::from_raw(data.cast::<Shared>()) };
    lock(&shared).take();
}

fn lock(shared: &Shared) -> MutexGuard<'_, Option<Raw>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
