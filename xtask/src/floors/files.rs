//! Reads the languages whose modules are files and whose imports name them: Python and TypeScript.

use std::collections::BTreeSet;
use std::path::Path;

use super::graph::Graph;

/// Reads a Python package whose modules are the files of one folder; `__init__` is the root.
pub(crate) fn python(root: &Path, folder: &str) -> Result<Graph, String> {
    let package = Path::new(folder).file_name().unwrap_or_default();
    let package = package.to_string_lossy();
    read(root, folder, &[".py"], "__init__", |text, known| {
        python_imports(text, &package, known)
    })
}

/// Reads TypeScript sources of one folder; `index` is the root.
pub(crate) fn typescript(root: &Path, folder: &str) -> Result<Graph, String> {
    read(root, folder, &[".ts", ".mts"], "index", typescript_imports)
}

/// The native half of the Python package. It has no Python file.
const NATIVE: &str = "_native";

/// An imported module, and the line.
type Import = (String, usize);

fn read(
    root: &Path,
    folder: &str,
    endings: &[&str],
    top: &str,
    imports: impl Fn(&str, &BTreeSet<String>) -> Vec<Import>,
) -> Result<Graph, String> {
    let mut graph = Graph::default();
    let listed =
        std::fs::read_dir(root.join(folder)).map_err(|e| format!("cannot list {folder}: {e}"))?;
    let mut files: Vec<_> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    files.sort();
    let module = |stem: &str| {
        if stem == top {
            String::new()
        } else {
            stem.to_owned()
        }
    };
    let stem = |file: &str| {
        let stem = endings.iter().find_map(|ending| file.strip_suffix(ending));
        stem.map(str::to_owned)
    };
    let known: BTreeSet<String> = files.iter().filter_map(|file| stem(file)).collect();
    for file in &files {
        let Some(stem) = stem(file) else { continue };
        let name = module(&stem);
        graph.add_module(&name);
        let text = std::fs::read_to_string(root.join(folder).join(file))
            .map_err(|e| format!("cannot read {folder}/{file}: {e}"))?;
        for (used, line) in imports(&text, &known) {
            graph.add_use(&name, &module(&used), format!("{folder}/{file}:{line}"));
        }
    }
    Ok(graph)
}

/// How a language writes strings and comments.
#[derive(Clone, Copy)]
struct Quotes {
    comment: &'static str,
    block: Option<(&'static str, &'static str)>,
    /// Strings that are blanked out. Others are kept, because they name modules.
    blanked: &'static [&'static str],
    kept: &'static [&'static str],
}

