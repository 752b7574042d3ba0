//! Reads the texts of TypeScript sources. Template literals keep their `${…}`.

use std::path::{Path, PathBuf};

use super::Text;
use super::literals::{self, Cursor, Literals};

pub(super) fn in_folder(root: &Path, folder: &str) -> Result<Vec<(PathBuf, Vec<Text>)>, String> {
    let is_declaration = |path: &str| path.ends_with(".d.ts");
    literals::in_folder(root, folder, "ts", is_declaration, texts)
}

fn texts(source: &str) -> Vec<Text> {
    let mut cursor = Cursor::new(source);
    let mut literals = Literals::default();
    // The last character of code, which decides whether a slash divides or begins a regular expression.
    let mut before = ';';
    loop {
        let line = cursor.line;
        if cursor.pass_comment() {
            continue;
        }
        let Some(next) = cursor.next() else {
            return literals.into_prose();
        };
        match next {
            '"' | '\'' => literals.add(line, &cursor.quoted(next)),
            '`' => literals.add(line, &template(&mut cursor)),
            '/' if "(,=:[!&|?{};".contains(before) => regular_expression(&mut cursor),
            '+' => {}
            c if c.is_whitespace() => continue,
            _ => literals.end(),
        }
        before = next;
    }
}

/// Reads a template literal behind its opening quote.
fn template(cursor: &mut Cursor<'_>) -> String {
    let mut text = String::new();
    while let Some(next) = cursor.next() {
        match next {
            '`' => break,
            '\\' => {
                text.push(next);
                text.extend(cursor.next());
            }
            '$' if cursor.pass("{") => {
                text.push_str("${");
                placeholder(cursor, &mut text);
            }
            _ => text.push(next),
        }
    }
    text
}

/// Reads the expression of a placeholder, up to and including its brace.
fn placeholder(cursor: &mut Cursor<'_>, text: &mut String) {
    let mut depth = 1;
    while let Some(next) = cursor.next() {
        text.push(next);
        match next {
            '{' => depth += 1,
            '}' => depth -= 1,
            '"' | '\'' => {
                text.push_str(&cursor.quoted(next));
                text.push(next);
            }
            '`' => {
                text.push_str(&template(cursor));
                text.push(next);
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
}

/// Passes a regular expression behind its first slash.
fn regular_expression(cursor: &mut Cursor<'_>) {
    let mut in_class = false;
    while let Some(next) = cursor.next() {
        match next {
            '\\' => drop(cursor.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => break,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_listed_with_their_placeholders() {
        let source = r##"
/** A comment with a "quoted sentence in it". */
const word = /^[/"']+"$/u; // another "sentence in quotes"
const half = all / 2 / count;
throw new TypeError(`${kind(`a ${b}`, "}")} is not valid; ` +
    "expected a URL");
const names = { "a key": 'it isn\'t one word' };
"##;
        let found: Vec<_> = texts(source).into_iter().map(Text::placed).collect();
        let joined = "${kind(`a ${b}`, \"}\")} is not valid; expected a URL";
        assert_eq!(
            found,
            [
                (5, joined.to_owned()),
                (7, "it isn\\'t one word".to_owned()),
            ]
        );
    }
}
