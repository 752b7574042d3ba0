//! Runs the command with pipes, and compares its output with golden files.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The exit code and the outputs of a run of the command.
#[derive(Debug)]
pub(crate) struct RunOutput {
    pub(crate) exit: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Returns the command with an empty environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reqtrail"));
    command.env_clear();
    command
}

/// Runs the command on a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> RunOutput {
    run_with(folder, arguments, "")
}

/// Runs the command on a folder with `input` on standard input.
pub(crate) fn run_with(folder: &Path, arguments: &[&str], input: &str) -> RunOutput {
    let mut command = command();
    command.env("REQTRAIL_JOURNAL", folder).args(arguments);
    finish(command, input)
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: &str) -> RunOutput {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command runs");
    let mut writer = child.stdin.take().expect("its input");
    writer.write_all(input.as_bytes()).expect("it reads");
    drop(writer);
    ran(child.wait_with_output().expect("it ends"))
}

pub(crate) fn ran(output: Output) -> RunOutput {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    RunOutput {
        exit: output.status.code().expect("it ends by itself"),
        output: text(output.stdout),
        errors: text(output.stderr),
    }
}

impl RunOutput {
    /// Compares exit code and outputs with `tests/golden/NAME.txt`, which has FOLDER instead of the folder's path.
    /// `UPDATE_GOLDEN=1` updates the file.
    #[track_caller]
    pub(crate) fn is_golden(&self, name: &str, folder: &Path) {
        let folder = folder.display().to_string();
        let mut text = format!("exit {}\n--- stdout\n{}", self.exit, self.output);
        text.push_str(&format!("--- stderr\n{}", self.errors));
        let text = text.replace(&folder, "FOLDER");
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
            std::fs::write(&path, &text).expect("the golden file can be written");
        }
        let wanted = std::fs::read_to_string(&path).expect("the golden file exists");
        assert_eq!(text, wanted, "{}", path.display());
    }

    /// Parses the lines of JSON on standard output. Each has to follow the schema.
    #[track_caller]
    pub(crate) fn lines(&self, schema: &str) -> Vec<Value> {
        let validator = validator(schema);
        let read = |line: &str| -> Value {
            let value = serde_json::from_str(line).expect("a line is JSON");
            let problems: Vec<String> = validator
                .iter_errors(&value)
                .map(|problem| format!("{}: {problem}", problem.instance_path()))
                .collect();
            assert!(problems.is_empty(), "{line}\n{problems:#?}");
            value
        };
        self.output.lines().map(read).collect()
    }
}

/// Makes the validator of a schema in `schema/`. Schemas may refer to one another.
#[track_caller]
pub(crate) fn validator(schema: &str) -> jsonschema::Validator {
    let read = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../schema")
            .join(name);
        let text = std::fs::read_to_string(&path).expect("the schema exists");
        serde_json::from_str(&text).expect("the schema is JSON")
    };
    // The URI to which a reference to the file beside it resolves.
    let trail = "json-schema:///trail.schema.json";
    let registry = jsonschema::Registry::new()
        .add(trail, read("trail.schema.json"))
        .and_then(|registry| registry.prepare())
        .expect("the schema of trails is valid");
    jsonschema::options()
        .with_registry(&registry)
        .build(&read(&format!("{schema}.schema.json")))
        .expect("the schema is valid")
}
