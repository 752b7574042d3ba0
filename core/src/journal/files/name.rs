//! The names of a journal's files: `<service>-<host>-<pid>-<start ms>-<6 hex>`, then `.0001.jsonl` or `.open`.

use std::fmt;

/// The longest service and the longest host in a file's name, in characters.
const PART_MAX: usize = 40;

/// How many hexadecimal digits distinguish two processes that agree in everything else, as in two containers.
const RANDOM_DIGITS: usize = 6;

/// The name of one file of a journal, read into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The service's name, of `[A-Za-z0-9._-]`, 1 to 40 characters; other characters of the real name are `_` here.
    pub service: String,
    /// The host's name, of `[A-Za-z0-9._]`, 1 to 40 characters; other characters of the real name, including `-`, are
    /// `_` here, so that a service may contain `-`. Records have the real name.
    pub host: String,
    /// The process's ID. It does not show whether the process is alive, since containers share numbers.
    pub pid: u32,
    /// When the process began its journal, in milliseconds since 1970 by its wall clock.
    pub start_ms: u64,
    /// Random lower-case hexadecimal digits, six of them.
    pub random: String,
    /// Which of the process's files it names.
    pub part: Part,
}

/// Which of a process's files a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A segment by its number, from 1. Odd ones hold records that a flood of others must not push out: failures and
    /// other notable ones. Even ones hold the rest. Readers treat them alike.
    Segment(u32),
    /// The open-call table. The process holds a lock on it while it is alive.
    Table,
}

impl FileName {
    /// Reads a file's name, without its folder. Returns `None` for a name that no journal uses.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (stem, part) = if let Some(stem) = name.strip_suffix(".open") {
            (stem, Part::Table)
        } else {
            let (stem, number) = name.strip_suffix(".jsonl")?.rsplit_once('.')?;
            (stem, Part::Segment(parse_number(number)?))
        };
        let mut parts = stem.rsplitn(4, '-');
        let random = parts.next()?;
        let start_ms = parse_decimal(parts.next()?)?;
        let pid = u32::try_from(parse_decimal(parts.next()?)?).ok()?;
        let (service, host) = parts.next()?.rsplit_once('-')?;
        let is_random = random.len() == RANDOM_DIGITS
            && random
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_random || file_part(service, true) != service || file_part(host, false) != host {
            return None;
        }
        Some(Self {
            service: service.to_owned(),
            host: host.to_owned(),
            pid,
            start_ms,
            random: random.to_owned(),
            part,
        })
    }

    /// Returns what all names of one process's files begin with.
    #[must_use]
    pub fn stem(&self) -> String {
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

    /// Returns the name of another file of the same process.
    #[must_use]
    pub fn sibling(&self, part: Part) -> Self {
        Self {
            part,
            ..self.clone()
        }
    }

    /// Makes the table's name for a process whose service and host have these real names.
    pub(super) fn new(service: &str, host: &str, pid: u32, start_ms: u64, random: [u8; 3]) -> Self {
        let [a, b, c] = random;
        Self {
            service: file_part(service, true),
            host: file_part(host, false),
            pid,
            start_ms,
            random: format!("{a:02x}{b:02x}{c:02x}"),
            part: Part::Table,
        }
    }
}

/// The file's name.
impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stem = self.stem();
        match self.part {
            Part::Segment(number) => write!(f, "{stem}.{number:04}.jsonl"),
            Part::Table => write!(f, "{stem}.open"),
        }
    }
}

/// Converts a name for use in a file's name, so that it neither hides the file nor looks like an option of a command.
fn file_part(name: &str, may_have_dashes: bool) -> String {
    let mut part: String = name
        .chars()
        .take(PART_MAX)
        .map(|c| match c {
            '-' if may_have_dashes => '-',
            '.' | '_' => c,
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        })
        .collect();
    if part.starts_with(['.', '-']) {
        part.replace_range(..1, "_");
    }
    if part.is_empty() {
        part.push('_');
    }
    part
}

/// Reads a number as it is written here: only digits, without a leading zero.
fn parse_decimal(digits: &str) -> Option<u64> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    is_plain.then(|| digits.parse().ok()).flatten()
}

/// Reads a segment's number, which has four digits or more.
fn parse_number(digits: &str) -> Option<u32> {
    let number = digits.parse().ok().filter(|number| *number > 0)?;
    (digits == format!("{number:04}")).then_some(number)
}
