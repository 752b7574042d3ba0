//! The project's own chores: `cargo run -p xtask -- codegen [--check] | api [--check] | msrv | links | floors | texts [PATH…]`,
//! and `cargo run -p xtask --features command -- command [--check]`.
//!
//! `codegen` writes every language's code tables from `schema/codes.json`; with `--check` it writes nothing and
//! fails when a committed table differs from what the list gives. `api` does the same with the public API of the crate
//! `reqtrail`, and `command` with the completions and man pages of the command `reqtrail`. `msrv` checks the stated Rust
//! version, `links` the relative links of the Markdown files. `texts` lists the texts of errors, logs and
//! the command in every language.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program speaks on its standard streams"
)]

mod api;
mod c_header;
mod c_tables;
mod codes;
#[cfg(feature = "command")]
mod command;
mod decisions;
mod floors;
mod go_tables;
mod links;
mod msrv;
mod node_native;
mod node_tables;
mod pages;
mod python_tables;
mod rust_tables;
mod surface;
mod texts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use surface::{Language, templates::Templates};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["codegen"] => codegen(false),
        ["codegen", "--check"] => codegen(true),
        ["api"] => api::snapshot(&root(), false),
        ["api", "--check"] => api::snapshot(&root(), true),
        #[cfg(feature = "command")]
        ["command"] => command_files(false),
        #[cfg(feature = "command")]
        ["command", "--check"] => command_files(true),
        ["msrv"] => msrv::check(&root()),
        ["links"] => links::check(&root()),
        ["floors"] => floors::check(&root()),
        ["texts", paths @ ..] => texts::print(&root(), paths),
        _ => Err(
            "usage: cargo run -p xtask -- codegen [--check] | api [--check] | msrv | links | floors | texts [PATH…], \
             or cargo run -p xtask --features command -- command [--check]"
                .to_owned(),
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

fn codegen(check: bool) -> Result<(), String> {
    let root = root();
    let list = codes::read(&root.join("schema/codes.json"))?;
    let surface = surface::read(&root)?;
    let templates = Templates::new(&root, &surface)?;
    let rust = [
        ("core/src/surface/names/table.rs", surface::table(&surface)),
        ("core/src/codes.rs", rust_tables::kinds(&list)),
        (
            "core/src/dialect/novavms/codes.rs",
            rust_tables::dialect(&list, "novavms")?,
        ),
        (
            "core/src/dialect/openstack/faults.rs",
            rust_tables::dialect(&list, "openstack")?,
        ),
        (
            "core/src/openstack/accepted/codes.rs",
            rust_tables::own_sets(&list, "openstack")?,
        ),
    ];
    let python = [
        ("_codes.py", python_tables::sets(&list)),
        ("_categories.py", python_tables::categories(&list)),
        (
            "_novavms_codes.py",
            python_tables::dialect(&list, "novavms")?,
        ),
        (
            "_openstack_faults.py",
            python_tables::dialect(&list, "openstack")?,
        ),
    ];
    let node = [
        ("native.ts", node_native::types(&root)?),
        ("codes.ts", node_tables::sets(&list)),
        ("categories.ts", node_tables::categories(&list)),
        ("error-classes.ts", node_tables::classes(&list)),
        ("error-exports.mts", node_tables::exports(&list)),
        (
            "novavms-codes.ts",
            node_tables::dialect(&list, "novavms", "ERROR_CODES")?,
        ),
        (
            "openstack-faults.ts",
            node_tables::dialect(&list, "openstack", "FAULTS")?,
        ),
    ];
    let mut files = vec![("schema/surface.json".to_owned(), surface::json(&surface)?)];
    let schemas = surface::schema::seen(&surface, &list)?;
    for name in ["schema/trail.schema.json", "schema/openstack.schema.json"] {
        // JSON has the values and units of JavaScript.
        let text = templates.print(Language::Node, name, schemas.clone())?;
        files.push((name.to_owned(), text));
    }
    files.extend(templates.files()?);
    files.extend(templates.parts(&root)?);
    for (path, text) in rust {
        files.push((path.to_owned(), rust_tables::format(&text)?));
    }
    for (name, text) in python {
        files.push((format!("bindings-python/python/reqtrail/{name}"), text));
    }
    for (name, text) in node {
        files.push((format!("bindings-node/ts/{name}"), text));
    }
    let codes = rust_tables::format(&c_tables::constants(&list))?;
    files.push(("bindings-c/src/codes.rs".to_owned(), codes));
    let modules = files.iter().filter_map(|(path, text)| {
        let module = path.strip_prefix("bindings-c/src/")?;
        Some((module.strip_suffix(".rs")?, text.clone()))
    });
    let modules: Vec<(&str, String)> = modules.collect();
    let header = c_header::header(&root, &modules)?;
    let go_header = c_header::go_header(&root, &modules)?;
    // A Go module has nothing outside its own folder.
    files.push(("bindings-c/go/reqtrail.h".to_owned(), header.clone()));
    files.push(("bindings-c/include/reqtrail.h".to_owned(), header));
    files.push(("bindings-c/go/native.h".to_owned(), go_header));
    files.push((
        "bindings-c/go/codes.go".to_owned(),
        go_tables::tables(&list),
    ));
    files.extend(surface::scenarios(&surface)?);
    files.extend(pages::pages(&root, &templates)?);
    let again = "cargo run -p xtask -- codegen";
    settle(&root, files, &[surface::SCENARIO_FOLDER], check, again)
}

#[cfg(feature = "command")]
fn command_files(check: bool) -> Result<(), String> {
    let again = "cargo run -p xtask --features command -- command";
    settle(&root(), command::files()?, &command::FOLDERS, check, again)
}

/// Writes the files, and empties the folders of what is not printed any more. When it only checks, it fails where a file is
/// not what was printed; `again` is the command that writes them.
fn settle(
    root: &Path,
    files: Vec<(String, String)>,
    folders: &[&str],
    check: bool,
    again: &str,
) -> Result<(), String> {
    let mut stale = Vec::new();
    for folder in folders {
        stale.extend(left_over(root, folder, &files, check)?);
    }
    for (path, text) in files {
        let target = root.join(&path);
        if std::fs::read_to_string(&target).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(path);
        } else {
            std::fs::write(&target, text).map_err(|e| format!("cannot write {path}: {e}"))?;
            println!("wrote {path}");
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "out of date: {}; run `{again}` and commit the result",
            stale.join(", ")
        ))
    }
}

/// Names the files of a generated folder that are not printed any more, and removes them unless it only checks.
fn left_over(
    root: &Path,
    folder: &str,
    files: &[(String, String)],
    check: bool,
) -> Result<Vec<String>, String> {
    let entries =
        std::fs::read_dir(root.join(folder)).map_err(|e| format!("cannot read {folder}: {e}"))?;
    let mut left = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| e.to_string())?.file_name();
        let path = format!("{folder}/{}", name.to_string_lossy());
        if files.iter().any(|(printed, _)| *printed == path) {
            continue;
        }
        if check {
            left.push(path);
        } else {
            std::fs::remove_file(root.join(&path))
                .map_err(|e| format!("cannot remove {path}: {e}"))?;
            println!("removed {path}");
        }
    }
    Ok(left)
}
