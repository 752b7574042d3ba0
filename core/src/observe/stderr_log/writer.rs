//! Writes whole lines to the descriptor of standard error, and never holds up a call.
//!
//! Each line is one `write`. Its reader may hang: a line then waits a moment, is dropped and counted, and later lines do not
//! wait until there is room again.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd;

use crate::fork::ForkSafe;
use crate::signals::without_sigpipe;

/// How long the first line that finds no room waits.
const PATIENCE: Duration = Duration::from_millis(50);

/// Writes the line to standard error. `lost` makes the line that says how many were dropped before it.
pub(super) fn write(line: &str, lost: impl Fn(u64) -> String) {
    // Without the lock, several threads that have all found room could fill it up together, and the last would hang.
    static WRITER: OnceLock<ForkSafe<Mutex<Writer>>> = OnceLock::new();
    let writer = WRITER.get_or_init(|| ForkSafe::new(Mutex::default(), Mutex::default));
    let mut writer = writer.get().lock().unwrap_or_else(PoisonError::into_inner);
    // It writes to the descriptor directly, since the program may hold the lock of Rust's handle.
    writer.line(std::io::stderr().as_fd(), line, lost);
}

/// The state of the descriptor.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// Lines that were dropped and not yet reported.
    lost: u64,
    /// There was no room for the last line.
    is_stuck: bool,
    /// Half a line was written.
    is_torn: bool,
}

impl Writer {
    /// Writes a line, and before it a report of missing lines.
    pub(super) fn line(&mut self, fd: BorrowedFd<'_>, line: &str, lost: impl Fn(u64) -> String) {
        let deadline = match self.is_stuck {
            true => None,
            false => Instant::now().checked_add(PATIENCE),
        };
        if self.lost > 0 {
            let note = lost(self.lost);
            match self.put(fd, &note, deadline) {
                Put::Written => self.lost = 0,
                Put::NoRoom => {
                    self.lost += 1;
                    return;
                }
                Put::Gone => return,
            }
        }
        if matches!(self.put(fd, line, deadline), Put::NoRoom) {
            self.lost += 1;
        }
    }

    fn put(&mut self, fd: BorrowedFd<'_>, line: &str, deadline: Option<Instant>) -> Put {
        let line = match self.is_torn {
            true => format!("\n{line}"),
            false => line.to_owned(),
        };
        let mut rest = line.as_bytes();
        self.is_stuck = false;
        while !rest.is_empty() {
            if !has_room(fd, deadline) {
                self.is_stuck = true;
                break;
            }
            match without_sigpipe(|| unistd::write(fd, rest)) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::EINTR) => {}
                // Room for some bytes is not room for a line (pipe(7)).
                Err(Errno::EAGAIN) if !is_past(deadline) => std::thread::yield_now(),
                Err(Errno::EAGAIN) => {
                    self.is_stuck = true;
                    break;
                }
                // It has no reader any more, or it is closed.
                Err(_) => return Put::Gone,
            }
        }
        if rest.is_empty() {
            self.is_torn = false;
            return Put::Written;
        }
        self.is_torn |= rest.len() < line.len();
        Put::NoRoom
    }
}

/// The result of writing a line.
#[derive(Debug, Eq, PartialEq)]
enum Put {
    Written,
    NoRoom,
    Gone,
}

fn is_past(deadline: Option<Instant>) -> bool {
    deadline.is_none_or(|deadline| Instant::now() >= deadline)
}

