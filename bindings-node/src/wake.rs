//! Wakes Node's event loop from any thread.
//!
//! A thread-safe function of Node-API, made by hand: napi-rs gives it no resource, and what looks for open handles (jest
//! with `--detectOpenHandles`) asks the resource whether it keeps the process alive, and reports one that cannot answer.

use std::ptr;
use std::sync::{Mutex, PoisonError};

use napi::bindgen_prelude::{Env, Function, JsValue, Object, Result, Unknown};
use napi::{check_status, sys};

/// Calls a function of JavaScript's on its event loop. It is weak: what keeps a process alive is an open call, and the
/// TypeScript half sees to that.
pub(crate) struct Wake(Mutex<Option<Raw>>);

struct Raw(sys::napi_threadsafe_function);

// SAFETY: Node-API lets any thread call and release it.
unsafe impl Send for Raw {}

/// What JavaScript wakes by: the function, and an object with `hasRef`, for those who ask for open handles.
pub(crate) type WakeFunction<'a> = Function<'a, (), Unknown<'static>>;

impl Wake {
    pub(crate) fn new(
        env: &Env,
        function: &WakeFunction<'_>,
        resource: &Object<'_>,
    ) -> Result<Self> {
        let name = env.create_string("reqtrail")?;
        let mut made = ptr::null_mut();
        // SAFETY: the values are of this environment and alive; without a callback of its own Node calls the function
        // without arguments, and one that throws is an uncaught exception, as anywhere.
        check_status!(unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                function.raw(),
                resource.raw(),
                name.raw(),
                0,
                1,
                ptr::null_mut(),
                None,
                ptr::null_mut(),
                None,
                &raw mut made,
            )
        })?;
        // Owned before anything else can fail.
        let wake = Self(Mutex::new(Some(Raw(made))));
        // SAFETY: it was made just now, on this thread.
        check_status!(unsafe { sys::napi_unref_threadsafe_function(env.raw(), made) })?;
        Ok(wake)
    }

    /// Calls the function soon. After the end of the loop nobody is there to be woken.
    pub(crate) fn call(&self) {
        // Held while it is used, so that it is not released meanwhile.
        let mut raw = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

impl Drop for Wake {
    fn drop(&mut self) {
        let raw = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(Raw(function)) = raw.take() {
            let mode = sys::ThreadsafeFunctionReleaseMode::release;
            // SAFETY: our share, given up once.
            let _ = unsafe { sys::napi_release_threadsafe_function(function, mode) };
        }
    }
}
