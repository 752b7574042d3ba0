//! Header fields as an array that C can walk.

use std::ffi::{CStr, c_char};

use reqtrail::http::HeaderMap;

/// A header field of a response. Both texts end with a NUL that is not counted.
#[repr(C)]
#[derive(Debug)]
pub struct reqtrail_header {
    /// The name in lower case.
    pub name: *const c_char,
    /// The length of the name in bytes.
    pub name_length: usize,
    /// The value. Bytes that are not UTF-8 are replaced.
    pub value: *const c_char,
    /// The length of the value in bytes.
    pub value_length: usize,
}

/// All header fields of a response, in memory that does not move.
pub(crate) struct Block {
    _texts: Vec<u8>,
    rows: Vec<reqtrail_header>,
}

// SAFETY: the pointers point into `_texts`, which never changes.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let mut texts = Vec::new();
        let mut add = |text: &str| {
            let start = texts.len();
            texts.extend_from_slice(text.as_bytes());
            texts.push(0);
            (start, text.len())
        };
        let offsets: Vec<_> = headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (add(name.as_str()), add(&value))
            })
            .collect();
        let base: *const c_char = texts.as_ptr().cast();
        let rows = offsets
            .into_iter()
            .map(
                |((name, name_length), (value, value_length))| reqtrail_header {
                    name: base.wrapping_add(name),
                    name_length,
                    value: base.wrapping_add(value),
                    value_length,
                },
            )
            .collect();
        Self {
            _texts: texts,
            rows,
        }
    }

    pub(crate) fn rows(&self) -> &[reqtrail_header] {
        &self.rows
    }

    /// The first field with a name, whose case is ignored.
    pub(crate) fn find(&self, name: &str) -> Option<&reqtrail_header> {
        self.rows.iter().find(|row| {
            // SAFETY: it points to a text in `_texts`, which ends with a NUL.
            let own = unsafe { CStr::from_ptr(row.name) };
            own.to_bytes().eq_ignore_ascii_case(name.as_bytes())
        })
    }
}