/// Waits for room until the deadline; without one it only checks.
fn has_room(fd: BorrowedFd<'_>, deadline: Option<Instant>) -> bool {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = PollTimeout::try_from(left.unwrap_or_default()).unwrap_or(PollTimeout::ZERO);
        match poll(&mut [PollFd::new(fd, PollFlags::POLLOUT)], left) {
            Ok(ready) => return ready > 0,
            Err(Errno::EINTR) if !is_past(deadline) => {}
            // A descriptor that cannot be polled is written to.
            Err(error) => return error != Errno::EINTR,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{PipeReader, PipeWriter, Read as _, Write as _};
    use std::os::fd::{AsRawFd as _, OwnedFd};

    use nix::sys::signal::{SigSet, Signal};

    use super::*;

    const LINE: &str = "a line\n";

    fn note(lost: u64) -> String {
        format!("{lost} lost\n")
    }

    /// A pipe, whose writes fail where they would wait if `nonblocking`.
    fn pipe(nonblocking: bool) -> (PipeReader, PipeWriter) {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        set_nonblocking(&writer, nonblocking);
        (reader, writer)
    }

    fn set_nonblocking(writer: &PipeWriter, nonblocking: bool) {
        let flags = if nonblocking { libc::O_NONBLOCK } else { 0 };
        // SAFETY: it sets flags of a descriptor that is open.
        let set = unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, flags) };
        assert_eq!(set, 0);
    }

    /// Fills the pipe up, and returns how much there was room for.
    fn fill(writer: &mut PipeWriter) -> usize {
        set_nonblocking(writer, true);
        let mut room = 0;
        for size in [65_536, 4096, 1] {
            while let Ok(written) = writer.write(&vec![b'.'; size]) {
                room += written;
            }
        }
        set_nonblocking(writer, false);
        room
    }

    #[test]
    fn lines_are_lost_while_there_is_no_room_and_that_is_said() {
        let (mut reader, mut pipe) = pipe(false);
        let room = fill(&mut pipe);
        let mut writer = Writer::default();
        for count in 1..=3 {
            writer.line(pipe.as_fd(), LINE, note);
            assert_eq!((writer.lost, writer.is_stuck), (count, true));
        }
        reader
            .read_exact(&mut vec![0; room])
            .expect("what filled it");
        writer.line(pipe.as_fd(), LINE, note);
        writer.line(pipe.as_fd(), LINE, note);
        assert_eq!((writer.lost, writer.is_stuck), (0, false));
        drop(pipe);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        assert_eq!(text, "3 lost\na line\na line\n");
    }

    #[test]
    fn a_pipe_without_a_reader_is_no_signal_and_no_loss() {
        let (reader, pipe) = pipe(false);
        drop(reader);
        let mut writer = Writer::default();
        writer.line(pipe.as_fd(), LINE, note);
        assert_eq!((writer.lost, writer.is_stuck), (0, false));
        // The thread's signals are as they were.
        let mask = SigSet::thread_get_mask().expect("a mask");
        assert!(!mask.contains(Signal::SIGPIPE));
    }

    #[test]
    fn half_a_line_is_ended_before_the_next() {
        let (mut reader, mut pipe) = pipe(true);
        let room = fill(&mut pipe);
        set_nonblocking(&pipe, true);
        let mut writer = Writer::default();
        // More than a pipe writes whole, and than there is room for.
        reader
            .read_exact(&mut vec![0; 4096])
            .expect("what filled it");
        let long = format!("{}\n", "x".repeat(9000));
        writer.line(pipe.as_fd(), &long, note);
        assert_eq!((writer.lost, writer.is_torn), (1, true));
        reader
            .read_exact(&mut vec![0; room - 4096])
            .expect("what filled it");
        writer.line(pipe.as_fd(), LINE, note);
        drop(pipe);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        let rest = text.trim_start_matches('x');
        assert_eq!(rest, "\n1 lost\na line\n");
        assert!(text.len() < long.len());
    }

    #[test]
    fn a_file_takes_every_line() {
        let path = std::env::temp_dir().join(format!("reqtrail-log-{}", std::process::id()));
        let file = OwnedFd::from(File::create(&path).expect("a file"));
        let mut writer = Writer::default();
        for _ in 0..3 {
            writer.line(file.as_fd(), LINE, note);
        }
        let text = std::fs::read_to_string(&path).expect("the file");
        std::fs::remove_file(&path).expect("its end");
        assert_eq!(text, LINE.repeat(3));
    }
}
