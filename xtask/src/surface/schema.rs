//! The JSON Schemas of the fields of documents: trails, and OpenStack's reports and histories.
//!
//! What a type does not say of a value, its row does in `schema`: the text of a JSON object that is part of the field's.

use serde_json::{Map, Value, json};

use super::{Field, FieldKind, Language, Surface};
use crate::codes::Codes;

/// What RFC 3339 allows of a moment in UTC.
const MOMENT: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$";

/// What the templates of schemas see besides: the names of the records that OpenStack's documents consist of, and for each
/// record of a document the schemas of its fields.
pub(crate) fn seen(surface: &Surface, codes: &Codes) -> Result<Value, String> {
    let mut names = vec!["action_report", "server_history", "story"];
    let mut next = 0;
    while let Some(name) = names.get(next) {
        let held: Vec<&str> = surface.record(name)?.holds().collect();
        for held in held {
            if !names.contains(&held) {
                names.push(held);
            }
        }
        next += 1;
    }
    let mut properties = Map::new();
    for name in names.iter().chain(&["trail", "attempt"]) {
        let mut own = Map::new();
        let fields = surface.record(name)?.fields.iter();
        for field in fields.filter(|own| !matches!(own.kind, FieldKind::Data | FieldKind::Trail)) {
            let schema = property(field, codes);
            let schema = schema.map_err(|why| format!("{name} `{}`: {why}", field.name))?;
            own.insert(field.json.clone(), schema.to_string().into());
        }
        properties.insert((*name).to_owned(), own.into());
    }
    Ok(json!({ "within_documents": names, "properties": properties }))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
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
        FieldKind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
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
}
