//! Reads the rows of a group from its Rust file.
//!
//! The details of a row that the printers know, besides `setter`, `default` and `reqwest`:
//! * `rust`, `python`, `node`, `c`, `go`: the option's name in that language, where it does not follow from its own.
//! * `c_off`, `go_off`: the C function, and the field in Go, that turn the option off.
//! * `c_in`: the option whose function in C sets this one, too.
//! * `python_type`, `node_type`, `go_type`: the type in that language, where it does not follow from Rust's. An option that
//!   is by hand is printed for the languages that it has a type for; the others declare it themselves.
//! * `permission`: the variable of the environment without which the option is refused.
//! * `python_doc`, `node_doc`, `go_doc`: what the documentation in that language says besides.
//! * `list_only`, `explain_only`, `explainresource_only`: how the sentences begin that are about the operations of that set alone.
//! * `go_expected`: what is right where Go alone refuses what is negative.
//! * `expected`: what the core expects where it refuses 0, or an empty text; it refuses what is less, too. Of a list
//!   it refuses a member that is 0, or an empty text.
//! * `example`: a value that the core takes, where not any of its kind will do.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Lit, LitInt, Meta, Token, Type, braced};

use super::{Default, Group, Kind, Row};

/// The keys of details.
pub(super) const KEYS: &str = "setter default reqwest rust python node c go c_off \
    c_in go_off python_type node_type go_type python_doc node_doc go_doc go_expected expected example permission list_only explain_only explainresource_only";

/// Reads the group `name` from `core/src/surface/NAME.rs`.
pub(super) fn read(root: &Path, name: &'static str) -> Result<Group, String> {
    let source = Source::read(root, name)?;
    let group = Group {
        name,
        options: source.rows("options", |input| row(input, true))?,
        by_hand: source.rows("by_hand", |input| row(input, false))?,
    };
    let mut numbered = (1..).zip(&group.options);
    match numbered.find(|(place, row)| row.id != Some(*place)) {
        Some((place, row)) => source.fail(&format!("`{}` needs the number {place}", row.name)),
        None => Ok(group),
    }
}

/// Reads a file of Rust.
pub(super) fn file(root: &Path, path: &str) -> Result<syn::File, String> {
    let written = std::fs::read_to_string(root.join(path)).map_err(|e| format!("{path}: {e}"))?;
    syn::parse_file(&written).map_err(|e| format!("{path}: {e}"))
}

/// A file of rows.
pub(super) struct Source {
    path: String,
    tokens: TokenStream,
}

impl Source {
    /// Reads `core/src/surface/NAME.rs`.
    pub(super) fn read(root: &Path, name: &str) -> Result<Self, String> {
        let path = format!("core/src/surface/{name}.rs");
        let text = std::fs::read_to_string(root.join(&path)).map_err(|e| format!("{path}: {e}"))?;
        let tokens = text.parse().map_err(|e| format!("{path}: {e}"))?;
        Ok(Self { path, tokens })
    }

    /// The rows of the block that follows a word.
    pub(super) fn rows<T>(
        &self,
        block: &str,
        one: impl Fn(ParseStream<'_>) -> syn::Result<T>,
    ) -> Result<Vec<T>, String> {
        match block_after(self.tokens.clone(), block) {
            Some(tokens) => (|input: ParseStream<'_>| all(input, &one))
                .parse2(tokens)
                .map_err(|e| format!("{}:{}: {e}", self.path, e.span().start().line)),
            None => self.fail(&format!("no `{block} {{ … }}`")),
        }
    }

    pub(super) fn fail<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("{}: {why}", self.path))
    }
}

/// Reads one after the other.
pub(super) fn all<T>(
    input: ParseStream<'_>,
    one: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(one(input)?);
    }
    Ok(all)
}

/// The contents of the braces that follow a word, at any depth.
fn block_after(tokens: TokenStream, word: &str) -> Option<TokenStream> {
    let mut after_word = false;
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                if after_word && group.delimiter() == Delimiter::Brace {
                    return Some(group.stream());
                }
                if let Some(found) = block_after(group.stream(), word) {
                    return Some(found);
                }
                after_word = false;
            }
            TokenTree::Ident(ident) => after_word = ident == word,
            _ => after_word = false,
        }
    }
    None
}

