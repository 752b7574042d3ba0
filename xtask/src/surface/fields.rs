//! Reads the records: what programs read, such as an attempt.
//!
//! The fields of a record are the public ones of its struct, or rows of `core/src/surface/NAME.rs`. A row is
//! `name: Type { details } = |record| EXPR;`. The details are:
//! * `json`, the key where it is not the name; `node`, `c` and `go`, the name in that language, where it is another; `go_type`,
//!   the type in Go where it does not follow from Rust's.
//! * `hand`, the languages that do not have the field, or have it by hand.
//! * `python_doc` and `node_doc`, what that language says besides.
//! * `from` and `optional`, for the fields of errors.
//! * `schema`, what its JSON Schema says beyond its type; and `since`, the release that added it, before which it is not there.

use std::path::Path;

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Fields, Ident, ImplItem, Item, ItemStruct, Lit, LitStr, ReturnType, Token,
    Type, Visibility, braced,
};

use super::Shape::{Document, Fetched, Lazy, Parts, Plain};
use super::rows::{self, Detail, Source, capitalised, paragraphs, text};
use super::{Field, FieldKind, Record, Shape};

/// The records, the files of their structs in the core, and how programs get them. A record comes after those that it holds.
const RECORDS: [(&str, &str, Shape); 25] = [
    ("rate_limit", "rate_limit", Parts),
    ("call_info", "observe", Parts),
    ("attempt", "trail/attempt", Plain),
    ("trail", "trail", Lazy),
    ("in_flight_call", "recorder/stats", Plain),
    ("journal_stats", "recorder/stats", Plain),
    ("recorder_stats", "recorder/stats", Plain),
    ("error", "error", Shape::Error),
    ("api_error", "error", Shape::Error),
    ("server_fault", "openstack/compute/server", Plain),
    ("server", "openstack/compute/server", Fetched),
    ("action_event", "openstack/compute/action", Plain),
    ("server_action", "openstack/compute/action", Fetched),
    ("action_page", "openstack/compute/reads", Fetched),
    ("resource", "openstack/accepted/resource", Plain),
    ("user_message", "openstack/volume/message", Plain),
    ("image_task", "openstack/image/task", Plain),
    ("progress", "openstack/compute/progress", Plain),
    ("action_report", "openstack/compute/report", Document),
    ("action_outcome", "openstack/compute/explain", Plain),
    ("server_history", "openstack/compute/explain", Document),
    ("resource_story", "openstack/story/record", Plain),
    ("story", "openstack/story/record", Document),
    ("service_endpoint", "openstack/identity/catalog", Plain),
    ("session", "openstack/identity/session", Fetched),
];

/// The keys of details that languages have.
pub(super) const KEYS: &str = "node c go go_type hand python_doc node_doc schema since";

/// Reads all records.
pub(super) fn read(root: &Path) -> Result<Vec<Record>, String> {
    let records = RECORDS.map(|(name, home, shape)| record(root, name, home, shape));
    let mut records: Vec<Record> = records.into_iter().collect::<Result<_, _>>()?;
    let held = records.iter().flat_map(Record::holds);
    let held: Vec<String> = held.map(str::to_owned).collect();
    for record in records.iter_mut().filter(|record| record.shape == Fetched) {
        let is_held = held.iter().any(|held| held == record.name);
        record.fields.push(trail(is_held));
    }
    Ok(records)
}

/// The trail of the call that read a record.
fn trail(is_held: bool) -> Field {
    let within = match is_held {
        true => "; `None` within a report, which has the trails of all its calls.",
        false => ".",
    };
    Field {
        is_optional: is_held,
        doc: vec![format!("The trail of the call that read it{within}")],
        ..Field::new("trail", FieldKind::Trail)
    }
}

fn record(root: &Path, name: &'static str, home: &str, shape: Shape) -> Result<Record, String> {
    let home = format!("core/src/{home}.rs");
    let file = rows::file(root, &home)?;
    let plain = name.replace('_', "");
    let is_own = |ident: &Ident| ident.to_string().eq_ignore_ascii_case(&plain);
    let own = file.items.iter().find_map(|item| match item {
        Item::Struct(own) if is_own(&own.ident) => Some(own),
        _ => None,
    });
    let own = own.ok_or_else(|| format!("{home}: no struct of the record `{name}`"))?;
    let has_rows = root.join(format!("core/src/surface/{name}.rs")).exists();
    let fields = match has_rows {
        true => Source::read(root, name)?.rows("fields", row)?,
        false => {
            let mut fields = of_struct(own).map_err(|e| format!("{home}: {e}"))?;
            fields.extend(of_methods(&file.items, &own.ident));
            fields
        }
    };
    Ok(Record {
        name,
        shape,
        home,
        fields,
        // What follows is about Rust.
        doc: paragraphs(&own.attrs).swap_remove(0),
    })
}

