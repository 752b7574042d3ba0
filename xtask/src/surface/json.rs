//! `schema/surface.json`: the surface as data.

use serde_json::{Map, Value, json as value};

use super::{Default, Field, Language, Operation, Row, Surface};

/// Writes the surface as JSON.
pub(crate) fn json(surface: &Surface) -> Result<String, String> {
    let mut groups = Map::new();
    let operations = &surface.operations;
    for group in surface.all_groups() {
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
    let operations: Vec<Value> = operations
        .all
        .iter()
        .map(|one| operation(surface, one))
        .collect();
    let all =
        value!({ "version": 1, "groups": groups, "records": records, "operations": operations });
    let text = serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?;
    Ok(text + "\n")
}

pub(super) fn operation(surface: &Surface, one: &Operation) -> Value {
    let errors = one.errors.iter();
    let errors = errors.map(|(name, when)| (name.clone(), when.as_str().into()));
    value!({
        "id": one.id,
        "name": one.name,
        "doc": one.doc.join("\n\n"),
        "server": one.server,
        "action": one.action,
        "record": one.record,
        "set": one.set,
        "options": surface.operations.set_of(one).options,
        "errors": errors.collect::<Map<_, Value>>(),
    })
}

pub(super) fn field(field: &Field) -> Value {
    let mut out = value!(field.kind);
    out["name"] = field.name.as_str().into();
    out["json"] = field.json.as_str().into();
    out["optional"] = field.is_optional.into();
    out["doc"] = field.doc.join("\n\n").into();
    out
}

pub(super) fn row(row: &Row) -> Value {
    let names = Language::ALL.map(|own| (own.key().to_owned(), row.spelt(own).into()));
    let names: Map<String, Value> = names.into_iter().collect();
    let mut out = value!({
        "name": row.name,
        "kind": row.kind,
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
