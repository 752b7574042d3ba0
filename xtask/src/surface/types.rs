//! The types of options and fields in each language.

use super::names::pascal;
use super::{Field, FieldKind, Kind, Language, Record, Row, Shape, Surface};

/// The types in Python, TypeScript and Go; `{}` is the name of a set or a record.
fn types(kind: &FieldKind) -> [&'static str; 3] {
    match kind {
        FieldKind::Text => ["str", "string", "string"],
        FieldKind::Texts => ["tuple[str, ...]", "readonly string[]", "[]string"],
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

/// The types of options in Python, TypeScript and Go.
fn option_types(kind: Kind) -> [&'static str; 3] {
    match kind {
        Kind::Flag => ["bool", "boolean", "bool"],
        Kind::Count => ["int", "number", "int"],
        Kind::Duration => ["Seconds", "number", "time.Duration"],
        Kind::Moment => ["datetime", "Date", "time.Time"],
        Kind::Text | Kind::ByHand => ["str", "string", "string"],
        Kind::Secret => ["str | Secret", "SecretText", "Secret"],
        Kind::Path => ["str | os.PathLike[str]", "string", "string"],
        Kind::Texts => [
            "str | Sequence[str]",
            "string | readonly string[]",
            "[]string",
        ],
        Kind::Pems => [
            "str | bytes | Sequence[str | bytes]",
            "Pem | readonly Pem[]",
            "[][]byte",
        ],
        Kind::Statuses => ["int | Iterable[int]", "number | readonly number[]", "[]int"],
        Kind::Headers => ["Headers", "HeaderValues", "http.Header"],
        Kind::Dialect => [
            "str",
            "\"novavms\" | \"openstack\" | CustomDialect | (string & {})",
            "Dialect",
        ],
        Kind::RetryBudget => ["RetryBudget"; 3],
    }
}

impl Row {
    /// The type in a language; an option that is by hand has the one that its row says.
    pub(super) fn typed(&self, language: Language) -> Option<String> {
        if let Some(own) = self.detail(&format!("{}_type", language.key())) {
            return Some(own.to_owned());
        }
        let [python, node, go] = option_types(self.kind);
        let own = match language {
            _ if self.kind == Kind::ByHand => return None,
            Language::Python => python,
            Language::Node => node,
            Language::Go => match self.kind {
                Kind::Flag if self.default.is_none() => "*bool",
                Kind::Count if self.rust_type == "u64" => "int64",
                _ => go,
            },
            Language::C | Language::Rust => return None,
        };
        Some(own.to_owned())
    }
}

impl Record {
    /// Whether it has all that an API sent.
    pub(super) fn has_data(&self) -> bool {
        self.has(&FieldKind::Data)
    }

    /// Whether tags are enough to read the JSON in Go: it has the fields of the struct.
    pub(super) fn is_tagged(&self) -> bool {
        matches!(self.shape, Shape::Plain | Shape::Fetched) && !self.has(&FieldKind::Duration)
    }

    fn has(&self, kind: &FieldKind) -> bool {
        self.fields.iter().any(|field| field.kind == *kind)
    }
}

impl Surface {
    /// The type of a field in a language.
    pub(super) fn field_type(&self, field: &Field, language: Language) -> String {
        let written = field.typed(language);
        match (&field.kind, language, field.detail("go_type")) {
            (_, Language::Go, Some(own)) => own.to_owned(),
            (FieldKind::Records(name), Language::Go, _)
                if self.record(name).is_ok_and(Record::has_data) =>
            {
                written.replace("[]", "[]*")
            }
            _ => written,
        }
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

    /// Whether Go has nil when there is none. Otherwise it has the type's zero.
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

/// The constants of a closed set in C.
pub(super) fn c_set(set: &str) -> &'static str {
    match set {
        "Cause" => "a REQTRAIL_CAUSE_*",
        "Category" => "a REQTRAIL_CATEGORY_*",
        "ErrorKind" => "a REQTRAIL_ERROR_*",
        "Sent" => "a REQTRAIL_SENT_*",
        "StopReason" => "a REQTRAIL_STOPPED_*",
        "WaitReason" => "a REQTRAIL_WAIT_*",
        "RequestIdNote" => "a REQTRAIL_REQUEST_ID_NOTE_*",
        "TrailNote" => "a REQTRAIL_TRAIL_NOTE_*",
        _ => "a number of codes.json",
    }
}
