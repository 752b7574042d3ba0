//! The identity of the writer: the service's name, the machine and the process.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::OnceLock;

use super::line::LineSource;

/// The variable that names the service if no option does.
const VARIABLE: &str = "REQTRAIL_SERVICE";

/// This process, under the name in `option`, or else in the variable `REQTRAIL_SERVICE`, or else the program's.
pub(crate) fn source(option: Option<&str>) -> LineSource<'_> {
    LineSource {
        service: option
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| of_process()),
        host: host(),
        // The child of a fork has another ID.
        pid: std::process::id(),
        policy: None,
    }
}

fn of_process() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let given = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let name = given.unwrap_or_else(|| program(std::env::args_os()));
        name.to_string_lossy().into_owned()
    })
}

/// The name of the program, or of the script that an interpreter runs.
fn program(mut arguments: impl Iterator<Item = OsString>) -> OsString {
    let own = arguments.next().unwrap_or_default();
    let own = Path::new(&own).file_name().unwrap_or(OsStr::new("program"));
    let shown = own.to_string_lossy();
    let is_interpreter = ["python", "node", "pypy"]
        .iter()
        .any(|name| shown.starts_with(name));
    if !is_interpreter {
        return own.to_owned();
    }
    let script = arguments
        .find(|argument| argument == "-m" || !argument.as_encoded_bytes().starts_with(b"-"));
    let script = match script {
        Some(module) if module == "-m" => {
            return arguments.next().unwrap_or_else(|| own.to_owned());
        }
        Some(script) => script,
        None => return own.to_owned(),
    };
    match Path::new(&script).file_stem() {
        Some(stem) => stem.to_owned(),
        None => own.to_owned(),
    }
}

fn host() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        #[cfg(unix)]
        if let Ok(name) = nix::unistd::gethostname()
            && !name.is_empty()
        {
            return name.to_string_lossy().into_owned();
        }
        "localhost".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_gives_its_name_to_the_interpreter_that_runs_it() {
        let named = |line: &str| {
            let name = program(line.split_whitespace().map(OsString::from));
            name.to_string_lossy().into_owned()
        };
        assert_eq!(named("/usr/bin/checkout --port 80"), "checkout");
        assert_eq!(named("python3 /srv/app/billing.py"), "billing");
        assert_eq!(named("python3 -m billing.worker --once"), "billing.worker");
        assert_eq!(named("node --no-warnings server.mjs"), "server");
        assert_eq!(named("python3 -"), "python3");
        assert_eq!(named(""), "program");
    }
}