fn row(input: ParseStream<'_>) -> syn::Result<Field> {
    let doc = paragraphs(&input.call(Attribute::parse_outer)?);
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    let mut field = Field::of(&name, &input.parse()?, doc)?;
    let details;
    braced!(details in input);
    for Detail { key, value } in Punctuated::<Detail, Token![,]>::parse_terminated(&details)? {
        let own = match &value {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(own) => own.value(),
                _ => text(&value),
            },
            _ => text(&value),
        };
        match key.to_string().as_str() {
            "json" => field.json = own,
            "optional" => field.is_optional = own == "true",
            // Of the core alone.
            "from" => {}
            key if KEYS.split(' ').any(|own| own == key) => {
                field.details.push((key.to_owned(), own))
            }
            _ => return Err(syn::Error::new(key.span(), "not a detail of a field")),
        }
    }
    input.parse::<Token![=]>()?;
    // How Rust reads it is not for the other languages.
    input.parse::<Expr>()?;
    input.parse::<Token![;]>()?;
    Ok(field)
}

/// The public fields of a struct.
fn of_struct(own: &ItemStruct) -> syn::Result<Vec<Field>> {
    let mut fields = Vec::new();
    let Fields::Named(named) = &own.fields else {
        return Ok(fields);
    };
    for field in &named.named {
        let (Some(name), Visibility::Public(_)) = (&field.ident, &field.vis) else {
            continue;
        };
        let mut json = None;
        let mut is_rest = false;
        for attribute in field
            .attrs
            .iter()
            .filter(|own| own.path().is_ident("serde"))
        {
            attribute.parse_nested_meta(|meta| {
                is_rest |= meta.path.is_ident("flatten");
                match meta.input.peek(Token![=]) {
                    true if meta.path.is_ident("rename") => {
                        json = Some(meta.value()?.parse::<LitStr>()?.value());
                    }
                    true => drop(meta.value()?.parse::<Expr>()?),
                    false => {}
                }
                Ok(())
            })?;
        }
        if is_rest {
            let mut data = Field::new("data", FieldKind::Data);
            data.doc = vec!["All that the API sent.".to_owned()];
            fields.push(data);
            continue;
        }
        let mut read = Field::of(name, &field.ty, paragraphs(&field.attrs))?;
        read.json = json.unwrap_or(read.json);
        // Milliseconds.
        if let Some(name) = read.name.strip_suffix("_ms") {
            read.name = name.to_owned();
            read.kind = FieldKind::Duration;
            // Each language says its own unit.
            read.doc[0] = read.doc[0].replace(", in milliseconds", "");
        }
        fields.push(read);
    }
    // What a face adds comes last.
    fields.sort_by_key(|field| field.kind == FieldKind::Data);
    Ok(fields)
}

/// The texts of an attempt, from the fields of a struct.
fn of_methods(items: &[Item], of: &Ident) -> Vec<Field> {
    let mut fields = Vec::new();
    for item in items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || !text(&block.self_ty).starts_with(&format!("{of}<")) {
            continue;
        }
        for item in &block.items {
            let ImplItem::Fn(method) = item else { continue };
            let ReturnType::Type(_, returned) = &method.sig.output else {
                continue;
            };
            if text(returned) == "String" && text(&method.sig.inputs).contains("attempt:&Attempt") {
                let mut doc = paragraphs(&method.attrs);
                doc[0] = capitalised(doc[0].trim_start_matches("Returns "));
                let name = method.sig.ident.to_string();
                let field = Field::new(&name, FieldKind::Text);
                fields.push(Field { doc, ..field });
            }
        }
    }
    fields
}

impl Field {
    fn new(name: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            json: name.to_owned(),
            kind,
            rust_type: String::new(),
            is_optional: false,
            doc: Vec::new(),
            details: Vec::new(),
        }
    }

    fn of(name: &Ident, written: &Type, doc: Vec<String>) -> syn::Result<Self> {
        let (kind, is_optional) = kind_of(written)?;
        // Examples are of Rust.
        let doc = doc
            .into_iter()
            .take_while(|own| !own.starts_with("# "))
            .collect();
        Ok(Self {
            rust_type: text(written),
            is_optional,
            doc,
            ..Self::new(&name.to_string(), kind)
        })
    }
}

