//! The folder of a journal: its location, its requirements, and whether writing to it can hang.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::inherited::OwnFile;

/// The mode bit with which others may make and remove files in a folder.
const OTHERS_WRITE: u32 = 0o002;

/// An open folder. Files are named relative to it, so that they stay together when it is renamed or replaced.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    file: OwnFile,
    kind: FileSystem,
}

/// The kind of a folder's file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileSystem {
    /// Local. A stored page goes to the block that it came from, so that a full disk cannot fail the store.
    InPlace,
    /// Local, but a stored page may need a new block.
    Local,
    /// Over a network, served by a program (FUSE), or unknown: writing may take any time.
    Foreign,
}

impl Folder {
    /// Opens the folder. A missing one is made first, with its missing parents and the mode 0700; an existing one keeps
    /// its mode. A link to a folder is followed, since whoever can place the link could also replace the folder.
    ///
    /// # Errors
    /// Those of the system; and `EPERM` if the folder belongs to a user other than this one and root, and everybody may
    /// write to it: that user would control the files.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| match error.kind() {
                // The path is not a folder, which `File exists` would not say.
                io::ErrorKind::AlreadyExists => Errno::ENOTDIR.into(),
                _ => error,
            })?;
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let file = OwnFile::open(|| Ok(open(path, flags, Mode::empty())?))?;
        let metadata = file.metadata()?;
        let owner = metadata.uid();
        // SAFETY: geteuid only returns a number.
        let user = unsafe { libc::geteuid() };
        if !is_fit(metadata.mode(), owner, user) {
            return Err(Errno::EPERM.into());
        }
        let kind = file_system(&file);
        let path = path.to_owned();
        Ok(Self { path, file, kind })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn kind(&self) -> FileSystem {
        self.kind
    }

    /// Makes a new file that only its owner may access.
    pub(super) fn create(&self, name: &str, flags: OFlag) -> io::Result<OwnedFd> {
        let flags = flags | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        Ok(openat(self.file.as_fd(), name, flags, mode)?)
    }

    /// Opens an existing file. It must not be a link; something that is not a file does not block this.
    pub(super) fn open_file(&self, name: &str, access: OFlag) -> io::Result<OwnedFd> {
        let flags = access | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        Ok(openat(self.file.as_fd(), name, flags, Mode::empty())?)
    }

    /// Opens the folder again, to list it or to lock it.
    pub(super) fn reopen(&self) -> io::Result<OwnedFd> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        Ok(openat(self.file.as_fd(), ".", flags, Mode::empty())?)
    }

    /// Returns the status of a file. `None` if there is none, or if it is not a regular file.
    pub(super) fn about_file(&self, name: &str) -> Option<FileStat> {
        let about = fstatat(self.file.as_fd(), name, AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
        let kind = SFlag::from_bits_truncate(about.st_mode) & SFlag::S_IFMT;
        (kind == SFlag::S_IFREG).then_some(about)
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(
            self.file.as_fd(),
            name,
            UnlinkatFlags::NoRemoveDir,
        )?)
    }
}

/// Returns whether a user may keep a journal in a folder of this mode and owner.
pub(super) fn is_fit(mode: u32, owner: u32, user: u32) -> bool {
    mode & OTHERS_WRITE == 0 || owner == user || owner == 0
}

/// Returns the kind of the folder's file system. An unknown one is [`FileSystem::Foreign`].
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn file_system(folder: &std::fs::File) -> FileSystem {
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd;

    let mut about = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the descriptor is open, and there is room for the answer.
    if unsafe { libc::fstatfs(folder.as_raw_fd(), about.as_mut_ptr()) } != 0 {
        return FileSystem::Foreign;
    }
    // SAFETY: a success has filled it.
    kind_of(&unsafe { about.assume_init() })
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn file_system(_: &std::fs::File) -> FileSystem {
    FileSystem::Foreign
}

#[cfg(target_vendor = "apple")]
fn kind_of(about: &libc::statfs) -> FileSystem {
    if about.f_flags & libc::MNT_LOCAL as u32 == 0 {
        FileSystem::Foreign
    } else {
        FileSystem::Local
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn kind_of(about: &libc::statfs) -> FileSystem {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the numbers have 32 bits, whatever type a C library gives them"
    )]
    let magic = about.f_type as u32;
    match magic {
        // ext2, ext3 and ext4; tmpfs.
        0xEF53 | 0x0102_1994 => FileSystem::InPlace,
        // XFS, Btrfs, overlayfs, ZFS, F2FS, bcachefs.
        0x5846_5342 | 0x9123_683E | 0x794C_7630 | 0x2FC1_2FC1 | 0xF2F5_2010 | 0xCA45_1A4E
        // ramfs, JFS, ReiserFS, NILFS2, UBIFS, FAT, exFAT, NTFS by its two drivers.
        | 0x8584_58F6 | 0x3153_464A | 0x5265_4973 | 0x3434 | 0x2405_1905 | 0x4D44
        | 0x2011_BAB0 | 0x5346_544E | 0x7366_746E => FileSystem::Local,
        _ => FileSystem::Foreign,
    }
}

/// Returns the default folder of journals: `$XDG_STATE_HOME/reqtrail`, or else `~/.local/state/reqtrail`. `None` without
/// a home directory. A relative `XDG_STATE_HOME` does not count, as XDG specifies.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    default_folder_of(std::env::var_os("XDG_STATE_HOME"), std::env::home_dir())
}

pub(super) fn default_folder_of(state: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let state = state
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| {
            let home = home.filter(|path| path.is_absolute())?;
            Some(home.join(".local/state"))
        })?;
    Some(state.join("reqtrail"))
}

/// Returns the path by which a folder is recognised, whether it exists or not. It only looks up the parents and does not
/// access the folder itself, since that may hang.
pub(super) fn canonical(path: &Path) -> PathBuf {
    /// How many links are followed, as many as the system does.
    const LINKS: u32 = 40;

    let mut path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for _ in 0..LINKS {
        let Some(Component::Normal(name)) = path.components().next_back() else {
            return path;
        };
        let parent = path.parent().unwrap_or(Path::new("/"));
        let parent = parent
            .canonicalize()
            .unwrap_or_else(|_| canonical_or_as_given(parent));
        path = parent.join(name);
        match path.read_link() {
            Ok(target) => path = parent.join(target),
            Err(_) => return path,
        }
    }
    path
}

/// Resolves as much of a path as exists.
fn canonical_or_as_given(path: &Path) -> PathBuf {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return path.to_owned();
    };
    let parent = parent
        .canonicalize()
        .unwrap_or_else(|_| canonical_or_as_given(parent));
    parent.join(name)
}
