//! The macro that exports functions: the only place with `extern "C"`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::codes::{REQTRAIL_OK, reqtrail_code};
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::memory::{FfiDefault, clear, hand_over};
use crate::uncancelled::Uncancelled;
use crate::usage::Usage;

/// Makes C functions of the functions in it. An argument is written as the type that the body receives:
///
/// * `name: text` and `name: bytes`: a checked UTF-8 `&str`, and a `&[u8]`. C has a pointer and its length, an argument
///   `name_length`.
/// * `user_data: kept`: an `Arc<UserData>`, which the module imports. C has a pointer and the function
///   `free_user_data`, which receives the pointer even if the exported function fails.
/// * `name: &T` and `name: &mut T`: a handle. C has a pointer that must not be NULL.
/// * `name: out T`: a pointer to write through, which must not be NULL. What it points to is cleared first.
/// * `name: out? T`: the same, but it may be NULL.
/// * Any other type is C's own.
///
/// The words after the arguments say how the function ends:
///
/// * `fails { … }`: returns a code. If a `?` in the body fails, the code is the fault's, and the fault becomes
///   `*error`, for which C has one more argument.
/// * `makes handle: T { … }`: the same for a function whose body returns a new `T`, which becomes `*handle`.
/// * `sets { … }`: changes the handle that is the first argument. Returns a code. The handle keeps the first fault for
///   the call that uses it, so that a program need not check every code.
/// * `-> T { … }`, or nothing: reads or frees. The body is an `Option<T>`; `None`, a bad argument and a panic return
///   `T::FFI_DEFAULT`.
/// * `-> text[SLOT] { … }`: the same for a text, which is kept in that slot of the first argument. C has one more
///   argument, `length`.
///
/// Every body runs in `unsafe`. The caller promises that its pointers are valid, as the header requires.
macro_rules! export {
    () => {};
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) fails $body:block $($rest:tt)*) => {
        function! { ($(#[$doc])* $name fails $body) [] [] [] $($args)* }
        export! { $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) makes $out:ident: $made:ty $body:block $($rest:tt)*) => {
        function! {
            ($(#[$doc])* $name fails { $crate::memory::hand_over($out, Some(Box::new($body))); }) [] [] []
            $($args)*, $out: out *mut $made
        }
        export! { $($rest)* }
    };
    (
        $(#[$doc:meta])* fn $name:ident($handle:ident: &mut $ty:ty $(, $($args:tt)*)?) sets $body:block
        $($rest:tt)*
    ) => {
        function! { ($(#[$doc])* $name sets $handle $body) [$handle: *mut $ty,] [] [] $($($args)*)? }
        export! { $($rest)* }
    };
    (
        $(#[$doc:meta])* fn $name:ident($handle:ident: $($args:tt)*) -> text[$slot:expr] $body:block
        $($rest:tt)*
    ) => {
        function! { ($(#[$doc])* $name text $handle $slot, $body) [] [] [] $handle: $($args)* }
        export! { $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) -> $ret:ty $body:block $($rest:tt)*) => {
        function! { ($(#[$doc])* $name reads $ret, $body) [] [] [] $($args)* }
        export! { $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) $body:block $($rest:tt)*) => {
        function! { ($(#[$doc])* $name reads (), { $body; Some(()) }) [] [] [] $($args)* }
        export! { $($rest)* }
    };
}

/// Makes one function. Each step moves one argument into up to three lists: the parameters in C, the out-parameters
/// that are cleared first, and the names in the body with the values that they are read from. Macro hygiene makes each
/// added `length` a separate name.
macro_rules! function {
    ($f:tt [$($c:tt)*] $out:tt [$($given:tt)*] $arg:ident: text $(, $($rest:tt)*)?) => {
        function! {
            $f [$($c)* $arg: *const std::ffi::c_char, length: usize,] $out [$($given)* $arg: ($arg, length),]
            $($($rest)*)?
        }
    };
    ($f:tt [$($c:tt)*] $out:tt [$($given:tt)*] $arg:ident: bytes $(, $($rest:tt)*)?) => {
        function! {
            $f [$($c)* $arg: *const u8, length: usize,] $out [$($given)* $arg: ($arg, length),] $($($rest)*)?
        }
    };
    ($f:tt [$($c:tt)*] $out:tt [$($given:tt)*] $arg:ident: kept $(, $($rest:tt)*)?) => {
        function! {
            $f [$($c)* $arg: *mut std::ffi::c_void, free: reqtrail_free_callback,] $out
            [$($given)* $arg: UserData::new($arg, free),] $($($rest)*)?
        }
    };
    ($f:tt [$($c:tt)*] $out:tt [$($given:tt)*] $arg:ident: &mut $ty:ty $(, $($rest:tt)*)?) => {
        function! { $f [$($c)* $arg: *mut $ty,] $out [$($given)* $arg: $arg,] $($($rest)*)? }
    };
    ($f:tt [$($c:tt)*] $out:tt [$($given:tt)*] $arg:ident: &$ty:ty $(, $($rest:tt)*)?) => {
        function! { $f [$($c)* $arg: *const $ty,] $out [$($given)* $arg: $arg,] $($($rest)*)? }
    };
    ($f:tt [$($c:tt)*] [$($out:tt)*] $given:tt $arg:ident: out? $ty:ty $(, $($rest:tt)*)?) => {
        function! { $f [$($c)* $arg: *mut $ty,] [$($out)* $arg] $given $($($rest)*)? }
    };
    ($f:tt [$($c:tt)*] [$($out:tt)*] [$($given:tt)*] $arg:ident: out $ty:ty $(, $($rest:tt)*)?) => {
        function! {
            $f [$($c)* $arg: *mut $ty,] [$($out)* $arg] [$($given)* $arg: $crate::memory::OutParam($arg),]
            $($($rest)*)?
        }
    };
    ($f:tt [$($c:tt)*] $out:tt $given:tt $arg:ident: $ty:ty $(, $($rest:tt)*)?) => {
        function! { $f [$($c)* $arg: $ty,] $out $given $($($rest)*)? }
    };
    // The comma that `makes` adds, which may follow an empty list or another comma.
    ($f:tt $c:tt $out:tt $given:tt , $($rest:tt)*) => { function! { $f $c $out $given $($rest)* } };

    (
        ($(#[$doc:meta])* $name:ident text $handle:ident $slot:expr, $body:block)
        [$($c:tt)*] [$($out:tt)*] $given:tt
    ) => {
        function! {
            ($(#[$doc])* $name reads *const std::ffi::c_char, { $handle.texts.lend($slot, length, || $body) })
            [$($c)* length: *mut usize,] [$($out)* length] $given
        }
    };
    (
        ($(#[$doc:meta])* $name:ident fails $body:block)
        [$($c:tt)*] [$($out:ident)*] [$($given:ident: $from:expr,)*]
    ) => {
        function! {
            made [$(#[$doc])*] $name($($c)* error: *mut *mut $crate::error::reqtrail_error,)
            -> $crate::codes::reqtrail_code {
                $($crate::memory::clear($out);)*
                $(let $given = $from;)*
                $crate::export::fallible(error, move || {
                    let _frame = $crate::memory::Frame;
                    $(let $given = $crate::memory::FromC::read($given, &_frame, stringify!($given))?;)*
                    $body
                    Ok(())
                })
            }
        }
    };
    (
        ($(#[$doc:meta])* $name:ident sets $handle:ident $body:block)
        [$($c:tt)*] [] [$($given:ident: $from:expr,)*]
    ) => {
        function! {
            made [$(#[$doc])*] $name($($c)*) -> $crate::codes::reqtrail_code {
                $(let $given = $from;)*
                $crate::export::setting(stringify!($name), $handle, move |$handle| {
                    let _frame = $crate::memory::Frame;
                    $(let $given = $crate::memory::FromC::read($given, &_frame, stringify!($given))?;)*
                    $body
                    Ok(())
                })
            }
        }
    };
    (
        ($(#[$doc:meta])* $name:ident reads $ret:ty, $body:block)
        [$($c:tt)*] [$($out:ident)*] [$($given:ident: $from:expr,)*]
    ) => {
        function! {
            made [$(#[$doc])*] $name($($c)*) -> $ret {
                $($crate::memory::clear($out);)*
                $crate::export::reading(move || {
                    let _frame = $crate::memory::Frame;
                    $(let $given = $crate::memory::FromC::read($from, &_frame, stringify!($given)).ok()?;)*
                    $body
                })
            }
        }
    };
    (made [$(#[$doc:meta])*] $name:ident($($c:ident: $ty:ty,)*) -> $ret:ty $body:block) => {
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "not every body needs it")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($c: $ty),*) -> $ret {
            // SAFETY: the caller's pointers are NULL or valid, as the header requires.
            unsafe { $body }
        }
    };
}

/// A handle that keeps the first fault of its setters.
pub(crate) trait Settable {
    fn keep(&mut self, kept: Usage);
}

/// Runs the body of a function that can fail.
pub(crate) unsafe fn fallible(
    error: *mut *mut reqtrail_error,
    run: impl FnOnce() -> Result<(), Fault>,
) -> reqtrail_code {
    let _uncancelled = Uncancelled::begin();
    // SAFETY: the caller's promise.
    unsafe { clear(error) };
    let ran = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Fault::Panicked));
    let Err(fault) = ran else {
        return REQTRAIL_OK;
    };
    let made = fault.into_handle();
    let code = made.code;
    // SAFETY: the caller's promise.
    unsafe { hand_over(error, Some(made)) };
    code
}

/// Runs the body of a function that changes a handle.
pub(crate) unsafe fn setting<H: Settable>(
    name: &str,
    handle: *mut H,
    run: impl FnOnce(&mut H) -> Result<(), Fault>,
) -> reqtrail_code {
    let _uncancelled = Uncancelled::begin();
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { handle.as_mut() }) else {
        // Dropping the closure may call the program, whose thread must not be cancelled there either.
        drop(run);
        return Fault::null("the handle").code();
    };
    let ran =
        catch_unwind(AssertUnwindSafe(|| run(handle))).unwrap_or_else(|_| Err(Fault::Panicked));
    let Err(fault) = ran else {
        return REQTRAIL_OK;
    };
    let code = fault.code();
    handle.keep(fault.deferred(name));
    code
}

/// Runs the body of a function that returns a value, or the default.
pub(crate) fn reading<R: FfiDefault>(run: impl FnOnce() -> Option<R>) -> R {
    let _uncancelled = Uncancelled::begin();
    catch_unwind(AssertUnwindSafe(run))
        .ok()
        .flatten()
        .unwrap_or(R::FFI_DEFAULT)
}
