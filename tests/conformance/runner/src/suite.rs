//! Plays a folder of scenarios with an adapter.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{Adapter, Runner, Scenario, Verdict};

/// The number of scenarios of an adapter by result.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Scenarios in which everything was as expected.
    pub passed: usize,
    /// Scenarios in which something was not, and those that cannot be read.
    pub failed: usize,
    /// Scenarios that need something that the adapter lacks.
    pub skipped: usize,
}

/// Returns the scenario files below a folder, sorted. For a file it returns that file.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        // If it does not exist, the error comes from here.
        std::fs::metadata(path)?;
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Plays every file with an adapter. Prints the failed and the skipped scenarios, then the summary.
pub fn play(
    runner: &mut Runner,
    adapter: &mut dyn Adapter,
    files: &[PathBuf],
    filter: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let scenario = Scenario::load(file);
        let name = match &scenario {
            Ok(scenario) => scenario.name().to_owned(),
            Err(_) => stem.to_string(),
        };
        if filter.is_some_and(|part| !name.contains(part) && !stem.contains(part)) {
            continue;
        }
        let label = format!("{}: {name}", adapter.name());
        match scenario {
            Err(error) => {
                tally.failed += 1;
                writeln!(out, "FAIL {label} ({}): {error}", file.display())?;
            }
            Ok(scenario) => match runner.play(scenario, adapter) {
                Verdict::Passed => tally.passed += 1,
                Verdict::Skipped(why) => {
                    tally.skipped += 1;
                    writeln!(out, "SKIP {label}: {why}")?;
                }
                Verdict::Failed { failures, log } => {
                    tally.failed += 1;
                    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
                    writeln!(out, "FAIL {label}: {}", failures.join("; "))?;
                    for line in log.lines() {
                        writeln!(out, "    {line}")?;
                    }
                }
            },
        }
        out.flush()?;
    }
    let Tally {
        passed,
        failed,
        skipped,
    } = tally;
    let name = adapter.name();
    writeln!(
        out,
        "{name}: {passed} passed, {failed} failed, {skipped} skipped"
    )?;
    Ok(tally)
}
