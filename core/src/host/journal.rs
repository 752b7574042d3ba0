//! What a reader of journals has to know about their files.
//!
//! A folder has the files of many processes. [`FileName::parse`] recognises them, and [`is_alive`] reads from a
//! process's table whether the process is alive; a process without a table is not.
//!
//! Segments are JSON Lines. A line that is cut short comes from a write that failed or was not finished; the next record
//! begins on a new line.
//!
//! A table is [`SLOTS`] lines of [`SLOT_BYTES`] bytes, or empty. A slot whose first byte is a blank, or zero, is free,
//! whatever else is in it. Any other slot is a JSON line, padded with blanks. Two slots may occasionally be of one call;
//! the one that was written last has the higher attempt. A call may also be in a segment already, if its process was
//! killed in between; the segment's record is then the later one.

pub use crate::journal::files::{FileName, Part, SLOT_BYTES, SLOTS, default_folder, is_alive};
