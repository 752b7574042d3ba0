//! How a function is exported: the one place with `extern "C"`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::codes::{REQTRAIL_OK, reqtrail_code};
use crate::error::reqtrail_error;
use crate::fault::{DeferredError, Fault};
use crate::memory::{FromPtr as _, Out, hand_over};
use crate::uncancelled::Uncancelled;

/// Makes C functions of what is in it. There are three forms, told apart by what follows the arguments:
///
/// * `needs [a] fills [b] may_fill [c] reports [e] { … }`: can fail. Returns a code; `a` must not be NULL and is a
///   reference in the body; `b` must not be NULL and is set to NULL first, `c` may be NULL; the body is a
///   `Result<(), Fault>`, whose fault becomes `*e`.
/// * `sets [a] { … }`: changes a handle. Returns a code, and the handle keeps the first fault for the call that uses
///   it, so that a program need not look at every code.
/// * `-> R [a] length [n] { … }` or `[a] { … }`: reads or frees. The body is an `Option<R>`; NULL, `None` and a panic
///   give the empty value of `R`.
///
/// Every body runs in `unsafe`: that its pointers are good is the caller's promise, which the header states.
macro_rules! export {
    () => {};
    (
        $(#[$doc:meta])*
        fn $name:ident($($arg:ident: $ty:ty),* $(,)?)
        needs [$($need:ident),*] $(fills [$($out:ident),*])? $(may_fill [$($may:ident),*])? reports [$error:ident]
        $body:block
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "not every body needs it")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> $crate::codes::reqtrail_code {
            // SAFETY: the caller's pointers are NULL or good, as the header demands.
            unsafe {
                $($($crate::memory::Out::clear($out);)*)?
                $($($crate::memory::Out::clear($may);)*)?
                $crate::export::fallible($error, move || {
                    $($(
                        if $out.is_null() {
                            return Err($crate::fault::Fault::null(stringify!($out)));
                        }
                    )*)?
                    $(
                        let $need = $crate::memory::FromPtr::handle($need)
                            .ok_or_else(|| $crate::fault::Fault::null(stringify!($need)))?;
                    )*
                    $body
                })
            }
        }
        export! { $($rest)* }
    };
    (
        $(#[$doc:meta])*
        fn $name:ident($($arg:ident: $ty:ty),* $(,)?) sets [$handle:ident] $body:block
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "not every body needs it")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> $crate::codes::reqtrail_code {
            // SAFETY: the caller's pointers are NULL or good, as the header demands.
            unsafe {
                $crate::export::setting(stringify!($name), $handle, move |$handle| $body)
            }
        }
        export! { $($rest)* }
    };
    (
        $(#[$doc:meta])*
        fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty [$($need:ident),*] $(length [$length:ident])?
        $body:block
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "not every body needs it")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> $ret {
            // SAFETY: the caller's pointers are NULL or good, as the header demands.
            unsafe {
                $($crate::memory::Out::clear($length);)?
                $crate::export::reading(move || {
                    $(let $need = $crate::memory::FromPtr::handle($need)?;)*
                    $body
                })
            }
        }
        export! { $($rest)* }
    };
    (
        $(#[$doc:meta])*
        fn $name:ident($($arg:ident: $ty:ty),* $(,)?) [$($need:ident),*] $body:block
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "not every body needs it")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) {
            // SAFETY: the caller's pointers are NULL or good, as the header demands.
            unsafe {
                $crate::export::reading(move || {
                    $(let $need = $crate::memory::FromPtr::handle($need)?;)*
                    $body
                    Some(())
                })
            }
        }
        export! { $($rest)* }
    };
}

/// The value an accessor returns when there is nothing to return.
pub(crate) trait FfiDefault {
    const FFI_DEFAULT: Self;
}

macro_rules! ffi_default {
    ($($ty:ty = $value:expr),+ $(,)?) => {
        $(impl FfiDefault for $ty { const FFI_DEFAULT: Self = $value; })+
    };
}

// Times that are not there are negative.
ffi_default!(
    () = (),
    bool = false,
    i32 = 0,
    u32 = 0,
    u64 = 0,
    usize = 0,
    f64 = -1.0
);

impl<T> FfiDefault for *const T {
    const FFI_DEFAULT: Self = std::ptr::null();
}

impl<T> FfiDefault for *mut T {
    const FFI_DEFAULT: Self = std::ptr::null_mut();
}

/// Handles that keep the first fault of their setters.
pub(crate) trait Settable {
    fn keep(&mut self, kept: DeferredError);
}

/// Runs what can fail.
pub(crate) unsafe fn fallible(
    error: *mut *mut reqtrail_error,
    run: impl FnOnce() -> Result<(), Fault>,
) -> reqtrail_code {
    let _uncancelled = Uncancelled::begin();
    // SAFETY: the caller's promise.
    unsafe { Out::clear(error) };
    let ran = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Fault::Panicked));
    let Err(fault) = ran else {
        return REQTRAIL_OK;
    };
    let made = fault.into_handle();
    let code = made.code();
    if !error.is_null() {
        // SAFETY: the caller's promise.
        unsafe { hand_over(error, made) };
    }
    code
}

/// Runs what changes a handle.
pub(crate) unsafe fn setting<H: Settable + 'static>(
    name: &str,
    handle: *mut H,
    run: impl FnOnce(&'static mut H) -> Result<(), Fault>,
) -> reqtrail_code {
    let _uncancelled = Uncancelled::begin();
    // SAFETY: the caller's promise.
    let Some(given) = (unsafe { handle.handle() }) else {
        return Fault::null("the handle").code();
    };
    let ran =
        catch_unwind(AssertUnwindSafe(|| run(given))).unwrap_or_else(|_| Err(Fault::Panicked));
    let Err(fault) = ran else {
        return REQTRAIL_OK;
    };
    let code = fault.code();
    // SAFETY: as above; the reference of the body is gone.
    if let Some(given) = unsafe { handle.handle() } {
        given.keep(DeferredError::of(name, fault));
    }
    code
}

/// Runs what gives something, or nothing.
pub(crate) fn reading<R: FfiDefault>(run: impl FnOnce() -> Option<R>) -> R {
    let _uncancelled = Uncancelled::begin();
    catch_unwind(AssertUnwindSafe(run))
        .ok()
        .flatten()
        .unwrap_or(R::FFI_DEFAULT)
}
