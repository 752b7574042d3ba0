//! The table of decisions in `docs/adr/README.md`. Numbers, links and titles come from the pages; the line about each
//! is written in the table by hand and kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const FOLDER: &str = "docs/adr";

/// Prints the table. Fails where a number is missing or used twice, or a decision has no line.
pub(crate) fn table(root: &Path) -> Result<String, String> {
    let folder = root.join(FOLDER);
    let index = folder.join("README.md");
    let written =
        std::fs::read_to_string(&index).map_err(|e| format!("{}: {e}", index.display()))?;
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|e| format!("{FOLDER}: {e}"))? {
        let path = entry.map_err(|e| format!("{FOLDER}: {e}"))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".md") && name != "README.md" {
            let text = std::fs::read_to_string(&path).map_err(|e| format!("{name}: {e}"))?;
            pages.push((name.into_owned(), text));
        }
    }
    pages.sort();
    print(&pages, &lines(&written))
}

fn print(pages: &[(String, String)], lines: &BTreeMap<usize, String>) -> Result<String, String> {
    let mut out = "| | decision | in one line |\n|--:|---|---|\n".to_owned();
    for (number, (name, text)) in (1..).zip(pages) {
        if !name.starts_with(&format!("{number:04}-")) {
            return Err(format!(
                "{FOLDER}/{name} comes where decision {number} is expected; numbers have no holes and none is used twice"
            ));
        }
        let title = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix(&format!("# {number}. ")))
            .ok_or_else(|| {
                format!("{FOLDER}/{name} has another heading than `# {number}. TITLE`")
            })?;
        let line = lines.get(&number).ok_or_else(|| {
            format!("{FOLDER}/README.md has no line for decision {number}; add `| {number} | | LINE |` to its table")
        })?;
        let _ = writeln!(out, "| [{number}]({name}) | {title} | {line} |");
    }
    Ok(out)
}

/// The third column of the table, by number.
fn lines(index: &str) -> BTreeMap<usize, String> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix('|')?.splitn(3, '|');
        let number = cells.next()?.trim();
        let number = number
            .strip_prefix('[')
            .and_then(|link| link.split(']').next())
            .unwrap_or(number);
        let line = cells.nth(1)?.trim().strip_suffix('|')?.trim();
        Some((number.parse().ok()?, line.to_owned()))
    };
    index
        .lines()
        .filter_map(row)
        .filter(|(_, line)| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str, title: &str) -> (String, String) {
        (name.to_owned(), format!("# {title}\n\nText.\n"))
    }

    #[test]
    fn titles_come_from_the_pages_and_lines_from_the_table() {
        let lines = lines("| [1](0001-old.md) | Old | why `a|b` |\n| 2 | | new |\n|--:|---|---|\n");
        let pages = [page("0001-a.md", "1. A"), page("0002-b.md", "2. B")];
        let printed = print(&pages, &lines).expect("a table");
        assert!(
            printed.ends_with("| [1](0001-a.md) | A | why `a|b` |\n| [2](0002-b.md) | B | new |\n")
        );
    }

    #[test]
    fn holes_and_missing_lines_are_refused() {
        let lines = lines("| 1 | | one |\n| 2 | | two |\n");
        for pages in [
            vec![page("0002-b.md", "2. B")],
            vec![page("0001-a.md", "1. A"), page("0001-b.md", "1. B")],
            vec![page("0001-a.md", "2. A")],
            vec![
                page("0001-a.md", "1. A"),
                page("0002-b.md", "2. B"),
                page("0003-c.md", "3. C"),
            ],
        ] {
            print(&pages, &lines).expect_err("a refusal");
        }
    }
}
