//! Reads the texts of Rust sources: string literals, and the help of the command, which is in doc comments.
//!
//! Modules and items that are compiled only for tests have no texts for users, and neither have calls whose text only
//! developers see, such as `expect`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;

use super::{Text, files_of, is_prose};
use crate::floors::is_test_condition;

/// Functions and macros whose texts only developers see.
const FOR_DEVELOPERS: [&str; 12] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "compile_error",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "expect",
    "expect_err",
    "todo",
    "unimplemented",
    "unreachable",
];

/// Attributes that hold texts for users; those of other attributes are not listed.
const WITH_TEXTS: [&str; 5] = ["arg", "command", "error", "group", "value"];

/// Reads the files below a folder of the root, without the modules that are compiled for tests alone.
pub(super) fn in_folder(root: &Path, folder: &str) -> Result<Vec<(PathBuf, Vec<Text>)>, String> {
    let files = files_of(root, folder, "rs")?;
    let mut for_tests = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(root.join(&file))
            .map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        let (texts, modules) =
            in_source(&text).map_err(|e| format!("cannot parse {}: {e}", file.display()))?;
        let stem = file.file_stem().unwrap_or_default();
        let below = match stem.to_str() {
            Some("lib" | "main" | "mod") => file.with_file_name(""),
            _ => file.with_extension(""),
        };
        for_tests.extend(modules.iter().map(|module| below.join(module)));
        found.push((file, texts));
    }
    found.retain(|(file, _)| {
        let module = file.with_extension("");
        !module.ancestors().any(|part| for_tests.contains(part))
    });
    Ok(found)
}

/// Returns the texts of a source file, and the modules in other files that are compiled only for tests.
fn in_source(source: &str) -> syn::Result<(Vec<Text>, Vec<String>)> {
    let mut reader = Reader::default();
    for item in syn::parse_file(source)?.items {
        reader.help(&item);
    }
    reader.tokens(source.parse()?);
    reader.texts.sort();
    Ok((reader.texts, reader.test_modules))
}

#[derive(Default)]
struct Reader {
    texts: Vec<Text>,
    test_modules: Vec<String>,
}

impl Reader {
    /// Reads the doc comments of a type that describes arguments of the command.
    fn help(&mut self, item: &syn::Item) {
        match item {
            syn::Item::Struct(item) if is_of_command(&item.attrs) => {
                self.docs(&item.attrs);
                for field in &item.fields {
                    self.docs(&field.attrs);
                }
            }
            syn::Item::Enum(item) if is_of_command(&item.attrs) => {
                self.docs(&item.attrs);
                for variant in &item.variants {
                    self.docs(&variant.attrs);
                    for field in &variant.fields {
                        self.docs(&field.attrs);
                    }
                }
            }
            _ => {}
        }
    }