fn row(input: ParseStream<'_>, with_id: bool) -> syn::Result<Row> {
    let attributes = input.call(Attribute::parse_outer)?;
    let id = match with_id {
        true => Some(input.parse::<LitInt>()?.base10_parse()?),
        false => None,
    };
    let name: Ident = input.parse()?;
    let mut row = Row {
        id,
        name: name.to_string(),
        kind: Kind::ByHand,
        rust_type: String::new(),
        is_null_a_value: false,
        default: None,
        doc: without_sets(&attributes).map_err(|why| syn::Error::new(name.span(), why))?,
        details: Vec::new(),
    };
    if with_id {
        input.parse::<Token![:]>()?;
        let kind: Type = input.parse()?;
        (row.kind, row.is_null_a_value) = kind_of(&kind)?;
        row.rust_type = text(&kind);
    }
    if with_id || input.peek(syn::token::Brace) {
        let details;
        braced!(details in input);
        for detail in Punctuated::<Detail, Token![,]>::parse_terminated(&details)? {
            detail.add_to(&mut row)?;
        }
    }
    input.parse::<Token![;]>()?;
    Ok(row)
}

/// `key: value`
pub(super) struct Detail {
    pub(super) key: Ident,
    pub(super) value: Expr,
}

impl Parse for Detail {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self {
            key,
            value: input.parse()?,
        })
    }
}

impl Detail {
    fn add_to(self, row: &mut Row) -> syn::Result<()> {
        let key = self.key.to_string();
        if !KEYS.split(' ').any(|own| own == key) {
            let expected = KEYS.replace(' ', ", ");
            return Err(syn::Error::new(
                self.key.span(),
                format!("`{key}` is not a detail; expected one of {expected}"),
            ));
        }
        match (key.as_str(), &self.value) {
            ("setter", _) => {}
            ("default", value) => row.default = Some(default_of(value)?),
            (_, Expr::Lit(lit)) => {
                if let Lit::Str(text) = &lit.lit {
                    row.details.push((key, text.value()));
                }
            }
            (_, value) => return Err(syn::Error::new_spanned(value, "expected a text")),
        }
        Ok(())
    }
}

/// The paragraphs of a documentation, without the "Sets " that it begins with, and without the sections that it ends
/// with: they are examples in Rust.
fn without_sets(attributes: &[Attribute]) -> Result<Vec<String>, &'static str> {
    let mut paragraphs = paragraphs(attributes);
    let own = paragraphs.iter().position(|text| text.starts_with("# "));
    paragraphs.truncate(own.unwrap_or(paragraphs.len()).max(1));
    match paragraphs[0].strip_prefix("Sets ") {
        Some(rest) => paragraphs[0] = capitalised(rest),
        None => return Err("the documentation has to begin with \"Sets \""),
    }
    Ok(paragraphs)
}

/// The paragraphs of a documentation; at least one.
pub(crate) fn paragraphs(attributes: &[Attribute]) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(lit) = &meta.value else {
            continue;
        };
        let Lit::Str(line) = &lit.lit else {
            continue;
        };
        let line = line.value();
        let line = line.trim();
        match paragraphs.last_mut() {
            Some(last) if line.is_empty() && !last.is_empty() => paragraphs.push(String::new()),
            Some(last) => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
            None => {}
        }
    }
    paragraphs
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The kind of a Rust type, and whether null is a value of it.
fn kind_of(kind: &Type) -> syn::Result<(Kind, bool)> {
    Ok(match text(kind).as_str() {
        "bool" => (Kind::Flag, false),
        "u16" | "u32" | "u64" | "usize" => (Kind::Count, false),
        "Duration" => (Kind::Duration, false),
        "Option<Duration>" => (Kind::Duration, true),
        "SystemTime" => (Kind::Moment, false),
        "String" | "JournalPolicy" | "JournalSync" | "JournalUrls" => (Kind::Text, false),
        "Secret" | "Token" => (Kind::Secret, false),
        "Proxy" => (Kind::Secret, true),
        "PathBuf" => (Kind::Path, false),
        "Vec<String>" => (Kind::Texts, false),
        "Vec<Vec<u8>>" => (Kind::Pems, false),
        "Vec<http::StatusCode>" => (Kind::Statuses, false),
        "DefaultHeaders" => (Kind::Headers, false),
        "Dialect" => (Kind::Dialect, false),
        // Each language's type is a detail.
        "Keys" => (Kind::ByHand, false),
        "Option<RetryBudget>" => (Kind::RetryBudget, true),
        other => {
            let why = format!("`{other}` is not a type that the printers know");
            return Err(syn::Error::new_spanned(kind, why));
        }
    })
}

