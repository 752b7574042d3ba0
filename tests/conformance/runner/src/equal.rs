//! Plays scripts with several adapters. Their trails must be equal, including every ID and time.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::adapter::Adapter;
use crate::check::trail_of;
use crate::scenario::Scenario;
use crate::scripted;

/// How long an adapter may take for a script. All waits in it are virtual.
const LIMIT: Duration = Duration::from_secs(60);

/// The number of scripts by result.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Equality {
    /// Scripts whose trails were equal in every adapter.
    pub equal: usize,
    /// Scripts whose trails differed.
    pub unequal: usize,
    /// Files that are not playable as a script, or whose trails differ between runs.
    pub skipped: usize,
}

/// Plays every file with every adapter and compares their results with those of the first one. A file is a scenario, or a script
/// with its calls: `{"name", "client", "script", "calls"}`.
///
/// # Errors
/// If `out` cannot be written.
pub fn play(
    adapters: &mut [Box<dyn Adapter>],
    files: &[PathBuf],
    out: &mut dyn Write,
) -> io::Result<Equality> {
    let mut equality = Equality::default();
    for file in files {
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match job(file) {
            Err(error) => {
                equality.unequal += 1;
                writeln!(out, "FAIL {name}: {error}")?;
            }
            Ok(None) => equality.skipped += 1,
            Ok(Some(job)) => match differences(adapters, &job) {
                differing if differing.is_empty() => equality.equal += 1,
                differing => {
                    equality.unequal += 1;
                    for difference in differing {
                        writeln!(out, "FAIL {name}: {difference}")?;
                    }
                }
            },
        }
        out.flush()?;
    }
    let Equality {
        equal,
        unequal,
        skipped,
    } = equality;
    let names: Vec<_> = adapters.iter().map(|adapter| adapter.name()).collect();
    writeln!(
        out,
        "{}: {equal} equal, {unequal} unequal, {skipped} skipped",
        names.join(", ")
    )?;
    Ok(equality)
}

/// Makes the adapters' job. `None` if the trails of the file differ between runs.
fn job(file: &Path) -> Result<Option<Value>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
    if value.get("script").is_some() {
        return of_script(value).map(Some);
    }
    let scenario = Scenario::parse(&text).map_err(|error| error.to_string())?;
    let cancels = scenario
        .calls
        .iter()
        .any(|call| call.request.get("cancel_after_ms").is_some());
    let is_playable = scripted::unplayable(&scenario, &NoAdapter).is_none()
        && scripted::unrepeatable(&scenario).is_none();
    Ok((is_playable && !cancels).then(|| scripted::job(&scenario)))
}

fn of_script(value: Value) -> Result<Value, String> {
    let Value::Object(mut given) = value else {
        return Err("expected an object".to_owned());
    };
    let mut take = |key: &str| given.remove(key);
    let id = take("name").ok_or("`name` is missing")?;
    let script = take("script").ok_or("`script` is missing")?;
    let calls = take("calls").ok_or("`calls` is missing")?;
    let client = take("client").unwrap_or_else(|| Map::new().into());
    take("about");
    if let Some(key) = given.keys().next() {
        return Err(format!(
            "unknown key `{key}`; expected name, about, client, script, calls"
        ));
    }
    Ok(json!({
        "id": id,
        "base_url": "http://api.example/api/v1",
        "client": client,
        "script": script,
        "calls": calls,
    }))
}

/// Returns how the answers of the adapters differ.
fn differences(adapters: &mut [Box<dyn Adapter>], job: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut first: Option<(String, Value)> = None;
    for adapter in adapters {
        let name = adapter.name().to_owned();
        let played = adapter
            .play(job, LIMIT)
            .and_then(|answer| comparable(&answer));
        match (played, &first) {
            (Err(error), _) => found.push(format!("{name}: {error}")),
            (Ok(got), None) => first = Some((name, got)),
            (Ok(got), Some((of, wanted))) if got != *wanted => {
                found.extend(
                    scripted::name_differences("", wanted, &got)
                        .iter()
                        .map(|it| format!("{of} and {name}: {it}")),
                );
            }
            (Ok(_), Some(_)) => {}
        }
    }
    found
}

/// Returns the comparable parts of an answer: every trail, and the requests and problems of the mock.
fn comparable(answer: &Value) -> Result<Value, String> {
    let list = |key: &str| {
        answer
            .get(key)
            .and_then(Value::as_array)
            .ok_or_else(|| format!("the answer has no `{key}`"))
    };
    let mut trails: Vec<_> = list("results")?
        .iter()
        .map(|result| trail_of(result).cloned().unwrap_or_default())
        .collect();
    if trails.is_empty() {
        return Err(format!("the answer has no results: {answer}"));
    }
    trails.iter_mut().for_each(shorten_decode_reasons);
    let request = |request: &Value| {
        json!([
            request["method"],
            request["target"],
            request["exchange"],
            request["at_ms"]
        ])
    };
    let requests: Vec<_> = list("requests")?.iter().map(request).collect();
    let problems = list("problems")?
        .iter()
        .filter(|problem| !scripted::is_left_over(problem));
    let problems: Vec<_> = problems.collect();
    Ok(json!({"trails": trails, "requests": requests, "problems": problems}))
}

/// Shortens the reasons of `decode` failures: the JSON parser of each language adds its own text.
fn shorten_decode_reasons(trail: &mut Value) {
    let attempts = trail.get_mut("attempts").and_then(Value::as_array_mut);
    for attempt in attempts.into_iter().flatten() {
        if attempt["failure"] == "decode"
            && let Some(reason) = attempt["failure_reason"].as_str()
        {
            let short = reason.split([':', '(']).next().unwrap_or_default();
            attempt["failure_reason"] = short.trim_end().into();
        }
    }
}

/// An adapter without capabilities.
#[derive(Debug)]
struct NoAdapter;

impl Adapter for NoAdapter {
    fn name(&self) -> &str {
        ""
    }

    fn has(&self, _: &str) -> bool {
        false
    }

    fn play(&mut self, _: &Value, _: Duration) -> Result<Value, String> {
        Err("it plays nothing".to_owned())
    }
}
