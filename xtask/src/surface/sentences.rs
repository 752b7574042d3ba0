//! The sentences that document a field in Go and in C. They begin with its name or with what a function does, and say which
//! value means that there is none.

use super::types::c_set;
use super::{Field, FieldKind, Language, Surface};

impl Field {
    /// The sentences of one paragraph in Go or C; other languages have the field's own documentation.
    pub(super) fn sentences(&self, language: Language) -> String {
        let text = Surface::field_doc(self, language).join(" ");
        match language {
            Language::Go => self.go_sentences(&text),
            Language::C => self.c_sentences(&text),
            _ => text,
        }
    }

    /// Begin with the name, as Go's do.
    fn go_sentences(&self, text: &str) -> String {
        let nothing = match self.kind {
            _ if self.is_nil_in_go() => "nil",
            FieldKind::Number => "0",
            FieldKind::Moment => "zero",
            _ => "empty",
        };
        let text = text.replace("`nil`", &format!("`{nothing}`"));
        // Names lose their backticks; links stay unchanged.
        let text = self.with_nothing(text, nothing).replace('`', "");
        let text = text.replace("(<http", "(http").replace(">)", ")");
        let is_list = matches!(
            self.kind,
            FieldKind::Words(_) | FieldKind::Records(_) | FieldKind::Trails
        );
        let verb = match text.split(' ').next() {
            Some("The") if is_list => "holds",
            Some("Whether") => "says",
            _ => "is",
        };
        format!("{} {verb} {}", self.spelt(Language::Go), lowered(&text))
    }

    /// Say what a function returns, after `Returns`. A list has a function for one of its entries.
    fn c_sentences(&self, text: &str) -> String {
        let nothing = self.nothing_in_c();
        let text = text
            .replace("`true`:", "1:")
            .replace("`false`:", "-1:")
            .replace("`NULL`", &format!("`{nothing}`"));
        let of_set = match &self.kind {
            FieldKind::Words(set) => {
                let entry = lowered(text.trim_end_matches('.'));
                let of = c_set(set);
                return format!("An entry, from 0, of {entry}: {of}; 0 beyond the last.");
            }
            FieldKind::Word(set) => format!(", {}", c_set(set)),
            FieldKind::Outcome => ", REQTRAIL_OK or a REQTRAIL_ERROR_*".to_owned(),
            FieldKind::Moment => ", in seconds since 1970".to_owned(),
            _ => String::new(),
        };
        let mut text = self.with_nothing(text, nothing);
        let clause = [text.find("; "), text.find(". ")];
        let clause = clause.into_iter().flatten().min();
        text.insert_str(clause.unwrap_or(text.trim_end_matches('.').len()), &of_set);
        text
    }

    /// The value that a function of C returns when there is nothing to return.
    fn nothing_in_c(&self) -> &'static str {
        match &self.kind {
            FieldKind::Text => "NULL",
            FieldKind::Flag if !self.is_optional => "false",
            FieldKind::Duration | FieldKind::Moment => "negative",
            FieldKind::Word(set) if set == "ErrorKind" => "REQTRAIL_OK",
            _ => "0",
        }
    }

    /// Says in the first sentence which value means that there is none, unless the text does.
    fn with_nothing(&self, mut text: String, nothing: &str) -> String {
        if self.is_optional && !text.contains(&format!("`{nothing}`")) {
            let sentence = text.find(". ").unwrap_or(text.trim_end_matches('.').len());
            text.insert_str(sentence, &format!("; {nothing} if there is none"));
        }
        text
    }
}

/// A sentence that goes on after a name.
pub(super) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    // Not an acronym.
    if text.chars().take(2).all(char::is_uppercase) {
        return text.to_owned();
    }
    match letters.next() {
        Some(first) => first.to_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// Writes cells, separated by `|`, in columns as gofmt does.
pub(super) fn columns(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('|').collect()).collect();
    let width = |at: usize| {
        let cells = lines.iter().filter_map(|line| line.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let line = |cells: &Vec<&str>| {
        let mut out = String::new();
        for (at, cell) in cells.iter().enumerate() {
            let width = if at + 1 < cells.len() {
                width(at) + 1
            } else {
                0
            };
            out += &format!("{cell:<width$}");
        }
        out + "\n"
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_what_there_is_where_there_is_nothing() {
        let set = |name: &str| name.to_owned();
        for (kind, is_optional, doc, c, go) in [
            (
                FieldKind::Text,
                true,
                "The `shine`. More.",
                "The `shine`; NULL if there is none. More.",
                "Shine is the shine; empty if there is none. More.",
            ),
            (
                FieldKind::Word(set("Sent")),
                false,
                "Whether it went; or not.",
                "Whether it went, a REQTRAIL_SENT_*; or not.",
                "Shine says whether it went; or not.",
            ),
            (
                FieldKind::Flag,
                true,
                "Whether it does. `Some(false)`: no. `None`: nobody knows.",
                "Whether it does. -1: no. `0`: nobody knows.",
                "Shine says whether it does. false: no. nil: nobody knows.",
            ),
            (
                FieldKind::Words(set("TrailNote")),
                false,
                "The notes.",
                "An entry, from 0, of the notes: a REQTRAIL_TRAIL_NOTE_*; 0 beyond the last.",
                "Shine holds the notes.",
            ),
        ] {
            let field = Field {
                name: "shine".to_owned(),
                json: "shine".to_owned(),
                kind,
                rust_type: String::new(),
                is_optional,
                doc: vec![doc.to_owned()],
                details: Vec::new(),
            };
            assert_eq!(field.sentences(Language::C), c);
            assert_eq!(field.sentences(Language::Go), go);
        }
    }

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        assert_eq!(
            columns("\ta|int|`x`\n\tlonger|string|`y`\n"),
            "\ta      int    `x`\n\tlonger string `y`\n"
        );
    }
}