/// Returns only the code: comments and blanked strings become blanks, and line numbers stay the same.
fn code(text: &str, quotes: Quotes) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let blank = |part: &str, out: &mut String| {
        out.extend(part.chars().map(|c| if c == '\n' { c } else { ' ' }));
    };
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with(quotes.comment) {
            let end = rest.find('\n').unwrap_or(rest.len());
            blank(&rest[..end], &mut out);
            end
        } else if let Some((open, close)) = quotes.block.filter(|(open, _)| rest.starts_with(open))
        {
            let end = rest[open.len()..].find(close);
            let end = end.map_or(rest.len(), |end| open.len() + end + close.len());
            blank(&rest[..end], &mut out);
            end
        } else if let Some(quote) = quotes
            .blanked
            .iter()
            .find(|quote| rest.starts_with(**quote))
        {
            let end = text_end(rest, quote);
            blank(&rest[..end], &mut out);
            end
        } else if let Some(quote) = quotes.kept.iter().find(|quote| rest.starts_with(**quote)) {
            let end = text_end(rest, quote);
            out.push_str(&rest[..end]);
            end
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// Returns where the string ends that the text begins with.
fn text_end(rest: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while let Some(next) = rest[at..].chars().next() {
        if rest[at..].starts_with(quote) {
            return at + quote.len();
        }
        at += next.len_utf8();
        if next == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

/// Returns the modules that a module imports, except the native half, which is below all of them.
fn python_imports(text: &str, package: &str, known: &BTreeSet<String>) -> Vec<Import> {
    let quotes = Quotes {
        comment: "#",
        block: None,
        blanked: &["\"\"\"", "'''", "\"", "'"],
        kept: &[],
    };
    let code = code(text, quotes);
    let mut found = Vec::new();
    let mut lines = code.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut line = line.trim().to_owned();
        while line.contains('(') && !line.contains(')') && line.starts_with("from ") {
            match lines.next() {
                Some((_, more)) => line.push_str(more),
                None => break,
            }
        }
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
            .filter(|word| !word.is_empty())
            .collect();
        let mut add = |module: &str| found.push((module.to_owned(), index + 1));
        let own = |module: &str| {
            let rest = module.strip_prefix(package)?;
            match rest.strip_prefix('.') {
                Some(rest) => Some(rest.to_owned()),
                None => rest.is_empty().then(|| "__init__".to_owned()),
            }
        };
        match words.as_slice() {
            ["from", ".", "import", names @ ..] => {
                for name in names.iter().take_while(|name| **name != "as") {
                    // Another name is one of the package's own, which is all of it.
                    let module = if known.contains(*name) {
                        name
                    } else {
                        "__init__"
                    };
                    if *name != NATIVE {
                        add(module);
                    }
                }
            }
            ["from", from, "import", ..] => {
                let module = from
                    .strip_prefix('.')
                    .map(str::to_owned)
                    .or_else(|| own(from));
                if let Some(module) = module {
                    add(&module);
                }
            }
            ["import", names @ ..] => names
                .iter()
                .filter_map(|name| own(name))
                .filter(|module| module != NATIVE)
                .for_each(|module| add(&module)),
            _ => {}
        }
    }
    found
}

fn typescript_imports(text: &str, known: &BTreeSet<String>) -> Vec<Import> {
    let quotes = Quotes {
        comment: "//",
        block: Some(("/*", "*/")),
        blanked: &["`"],
        kept: &["\"", "'"],
    };
    let code = code(text, quotes);
    let mut found = Vec::new();
    for quote in ["\"./", "'./"] {
        for (at, _) in code.match_indices(quote) {
            let before = code[..at].trim_end();
            let imports = before.ends_with("from")
                || before.ends_with("import")
                || before.ends_with("import(")
                || before.ends_with("require(");
            let rest = &code[at + quote.len()..];
            let name = rest.split(['"', '\'']).next().unwrap_or_default();
            if imports {
                let line = code[..at].matches('\n').count() + 1;
                let stem = [".js", ".mjs", ".ts"]
                    .iter()
                    .find_map(|end| name.strip_suffix(end));
                let stem = stem.unwrap_or(name);
                if known.contains(stem) {
                    found.push((stem.to_owned(), line));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn python_imports_are_found_wherever_they_stand() {
        let text = r#"
"""from ._no import nothing"""  # from ._no import nothing
from ._a import (
    one,
    two,
)
from . import _b, _native, name
import own._c as c, os
from own._d import three
if True:
    from ._e import four
from elsewhere._f import five
"#;
        let found = python_imports(text, "own", &known(&["_a", "_b", "_c", "_d", "_e", "_f"]));
        let expected = [
            ("_a", 3),
            ("_b", 7),
            ("__init__", 7),
            ("_c", 8),
            ("_d", 9),
            ("_e", 11),
        ];
        assert_eq!(found, expected.map(|(name, line)| (name.to_owned(), line)));
    }

    #[test]
    fn typescript_imports_are_found_wherever_they_stand() {
        let text = r#"
// import "./no.js";
/* from "./no.js" */
import {
  one,
} from "./a.js";
import type { Two } from './b.js';
export * from "./c.js";
const d = require("./d"), e = await import("./e.js");
const text = "./no.js", other = `from "./no.js"`;
import { join } from "node:path";
"#;
        let found = typescript_imports(text, &known(&["a", "b", "c", "d", "e", "no"]));
        let mut found: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, ["a", "b", "c", "d", "e"]);
    }
}
