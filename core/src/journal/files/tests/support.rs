//! Temporary folders, and a machine with controllable clocks and writes.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::super::platform::Platform;
use super::super::{FileName, Hooks, Identity, Journal, Lost, Part, Settings, Sync};

/// A separate folder for one test.
pub(super) struct TestFolder(PathBuf);

impl TestFolder {
    pub(super) fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// One on tmpfs, where there is one.
    pub(super) fn in_memory() -> Option<Self> {
        let path = Path::new("/dev/shm");
        path.is_dir().then(|| Self::below(path))
    }

    fn below(path: &Path) -> Self {
        let random: [u8; 8] = crate::random::bytes(Instant::now());
        let name = format!("reqtrail-files-{:016x}", u64::from_ne_bytes(random));
        let path = path.canonicalize().expect("it is there").join(name);
        std::fs::create_dir(&path).expect("the folder is new");
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let writable = std::fs::Permissions::from_mode(0o700);
        let _ = std::fs::set_permissions(&self.0, writable);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        service: "a-service".to_owned(),
        max_bytes: 64 << 20,
        max_age: Duration::from_secs(7 * 24 * 3600),
        sync: Sync::Auto,
        fsync: false,
    }
}

pub(super) fn hooks() -> Hooks {
    fn lost_line(identity: &Identity, seq: u64, lost: &Lost) -> Vec<u8> {
        let Identity { service, .. } = identity;
        format!(
            "{{\"lost\":{},\"seq\":{seq},\"by\":\"{service}\"}}",
            lost.records
        )
        .into_bytes()
    }
    fn warn(_: &str) {}
    Hooks { lost_line, warn }
}

pub(super) fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o7777
}

/// The names of a folder's files, in their order. All are of a journal.
pub(super) fn names(folder: &Path) -> Vec<FileName> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it is listed").file_name())
        .map(|name| name.into_string().expect("it is text"))
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| {
            let parsed = FileName::parse(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(parsed.to_string(), *name);
            parsed
        })
        .collect()
}

/// All lines of a folder's segments, by the names of those.
pub(super) fn lines(folder: &Path) -> Vec<String> {
    let segments = names(folder).into_iter();
    let segments = segments.filter(|name| name.part != Part::Table);
    segments
        .flat_map(|name| {
            let text = std::fs::read_to_string(folder.join(name.to_string())).expect("it is text");
            assert!(text.is_empty() || text.ends_with('\n'), "{name}");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// The folder's only table.
pub(super) fn table_of(folder: &Path) -> PathBuf {
    let tables: Vec<_> = names(folder)
        .into_iter()
        .filter(|name| name.part == Part::Table)
        .collect();
    let [table] = tables.as_slice() else {
        panic!("{tables:?}");
    };
    folder.join(table.to_string())
}

/// What happens to the next write.
#[derive(Debug)]
pub(super) enum Fault {
    Error(i32),
    /// Only this many bytes are written.
    Short(usize),
    /// It takes this long.
    Slow(Duration),
    /// It hangs until [`Machine::release`].
    Hang,
}

/// A machine whose clocks stop until they are moved.
#[derive(Debug)]
pub(super) struct Machine {
    start: Instant,
    state: Mutex<MachineState>,
    hung: Sender<()>,
    is_hung: Mutex<Receiver<()>>,
    release: Sender<()>,
    released: Mutex<Receiver<()>>,
}

#[derive(Debug)]
struct MachineState {
    passed: Duration,
    wall: SystemTime,
    faults: VecDeque<Fault>,
}

impl Machine {
    pub(super) fn new() -> Arc<Self> {
        let (hung, is_hung) = channel();
        let (release, released) = channel();
        Arc::new(Self {
            start: Instant::now(),
            state: Mutex::new(MachineState {
                passed: Duration::ZERO,
                wall: SystemTime::now(),
                faults: VecDeque::new(),
            }),
            hung,
            is_hung: Mutex::new(is_hung),
            release,
            released: Mutex::new(released),
        })
    }

    pub(super) fn journal(self: &Arc<Self>, settings: Settings) -> Arc<Journal> {
        Journal::new(settings, hooks(), Arc::clone(self) as Arc<dyn Platform>)
    }

    pub(super) fn fault(&self, fault: Fault) {
        self.state.lock().expect("no panic").faults.push_back(fault);
    }

    pub(super) fn pass(&self, time: Duration) {
        let mut state = self.state.lock().expect("no panic");
        state.passed += time;
        state.wall += time;
    }

    pub(super) fn wait_until_hung(&self) {
        let hung = self.is_hung.lock().expect("no panic");
        hung.recv().expect("the machine is there");
    }

    pub(super) fn release(&self) {
        self.release.send(()).expect("the machine is there");
    }
}

impl Platform for Machine {
    fn now(&self) -> Instant {
        self.start + self.state.lock().expect("no panic").passed
    }

    fn wall(&self) -> SystemTime {
        self.state.lock().expect("no panic").wall
    }

    fn append(&self, mut file: &File, bytes: &[u8]) -> io::Result<usize> {
        let fault = self.state.lock().expect("no panic").faults.pop_front();
        match fault {
            None => file.write(bytes),
            Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(Fault::Short(length)) => file.write(&bytes[..length]),
            Some(Fault::Slow(time)) => {
                self.pass(time);
                file.write(bytes)
            }
            Some(Fault::Hang) => {
                self.hung.send(()).expect("the machine is there");
                let released = self.released.lock().expect("no panic");
                released.recv().expect("the machine is there");
                file.write(bytes)
            }
        }
    }
}