fn default_of(value: &Expr) -> syn::Result<Default> {
    let written = text(value);
    let inner = |prefix: &str| {
        let rest = written.strip_prefix(prefix)?.trim_end_matches(')');
        rest.parse::<u64>().ok()
    };
    let seconds = inner("Duration::from_secs(").or_else(|| inner("Some(Duration::from_secs("));
    let product = || {
        let factors = written.split('*').map(|factor| factor.parse::<u64>().ok());
        factors.product::<Option<u64>>()
    };
    Ok(match written.as_str() {
        "true" => Default::Flag(true),
        "false" => Default::Flag(false),
        "usize::MAX" => Default::Unlimited,
        "Proxy::Environment" => Default::Environment,
        "Vec::new()" => Default::Nothing,
        budget if budget.starts_with("Some(RetryBudget{") => budget_of(budget)
            .ok_or_else(|| syn::Error::new_spanned(value, "expected a capacity and a cost"))?,
        _ => match (seconds, inner("Duration::from_millis("), product()) {
            (Some(seconds), _, _) => Default::Milliseconds(seconds * 1000),
            (_, Some(milliseconds), _) => Default::Milliseconds(milliseconds),
            (_, _, Some(number)) => Default::Count(number),
            _ => {
                return Err(syn::Error::new_spanned(
                    value,
                    "not a default that the printers know",
                ));
            }
        },
    })
}

fn budget_of(written: &str) -> Option<Default> {
    let fields = written
        .strip_prefix("Some(RetryBudget{capacity:")?
        .strip_suffix("})")?;
    let (capacity, retry_cost) = fields.split_once(",retry_cost:")?;
    Some(Default::RetryBudget {
        capacity: capacity.parse().ok()?,
        retry_cost: retry_cost.parse().ok()?,
    })
}

/// Rust as it is written, without spaces.
pub(super) fn text(tokens: &impl quote::ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(rows: &str) -> syn::Result<Row> {
        let tokens: TokenStream = rows.parse().expect("tokens");
        (|input: ParseStream<'_>| row(input, true)).parse2(tokens)
    }

    #[test]
    fn a_row_says_number_name_kind_default_and_names() {
        let row = parsed(
            "/// Sets how long it\n/// takes.\n///\n/// More.\n///\n/// # Examples\n/// ```\n/// it();\n/// ```\n\
             7 wait_time: Option<Duration> { setter: into, default: Some(Duration::from_secs(3)), go: \"Wait\" };",
        )
        .expect("a row");
        assert_eq!((row.id, row.name.as_str()), (Some(7), "wait_time"));
        assert_eq!((row.kind, row.is_null_a_value), (Kind::Duration, true));
        assert_eq!(row.default, Some(Default::Milliseconds(3000)));
        assert_eq!(row.doc, ["How long it takes.", "More."]);
        assert_eq!(row.detail("go"), Some("Wait"));
    }

    #[test]
    fn what_the_printers_would_not_know_is_refused() {
        for (rows, why) in [
            ("/// A time.\n1 a: Duration { };", "begin with"),
            ("/// Sets it.\n1 a: Instant { };", "`Instant` is not a type"),
            (
                "/// Sets it.\n1 a: u32 { fruit: 3 };",
                "`fruit` is not a detail",
            ),
            (
                "/// Sets it.\n1 a: u32 { default: many() };",
                "not a default",
            ),
        ] {
            let error = parsed(rows).expect_err(rows).to_string();
            assert!(error.contains(why), "{rows}: {error}");
        }
    }
}
