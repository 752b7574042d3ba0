//! What tests replace: the clocks, and the write that a disk may refuse or delay.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Instant, SystemTime};

pub(super) trait Platform: Debug + Send + Sync {
    fn now(&self) -> Instant;

    fn wall(&self) -> SystemTime;

    /// Appends bytes by one system call. Returns how many the file took.
    fn append(&self, file: &File, bytes: &[u8]) -> io::Result<usize>;
}

/// The real system.
#[derive(Debug)]
pub(super) struct System;

impl Platform for System {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn append(&self, mut file: &File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }
}
