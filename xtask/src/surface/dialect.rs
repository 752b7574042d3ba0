//! `docs/custom-dialect.md` and its TypeScript: the fields of a custom dialect's JSON, from the structs that read it.

use std::fmt::Write as _;
use std::path::Path;

use syn::{Attribute, Fields, Item, ItemStruct, Visibility};

use super::names::camel;
use super::node::comment;
use super::rows::{paragraphs, text};

const FILE: &str = "core/src/dialect/custom.rs";

fn structs(root: &Path) -> Result<Vec<ItemStruct>, String> {
    let written = std::fs::read_to_string(root.join(FILE));
    let file = written
        .map_err(|e| e.to_string())
        .and_then(|text| syn::parse_file(&text).map_err(|e| e.to_string()));
    let items = file.map_err(|e| format!("{FILE}: {e}"))?.items;
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

/// Writes the file of the TypeScript interfaces. Names are in camelCase there.
pub(crate) fn node(root: &Path) -> Result<String, String> {
    let mut out = format!(
        "/** Descriptions of APIs that reqtrail has no built-in dialect for. */\n\n\
         // Generated from {FILE} by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         import type {{ Category }} from \"./codes.js\";\n"
    );
    for own in structs(root)? {
        let Fields::Named(fields) = &own.fields else {
            continue;
        };
        if matches!(own.vis, Visibility::Inherited) {
            continue;
        }
        out.push('\n');
        comment(&mut out, &doc(&own.attrs)[..1], 0);
        let _ = writeln!(out, "export interface {} {{", own.ident);
        for field in &fields.named {
            let Some(ident) = &field.ident else { continue };
            comment(&mut out, &doc(&field.attrs), 2);
            let name = camel(&ident.to_string());
            let kind = match name.as_str() {
                "category" => "Category | null".to_owned(),
                _ => typed(&text(&field.ty)),
            };
            let has_default = field.attrs.iter().any(|attr| attr.path().is_ident("serde"));
            let (mark, or) = if has_default {
                ("?", " | undefined")
            } else {
                ("", "")
            };
            let _ = writeln!(out, "  {name}{mark}: {kind}{or};");
        }
        out += "}\n";
    }
    Ok(out)
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

/// Writes the page.
pub(crate) fn page(root: &Path) -> Result<String, String> {
    let structs = structs(root)?;
    let mut out = format!(
        "<!-- Generated from {FILE} by `cargo run -p xtask -- codegen`; do not edit. -->\n\n# A custom dialect\n\n\
         The description of an API that reqtrail has no built-in dialect for, as JSON. `name` alone is needed; an unknown field\n\
         is refused.\n\n| field | what it says |\n|---|---|\n"
    );
    rows(&mut out, &structs, "CustomDialect", "")?;
    Ok(out)
}

/// The fields of a struct, with those of the structs that it holds.
fn rows(out: &mut String, structs: &[ItemStruct], name: &str, prefix: &str) -> Result<(), String> {
    let own = structs.iter().find(|own| own.ident == name);
    let own = own.ok_or_else(|| format!("{FILE}: no struct `{name}`"))?;
    let Fields::Named(fields) = &own.fields else {
        return Err(format!("{FILE}: `{name}` has no names"));
    };
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let doc = doc(&field.attrs).join(" ");
        let kind = text(&field.ty);
        let _ = writeln!(out, "| `{prefix}{ident}` | {doc} |");
        let inner = kind.trim_end_matches('>');
        let inner = inner.rsplit(['<', ',']).next().unwrap_or(inner);
        if structs.iter().any(|other| other.ident == inner) {
            let of = if kind.starts_with("BTreeMap") {
                ".CODE."
            } else {
                "."
            };
            rows(out, structs, inner, &format!("{prefix}{ident}{of}"))?;
        }
    }
    Ok(())
}
