//! A folder of scenarios, played against one adapter after the other.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{Adapter, Runner, Scenario, Verdict};

/// How many scenarios of an adapter came out how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Scenarios in which everything was as it should be.
    pub passed: usize,
    /// Scenarios in which something was not, unreadable ones among them.
    pub failed: usize,
    /// Scenarios that need what the adapter lacks.
    pub skipped: usize,
}

/// The scenario files below a folder, sorted; a file stands for itself.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        // Fails here, with its name, where it does not exist.
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

/// Plays every file against an adapter. Prints what failed and what was skipped, then the tally.
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
