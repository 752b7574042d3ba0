//! The text that describes chaos: `503@10%,latency=200ms@20%;seed=7`.

use std::time::Duration;

use http::{HeaderValue, StatusCode};

/// What a chaos text asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spec {
    /// An attempt gets at most one of these. A chance is between 0 and 1.
    pub(super) faults: Vec<(f64, Fault)>,
    /// An attempt may get all of these, whatever else happens to it.
    pub(super) latencies: Vec<Latency>,
    pub(super) seed: Option<u64>,
}

/// What goes wrong with an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Another answer replaces the server's.
    Status(Answer),
    /// No connection is made.
    Refused,
    /// The connection breaks before the request leaves.
    ResetBefore,
    /// The connection breaks after the server has answered.
    ResetAfter,
    /// The server gets the request, and its answer never comes.
    Stall,
    /// The connection breaks within the answer's body.
    CutBody,
}

/// The answer that is injected.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<HeaderValue>,
    pub(super) code: Option<String>,
}

/// Time that is added to an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Latency {
    pub(super) chance: f64,
    pub(super) from: Duration,
    pub(super) to: Duration,
}

/// What an item begins with.
const FAULTS: &str =
    "a status from 400 to 599, refused, reset-before, reset-after, stall, cut-body or latency=TIME";

/// A longer wait is taken for a mistake.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What is wrong with an item, and what would be right.
type Problem = String;

/// Reads a text.
///
/// # Errors
/// Says what is wrong; the text follows the name of the option.
pub(super) fn parse(text: &str) -> Result<Spec, String> {
    let (items, seed) = match text.split_once(';') {
        Some((items, seed)) => (items, Some(self::seed(seed)?)),
        None => (text, None),
    };
    if items.trim().is_empty() {
        return Err(
            "names no fault; expected items such as `503@10%`, separated by commas".to_owned(),
        );
    }
    let mut spec = Spec {
        faults: Vec::new(),
        latencies: Vec::new(),
        seed,
    };
    for text in items.split(',') {
        item(text.trim(), &mut spec)
            .map_err(|problem| format!("has the item {}, {problem}", shown(text)))?;
    }
    let sum: f64 = spec.faults.iter().map(|(chance, _)| chance).sum();
    // Tenths are not exact in binary.
    if sum > 1.0 + 1e-9 {
        let percent = (sum * 1e6).round() / 1e4;
        return Err(format!(
            "gives faults a chance of {percent}% together; expected 100% at most (latency apart), since an attempt gets \
             one of them"
        ));
    }
    Ok(spec)
}

fn item(text: &str, spec: &mut Spec) -> Result<(), Problem> {
    let Some((fault, chance)) = text.rsplit_once('@') else {
        return Err(
            "which has no chance; expected a fault and its chance, such as `503@10%`".to_owned(),
        );
    };
    let chance = percent(chance.trim())?;
    let fault = fault.trim();
    if let Some(time) = fault.strip_prefix("latency=") {
        let (from, to) = times(time)?;
        spec.latencies.push(Latency { chance, from, to });
    } else {
        spec.faults.push((chance, self::fault(fault)?));
    }
    Ok(())
}

fn fault(text: &str) -> Result<Fault, Problem> {
    let (name, options) = match text.split_once(':') {
        Some((name, options)) => (name, Some(options)),
        None => (text, None),
    };
    let fault = match name {
        "refused" => Fault::Refused,
        "reset-before" => Fault::ResetBefore,
        "reset-after" => Fault::ResetAfter,
        "stall" => Fault::Stall,
        "cut-body" => Fault::CutBody,
        _ => return answer(name, options).map(Fault::Status),
    };
    match options {
        None => Ok(fault),
        Some(_) => Err(format!(
            "but `{name}` takes no options; expected them after a status alone"
        )),
    }
}

fn answer(status: &str, options: Option<&str>) -> Result<Answer, Problem> {
    let is_number = !status.is_empty() && status.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return Err(format!(
            "whose fault {} is not known; expected {FAULTS}",
            shown(status)
        ));
    }
    let number = status.parse().ok().filter(|n| (400..600).contains(n));
    let status = number.and_then(|number| StatusCode::from_u16(number).ok());
    let mut answer = Answer {
        status: status.ok_or("whose status is not an error's; expected 400 to 599")?,
        retry_after: None,
        code: None,
    };
    for option in options.into_iter().flat_map(|options| options.split(':')) {
        match option.trim().split_once('=') {
            Some(("retry-after", seconds)) => answer.retry_after = Some(retry_after(seconds)?),
            Some(("code", code)) => answer.code = Some(self::code(code)?),
            _ => {
                return Err(format!(
                    "whose option {} is not known; expected retry-after=SECONDS or code=WORD",
                    shown(option)
                ));
            }
        }
    }
    Ok(answer)
}

fn retry_after(text: &str) -> Result<HeaderValue, Problem> {
    decimal(text)
        .filter(|seconds| *seconds <= LONGEST.as_secs_f64())
        .and_then(|_| HeaderValue::from_str(text).ok())
        .ok_or_else(|| {
            format!(
                "whose retry-after is {}; expected seconds, as in retry-after=2",
                shown(text)
            )
        })
}

fn code(text: &str) -> Result<String, Problem> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    match !text.is_empty() && text.len() <= 64 && text.bytes().all(is_word) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "whose code is {}; expected a word of ASCII letters, digits, `_`, `-` and `.`",
            shown(text)
        )),
    }
}

/// A percentage as a share of 1.
fn percent(text: &str) -> Result<f64, Problem> {
    text.strip_suffix('%')
        .and_then(|number| decimal(number.trim_end()))
        .filter(|percent| *percent <= 100.0)
        .map(|percent| percent / 100.0)
        .ok_or_else(|| {
            format!(
                "whose chance is {}; expected a percentage from 0% to 100%, as in 2.5%",
                shown(text)
            )
        })
}

/// One time, or two that a time is drawn between.
fn times(text: &str) -> Result<(Duration, Duration), Problem> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (time(from), time(to)) {
        (Some(from), Some(to)) if from <= to => Ok((from, to)),
        _ => Err(format!(
            "whose time is {}; expected one such as 200ms or 1.5s, or the shortest and the longest as in 100ms-2s",
            shown(text)
        )),
    }
}

fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    let time = Duration::try_from_secs_f64(decimal(number)? * seconds).ok()?;
    (time <= LONGEST).then_some(time)
}

/// Digits, with a fraction or without.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    text.parse().ok()
}

fn seed(text: &str) -> Result<u64, String> {
    let number = text.trim().strip_prefix("seed=").unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    number.parse().ok().filter(|_| is_number).ok_or_else(|| {
        format!(
            "has {} after its faults; expected `seed=` and a whole number below 2^64, or nothing",
            shown(text)
        )
    })
}

/// Returns what came, on one line and not too long.
fn shown(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(60).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", short.escape_debug())
}

#[cfg(test)]
mod tests;