/// The kind of a Rust type, and whether it may be null.
fn kind_of(written: &Type) -> syn::Result<(FieldKind, bool)> {
    let name = text(written);
    let within = |name: &str, outer: &str| {
        let inner = name.strip_prefix(outer)?.strip_suffix('>')?;
        Some(inner.to_owned())
    };
    let (inner, is_optional) = match within(&name, "Option<") {
        Some(inner) => (inner, true),
        None => (name.clone(), false),
    };
    let inner = inner.trim_start_matches('&');
    let inner = inner.trim_start_matches("'static").trim_start_matches("'a");
    let several = inner
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    let several = several.map(str::to_owned).or_else(|| within(inner, "Vec<"));
    let one = several.as_deref().unwrap_or(inner);
    let one = one.rsplit("::").next().unwrap_or(one);
    let kind = match (one, several.is_some()) {
        ("Trail", true) => FieldKind::Trails,
        ("String", true) => FieldKind::Texts,
        ("RequestIdNote" | "TrailNote", true) => FieldKind::Words(one.to_owned()),
        (
            "Cause" | "Category" | "ErrorKind" | "Sent" | "StopReason" | "WaitReason" | "Verdict",
            false,
        ) => FieldKind::Word(one.to_owned()),
        (
            "str" | "String" | "Method" | "RequestId" | "RequestIdSource" | "CallId" | "SocketAddr",
            false,
        ) => FieldKind::Text,
        ("u32" | "u64" | "i64" | "StatusCode", false) => FieldKind::Number,
        ("bool", false) => FieldKind::Flag,
        ("Duration", false) => FieldKind::Duration,
        ("SystemTime", false) => FieldKind::Moment,
        ("Outcome", false) => FieldKind::Outcome,
        ("HeaderMap", false) => FieldKind::Headers,
        ("Bytes", false) => FieldKind::Bytes,
        (other, several) => {
            let mut names = RECORDS.iter().map(|(name, _, _)| *name);
            let found = names.find(|name| other.eq_ignore_ascii_case(&name.replace('_', "")));
            match (found, several) {
                (Some(name), true) => FieldKind::Records(name.to_owned()),
                (Some(name), false) => FieldKind::Record(name.to_owned()),
                (None, _) => {
                    let why = format!("`{name}` is not a type that the printers know");
                    return Err(syn::Error::new_spanned(written, why));
                }
            }
        }
    };
    Ok((kind, is_optional))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_says_names_keys_and_kinds() {
        let own: ItemStruct = syn::parse_str(
            "pub struct Server {
                /// The other fields.
                #[serde(flatten)] pub other: Map<String, Value>,
                /// What goes on.
                #[serde(default, rename = \"OS:state\")] pub state: Option<String>,
                /// The time, in milliseconds.
                pub followed_ms: u64,
                /// Why.
                pub fault: Option<&'a ServerFault>,
                /// The actions.
                pub actions: Vec<ServerAction>,
                hidden: u8,
            }",
        )
        .expect("a struct");
        let fields = of_struct(&own).expect("known types");
        let read = fields.iter().map(|field| {
            (
                field.name.as_str(),
                field.json.as_str(),
                field.kind.clone(),
                field.is_optional,
            )
        });
        let record = |name: &str| FieldKind::Record(name.to_owned());
        let wanted = [
            ("state", "OS:state", FieldKind::Text, true),
            ("followed", "followed_ms", FieldKind::Duration, false),
            ("fault", "fault", record("server_fault"), true),
            (
                "actions",
                "actions",
                FieldKind::Records("server_action".to_owned()),
                false,
            ),
            ("data", "data", FieldKind::Data, false),
        ];
        assert_eq!(read.collect::<Vec<_>>(), wanted);
        assert_eq!(fields[1].doc, ["The time."]);
    }

    #[test]
    fn a_type_that_the_printers_do_not_know_is_refused() {
        let own = syn::parse_str("pub struct Server { pub started: Instant }");
        let error = of_struct(&own.expect("a struct")).expect_err("no such type");
        assert!(error.to_string().contains("`Instant`"), "{error}");
    }
}
