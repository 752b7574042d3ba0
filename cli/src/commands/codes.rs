//! `codes`: explains a code, offline.

mod table;

use std::io::Write as _;

use clap::Args;
use reqtrail::host::codes::{DialectCodes, dialects, word_sets};
use serde_json::{Value, json};

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::{DIM, ID, STRONG, Terminal};

/// The similarity above which a word is suggested, from 0 to 1; 1 is the word itself.
const SIMILAR: f64 = 0.85;

/// The greatest number of suggestions.
const SUGGESTIONS: usize = 3;

/// The width of the labels of an explanation, in columns.
const LABEL: usize = 9;

/// Explain an error code, or a word of a trail
///
/// CODE is an API's error code, an HTTP status, or a word of a trail such as
/// `deadline`. Without CODE, the command lists all codes. It works offline.
#[derive(Args, Debug)]
#[command(before_help = "\
Example: reqtrail codes rate_limited
         reqtrail codes --api openstack")]
pub(crate) struct Options {
    /// The code, in any case
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// Only the codes of this API
    #[arg(long, value_name = "API", value_parser = api)]
    api: Option<&'static DialectCodes>,
}

/// Reads an API's name.
fn api(name: &str) -> Result<&'static DialectCodes, String> {
    let named = |dialect: &&&DialectCodes| dialect.name.eq_ignore_ascii_case(name);
    let known = dialects().iter().find(named).copied();
    known.ok_or_else(|| {
        let names: Vec<&str> = dialects().iter().map(|dialect| dialect.name).collect();
        format!("expected {}", names.join(" or "))
    })
}

/// A code or a word, with its explanation.
struct Entry {
    name: &'static str,
    aliases: &'static [&'static str],
    meaning: &'static str,
    from: Source,
}

/// Where a code is used.
enum Source {
    /// In the error responses of an API.
    Api {
        dialect: &'static DialectCodes,
        status: u16,
        category: &'static str,
        retry: Option<Value>,
        fix: &'static str,
        page: Option<&'static str>,
    },
    /// In trails and errors of reqtrail. The value is the title of the word's set.
    Word(&'static str),
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let mut entries = entries(options.api);
    if let Some(code) = &options.code {
        let known: Vec<&'static str> = entries.iter().map(|entry| entry.name).collect();
        entries.retain(|entry| entry.is(code));
        if entries.is_empty() {
            return Err(unknown(code, options.api, &known));
        }
    }
    let terminal = Terminal::of_output(environment, common.utc);
    let out = &mut environment.output.writer;
    if common.json {
        for entry in &entries {
            writeln!(out, "{}", entry.json())?;
        }
    } else if options.code.is_none() {
        table::write(out, &entries, &terminal)?;
    } else {
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write!(out, "{}", entry.explained(&terminal))?;
        }
    }
    Ok(Exit::Ok)
}

/// Returns all codes of an API; without an API, the codes of every API and then the words of trails.
fn entries(api: Option<&'static DialectCodes>) -> Vec<Entry> {
    let of_api = |dialect: &'static DialectCodes| {
        dialect.codes.iter().map(move |code| Entry {
            name: code.code,
            aliases: code.aliases,
            meaning: code.meaning,
            from: Source::Api {
                dialect,
                status: code.status,
                category: code.category.as_str(),
                // serde uses the names of `schema/codes.json`.
                retry: code.retry.and_then(|rule| serde_json::to_value(rule).ok()),
                fix: code.fix,
                page: code.documentation_url,
            },
        })
    };
    if let Some(api) = api {
        return of_api(api).collect();
    }
    let words = word_sets().iter().flat_map(|set| {
        set.words.iter().map(|word| Entry {
            name: word.name,
            aliases: &[],
            meaning: word.meaning,
            from: Source::Word(set.title),
        })
    });
    let codes = dialects().iter().copied().flat_map(of_api);
    codes.chain(words).collect()
}

/// Makes the failure for an unknown code, with the most similar words, best first.
fn unknown(code: &str, api: Option<&DialectCodes>, known: &[&'static str]) -> Failure {
    let lower = code.to_ascii_lowercase();
    let mut near: Vec<(f64, &str)> = known
        .iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&lower, &name.to_ascii_lowercase()),
                *name,
            )
        })
        .filter(|(similarity, _)| *similarity > SIMILAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, name)| *name);
    near.truncate(SUGGESTIONS);
    let names: Vec<&str> = near.iter().map(|(_, name)| *name).collect();
    let of_api = api.map_or(String::new(), |dialect| format!(" of {}", dialect.title));
    let hint = match names.as_slice() {
        [] => "`reqtrail codes` lists all codes".to_owned(),
        names => format!("did you mean {}?", names.join(", ")),
    };
    Failure::not_found(format!(
        "`{}` is not a code{of_api}; {hint}",
        code.escape_debug()
    ))
}

impl Entry {
    /// Returns whether the text is this code, one of its other spellings, or its status.
    fn is(&self, text: &str) -> bool {
        let mut spellings = self.aliases.iter().chain([&self.name]);
        let status = match self.from {
            Source::Api { status, .. } => text.parse() == Ok(status),
            Source::Word(_) => false,
        };
        status || spellings.any(|own| own.eq_ignore_ascii_case(text))
    }

    /// Returns the line of JSON.
    fn json(&self) -> Value {
        let schema = "reqtrail.code/1";
        match &self.from {
            Source::Api {
                dialect,
                status,
                category,
                retry,
                fix,
                page,
            } => json!({
                "schema": schema, "code": self.name, "api": dialect.name, "aliases": self.aliases, "status": status,
                "category": category, "retry": retry, "meaning": self.meaning, "fix": fix, "documentation_url": page,
            }),
            Source::Word(set) => {
                json!({ "schema": schema, "code": self.name, "set": set, "meaning": self.meaning })
            }
        }
    }

    /// Returns the explanation as text.
    fn explained(&self, terminal: &Terminal) -> String {
        let mut heading = format!("{}", terminal.paint(ID, self.name));
        let mut rows = vec![("meaning", self.meaning.to_owned())];
        match &self.from {
            Source::Api {
                dialect,
                status,
                category,
                retry,
                fix,
                page,
            } => {
                heading.push_str(&format!("  {}  {status}", dialect.title));
                rows.push(("fix", (*fix).to_owned()));
                rows.push(("category", (*category).to_owned()));
                rows.push((
                    "retried",
                    match retry.as_ref().and_then(Value::as_str) {
                        Some("always") => "always: the server refused the request".to_owned(),
                        Some("if_safe") => "where repeating is safe".to_owned(),
                        Some(other) => other.to_owned(),
                        None => format!("as any {status}"),
                    },
                ));
                if !self.aliases.is_empty() {
                    rows.push(("also", self.aliases.join(", ")));
                }
                rows.extend(page.map(|page| ("page", page.to_owned())));
            }
            Source::Word(set) => heading.push_str(&format!("  {set}")),
        }
        let mut text = format!("{heading}\n");
        for (label, words) in rows {
            let lines = wrapped(&words, terminal.prose_width() - LABEL - 2);
            for (index, line) in lines.iter().enumerate() {
                let label = if index == 0 { label } else { "" };
                let label = terminal.paint(DIM, label);
                text.push_str(&format!("  {label:<LABEL$}{line}\n"));
            }
        }
        text
    }

    /// Returns the heading of the table that the code belongs to.
    fn group(&self) -> &'static str {
        match &self.from {
            Source::Api { dialect, .. } => dialect.title,
            Source::Word(set) => set,
        }
    }
}

/// Wraps the text to lines of at most `width` columns. A longer word gets its own line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
