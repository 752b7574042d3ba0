//! Processes that record, each started from this binary as the ignored test `record::child`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const STEP: &str = "REQTRAIL_TEST_STEP";
pub(crate) const BASE: &str = "REQTRAIL_TEST_BASE";
pub(crate) const TOKEN: &str = "REQTRAIL_TEST_TOKEN";
pub(crate) const FILE: &str = "REQTRAIL_TEST_FILE";

/// A folder that is removed with what is in it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("reqtrail-record-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("session.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The lines that a child process reports, and its standard error.
pub(crate) struct ChildOutput {
    pub(crate) lines: Vec<String>,
    pub(crate) warnings: String,
}

/// A process that does a step.
pub(crate) struct ChildProcess(Command);

impl ChildProcess {
    pub(crate) fn new(step: &str, base: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a binary"));
        command
            .args(["--exact", "record::child", "--ignored", "--nocapture"])
            .env(STEP, step)
            .env(BASE, base)
            .env(TOKEN, "s3cr3t-token")
            .env_remove("REQTRAIL_RECORD")
            .env_remove("REQTRAIL_ALLOW_RECORD");
        Self(command)
    }

    /// Lets another program start it, as `unshare` does.
    pub(crate) fn below(self, program: &[&str]) -> Self {
        let [name, arguments @ ..] = program else {
            return self;
        };
        let mut command = Command::new(name);
        command
            .args(arguments)
            .arg(self.0.get_program())
            .args(self.0.get_args());
        for (name, value) in self.0.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Self(command)
    }

    /// Starts it in this folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Records by the environment.
    pub(crate) fn recording(self, file: &Path) -> Self {
        self.env("REQTRAIL_RECORD", file).allowed()
    }

    pub(crate) fn allowed(self) -> Self {
        self.env("REQTRAIL_ALLOW_RECORD", "1")
    }

    /// Runs a process that does not end by itself.
    pub(crate) fn die(mut self) {
        let output = self.0.output().expect("a process");
        assert_eq!(output.status.code(), None, "{output:?}");
    }

    pub(crate) fn run(mut self) -> ChildOutput {
        let output = self.0.output().expect("a process");
        let out = String::from_utf8(output.stdout).expect("text");
        let warnings = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.success(), "{out}\n{warnings}");
        let lines = out.lines().filter_map(|line| line.strip_prefix("output "));
        ChildOutput {
            lines: lines.map(str::to_owned).collect(),
            warnings,
        }
    }
}
