//! The types of fields in each language.

use super::names::pascal;
use super::{Field, FieldKind, Language};

/// The types in Python, TypeScript and Go; `{}` is the name of a set or a record.
fn types(kind: &FieldKind) -> [&'static str; 3] {
    match kind {
        FieldKind::Text => ["str", "string", "string"],
        FieldKind::Outcome => ["str", "\"ok\" | ErrorKind", "string"],
        FieldKind::Number => ["int", "number", "int"],
        FieldKind::Flag => ["bool", "boolean", "bool"],
        FieldKind::Duration => ["float", "number", "time.Duration"],
        FieldKind::Moment => ["datetime", "Date", "time.Time"],
        FieldKind::Word(_) => ["{}", "{}", "{}"],
        FieldKind::Record(_) => ["{}", "{}", "*{}"],
        FieldKind::Words(_) | FieldKind::Records(_) => ["tuple[{}, ...]", "readonly {}[]", "[]{}"],
        FieldKind::Trail => ["Trail", "Trail", "*Trail"],
        FieldKind::Trails => ["tuple[Trail, ...]", "readonly Trail[]", "[]*Trail"],
        FieldKind::Data => [
            "Mapping[str, Any]",
            "Readonly<Record<string, unknown>>",
            "json.RawMessage",
        ],
        FieldKind::Headers => ["Headers", "HeaderFields", "http.Header"],
        FieldKind::Bytes => ["bytes", "Uint8Array", "[]byte"],
    }
}

impl Field {
    /// The type in a language.
    pub(super) fn typed(&self, language: Language) -> String {
        let [python, node, go] = types(&self.kind);
        let (written, or_nothing) = match language {
            Language::Python => (python, " | None"),
            Language::Node => (node, " | null"),
            _ => (go, ""),
        };
        let name = match &self.kind {
            FieldKind::Record(name) | FieldKind::Records(name) => pascal(name),
            FieldKind::Word(set) | FieldKind::Words(set) if language == Language::Go => {
                go_set(set).to_owned()
            }
            FieldKind::Word(set) | FieldKind::Words(set) => set.clone(),
            _ => String::new(),
        };
        let written = written.replace("{}", &name);
        match (self.is_optional, language) {
            (true, Language::Go) if self.kind == FieldKind::Number && self.is_nil_in_go() => {
                "*int64".to_owned()
            }
            (true, Language::Go) if self.is_nil_in_go() && !written.starts_with(['*', '[']) => {
                format!("*{written}")
            }
            (true, _) => written + or_nothing,
            (false, _) => written,
        }
    }

    /// It is nil in Go where there is none. Elsewhere that is the type's zero.
    pub(super) fn is_nil_in_go(&self) -> bool {
        match self.kind {
            FieldKind::Number => self.rust_type == "Option<u64>",
            FieldKind::Text | FieldKind::Outcome | FieldKind::Word(_) | FieldKind::Moment => false,
            _ => true,
        }
    }
}

/// The name of a closed set in Go.
pub(super) fn go_set(set: &str) -> &str {
    match set {
        "ErrorKind" => "Kind",
        "RequestIdNote" => "RequestIDNote",
        other => other,
    }
}
