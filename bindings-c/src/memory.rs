//! Pointers on their way in and out.

/// A pointer that the caller passed, read as a handle.
pub(crate) trait FromPtr {
    type Handle;

    /// The handle, for no longer than the function runs; `None` for NULL.
    unsafe fn handle(self) -> Option<Self::Handle>;
}

impl<T: 'static> FromPtr for *const T {
    type Handle = &'static T;

    unsafe fn handle(self) -> Option<&'static T> {
        // SAFETY: the caller's promise.
        unsafe { self.as_ref() }
    }
}

impl<T: 'static> FromPtr for *mut T {
    type Handle = &'static mut T;

    unsafe fn handle(self) -> Option<&'static mut T> {
        // SAFETY: the caller's promise.
        unsafe { self.as_mut() }
    }
}

/// An out-parameter; NULL where the caller does not want it.
pub(crate) trait Out {
    unsafe fn clear(self);
}

impl<T> Out for *mut *mut T {
    unsafe fn clear(self) {
        // SAFETY: the caller's promise.
        unsafe { put(self, std::ptr::null_mut()) };
    }
}

impl<T> Out for *mut *const T {
    unsafe fn clear(self) {
        // SAFETY: the caller's promise.
        unsafe { put(self, std::ptr::null()) };
    }
}

impl Out for *mut usize {
    unsafe fn clear(self) {
        // SAFETY: the caller's promise.
        unsafe { put(self, 0) };
    }
}

/// Writes an out-parameter, unless it is NULL.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and the rest is the caller's promise.
        unsafe { out.write(value) };
    }
}

/// Hands a new handle over to the caller.
pub(crate) unsafe fn hand_over<T>(out: *mut *mut T, value: impl Into<Box<T>>) {
    // SAFETY: the caller's promise.
    unsafe { put(out, Box::into_raw(value.into())) };
}

/// Frees a handle.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: it was made by `hand_over`, and the caller has not freed it before.
        drop(unsafe { Box::from_raw(handle) });
    }
}
