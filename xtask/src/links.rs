//! Whether the relative links of the Markdown files lead somewhere.

use std::path::{Path, PathBuf};

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
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            let folder = file.parent().unwrap_or(root);
            if !elsewhere && !folder.join(path).exists() {
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
