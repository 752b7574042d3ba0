//! The file of a recording: private, complete after each exchange, and never another than the named one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The largest recording that is read, and the largest that is written.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// The schema of scripts.
pub(super) const SCHEMA: &str = "reqtrail.script/1";

/// Returns one path for each file, however its folder is named. If the file is a link, it stays one.
pub(super) fn unique(path: PathBuf) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return path;
    };
    fs::canonicalize(folder).map_or(path.clone(), |folder| folder.join(name))
}

/// Reads the recording that a new one replaces. The error says why the path is not accepted.
pub(super) fn former(path: &Path) -> Result<Option<Value>, String> {
    let name = path.file_name();
    let folder = path.parent().unwrap_or(Path::new("/"));
    if name.is_none() || !folder.is_dir() {
        return Err(
            "whose folder does not exist; expected a file in a folder that does".to_owned(),
        );
    }
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("which cannot be looked at: {error}")),
    };
    if about.is_symlink() {
        return Err("which is a link, and links are not followed; expected a file".to_owned());
    }
    if !about.is_file() {
        return Err("which is not a file; expected a file".to_owned());
    }
    let other =
        "which exists and is not a recording; expected a new file, or a recording to replace";
    let mut text = Vec::new();
    let file = reading().open(path);
    let read = file.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text));
    if let Err(error) = read {
        return Err(format!("which cannot be read: {error}"));
    }
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    let script: Value = serde_json::from_slice(&text).map_err(|_| other)?;
    // A script that was written by hand has no `recorded`.
    if script.get("schema") != Some(&SCHEMA.into()) || script.get("recorded").is_none() {
        return Err(other.to_owned());
    }
    Ok(Some(script))
}

fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options
}

/// A file beside the named one, which is renamed to it as soon as it has a complete recording.
pub(super) struct Output {
    path: PathBuf,
    file: Option<File>,
}

impl Output {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Writes from `at` to the end. The first time, and if `at` is 0, a new file replaces an existing one.
    pub(super) fn write(&mut self, at: u64, text: &[u8]) -> io::Result<()> {
        if let Some(file) = &self.file
            && !is_still(&self.path, file)
        {
            return Err(io::Error::other(
                "another process replaced or deleted the file; `{pid}` in the name gives each process a separate file",
            ));
        }
        match &mut self.file {
            Some(file) if at > 0 => {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(text)?;
                file.set_len(at + text.len() as u64)
            }
            _ => {
                self.file = Some(replaced(&self.path, text)?);
                Ok(())
            }
        }
    }
}

/// Whether a path still names the file that was opened.
fn is_still(path: &Path, file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let place = |about: fs::Metadata| (about.dev(), about.ino());
        let named = fs::symlink_metadata(path).map(place);
        matches!((named, file.metadata().map(place)), (Ok(named), Ok(open)) if named == open)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Writes a new file and renames it. A link of that name is replaced, not followed.
fn replaced(path: &Path, text: &[u8]) -> io::Result<File> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}", fastrand::u64(..)));
    let temporary = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    }
    let mut file = options.open(&temporary)?;
    let written = file
        .write_all(text)
        .and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    Ok(file)
}
