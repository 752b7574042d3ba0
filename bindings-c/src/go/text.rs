//! Texts, as Go reads them.

use std::ffi::c_char;
use std::mem::zeroed;

/// A text that belongs to a handle.
#[repr(C)]
pub struct reqtrail_go_text {
    pub data: *const c_char,
    pub length: usize,
}

impl reqtrail_go_text {
    pub(super) fn of(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        Self {
            data: text.as_ptr().cast(),
            length: text.len(),
        }
    }

    /// An owned text, which `reqtrail_go_text_free` frees.
    pub(super) fn owned(text: String) -> Self {
        Self::of(Box::leak(text.into_boxed_str()).as_bytes())
    }

    /// Frees an owned text.
    pub(super) unsafe fn free(self) {
        if !self.data.is_null() {
            let text =
                std::ptr::slice_from_raw_parts_mut(self.data.cast_mut().cast::<u8>(), self.length);
            // SAFETY: `owned` made it, and the caller has not freed it before.
            drop(unsafe { Box::from_raw(text) });
        }
    }
}

pub(super) fn borrowed(text: Option<&str>) -> reqtrail_go_text {
    // SAFETY: a pointer and a number may be zero.
    text.map_or_else(|| unsafe { zeroed() }, reqtrail_go_text::of)
}
