//! Reads the fields of a record from its Rust file.
//!
//! A field is `name: Type { details } = |record| EXPR;`. The details are `json`, the key where it is not
//! the name; `c` and `go`, the name in that language, where it is another; and `go_type`, the type in Go where it does not follow
//! from Rust's.

use std::path::Path;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Item, Lit, Token, Type, braced};

use super::rows::{Detail, block_after, paragraphs, text};
use super::{Field, FieldKind, Record};

/// Reads the record `name` from `core/src/surface/NAME.rs`.
///
/// `home` is the file of its struct, whose documentation is the record's.
pub(super) fn read(root: &Path, name: &'static str, home: &str) -> Result<Record, String> {
    let path = format!("core/src/surface/{name}.rs");
    let written = std::fs::read_to_string(root.join(&path))
        .map_err(|e| format!("cannot read {path}: {e}"))?;
    let tokens: TokenStream = written.parse().map_err(|e| format!("{path}: {e}"))?;
    let block =
        block_after(tokens, "fields").ok_or_else(|| format!("{path}: no `fields {{ … }}`"))?;
    let fields = all.parse2(block).map_err(|e| {
        let line = e.span().start().line;
        format!("{path}:{line}: {e}")
    })?;
    Ok(Record {
        name,
        fields,
        doc: doc_of(root, name, home)?,
    })
}

fn doc_of(root: &Path, name: &str, home: &str) -> Result<Vec<String>, String> {
    let written =
        std::fs::read_to_string(root.join(home)).map_err(|e| format!("cannot read {home}: {e}"))?;
    let file = syn::parse_file(&written).map_err(|e| format!("{home}: {e}"))?;
    let own = file.items.into_iter().find_map(|item| match item {
        Item::Struct(own) if own.ident.to_string().eq_ignore_ascii_case(name) => Some(own),
        _ => None,
    });
    let own = own.ok_or_else(|| format!("{home}: no struct of the record `{name}`"))?;
    Ok(paragraphs(&own.attrs))
}

fn all(input: ParseStream<'_>) -> syn::Result<Vec<Field>> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        fields.push(field(input)?);
    }
    Ok(fields)
}

fn field(input: ParseStream<'_>) -> syn::Result<Field> {
    let doc = paragraphs(&input.call(Attribute::parse_outer)?);
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    let written: Type = input.parse()?;
    let (kind, is_optional) = kind_of(&written)?;
    let details;
    braced!(details in input);
    let mut json = name.to_string();
    let mut own_types = Vec::new();
    for Detail { key, value } in Punctuated::<Detail, Token![,]>::parse_terminated(&details)? {
        let Expr::Lit(lit) = &value else {
            return Err(syn::Error::new_spanned(value, "expected a text"));
        };
        let Lit::Str(own) = &lit.lit else {
            return Err(syn::Error::new_spanned(value, "expected a text"));
        };
        match key.to_string().as_str() {
            "json" => json = own.value(),
            own_key @ ("c" | "go" | "go_type") => own_types.push((own_key.to_owned(), own.value())),
            _ => {
                let why = "expected `json`, `c`, `go` or `go_type`";
                return Err(syn::Error::new(key.span(), why));
            }
        }
    }
    input.parse::<Token![=]>()?;
    // How Rust reads it is not for the other languages.
    input.parse::<Expr>()?;
    input.parse::<Token![;]>()?;
    Ok(Field {
        name: name.to_string(),
        json,
        kind,
        rust_type: text(&written),
        is_optional,
        doc,
        details: own_types,
    })
}

/// The kind of a Rust type, and whether it may be null.
fn kind_of(written: &Type) -> syn::Result<(FieldKind, bool)> {
    let name = text(written);
    let (inner, is_optional) = match name.strip_prefix("Option<") {
        Some(inner) => (inner.trim_end_matches('>'), true),
        None => (name.as_str(), false),
    };
    let inner = inner.trim_start_matches('&');
    let kind = match inner {
        "str" | "String" | "Method" | "RequestId" | "RequestIdSource" | "CallId" => FieldKind::Text,
        "u32" | "StatusCode" => FieldKind::Number,
        "bool" => FieldKind::Flag,
        "Duration" => FieldKind::Duration,
        "SystemTime" => FieldKind::Moment,
        "Outcome" => FieldKind::Outcome,
        "Cause" | "Category" | "ErrorKind" | "Sent" | "StopReason" | "WaitReason" => {
            FieldKind::Word(inner.to_owned())
        }
        "[RequestIdNote]" | "[TrailNote]" => {
            FieldKind::Words(inner.trim_matches(['[', ']']).to_owned())
        }
        "[Attempt]" => FieldKind::Records("attempt".to_owned()),
        _ => {
            let why = format!("`{name}` is not a type that the printers know");
            return Err(syn::Error::new_spanned(written, why));
        }
    };
    Ok((kind, is_optional))
}
