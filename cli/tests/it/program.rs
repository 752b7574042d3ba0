//! Runs the binary in pipes or in a pseudo-terminal.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;

/// Returns the binary as a command with only a time zone in its environment.
pub(crate) fn reqtrail(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reqtrail"));
    command
        .args(arguments)
        .env_clear()
        .env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        .stdin(Stdio::null());
    command
}

/// Runs the binary in pipes.
pub(crate) fn piped(arguments: &[&str]) -> Output {
    reqtrail(arguments).output().expect("the binary runs")
}

/// Returns what the binary wrote to standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Returns what the binary wrote to standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The binary in a pseudo-terminal.
pub(crate) struct InTerminal {
    pub(crate) child: Child,
    pub(crate) keyboard: File,
    screen: File,
}

impl InTerminal {
    /// Starts the command in a pseudo-terminal of this width, which provides its standard streams and its signals.
    pub(crate) fn start(command: &mut Command, columns: u16) -> Self {
        let (screen, inner) = pseudo_terminal(columns);
        let raw = inner.as_raw_fd();
        let enter = move || {
            // If the tests run in the background of a script, SIGINT is ignored, and the command would inherit that.
            unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
            match unsafe { libc::login_tty(raw) } {
                // `login_tty` made it the standard streams.
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        };
        // SAFETY: between fork and exec it only sets a signal's action, makes a session and duplicates descriptors.
        let child = unsafe { command.pre_exec(enter) }.spawn().expect("a child");
        drop(inner);
        Self {
            child,
            keyboard: screen.try_clone().expect("a duplicate"),
            screen,
        }
    }

    /// Reads the screen until it shows a text, and returns what was read.
    pub(crate) fn until(&mut self, shown: &str) -> String {
        let mut text = Vec::new();
        let mut byte = [0];
        while !plain_ends(&text).contains(shown) {
            let mut ready = [PollFd::new(self.screen.as_fd(), PollFlags::POLLIN)];
            // The text should come at once; a minute bounds a failed test.
            if poll(&mut ready, 60_000_u16) == Ok(0) {
                let _ = self.child.kill();
            }
            match self.screen.read(&mut byte) {
                Ok(1) => text.push(byte[0]),
                _ => panic!("{shown:?} did not come: {}", String::from_utf8_lossy(&text)),
            }
        }
        plain_ends(&text)
    }

    /// Waits for the end; returns the rest of the screen, and the exit code.
    pub(crate) fn end(mut self) -> (String, Option<i32>) {
        let mut text = Vec::new();
        let mut bytes = [0; 4096];
        // Reading fails once no process uses the terminal any more.
        while let Ok(count @ 1..) = self.screen.read(&mut bytes) {
            text.extend_from_slice(&bytes[..count]);
        }
        let status = self.child.wait().expect("an end");
        (plain_ends(&text), status.code())
    }
}

/// Opens both ends of a pseudo-terminal. Children of other tests do not inherit them and so cannot keep them open.
fn pseudo_terminal(columns: u16) -> (File, OwnedFd) {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let outer = posix_openpt(flags).expect("a pseudo-terminal");
    grantpt(&outer).expect("access");
    unlockpt(&outer).expect("unlocked");
    let name = ptsname_r(&outer).expect("a name");
    let inner = open(name.as_str(), flags, Mode::empty()).expect("its inner end");
    let size = libc::winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the request reads one `winsize`.
    let set = unsafe { libc::ioctl(inner.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
    assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
    (File::from(OwnedFd::from(outer)), inner)
}

/// Returns the text with the line ends that the program wrote.
fn plain_ends(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace("\r\n", "\n")
}

/// Runs the command in a terminal to its end.
pub(crate) fn on_screen(command: &mut Command, columns: u16) -> (String, Option<i32>) {
    InTerminal::start(command, columns).end()
}

/// Compares a text with the file of this name in `golden`. `UPDATE_GOLDEN=1` updates the file.
pub(crate) fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/golden/{name}.txt"));
    // A visible character for the escapes of colours.
    let text = text.replace('\u{1b}', "␛");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}; UPDATE_GOLDEN=1 updates it");
}
