//! Conversion of pointers: arguments, out-parameters and handles.

use crate::usage::Usage;

/// The run of an exported function. Borrowed arguments live as long as it does.
pub(crate) struct Frame;

/// Converts an argument in C into the value that the body of a function receives.
pub(crate) trait FromC<'a> {
    type Output;

    unsafe fn read(self, frame: &'a Frame, name: &str) -> Result<Self::Output, Usage>;
}

impl<'a, T: 'a> FromC<'a> for *const T {
    type Output = &'a T;

    unsafe fn read(self, _: &'a Frame, name: &str) -> Result<&'a T, Usage> {
        // SAFETY: the caller's promise.
        unsafe { self.as_ref() }.ok_or_else(|| Usage::null(name))
    }
}

impl<'a, T: 'a> FromC<'a> for *mut T {
    type Output = &'a mut T;

    unsafe fn read(self, _: &'a Frame, name: &str) -> Result<&'a mut T, Usage> {
        // SAFETY: the caller's promise.
        unsafe { self.as_mut() }.ok_or_else(|| Usage::null(name))
    }
}

/// An out-parameter that must not be NULL.
pub(crate) struct OutParam<T>(pub(crate) *mut T);

impl<T> FromC<'_> for OutParam<T> {
    type Output = *mut T;

    unsafe fn read(self, _: &Frame, name: &str) -> Result<*mut T, Usage> {
        match self.0.is_null() {
            true => Err(Usage::null(name)),
            false => Ok(self.0),
        }
    }
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

// A missing time is negative.
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

/// Empties an out-parameter, unless it is NULL.
pub(crate) unsafe fn clear<T: FfiDefault>(out: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { put(out, T::FFI_DEFAULT) };
}

/// Writes an out-parameter, unless it is NULL.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and the rest is the caller's promise.
        unsafe { out.write(value) };
    }
}

/// Hands a handle to the caller, if there is one. Drops it if the caller passed NULL.
pub(crate) unsafe fn hand_over<T>(out: *mut *mut T, handle: Option<Box<T>>) {
    if let Some(handle) = handle.filter(|_| !out.is_null()) {
        // SAFETY: not NULL, and the rest is the caller's promise.
        unsafe { out.write(Box::into_raw(handle)) };
    }
}

/// Frees a handle.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: `hand_over` or a function that returns it made it, and the caller has not freed it before.
        drop(unsafe { Box::from_raw(handle) });
    }
}
