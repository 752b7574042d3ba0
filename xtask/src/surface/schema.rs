//! `schema/trail.schema.json` and `schema/openstack.schema.json`: the JSON Schemas of records, from their rows and structs.
//!
//! What a type does not say of a value, its row does in `schema`: the text of a JSON object that is part of the field's.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Field, FieldKind, Language, Record, Surface};
use crate::codes::Codes;

/// What RFC 3339 allows of a moment in UTC.
const MOMENT: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$";

/// The name that a document's JSON begins with.
const DOCUMENTS: [(&str, &str); 3] = [
    ("trail", "reqtrail.trail/1"),
    ("action_report", "reqtrail.action/1"),
    ("server_history", "reqtrail.story/1"),
];

/// Writes the schema of a trail. It is open: later releases may add fields.
pub(crate) fn trail(surface: &Surface, codes: &Codes) -> Result<String, String> {
    let doc = "The record of one call: every HTTP attempt in order, and how the call ended. A field without a value is \
               null, never left out. Later releases may add fields, which are not required: a reader ignores fields that \
               it does not know.";
    let root = object(codes, surface.record("trail")?, true)?;
    let attempt = definition(surface, codes, "attempt", true)?;
    Ok(file("reqtrail.trail/1", doc, &root, &[attempt]))
}

/// Writes the schema of OpenStack's reports and histories. Of their records those are open that an API can add to.
pub(crate) fn openstack(surface: &Surface, codes: &Codes) -> Result<String, String> {
    let doc = "What became of an OpenStack server action, and the history of a server. A field without a value is null, \
               never left out. Servers, actions and their steps are open: what the API sent beside the fields named here \
               stands beside them.";
    let all = ["action_report", "server_history"];
    let mut names = all.to_vec();
    let mut next = 0;
    while let Some(name) = names.get(next) {
        for held in surface.record(name)?.holds() {
            if !names.contains(&held) {
                names.push(held);
            }
        }
        next += 1;
    }
    let definitions = names
        .iter()
        .map(|name| definition(surface, codes, name, false));
    let definitions = definitions.collect::<Result<Vec<_>, _>>()?;
    let root = format!("\"oneOf\": {}", json!(all.map(reference)));
    let title = "reqtrail.action/1 and reqtrail.story/1";
    Ok(file(title, doc, &root, &definitions))
}

/// A schema; `root` are its members, one a line.
fn file(title: &str, doc: &str, root: &str, definitions: &[String]) -> String {
    let out = format!(
        "{{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n\"title\": \"{title}\",\n\
         \"description\": \"{doc}\",\n{root},\n\"$defs\": {{\n{}\n}}\n}}\n",
        definitions.join(",\n")
    );
    indented(&out)
}

/// Indents lines by the braces that the lines before them leave open.
fn indented(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for line in text.lines() {
        depth -= usize::from(line.starts_with('}'));
        let _ = writeln!(out, "{}{line}", "  ".repeat(depth));
        depth += usize::from(line.ends_with('{'));
    }
    out
}

