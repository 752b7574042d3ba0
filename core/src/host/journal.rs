//! What a reader of journals has to know of their files.
//!
//! A folder has the files of many processes. [`FileName::parse`] tells them from others, and [`is_alive`] says of a
//! process's table whether the process lives; without a table it does not.
//!
//! Segments are JSON Lines. A line that is cut short is the end of a write that failed or was not finished; the next record
//! begins on a line of its own.
//!
//! A table is [`SLOTS`] lines of [`SLOT_BYTES`] bytes, or empty. A slot whose first byte is a blank, or zero, is free,
//! whatever else is in it. Any other is a JSON line, padded with blanks. Now and then two slots are of one call: the one
//! that is written last has the higher attempt. A call may also be in a segment already, if its process was ended in
//! between; the segment's record is then the later one.

pub use crate::journal::files::{FileName, Part, SLOT_BYTES, SLOTS, default_folder, is_alive};
