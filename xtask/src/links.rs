//! Checks that the links of the Markdown files to files of this repository have targets, headings included.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// How pages that are published with a package name files of the repository.
const PUBLISHED: [&str; 2] = [
    "https://github.com/reqtrail/reqtrail/blob/main/",
    "https://github.com/reqtrail/reqtrail/tree/main/",
];

/// Checks all Markdown files below the root.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    markdown(root, &mut files).map_err(|e| format!("cannot list the files: {e}"))?;
    let mut broken = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file)
            .map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if !leads_somewhere(root, file, target) {
                let shown = file.strip_prefix(root).unwrap_or(file);
                broken.push(format!("{}: {target}", shown.display()));
            }
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "links that lead nowhere:\n  {}",
            broken.join("\n  ")
        ))
    }
}

/// Whether the target of a link in a file exists. Links to other sites count as existing.
fn leads_somewhere(root: &Path, file: &Path, target: &str) -> bool {
    let published = PUBLISHED.iter().find_map(|url| target.strip_prefix(url));
    let (folder, target) = match published {
        Some(path) => (root, path),
        None => (file.parent().unwrap_or(root), target),
    };
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let page = if path.is_empty() {
        file.to_owned()
    } else {
        folder.join(path)
    };
    let is_page = page.extension().is_some_and(|extension| extension == "md");
    page.exists() && (heading.is_empty() || !is_page || headings(&page).contains(heading))
}

/// The headings of a page as links spell them: in lower case, without punctuation, with hyphens for blanks.
fn headings(page: &Path) -> HashSet<String> {
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let spelt = |line: &str| {
        let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
        let kept = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
    };
    text.lines().filter_map(spelt).collect()
}

fn markdown(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules") && !name.starts_with('.') {
                markdown(&path, files)?;
            }
        } else if name.ends_with(".md") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_files_and_headings() {
        let root = crate::root();
        let readme = root.join("README.md");
        let leads = |target: &str| leads_somewhere(&root, &readme, target);
        for target in [
            "docs/README.md",
            "core",
            "#an-api-of-your-own",
            "bindings-c/go/README.md#an-api-of-your-own",
            "https://github.com/reqtrail/reqtrail/blob/main/docs/options.md",
            "https://example.com/nowhere",
        ] {
            assert!(leads(target), "{target}");
        }
        for target in [
            "docs/nowhere.md",
            "#no-such-heading",
            "docs/README.md#no-such-heading",
            "https://github.com/reqtrail/reqtrail/blob/main/docs/nowhere.md",
        ] {
            assert!(!leads(target), "{target}");
        }
    }
}
