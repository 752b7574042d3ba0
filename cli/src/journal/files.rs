//! What the core knows of a journal's files. It stands here until the core's own module is there.

use std::io;
use std::path::{Path, PathBuf};

/// The bytes of a slot of the open-call table, its newline included.
pub(super) const SLOT_BYTES: usize = 512;

/// The name of one file of a journal, read into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName {
    pub(super) service: String,
    pub(super) host: String,
    pub(super) pid: u32,
    pub(super) start_ms: u64,
    pub(super) random: String,
    pub(super) part: Part,
}

/// Which of a process's files a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Segment(u32),
    Table,
}

impl FileName {
    /// Reads a file's name, without its folder. Returns `None` for any name that a journal would not give.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (stem, part) = if let Some(stem) = name.strip_suffix(".open") {
            (stem, Part::Table)
        } else {
            let (stem, number) = name.strip_suffix(".jsonl")?.rsplit_once('.')?;
            (stem, Part::Segment(number.parse().ok()?))
        };
        let mut parts = stem.rsplitn(4, '-');
        let random = parts.next()?;
        let start_ms = parts.next()?.parse().ok()?;
        let pid = parts.next()?.parse().ok()?;
        let (service, host) = parts.next()?.rsplit_once('-')?;
        let is_random = random.len() == 6
            && random
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_random.then(|| Self {
            service: service.to_owned(),
            host: host.to_owned(),
            pid,
            start_ms,
            random: random.to_owned(),
            part,
        })
    }

    /// Returns what all names of one process's files begin with.
    pub(super) fn stem(&self) -> String {
        let Self {
            service,
            host,
            pid,
            start_ms,
            random,
            ..
        } = self;
        format!("{service}-{host}-{pid}-{start_ms}-{random}")
    }
}

/// Returns whether the process lives whose open-call table this is.
pub(super) fn is_alive(table: &Path) -> io::Result<bool> {
    use std::os::fd::AsRawFd as _;
    let file = match std::fs::File::open(table) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    // SAFETY: the descriptor is open for as long as `file` lives.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_SH | libc::LOCK_NB) } == 0 {
        return Ok(false);
    }
    match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
        error => Err(error),
    }
}

/// Returns the folder that journals go to where none is named.
pub(super) fn default_folder() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(std::env::home_dir()?.join(".local/state")))?;
    Some(state.join("reqtrail"))
}
