//! How a function is exported: the one place with `extern "C"`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::codes::{REQTRAIL_OK, reqtrail_code};
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::memory::{FfiDefault, clear, give};
use crate::uncancelled::Uncancelled;
use crate::usage::Usage;

/// Makes C functions of what is in it. An argument is written as what the body gets:
///
/// * `name: text` and `name: bytes`: a `&str` that was checked to be UTF-8, and a `&[u8]`. C has a pointer, and the
///   length as an argument `name_length`.
/// * `user_data: kept`: an `Arc<UserData>` of the module's imports. C has a pointer, and `free_user_data` beside it, which
///   gets the pointer also where the function fails.
/// * `name: &T` and `name: &mut T`: a handle. C has a pointer that must not be NULL.
/// * `name: out T`: a pointer to write through, which must not be NULL. What it points to is cleared first.
/// * `name: out? T`: the same, which may be NULL.
/// * Any other type is C's own.
///
/// What follows the arguments says how the function ends:
///
/// * `fails { … }`: returns a code. A `?` in the body makes it the fault's, and the fault itself becomes `*error`: C has
///   one more argument for it.
/// * `makes handle: T { … }`: the same for a function whose body is a new `T`, which becomes `*handle`.
/// * `sets { … }`: changes the handle that is the first argument. Returns a code, and the handle keeps the first fault
///   for the call that uses it, so that a program need not look at every code.
/// * `-> T { … }`, or nothing: reads or frees. The body is an `Option<T>`; `None`, a bad argument and a panic give the
///   empty value of `T`.
/// * `-> text[SLOT] { … }`: the same for a text, which stays in that slot of the first argument. C has an argument
///   `length` more.
///
/// Every body runs in `unsafe`: that its pointers are good is the caller's promise, which the header states.
macro_rules! export {
    () => {};
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) fails $body:block $($rest:tt)*) => {
        function! { ($(#[$doc])* $name fails $body) [] [] [] $($args)* }
        export! { $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($($args:tt)*) makes $out:ident: $made:ty $body:block $($rest:tt)*) => {
        function! {
            ($(#[$doc])* $name fails { $crate::memory::give($out, Some(Box::new($body))); }) [] [] []
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

/// Makes one function. Its arguments are moved, one after the other, into three lists: the parameters in C, those that are
/// cleared first, and the names of the body with what they are read from. A `length` that this adds is another name each
/// time.
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
            $f [$($c)* $arg: *mut $ty,] [$($out)* $arg] [$($given)* $arg: $crate::memory::Place($arg),]
            $($($rest)*)?
        }
    };
    ($f:tt [$($c:tt)*] $out:tt $given:tt $arg:ident: $ty:ty $(, $($rest:tt)*)?) => {
        function! { $f [$($c)* $arg: $ty,] $out $given $($($rest)*)? }
    };
    // The comma that `makes` puts behind what may be nothing, or may end with one.
    ($f:tt $c:tt $out:tt $given:tt , $($rest:tt)*) => { function! { $f $c $out $given $($rest)* } };

    (
        ($(#[$doc:meta])* $name:ident text $handle:ident $slot:expr, $body:block)
        [$($c:tt)*] [$($out:tt)*] $given:tt
    ) => {
        function! {
            ($(#[$doc])* $name reads *const std::ffi::c_char, { $handle.texts.give($slot, length, || $body) })
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
            // SAFETY: the caller's pointers are NULL or good, as the header demands.
            unsafe { $body }
        }
    };
}

/// Handles that keep the first fault of their setters.
pub(crate) trait Settable {
    fn keep(&mut self, kept: Usage);
}

/// Runs what can fail.
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
    unsafe { give(error, Some(made)) };
    code
}

/// Runs what changes a handle.
pub(crate) unsafe fn setting<H: Settable>(
    name: &str,
    handle: *mut H,
    run: impl FnOnce(&mut H) -> Result<(), Fault>,
) -> reqtrail_code {
    let _uncancelled = Uncancelled::begin();
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { handle.as_mut() }) else {
        // What it holds may call the program, which must not be cancelled there either.
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

/// Runs what gives something, or nothing.
pub(crate) fn reading<R: FfiDefault>(run: impl FnOnce() -> Option<R>) -> R {
    let _uncancelled = Uncancelled::begin();
    catch_unwind(AssertUnwindSafe(run))
        .ok()
        .flatten()
        .unwrap_or(R::FFI_DEFAULT)
}
