//! `conformance`: plays scenarios with adapters. See `--help`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use reqtrail_conformance::{Adapter, Backend, ProcessAdapter, Runner, equal, suite};

const HELP: &str = "\
Plays conformance scenarios with adapters.

conformance --scenarios DIR --adapter NAME=COMMAND [--adapter …] [options]

  --scenarios DIR        play every *.json below DIR, or the file DIR; can be repeated
  --adapter NAME=COMMAND an adapter; COMMAND is split at spaces, or is a JSON array of strings
  --has NAME=CAP,CAP     the capabilities of an adapter (default: tls); scenarios that need more are skipped
  --filter PART          only scenarios with PART in their name
  --schema FILE          the trail's JSON Schema (default: the project's)
  --way WAY              what responds: sockets (the default), script (the adapter's own mock), compare (both; their
                         trails must be equal), or equal (the mocks of all adapters; their trails must be equal)
  --time-limit SECONDS   the time limit of each scenario, after which the adapter is killed

Prints one line for each scenario that fails, followed by the exchange log, one line for each scenario
that is skipped, and a summary for each adapter. Exits with 0 if there are scenarios and none failed.";

/// The options of the command line.
#[derive(Debug, Default)]
struct Options {
    scenarios: Vec<PathBuf>,
    adapters: Vec<(String, Vec<String>)>,
    capabilities: Vec<(String, Vec<String>)>,
    filter: Option<String>,
    schema: Option<PathBuf>,
    time_limit: Option<Duration>,
    backend: Backend,
    equal: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout();
    if arguments.iter().any(|argument| argument == "--help") {
        drop(writeln!(out, "{HELP}"));
        return ExitCode::SUCCESS;
    }
    match run(&arguments, &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(io::stderr(), "conformance: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Plays the scenarios. Returns whether every scenario of every adapter passed or was skipped.
fn run(arguments: &[String], out: &mut dyn Write) -> Result<bool, String> {
    let options = Options::parse(arguments)?;
    let schema = options.schema.unwrap_or_else(default_schema);
    let schema = std::fs::read_to_string(&schema)
        .map_err(|error| format!("{}: {error}", schema.display()))?;
    let schema = serde_json::from_str(&schema).map_err(|error| format!("the schema: {error}"))?;
    let mut runner = Runner::new(&schema)?
        .time_limit(options.time_limit)
        .backend(options.backend);
    let mut files = Vec::new();
    for path in &options.scenarios {
        let found = suite::files(path).map_err(|error| format!("{}: {error}", path.display()))?;
        files.extend(found);
    }
    if options.equal {
        let adapter = |(name, argv): &(String, Vec<String>)| -> Box<dyn Adapter> {
            Box::new(ProcessAdapter::new(name, argv, &[]))
        };
        let mut adapters: Vec<_> = options.adapters.iter().map(adapter).collect();
        let equality =
            equal::play(&mut adapters, &files, out).map_err(|error| error.to_string())?;
        return Ok(equality.equal > 0 && equality.unequal == 0);
    }
    let mut good = true;
    for (name, argv) in &options.adapters {
        let listed = options.capabilities.iter().rfind(|(of, _)| of == name);
        let capabilities =
            listed.map_or_else(|| vec!["tls".to_owned()], |(_, listed)| listed.clone());
        let mut adapter = ProcessAdapter::new(name, argv, &capabilities);
        let filter = options.filter.as_deref();
        let tally = suite::play(&mut runner, &mut adapter, &files, filter, out)
            .map_err(|error| error.to_string())?;
        let found = tally.passed + tally.failed + tally.skipped > 0;
        if !found {
            writeln!(out, "{name}: no scenario was found").map_err(|error| error.to_string())?;
        }
        good &= found && tally.failed == 0;
    }
    Ok(good)
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(option) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--scenarios" => options.scenarios.push(value.into()),
                "--adapter" => {
                    let (name, command) = named(value)?;
                    options.adapters.push((name, words(command)?));
                }
                "--has" => {
                    let (name, list) = named(value)?;
                    let list = list.split(',').map(|item| item.trim().to_owned());
                    options.capabilities.push((name, list.collect()));
                }
                "--filter" => options.filter = Some(value.clone()),
                "--schema" => options.schema = Some(value.into()),
                "--way" => {
                    options.backend = match value.as_str() {
                        "sockets" => Backend::Sockets,
                        "script" => Backend::Script,
                        "compare" => Backend::Compare,
                        "equal" => {
                            options.equal = true;
                            Backend::Script
                        }
                        _ => {
                            return Err(format!(
                                "{value}: expected sockets, script, compare or equal"
                            ));
                        }
                    }
                }
                "--time-limit" => {
                    let seconds = value
                        .parse()
                        .map_err(|_| format!("`{value}` is not a number of seconds"))?;
                    options.time_limit = Some(Duration::from_secs(seconds));
                }
                _ => return Err(format!("`{option}` is not an option; see --help")),
            }
        }
        if options.adapters.is_empty() || options.scenarios.is_empty() {
            return Err("--adapter and --scenarios are required; see --help".to_owned());
        }
        Ok(options)
    }
}

fn named(value: &str) -> Result<(String, &str), String> {
    let (name, rest) = value
        .split_once('=')
        .ok_or_else(|| format!("{value}: expected NAME=…"))?;
    Ok((name.to_owned(), rest))
}

fn words(command: &str) -> Result<Vec<String>, String> {
    if command.trim_start().starts_with('[') {
        let words: serde_json::Value =
            serde_json::from_str(command).map_err(|error| format!("{command}: {error}"))?;
        let words = words.as_array().into_iter().flatten();
        return words
            .map(|word| word.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| format!("{command}: expected strings"));
    }
    Ok(command.split_whitespace().map(str::to_owned).collect())
}

/// Returns the schema in the project's tree.
fn default_schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../schema/trail.schema.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn adapters_are_commands_with_names() {
        let options = parse(&[
            "--scenarios",
            "dir",
            "--adapter",
            "go=bin/go-adapter -v",
            "--adapter",
            r#"python=["python3", "an adapter.py"]"#,
            "--has",
            "go=tls,http2",
        ])
        .expect("options");
        assert_eq!(options.adapters[0].1, ["bin/go-adapter", "-v"]);
        assert_eq!(options.adapters[1].1, ["python3", "an adapter.py"]);
        assert_eq!(options.capabilities[0].1, ["tls", "http2"]);
    }

    #[test]
    fn a_wrong_command_line_is_refused() {
        for wrong in [
            &["--scenarios", "dir"][..],
            &["--adapter", "a=b"],
            &["--adapter"],
            &["--adapter", "ab", "--scenarios", "dir"],
            &["--speed", "high"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
