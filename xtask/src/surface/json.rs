//! `schema/surface.json`: the surface as data.

use serde_json::{Map, Value, json as value};

use super::{ActionBy, Default, Field, FieldKind, Kind, Language, Row, Surface};

/// Writes the surface as JSON.
pub(crate) fn json(surface: &Surface) -> Result<String, String> {
    let mut groups = Map::new();
    let operations = &surface.operations;
    for group in surface.groups.iter().chain([&operations.options]) {
        let rows = |rows: &[Row]| rows.iter().map(row).collect::<Vec<_>>();
        groups.insert(
            group.name.to_owned(),
            value!({ "options": rows(&group.options), "by_hand": rows(&group.by_hand) }),
        );
    }
    let mut records = Map::new();
    for record in &surface.records {
        let fields = record.fields.iter().map(field).collect::<Vec<_>>();
        records.insert(record.name.to_owned(), fields.into());
    }
    let operations: Vec<Value> = operations.all.iter().map(|one| {
        value!({
            "id": one.id,
            "name": one.name,
            "doc": one.doc.join("\n\n"),
            "server": one.server.key(),
            "action": one.action.map(ActionBy::key),
            "record": one.record,
            "set": one.set,
            "options": operations.set_of(one).options,
            "errors": one.errors.iter().map(|(name, when)| (name.clone(), when.as_str().into())).collect::<Map<_, Value>>(),
        })
    }).collect();
    let all =
        value!({ "version": 1, "groups": groups, "records": records, "operations": operations });
    let text = serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?;
    Ok(text + "\n")
}

fn field(field: &Field) -> Value {
    let (kind, of) = match &field.kind {
        FieldKind::Text => ("text", None),
        FieldKind::Number => ("number", None),
        FieldKind::Flag => ("flag", None),
        FieldKind::Duration => ("duration", None),
        FieldKind::Moment => ("moment", None),
        FieldKind::Outcome => ("outcome", None),
        FieldKind::Word(set) => ("word", Some(set)),
        FieldKind::Words(set) => ("words", Some(set)),
        FieldKind::Record(name) => ("record", Some(name)),
        FieldKind::Records(name) => ("records", Some(name)),
        FieldKind::Trail => ("trail", None),
        FieldKind::Trails => ("trails", None),
        FieldKind::Data => ("data", None),
        FieldKind::Headers => ("headers", None),
        FieldKind::Bytes => ("bytes", None),
    };
    let mut out = value!({
        "name": field.name,
        "json": field.json,
        "kind": kind,
        "optional": field.is_optional,
        "doc": field.doc.join("\n\n"),
    });
    if let Some(of) = of {
        out["of"] = of.as_str().into();
    }
    out
}

fn row(row: &Row) -> Value {
    let names = [
        ("rust", Language::Rust),
        ("python", Language::Python),
        ("node", Language::Node),
        ("c", Language::C),
        ("go", Language::Go),
    ];
    let names: Map<String, Value> = names
        .into_iter()
        .map(|(key, language)| (key.to_owned(), row.spelt(language).into()))
        .collect();
    let mut out = value!({
        "name": row.name,
        "kind": kind(row.kind),
        "names": names,
        "doc": row.doc.join("\n\n"),
    });
    if let Some(id) = row.id {
        out["id"] = id.into();
        out["null"] = if row.is_null_a_value {
            "off"
        } else {
            "default"
        }
        .into();
        let off = [("c", "c_off"), ("go", "go_off")]
            .into_iter()
            .filter_map(|(language, key)| Some((language.to_owned(), row.detail(key)?.into())));
        out["off"] = Value::Object(off.collect());
        out["default"] = row.default.as_ref().map_or(Value::Null, default);
    }
    out
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "flag",
        Kind::Count => "count",
        Kind::Duration => "duration",
        Kind::Moment => "moment",
        Kind::Text => "text",
        Kind::Secret => "secret",
        Kind::Path => "path",
        Kind::Texts => "texts",
        Kind::Pems => "pems",
        Kind::Headers => "headers",
        Kind::Dialect => "dialect",
        Kind::RetryBudget => "retry_budget",
        Kind::ByHand => "by_hand",
    }
}

fn default(default: &Default) -> Value {
    match default {
        Default::Flag(on) => value!(on),
        Default::Count(number) => value!(number),
        Default::Milliseconds(time) => value!({ "milliseconds": time }),
        Default::Unlimited => value!("unlimited"),
        Default::RetryBudget {
            capacity,
            retry_cost,
        } => value!({ "capacity": capacity, "retry_cost": retry_cost }),
        Default::Environment => value!("environment"),
        Default::Nothing => value!("nothing"),
    }
}
