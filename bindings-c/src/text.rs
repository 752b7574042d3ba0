//! Conversion of texts and bytes: arguments and return values.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use crate::memory::{Frame, FromC, put};
use crate::usage::Usage;

/// The length that means: up to the terminating NUL.
const ZERO_TERMINATED: usize = usize::MAX;

/// A text and its length.
impl<'a> FromC<'a> for (*const c_char, usize) {
    type Output = &'a str;

    unsafe fn read(self, frame: &'a Frame, name: &str) -> Result<&'a str, Usage> {
        let (data, length) = self;
        // SAFETY: the caller's promise.
        let bytes = unsafe {
            if length == ZERO_TERMINATED && !data.is_null() {
                CStr::from_ptr(data).to_bytes()
            } else {
                (data.cast::<u8>(), length).read(frame, name)?
            }
        };
        std::str::from_utf8(bytes).map_err(|_| Usage::not_utf8(name))
    }
}

/// Bytes and their number.
impl<'a> FromC<'a> for (*const u8, usize) {
    type Output = &'a [u8];

    unsafe fn read(self, _: &'a Frame, name: &str) -> Result<&'a [u8], Usage> {
        let (data, length) = self;
        match (data.is_null(), isize::try_from(length)) {
            (true, Ok(0)) => Ok(&[]),
            (true, _) => Err(Usage::null(name)),
            // SAFETY: not NULL, not too long, and the rest is the caller's promise.
            (false, Ok(_)) => Ok(unsafe { std::slice::from_raw_parts(data, length) }),
            (false, Err(_)) => Err(Usage::bad_value(format!(
                "{name} length {length} exceeds the maximum allocation size"
            ))),
        }
    }
}

/// The texts that a handle has lent, each made when it is first asked for. They live as long as the handle.
pub(crate) struct Texts<const N: usize>([OnceLock<Option<Box<[u8]>>>; N]);

impl<const N: usize> Default for Texts<N> {
    fn default() -> Self {
        Self([const { OnceLock::new() }; N])
    }
}

impl<const N: usize> Texts<N> {
    /// Returns the text of a slot, and writes its length unless `length` is NULL.
    pub(crate) unsafe fn lend<T: AsRef<[u8]>>(
        &self,
        slot: usize,
        length: *mut usize,
        make: impl FnOnce() -> Option<T>,
    ) -> Option<*const c_char> {
        let text = self.0.get(slot)?.get_or_init(|| {
            let text = make()?;
            Some([text.as_ref(), b"\0"].concat().into_boxed_slice())
        });
        let text = text.as_ref()?;
        // SAFETY: the caller's promise.
        unsafe { put(length, text.len() - 1) };
        Some(text.as_ptr().cast())
    }
}

/// Lends bytes of a handle. The address is never NULL, even if there are no bytes.
pub(crate) unsafe fn lend(bytes: &[u8], length: *mut usize) -> *const u8 {
    // SAFETY: the caller's promise.
    unsafe { put(length, bytes.len()) };
    if bytes.is_empty() {
        c"".as_ptr().cast()
    } else {
        bytes.as_ptr()
    }
}
