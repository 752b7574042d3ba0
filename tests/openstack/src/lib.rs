//! Starts the harness in `tests/openstack/harness` and returns the addresses of its services.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The environment variable with the Python of the harness. `scripts/test-openstack.sh` sets it.
pub const PYTHON: &str = "REQTRAIL_OPENSTACK_PYTHON";

/// A running cloud. It ends when this value is dropped or this process ends, because both close its standard input.
#[derive(Debug)]
pub struct Cloud {
    facts: Value,
    child: Child,
}

impl Cloud {
    /// Starts a cloud and waits until it is ready.
    ///
    /// # Errors
    /// If the variable is not set, or the harness does not start.
    pub fn start(args: &[&str]) -> Result<Self, String> {
        let python = std::env::var(PYTHON)
            .map_err(|_| format!("{PYTHON} is not set; run `make test-openstack`"))?;
        let serve = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/serve.py");
        let mut child = Command::new(python)
            .arg(serve)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("the harness cannot be started: {e}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .map_err(|e| e.to_string())?;
        let facts = serde_json::from_str(&line)
            .map_err(|_| "the harness ended before it was ready; its error is above".to_owned())?;
        Ok(Self { facts, child })
    }

    /// Returns a text of the ready line, by JSON pointer.
    ///
    /// # Panics
    /// If the ready line does not have it.
    #[must_use]
    #[track_caller]
    pub fn fact(&self, pointer: &str) -> &str {
        self.facts
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("the ready line has no text {pointer}"))
    }

    /// Returns the whole ready line.
    #[must_use]
    pub fn facts(&self) -> &Value {
        &self.facts
    }

    /// Returns Nova's base URL, with the version.
    #[must_use]
    pub fn nova(&self) -> &str {
        self.fact("/nova/endpoint")
    }

    /// Returns Keystone's base URL, with the version.
    #[must_use]
    pub fn keystone(&self) -> &str {
        self.fact("/keystone/endpoint")
    }

    /// Returns the fixed token of a user, which works without Keystone.
    #[must_use]
    pub fn token(&self, user: &str) -> &str {
        self.fact(&format!("/fixed_tokens/{user}"))
    }

    /// Returns the ID of a flavor: `small`, `large` or `impossible`.
    #[must_use]
    pub fn flavor(&self, name: &str) -> &str {
        self.fact(&format!("/flavors/{name}"))
    }

    /// Returns the base URL of a service, with the version: `nova`, `keystone`, `cinder`, `glance` or `neutron`.
    #[must_use]
    pub fn endpoint(&self, service: &str) -> &str {
        self.fact(&format!("/{service}/endpoint"))
    }

    /// Returns the log of a service.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn log(&self, service: &str) -> String {
        let path = PathBuf::from(self.fact(&format!("/{service}/log")));
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Returns Nova's log.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn nova_log(&self) -> String {
        self.log("nova")
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
