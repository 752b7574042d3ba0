//! The types of options and fields in each language.

use super::names::pascal;
use super::{Field, FieldKind, Kind, Language, Row};

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

/// The types of options in Python and TypeScript.
fn option_types(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Flag => ["bool", "boolean"],
        Kind::Count => ["int", "number"],
        Kind::Duration => ["Seconds", "number"],
        Kind::Moment => ["datetime", "Date"],
        Kind::Text | Kind::ByHand => ["str", "string"],
        Kind::Secret => ["str | Secret", "SecretText"],
        Kind::Path => ["str | os.PathLike[str]", "string"],
        Kind::Texts => ["str | Sequence[str]", "string | readonly string[]"],
        Kind::Pems => [
            "str | bytes | Sequence[str | bytes]",
            "Pem | readonly Pem[]",
        ],
        Kind::Statuses => ["int | Iterable[int]", "number | readonly number[]"],
        Kind::Headers => ["Headers", "HeaderValues"],
        Kind::Dialect => [
            "str",
            "\"novavms\" | \"openstack\" | CustomDialect | (string & {})",
        ],
        Kind::RetryBudget => ["RetryBudget"; 2],
    }
}

impl Row {
    /// The type in a language; an option that is by hand has the one that its row says.
    pub(super) fn typed(&self, language: Language) -> Option<String> {
        if let Some(own) = self.detail(&format!("{}_type", language.key())) {
            return Some(own.to_owned());
        }
        let [python, node] = option_types(self.kind);
        let own = match language {
            _ if self.kind == Kind::ByHand => return None,
            Language::Python => python,
            Language::Node => node,
            Language::Go | Language::C | Language::Rust => return None,
        };
        Some(own.to_owned())
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
        let written = written.replace("{}", &self.class(language));
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

    /// The name of the record or the set of what it holds, in a language.
    pub(super) fn class(&self, language: Language) -> String {
        match &self.kind {
            FieldKind::Record(name) | FieldKind::Records(name) => pascal(name),
            FieldKind::Word(set) | FieldKind::Words(set) if language == Language::Go => {
                go_set(set).to_owned()
            }
            FieldKind::Word(set) | FieldKind::Words(set) => set.clone(),
            _ => String::new(),
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
