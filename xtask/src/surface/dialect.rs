//! `docs/custom-dialect.md`: the fields of a custom dialect's JSON, from the structs that read it.

use std::fmt::Write as _;
use std::path::Path;

use syn::{Fields, Item, ItemStruct};

use super::rows::{paragraphs, text};

const FILE: &str = "core/src/dialect/custom.rs";

/// Writes the page.
pub(crate) fn page(root: &Path) -> Result<String, String> {
    let written = std::fs::read_to_string(root.join(FILE));
    let file = written
        .map_err(|e| e.to_string())
        .and_then(|text| syn::parse_file(&text).map_err(|e| e.to_string()));
    let items = file.map_err(|e| format!("{FILE}: {e}"))?.items;
    let structs: Vec<ItemStruct> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Struct(own) => Some(own),
            _ => None,
        })
        .collect();
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
        let doc = paragraphs(&field.attrs).join(" ");
        // Rustdoc's links name types of Rust.
        let doc = doc.replace(['[', ']'], "");
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
