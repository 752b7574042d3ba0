//! Reads the texts of Python sources. Texts in three quotes are documentation.

use std::path::{Path, PathBuf};

use super::Text;
use super::literals::{self, Cursor, Literals};

pub(super) fn in_folder(root: &Path, folder: &str) -> Result<Vec<(PathBuf, Vec<Text>)>, String> {
    literals::in_folder(root, folder, "py", |_| false, texts)
}

fn texts(source: &str) -> Vec<Text> {
    let mut cursor = Cursor::new(source);
    let mut literals = Literals::default();
    loop {
        let line = cursor.line;
        if cursor.pass("\"\"\"") {
            cursor.until("\"\"\"");
            literals.end();
            continue;
        }
        match cursor.next() {
            None => return literals.into_prose(),
            Some('#') => drop(cursor.until("\n")),
            Some(quote @ ('"' | '\'')) => literals.add(line, &cursor.quoted(quote)),
            // The prefix of a literal.
            Some('f' | 'r') if matches!(cursor.peek(), Some('"' | '\'')) => {}
            Some(c) if c.is_whitespace() => {}
            Some(_) => literals.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_listed_without_documentation() {
        let source = r##"
def f(name):
    """Documents this function."""
    # A comment with a "quoted sentence in it".
    raise ValueError(
        f"{name!r} is not 'valid'; expected "
        "a URL"
    )
x = {"a key": 'it isn\'t one word', "b": "also a text"}
"##;
        let found: Vec<_> = texts(source).into_iter().map(Text::placed).collect();
        assert_eq!(
            found,
            [
                (6, "{name!r} is not 'valid'; expected a URL".to_owned()),
                (9, "it isn\\'t one word".to_owned()),
                (9, "also a text".to_owned()),
            ]
        );
    }
}
