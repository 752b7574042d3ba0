//! Lists the texts that users get: of errors, of log lines and of the command, each with its place. A review reads them at
//! once.
//!
//! A string literal is listed if it reads like a sentence. Texts of tests are not listed, and neither are generated files,
//! whose sources are. Each language has a reader in its own file.

mod go;
mod literals;
mod python;
mod rust;
mod typescript;

use std::path::{Path, PathBuf};

/// The texts of a file.
type FileTexts = (PathBuf, Vec<Text>);

/// Returns the texts below a folder of the root.
type InFolder = fn(&Path, &str) -> Result<Vec<FileTexts>, String>;

/// Folders whose texts users get, and what reads them.
const FOLDERS: [(&str, InFolder); 9] = [
    ("bindings-c/go", go::in_folder),
    ("bindings-c/src", rust::in_folder),
    ("bindings-node/src", rust::in_folder),
    ("bindings-node/ts", typescript::in_folder),
    ("bindings-python/python", python::in_folder),
    ("bindings-python/src", rust::in_folder),
    ("cli/src", rust::in_folder),
    ("core/src", rust::in_folder),
    ("tests/sandbox/src", rust::in_folder),
];

/// A text and its line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Text {
    line: usize,
    text: String,
}

#[cfg(test)]
impl Text {
    /// The text with its line, as tests compare it.
    fn placed(self) -> (usize, String) {
        (self.line, self.text)
    }
}

/// Prints `file:line: text` for every text; with paths, only for files whose path begins with one of them.
pub(crate) fn print(root: &Path, paths: &[&str]) -> Result<(), String> {
    for (folder, read) in FOLDERS {
        for (file, texts) in read(root, folder)? {
            let shown = file.display().to_string();
            if paths.is_empty() || paths.iter().any(|path| shown.starts_with(path)) {
                for Text { line, text } in texts {
                    println!("{shown}:{line}: {}", text.replace('\n', "\\n"));
                }
            }
        }
    }
    Ok(())
}

/// Returns the sorted paths of the files below a folder that have an extension.
fn files_of(root: &Path, folder: &str, extension: &str) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    collect(root, Path::new(folder), extension, &mut files)
        .map_err(|e| format!("cannot list {folder}: {e}"))?;
    files.sort();
    Ok(files)
}

fn collect(
    root: &Path,
    folder: &Path,
    extension: &str,
    files: &mut Vec<PathBuf>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, extension, files)?;
        } else if path.extension().is_some_and(|own| own == extension) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a literal reads like a sentence or a part of one: two words, or one beside a placeholder.
fn is_prose(text: &str) -> bool {
    let is_word = |part: &&str| {
        let part = part.trim_matches(|c: char| c.is_ascii_punctuation());
        part.len() > 1 && part.chars().all(|c| c.is_ascii_lowercase() || c == '\'')
    };
    let parts: Vec<&str> = text.split_whitespace().collect();
    let words = parts
        .iter()
        .filter(|part| !part.contains(['{', '}', '%']))
        .filter(|part| is_word(part))
        .count();
    words > 1 || words == 1 && text.contains(['{', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_has_texts_everywhere_and_none_of_tests() {
        let root = crate::root();
        for (folder, read) in FOLDERS {
            let found = read(&root, folder).expect("it can be read");
            let count: usize = found.iter().map(|(_, texts)| texts.len()).sum();
            assert!(count > 10, "{folder} has {count} texts");
            for (file, _) in found {
                let name = file.file_stem().unwrap_or_default().to_string_lossy();
                let is_test =
                    name == "tests" || name.ends_with("_test") || name.starts_with("test_");
                assert!(!is_test, "{} is for tests", file.display());
            }
        }
    }
}
