//! Reads the texts of Go sources.

use std::path::{Path, PathBuf};

use super::Text;
use super::literals::{self, Cursor, Literals};

pub(super) fn in_folder(root: &Path, folder: &str) -> Result<Vec<(PathBuf, Vec<Text>)>, String> {
    let is_test = |path: &str| path.ends_with("_test.go");
    literals::in_folder(root, folder, "go", is_test, texts)
}

fn texts(source: &str) -> Vec<Text> {
    let mut cursor = Cursor::new(source);
    let mut literals = Literals::default();
    loop {
        let line = cursor.line;
        if cursor.pass_comment() {
            continue;
        }
        match cursor.next() {
            None => return literals.into_prose(),
            Some('"') => literals.add(line, &cursor.quoted('"')),
            Some('`') => literals.add(line, cursor.until("`")),
            Some('\'') => drop(cursor.quoted('\'')),
            Some(c) if c == '+' || c.is_whitespace() => {}
            Some(_) => literals.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_listed_without_comments() {
        let source = r##"
// A comment with a "quoted sentence in it".
/* Another "one that
is long". */
func f(c rune) error {
	if c == '"' || c == '\'' {
		return fmt.Errorf("%q is not " +
			"valid", c)
	}
	return errors.New(`a raw "text" of
two lines`)
}
"##;
        let found: Vec<_> = texts(source).into_iter().map(Text::placed).collect();
        assert_eq!(
            found,
            [
                (7, "%q is not valid".to_owned()),
                (10, "a raw \"text\" of\ntwo lines".to_owned()),
            ]
        );
    }
}
