//! The fields of a custom dialect's JSON, from the structs that read it.

use std::path::Path;

use serde_json::{Value, json};
use syn::{Attribute, Fields, Item, ItemStruct, Visibility};

use super::rows::{file, paragraphs, text};

const FILE: &str = "core/src/dialect/custom.rs";

fn structs(root: &Path) -> Result<Vec<ItemStruct>, String> {
    let items = file(root, FILE)?.items;
    let structs = items.into_iter().filter_map(|item| match item {
        Item::Struct(own) => Some(own),
        _ => None,
    });
    Ok(structs.collect())
}

/// What it says, without what Rust alone knows: examples and links to types.
fn doc(attributes: &[Attribute]) -> Vec<String> {
    let all = paragraphs(attributes).into_iter();
    let own = all.take_while(|paragraph| !paragraph.starts_with('#'));
    own.map(|paragraph| paragraph.replace(['[', ']'], ""))
        .collect()
}

/// The structs; and the fields of the outermost with those of the structs that it holds, as a table has them.
pub(super) fn read(root: &Path) -> Result<Value, String> {
    let structs = structs(root)?;
    let mut rows = Vec::new();
    add_rows(&mut rows, &structs, "CustomDialect", "")?;
    let structs = structs.iter().map(|own| {
        let fields = own.fields.iter().filter_map(|field| {
            let name = field.ident.as_ref()?.to_string();
            let kind = match name.as_str() {
                "category" => "Category | null".to_owned(),
                _ => typed(&text(&field.ty)),
            };
            let has_default = field.attrs.iter().any(|attr| attr.path().is_ident("serde"));
            Some(json!({ "name": name, "doc": doc(&field.attrs), "type": kind, "has_default": has_default }))
        });
        json!({
            "name": own.ident.to_string(),
            "doc": doc(&own.attrs),
            "is_public": !matches!(own.vis, Visibility::Inherited),
            "fields": fields.collect::<Vec<_>>(),
        })
    });
    Ok(json!({ "structs": structs.collect::<Vec<_>>(), "rows": rows }))
}

/// The TypeScript of a field's type.
fn typed(kind: &str) -> String {
    let inner = |head: &str| kind.strip_prefix(head)?.strip_suffix('>').map(typed);
    if let Some(inner) = inner("Option<") {
        return format!("{inner} | null");
    }
    if let Some(inner) = inner("Vec<") {
        return format!("readonly {inner}[]");
    }
    if let Some(inner) = inner("BTreeMap<String,") {
        return format!("Readonly<Record<string, {inner}>>");
    }
    match kind {
        "String" => "string",
        "RetryRule" => "\"always\" | \"if_safe\" | \"never\"",
        "ResetUnit" => "\"epoch\" | \"delta\"",
        other => other,
    }
    .to_owned()
}

/// The fields of a struct, with those of the structs that it holds.
fn add_rows(
    out: &mut Vec<[String; 2]>,
    structs: &[ItemStruct],
    name: &str,
    prefix: &str,
) -> Result<(), String> {
    let own = structs.iter().find(|own| own.ident == name);
    let own = own.ok_or_else(|| format!("{FILE}: no struct `{name}`"))?;
    let Fields::Named(fields) = &own.fields else {
        return Err(format!("{FILE}: `{name}` has no names"));
    };
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let doc = doc(&field.attrs).join(" ");
        let kind = text(&field.ty);
        out.push([format!("{prefix}{ident}"), doc]);
        let inner = kind.trim_end_matches('>');
        let inner = inner.rsplit(['<', ',']).next().unwrap_or(inner);
        if structs.iter().any(|other| other.ident == inner) {
            let of = if kind.starts_with("BTreeMap") {
                ".CODE."
            } else {
                "."
            };
            add_rows(out, structs, inner, &format!("{prefix}{ident}{of}"))?;
        }
    }
    Ok(())
}
