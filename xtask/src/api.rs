//! The public API of the Rust crate, written down in `core/api-snapshot.txt` (`docs/adr/0061-the-api-is-written-down.md`).
//!
//! rustdoc lists what is public, with the results of macros and the traits of each type; `public-api` makes lines of it. What `unstable-host` adds may change in any release and is left out.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

const SNAPSHOT: &str = "core/api-snapshot.txt";

/// The format of rustdoc's JSON that the pinned release of `public-api` reads: Rust 1.93 to 1.95 write it.
const FORMAT: u32 = 57;

/// How many lines of a difference are shown.
const SHOWN: usize = 60;

#[derive(Deserialize)]
struct Json {
    format_version: u32,
}

/// Writes the snapshot, or compares it.
pub(crate) fn snapshot(root: &Path, check: bool) -> Result<(), String> {
    let Some(api) = read(root)? else {
        let text = format!(
            "this compiler's rustdoc does not write format {FORMAT} of its JSON, so {SNAPSHOT} was not looked at; \
             expected Rust 1.93 to 1.95, or another release of `public-api` in xtask/Cargo.toml"
        );
        // Another compiler must not block a change; whoever writes the snapshot has the right one.
        if !check {
            return Err(text);
        }
        eprintln!("xtask: {text}");
        return Ok(());
    };
    let path = root.join(SNAPSHOT);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if old == api {
        return Ok(());
    }
    if !check {
        std::fs::write(&path, api).map_err(|e| format!("cannot write {SNAPSHOT}: {e}"))?;
        println!("wrote {SNAPSHOT}");
        return Ok(());
    }
    Err(format!(
        "the public API is not that of {SNAPSHOT}:\n{}run `cargo run -p xtask -- api` and commit the result with the change; \
         a line that is gone breaks programs",
        difference(&old, &api)
    ))
}

/// Reads the public API; `None` where rustdoc writes another format.
fn read(root: &Path) -> Result<Option<String>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let status = Command::new(cargo)
        .args(["rustdoc", "--quiet", "--locked", "--package", "reqtrail"])
        .args(["--lib", "--features", "openstack,reqwest,testing"])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .env("RUSTDOC", root.join("scripts/rustdoc-unstable.sh"))
        .current_dir(root)
        .status()
        .map_err(|e| format!("cargo rustdoc: {e}"))?;
    if !status.success() {
        return Err("cargo rustdoc failed".to_owned());
    }
    let path = root.join(target).join("doc/reqtrail.json");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let json: Json = serde_json::from_str(&text).map_err(|e| format!("rustdoc's JSON: {e}"))?;
    if json.format_version != FORMAT {
        return Ok(None);
    }
    let api = public_api::Builder::from_rustdoc_json(&path)
        .omit_blanket_impls(true)
        .build()
        .map_err(|e| format!("rustdoc's JSON: {e}"))?;
    let mut lines = String::new();
    for item in api.items() {
        let line = item.to_string();
        // A marker of the compiler's own, which no program can name.
        if !line.contains("core::marker::Freeze") {
            lines.push_str(&line);
            lines.push('\n');
        }
    }
    Ok(Some(lines))
}

/// The lines that only one of two texts has, each with `-` or `+`.
fn difference(old: &str, new: &str) -> String {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (old.lines().collect(), new.lines().collect());
    let gone = before.difference(&after).map(|line| format!("- {line}\n"));
    let come = after.difference(&before).map(|line| format!("+ {line}\n"));
    let mut lines: Vec<_> = gone.chain(come).collect();
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more\n"));
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_is_gone_and_what_has_come() {
        let shown = difference("pub fn a()\npub fn b()\n", "pub fn b()\npub fn c()\n");
        assert_eq!(shown, "- pub fn a()\n+ pub fn c()\n");
        assert_eq!(difference("x\n", "x\n"), "");
        let many: String = (0..100).map(|n| format!("pub fn f{n}()\n")).collect();
        assert!(difference("", &many).ends_with("and 40 more\n"));
    }
}