fn definition(surface: &Surface, codes: &Codes, name: &str, open: bool) -> Result<String, String> {
    let own = object(codes, surface.record(name)?, open)?;
    Ok(format!("\"{name}\": {{\n{own}\n}}"))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The members of an object's schema, one line for each field.
fn object(codes: &Codes, record: &Record, open: bool) -> Result<String, String> {
    let schema = DOCUMENTS.iter().find(|(name, _)| *name == record.name);
    let mut required: Vec<&str> = schema.map(|_| "schema").into_iter().collect();
    let mut lines: Vec<String> = (schema.into_iter())
        .map(|(_, name)| format!("\"schema\": {}", json!({ "const": name })))
        .collect();
    let mut closed = if open {
        ""
    } else {
        "\"additionalProperties\": false,\n"
    };
    for field in &record.fields {
        match field.kind {
            // The fields beside those that are named.
            FieldKind::Data => closed = "",
            FieldKind::Trail => {}
            _ => {
                if field.detail("since").is_none() {
                    required.push(&field.json);
                }
                let value = property(field, codes);
                let value =
                    value.map_err(|why| format!("{} `{}`: {why}", record.name, field.name))?;
                lines.push(format!("\"{}\": {value}", field.json));
            }
        }
    }
    Ok(format!(
        "\"type\": \"object\",\n{closed}\"required\": {},\n\"properties\": {{\n{}\n}}",
        json!(required),
        lines.join(",\n")
    ))
}

fn property(field: &Field, codes: &Codes) -> Result<Value, String> {
    let typed = |name: &str| match field.is_optional {
        true => json!({ "type": [name, "null"] }),
        false => json!({ "type": name }),
    };
    let is_unsigned = ["u32", "u64"]
        .iter()
        .any(|own| field.rust_type.contains(own));
    let words = |set: &str| {
        let mut words: Vec<Value> = codes.words(set)?.into_iter().map(Value::from).collect();
        if field.is_optional {
            words.push(Value::Null);
        }
        Ok::<_, String>(words)
    };
    let mut out = match &field.kind {
        FieldKind::Text => typed("string"),
        FieldKind::Number => typed("integer"),
        FieldKind::Flag => typed("boolean"),
        FieldKind::Duration => typed(if is_unsigned { "integer" } else { "number" }),
        FieldKind::Moment => json!({ "type": "string", "pattern": MOMENT }),
        // The record of an end that is not proved has the words of one that is.
        FieldKind::Word(set) if field.name == "apparent" => {
            let words = words(set)?;
            let proved: Vec<Value> = words.into_iter().filter(|word| word != "unknown").collect();
            json!({ "enum": proved })
        }
        FieldKind::Word(set) => json!({ "enum": words(set)? }),
        FieldKind::Words(set) => {
            json!({ "type": "array", "uniqueItems": true, "items": { "enum": words(set)? } })
        }
        FieldKind::Outcome => {
            let mut outcomes = words("ErrorKind")?;
            outcomes.insert(0, json!("ok"));
            json!({ "enum": outcomes })
        }
        FieldKind::Record(name) if field.is_optional => {
            json!({ "anyOf": [reference(name), { "type": "null" }] })
        }
        FieldKind::Record(name) => reference(name),
        FieldKind::Records(name) => {
            let mut out = typed("array");
            out["items"] = reference(name);
            out
        }
        FieldKind::Trails => {
            let trail = json!({ "schema": { "const": "reqtrail.trail/1" } });
            let item = json!({ "type": "object", "required": ["schema"], "properties": trail });
            json!({ "type": "array", "items": item })
        }
        FieldKind::Trail | FieldKind::Data | FieldKind::Headers | FieldKind::Bytes => {
            return Err("it is in no document".to_owned());
        }
    };
    if field.kind == FieldKind::Duration || is_unsigned {
        out["minimum"] = 0.into();
    }
    // JSON has the values and units of JavaScript.
    out["description"] = Surface::field_doc(field, Language::Node)
        .join("\n\n")
        .into();
    if let Some(own) = field.detail("schema") {
        let own: Map<String, Value> = serde_json::from_str(own).map_err(|e| e.to_string())?;
        out.as_object_mut().ok_or("no object")?.extend(own);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::Shape;

    fn codes() -> Codes {
        crate::codes::read(&crate::root().join("schema/codes.json")).expect("the codes")
    }

    fn field(kind: FieldKind, is_optional: bool, details: &[(&str, &str)]) -> Field {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Field {
            name: "waited".to_owned(),
            json: "waited_ms".to_owned(),
            kind,
            rust_type: String::new(),
            is_optional,
            doc: vec!["How long; `None` if not.".to_owned()],
            details: details.iter().map(own).collect(),
        }
    }

    #[test]
    fn a_field_has_its_type_its_words_and_what_its_row_adds() {
        let reason = FieldKind::Word("WaitReason".to_owned());
        for (field, expected) in [
            (
                field(FieldKind::Duration, true, &[]),
                json!({ "type": ["number", "null"], "minimum": 0, "description": "How long; `null` if not. In milliseconds." }),
            ),
            (
                field(FieldKind::Number, false, &[("schema", r#"{"maximum": 9}"#)]),
                json!({ "type": "integer", "maximum": 9, "description": "How long; `null` if not." }),
            ),
            (
                field(reason, true, &[]),
                json!({ "enum": ["backoff", "retry_after", null], "description": "How long; `null` if not." }),
            ),
        ] {
            assert_eq!(property(&field, &codes()), Ok(expected));
        }
    }

    #[test]
    fn a_set_that_is_not_in_the_codes_is_refused() {
        let unknown = field(FieldKind::Word("Fruit".to_owned()), false, &[]);
        assert_eq!(
            property(&unknown, &codes()),
            Err("schema/codes.json: no set `Fruit`".to_owned())
        );
    }

    #[test]
    fn a_field_of_a_later_release_is_not_required() {
        let record = Record {
            name: "trail",
            shape: Shape::Lazy,
            home: String::new(),
            doc: String::new(),
            fields: vec![
                field(FieldKind::Duration, false, &[]),
                field(FieldKind::Text, true, &[("since", "0.9")]),
            ],
        };
        let out = object(&codes(), &record, true).expect("printed");
        let printed: Value = serde_json::from_str(&format!("{{{out}}}")).expect("JSON");
        assert_eq!(printed["required"], json!(["schema", "waited_ms"]));
        assert_eq!(printed.get("additionalProperties"), None);
        assert_eq!(
            printed["properties"]["schema"],
            json!({ "const": "reqtrail.trail/1" })
        );
    }
}
