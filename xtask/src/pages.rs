//! Prints parts of pages that are otherwise written by hand. Each part is between `<!-- printed: WHAT -->` and
//! `<!-- end of what is printed -->`.
//!
//! WHAT is `decisions`, the table of `docs/adr`; `rules FOLDER`, what the scenarios of a folder say they prove;
//! `options LANGUAGE GROUP NAME…`, a table of these options of a client or a request; or `tests NAME`, the test of this
//! name in every language, as the files of `docs/testing` have it between `test: NAME` and `end`.

use std::path::Path;

use serde_json::json;

use crate::decisions;
use crate::surface::{Language, docs::wrapped, templates::Templates};

const PAGES: [&str; 8] = [
    "docs/how-a-call-behaves.md",
    "docs/adr/README.md",
    "docs/testing.md",
    "docs/c/clients.md",
    "docs/c/requests.md",
    "bindings-python/README.md",
    "bindings-node/README.md",
    "bindings-c/go/README.md",
];

/// The tests that the page on testing shows, in its order: the language, how a page names it, and the file.
const TESTED: [(&str, &str, &str); 5] = [
    ("Python", "python", "test_testing.py"),
    ("Node", "js", "testing.test.mjs"),
    ("Go", "go", "testing_test.go"),
    ("Rust", "rust", "testing.rs"),
    ("C", "c", "testing.c"),
];

const TESTS: &str = "docs/testing";
const SCENARIOS: &str = "tests/conformance/scenarios";
const BEGIN: &str = "<!-- printed: ";
const END: &str = "<!-- end of what is printed -->";

/// Returns every page with its parts printed.
pub(crate) fn pages(root: &Path, templates: &Templates) -> Result<Vec<(String, String)>, String> {
    let page = |path: &str| {
        let written = std::fs::read_to_string(root.join(path)).map_err(|e| e.to_string())?;
        with_parts(&written, |what| part(root, templates, what))
    };
    let pages = PAGES.iter().map(|path| match page(path) {
        Ok(text) => Ok(((*path).to_owned(), text)),
        Err(why) => Err(format!("{path}: {why}")),
    });
    pages.collect()
}

fn part(root: &Path, templates: &Templates, what: &str) -> Result<String, String> {
    match what.split(' ').collect::<Vec<_>>().as_slice() {
        ["decisions"] => decisions::table(root),
        ["rules", folder] => rules(&root.join(SCENARIOS).join(folder)),
        ["tests", name] => tests(&root.join(TESTS), name),
        ["options", language, group, wanted @ ..] => {
            let language =
                Language::of(language).ok_or_else(|| format!("no language `{language}`"))?;
            let more = json!({ "about": group, "wanted": wanted });
            templates.print(language, "docs/some_options", more)
        }
        _ => Err(format!("`{what}` is not something that is printed")),
    }
}

/// Replaces the text between the markers.
fn with_parts(
    page: &str,
    print: impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut parts = page.split(BEGIN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let marked = part.split_once(" -->\n").and_then(|(what, rest)| {
            let (_, after) = rest.split_once(END)?;
            Some((what, after))
        });
        let (what, after) = marked.ok_or_else(|| format!("no `{END}` after `{BEGIN}`"))?;
        out += &format!("{BEGIN}{what} -->\n{}{END}{after}", print(what)?);
    }
    Ok(out)
}

/// A test in every language.
fn tests(folder: &Path, name: &str) -> Result<String, String> {
    let mut out = String::new();
    for (language, fence, file) in TESTED {
        let text =
            std::fs::read_to_string(folder.join(file)).map_err(|e| format!("{file}: {e}"))?;
        let test = marked(&text, name).ok_or_else(|| format!("{file} has no test `{name}`"))?;
        out += &format!("{language}:\n\n```{fence}\n{test}\n```\n\n");
    }
    Ok(out)
}

/// Returns the lines between the two that mark a test.
fn marked<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let wanted = format!(" test: {name}");
    let line = text
        .split_inclusive('\n')
        .find(|line| line.trim_end().ends_with(&wanted))?;
    let begin = line.as_ptr().addr() - text.as_ptr().addr() + line.len();
    let sign = line.split_whitespace().next()?;
    let (test, _) = text.get(begin..)?.split_once(&format!("\n{sign} end"))?;
    Some(test.trim_matches('\n'))
}

/// What the scenarios of a folder prove, in the order of their names; several may prove one rule.
fn rules(folder: &Path) -> Result<String, String> {
    let fail = |e: &dyn std::fmt::Display| format!("{}: {e}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| fail(&e))? {
        files.push(entry.map_err(|e| fail(&e))?.path());
    }
    files.sort();
    let mut rules: Vec<String> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|e| fail(&e))?;
        let scenario: serde_json::Value = serde_json::from_str(&text).map_err(|e| fail(&e))?;
        let about = scenario["about"]
            .as_str()
            .ok_or_else(|| fail(&"no `about`"))?;
        let rule = format!("* {}\n", wrapped(about, 118).join("\n  "));
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    Ok(rules.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_printed_and_the_rest_stays() {
        let page = "a\n<!-- printed: x y -->\nold\n<!-- end of what is printed -->\nb\n";
        let printed = with_parts(page, |what| Ok(format!("new {what}\n")));
        let expected = "a\n<!-- printed: x y -->\nnew x y\n<!-- end of what is printed -->\nb\n";
        assert_eq!(printed.as_deref(), Ok(expected));
        let print = |_: &str| Ok(String::new());
        with_parts("<!-- printed: x -->\nold", print).expect_err("no end");
    }

    #[test]
    fn a_test_stands_between_its_marks() {
        let text = "x\n# test: one\ndef a():\n    pass\n\n\n# end\n# test: one_more\nb\n# end\n";
        assert_eq!(marked(text, "one"), Some("def a():\n    pass"));
        assert_eq!(marked(text, "one_more"), Some("b"));
        assert_eq!(marked(text, "more"), None);
    }

    /// The options have a separate page.
    #[test]
    fn every_folder_of_scenarios_is_on_the_page() {
        let root = crate::root();
        let page = std::fs::read_to_string(root.join(PAGES[0])).expect("the page");
        for entry in std::fs::read_dir(root.join(SCENARIOS)).expect("the scenarios") {
            let name = entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name");
            let is_there = page.contains(&format!("{BEGIN}rules {name} -->"));
            assert!(is_there || name == "options", "no rules of `{name}`");
        }
    }
}