    fn docs(&mut self, attrs: &[syn::Attribute]) {
        let mut line = 0;
        let mut paragraphs = vec![String::new()];
        for attr in attrs {
            let syn::Meta::NameValue(meta) = &attr.meta else {
                continue;
            };
            let (true, syn::Expr::Lit(value)) = (meta.path.is_ident("doc"), &meta.value) else {
                continue;
            };
            let syn::Lit::Str(text) = &value.lit else {
                continue;
            };
            if line == 0 {
                line = text.span().start().line;
            }
            let (text, last) = (text.value(), paragraphs.len() - 1);
            match text.trim() {
                "" => paragraphs.push(String::new()),
                text if paragraphs[last].is_empty() => text.clone_into(&mut paragraphs[last]),
                text => paragraphs[last] += &format!(" {text}"),
            }
        }
        if line > 0 {
            let text = paragraphs.join("\n");
            self.texts.push(Text { line, text });
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if let Some((attribute, after)) = attribute(&tokens, at) {
                if is_test_condition(&attribute.stream()) {
                    at = self.skip_item(&tokens, after);
                } else {
                    let name = attribute.stream().into_iter().next();
                    if name.is_some_and(|name| WITH_TEXTS.contains(&name.to_string().as_str())) {
                        self.tokens(attribute.stream());
                    }
                    at = after;
                }
                continue;
            }
            match token {
                TokenTree::Group(group) if !is_for_developers(&tokens[..at]) => {
                    self.tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
                        let (line, text) = (literal.span().start().line, text.value());
                        if is_prose(&text) {
                            self.texts.push(Text { line, text });
                        }
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Skips what an attribute belongs to: an item up to its braces or semicolon, a field or a variant up to its comma.
    fn skip_item(&mut self, tokens: &[TokenTree], from: usize) -> usize {
        let mut at = from;
        while let Some((_, after)) = attribute(tokens, at) {
            at = after;
        }
        let mut is_item = false;
        let mut before = String::new();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Ident(ident) => {
                    let ident = ident.to_string();
                    if before == "mod" && is_punct(tokens.get(at), ';') {
                        self.test_modules.push(ident.clone());
                    }
                    let words = ["fn", "impl", "mod", "struct", "enum", "trait", "use"];
                    is_item |= words.contains(&ident.as_str());
                    before = ident;
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                TokenTree::Punct(punct) => match punct.as_char() {
                    ';' => break,
                    ',' if !is_item => break,
                    _ => {}
                },
                _ => {}
            }
        }
        at
    }
}

/// The brackets of the attribute that begins at a token, and the index after it.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    if !is_punct(tokens.get(at), '#') {
        return None;
    }
    let at = at + 1 + usize::from(is_punct(tokens.get(at + 1), '!'));
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Some((group, at + 1))
        }
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether the arguments after these tokens are those of a call whose texts only developers see.
fn is_for_developers(before: &[TokenTree]) -> bool {
    let name = match before {
        [.., name, TokenTree::Punct(punct)] if punct.as_char() == '!' => Some(name),
        [.., name] => Some(name),
        [] => None,
    };
    matches!(name, Some(TokenTree::Ident(name)) if FOR_DEVELOPERS.contains(&name.to_string().as_str()))
}

/// Whether a type's derived traits are those of arguments.
fn is_of_command(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let derived = attr.to_token_stream().to_string();
        attr.path().is_ident("derive")
            && derived
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| matches!(word, "Args" | "Parser" | "Subcommand" | "ValueEnum"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(source: &str) -> Vec<(usize, String)> {
        let (texts, _) = in_source(source).expect("it is Rust");
        texts.into_iter().map(Text::placed).collect()
    }

    #[test]
    fn texts_of_errors_and_logs_are_listed_with_their_lines() {
        let source = r##"
fn f() -> Result<(), Error> {
    warn!(id = %id, "the journal is full");
    let other = Error::config(format!("`{name}` is empty; expected \
        a URL"));
    let raw = r#"a "raw" text"#;
    wrong("{count} left")
}
#[derive(Error)]
enum E {
    #[error("no such cloud")]
    Cloud,
}
surface! { row { advice: "set it below" } }
"##;
        let expected = [
            (3, "the journal is full"),
            (4, "`{name}` is empty; expected a URL"),
            (6, "a \"raw\" text"),
            (7, "{count} left"),
            (11, "no such cloud"),
            (14, "set it below"),
        ];
        assert_eq!(
            listed(source),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
    }

    #[test]
    fn what_users_do_not_get_is_not_listed() {
        let source = r#"
//! Text of a module.
#![expect(lint, reason = "a command writes to its streams")]
/// Text of a function.
#[must_use = "it does nothing by itself"]
fn f() {
    g().expect("a lock is never poisoned");
    assert!(ok, "this holds {always}");
    unreachable!("the caller has checked it");
    header("Content-Type", "application/json", "GET", "a");
}
#[cfg(test)]
mod tests {
    const A: &str = "a text of tests";
}
struct S {
    #[cfg(test)]
    a: A<"a text of tests">,
    b: B<"this one counts">,
}
#[cfg(all(test, feature = "b"))]
#[expect(dead_code)]
fn only<A, B>() -> &'static str { "a text of tests" }
"#;
        assert_eq!(listed(source), [(19, "this one counts".to_owned())]);
    }

    #[test]
    fn the_help_of_the_command_is_listed() {
        let source = r#"
/// Find calls
///
/// An ID is
/// enough.
#[derive(Args, Debug)]
#[command(after_help = "The exit code is 5.")]
pub(crate) struct Options {
    /// The IDs
    #[arg(value_name = "ID", help_heading = "of the call")]
    ids: Vec<String>,
}
/// Not help.
struct Other;
"#;
        let expected = [
            (2, "Find calls\nAn ID is enough."),
            (7, "The exit code is 5."),
            (9, "The IDs"),
            (10, "of the call"),
        ];
        assert_eq!(
            listed(source),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
    }

    #[test]
    fn modules_in_files_for_tests_are_named() {
        let source = "#[cfg(test)]\npub(crate) mod by_hand;\nmod other;\n#[cfg(test)] mod here {}";
        let (_, modules) = in_source(source).expect("it is Rust");
        assert_eq!(modules, ["by_hand"]);
    }
}
