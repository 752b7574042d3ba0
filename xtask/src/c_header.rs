//! The C header: what `export!` blocks, public types and constants of `bindings-c/src` become.
//!
//! cbindgen reads Rust and does not expand macros, so it gets a stub of the crate: the same signatures without bodies, in
//! the order in which `lib.rs` names the modules.

use std::path::Path;

use cbindgen::{Braces, Config, DocumentationLength, DocumentationStyle, Language, Style};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Ident, Item, Type, TypeReference, Visibility, braced, bracketed, parenthesized,
    parse_quote, token,
};

/// A function of an `export!` block, as far as the header shows it.
struct Export {
    docs: Vec<Attribute>,
    name: Ident,
    /// Those of C.
    arguments: Vec<TokenStream>,
    returns: Option<Type>,
}

/// The functions of an `export!` block.
struct Exports(Vec<Export>);

impl Parse for Exports {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut all = Vec::new();
        while !input.is_empty() {
            all.push(input.parse()?);
        }
        Ok(Self(all))
    }
}

impl Parse for Export {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let docs = Attribute::parse_outer(input)?;
        input.parse::<token::Fn>()?;
        let name = input.parse()?;
        let inner;
        parenthesized!(inner in input);
        let mut arguments = Vec::new();
        while !inner.is_empty() {
            arguments.extend(argument(&inner)?);
            inner.parse::<Option<token::Comma>>()?;
        }
        let mut returns = None;
        if input.parse::<Option<token::RArrow>>()?.is_some() {
            returns = Some(if word(input, "text") {
                let slot;
                bracketed!(slot in input);
                slot.parse::<TokenStream>()?;
                arguments.push(quote!(length: *mut usize));
                parse_quote!(*const c_char)
            } else {
                input.parse()?
            });
        } else if !input.peek(token::Brace) {
            let end: Ident = input.parse()?;
            if end == "makes" {
                let handle: Ident = input.parse()?;
                input.parse::<token::Colon>()?;
                let made: Type = input.parse()?;
                arguments.push(quote!(#handle: *mut *mut #made));
            }
            if end != "sets" {
                arguments.push(quote!(error: *mut *mut reqtrail_error));
            }
            returns = Some(parse_quote!(reqtrail_code));
        }
        let body;
        braced!(body in input);
        body.parse::<TokenStream>()?;
        Ok(Self {
            docs,
            name,
            arguments,
            returns,
        })
    }
}

/// What an argument is in C: a text has its length beside it, and what is kept the function that frees it.
fn argument(input: ParseStream<'_>) -> syn::Result<Vec<TokenStream>> {
    let name: Ident = input.parse()?;
    input.parse::<token::Colon>()?;
    let length = format_ident!("{name}_length");
    Ok(if word(input, "text") {
        vec![quote!(#name: *const c_char), quote!(#length: usize)]
    } else if word(input, "bytes") {
        vec![quote!(#name: *const u8), quote!(#length: usize)]
    } else if word(input, "kept") {
        let free = format_ident!("free_{name}");
        vec![
            quote!(#name: *mut c_void),
            quote!(#free: reqtrail_free_callback),
        ]
    } else if word(input, "out") {
        input.parse::<Option<token::Question>>()?;
        let to: Type = input.parse()?;
        vec![quote!(#name: *mut #to)]
    } else {
        match input.parse()? {
            Type::Reference(TypeReference {
                mutability, elem, ..
            }) => match mutability {
                Some(_) => vec![quote!(#name: *mut #elem)],
                None => vec![quote!(#name: *const #elem)],
            },
            other => vec![quote!(#name: #other)],
        }
    })
}

/// Takes a word of `export!`, if it is next.
fn word(input: ParseStream<'_>, word: &str) -> bool {
    let is_next = input.fork().parse::<Ident>().is_ok_and(|own| own == word);
    is_next && input.parse::<Ident>().is_ok()
}

/// The stub in the making.
#[derive(Default)]
struct Stub {
    text: String,
    /// The first function of each section, with the section's title.
    sections: Vec<(String, String)>,
    functions: usize,
}

/// Writes the header of the functions that the Go package alone uses.
pub(crate) fn go_header(root: &Path, printed: &[(&str, String)]) -> Result<String, String> {
    let mut stub = Stub::default();
    for module in [
        "go/steps",
        "go/text",
        "go/error_fields",
        "go/error",
        "go/records",
        "go",
        "go/script",
    ] {
        let name = format!("bindings-c/src/{module}.rs");
        let text = match printed.iter().find(|(name, _)| *name == module) {
            Some((_, text)) => text.clone(),
            None => read(&root.join(&name))?,
        };
        stub.add(&text).map_err(|e| format!("{name}: {e}"))?;
    }
    let mut config = config("");
    config.header = Some("// clang-format off".to_owned());
    config.include_guard = Some("REQTRAIL_GO_NATIVE_H".to_owned());
    config.sys_includes = vec!["reqtrail.h".to_owned()];
    config.after_includes = None;
    config.cpp_compat = false;
    stub.generate(config)
}

/// Writes the header. `printed` are modules that may just have been generated and not been written.
pub(crate) fn header(root: &Path, printed: &[(&str, String)]) -> Result<String, String> {
    let source = root.join("bindings-c/src");
    let mut stub = Stub::default();
    for module in modules(&read(&source.join("lib.rs"))?).map_err(|e| format!("lib.rs: {e}"))? {
        let text = |module: &str| match printed.iter().find(|(name, _)| *name == module) {
            Some((_, text)) => Ok(text.clone()),
            None => read(&source.join(format!("{module}.rs"))),
        };
        let parent = text(&module)?;
        let children = modules(&parent).map_err(|e| format!("bindings-c/src/{module}.rs: {e}"))?;
        let children = children.iter().map(|child| format!("{module}/{child}"));
        for own in std::iter::once(module.clone()).chain(children) {
            stub.add(&text(&own)?)
                .map_err(|e| format!("bindings-c/src/{own}.rs: {e}"))?;
        }
    }
    let text = stub.generate(config(&version(root)?))?;
    stub.titled(&text)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// The modules that a file names, without tests and what is Go's alone.
fn modules(file: &str) -> syn::Result<Vec<String>> {
    let file = syn::parse_file(file)?;
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
        _ => None,
    });
    Ok(modules
        .filter(|name| !["tests", "export", "go"].contains(&name.as_str()))
        .collect())
}

impl Stub {
    fn add(&mut self, module: &str) -> syn::Result<()> {
        let title = module.lines().next().unwrap_or_default();
        let title = title.trim_start_matches("//!").trim();
        let mut first = true;
        for item in syn::parse_file(module)?.items {
            match item {
                Item::Struct(item) if is_ours(&item.vis, &item.ident) => {
                    let is_open = item.attrs.iter().any(|a| a.path().is_ident("repr"));
                    if is_open {
                        self.push(item.to_token_stream());
                    } else {
                        let (docs, name) = (docs(&item.attrs), item.ident);
                        self.push(quote!(#(#docs)* pub struct #name { hidden: u8 }));
                    }
                }
                Item::Type(item) if is_ours(&item.vis, &item.ident) => {
                    self.push(item.to_token_stream());
                }
                Item::Const(item) if is_ours(&item.vis, &item.ident) => {
                    self.push(item.to_token_stream());
                }
                Item::Macro(item) if item.mac.path.is_ident("export") => {
                    for export in item.mac.parse_body::<Exports>()?.0 {
                        if std::mem::take(&mut first) {
                            let name = export.name.to_string();
                            self.sections.push((name, title.to_owned()));
                        }
                        self.function(export);
                    }
                }
                Item::Macro(item) if item.mac.path.is_ident("numbered") => {
                    let mut words = item.mac.tokens.into_iter().map(|word| word.to_string());
                    // Those of another type number the texts of a handle.
                    if words.next().is_some_and(|ty| ty == "u8") {
                        for (number, name) in words.skip(1).enumerate() {
                            let name = format_ident!("REQTRAIL_GO_{name}");
                            let number = proc_macro2::Literal::usize_unsuffixed(number);
                            self.push(quote!(pub const #name: u8 = #number;));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Has cbindgen write the header of the stub.
    fn generate(&self, config: Config) -> Result<String, String> {
        let name = format!("reqtrail-header-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let fail = |e: std::io::Error| format!("cannot write {}: {e}", folder.display());
        std::fs::create_dir_all(&folder).map_err(fail)?;
        let file = folder.join("stub.rs");
        std::fs::write(&file, &self.text).map_err(fail)?;
        let made = cbindgen::Builder::new()
            .with_src(&file)
            .with_config(config)
            .generate();
        let mut text = Vec::new();
        let outcome = made.map(|bindings| bindings.write(&mut text));
        let _ = std::fs::remove_dir_all(&folder);
        outcome.map_err(|e| format!("cbindgen: {e}"))?;
        String::from_utf8(text).map_err(|e| e.to_string())
    }

    fn function(&mut self, export: Export) {
        let Export {
            docs,
            name,
            arguments,
            returns,
        } = export;
        let returns = returns.map(|ty| quote!(-> #ty));
        self.functions += 1;
        self.push(quote!(
            #(#docs)*
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn #name(#(#arguments),*) #returns { loop {} }
        ));
    }

    fn push(&mut self, tokens: TokenStream) {
        self.text.push_str(&tokens.to_string());
        self.text.push('\n');
    }

    /// Puts the sections' titles above their first functions, and checks that no function was lost on the way.
    fn titled(&self, header: &str) -> Result<String, String> {
        let mut out = header.to_owned();
        let declared = header.matches("(").count();
        if declared < self.functions {
            return Err("cbindgen left functions out".to_owned());
        }
        for (function, title) in &self.sections {
            let place = [format!(" {function}("), format!("*{function}(")]
                .iter()
                .find_map(|name| {
                    let lines = out.match_indices(name.as_str());
                    lines.map(|(at, _)| at).find(|at| is_declaration(&out, *at))
                })
                .ok_or_else(|| format!("cbindgen left {function} out"))?;
            let docs = out[..place]
                .rfind("/**")
                .ok_or_else(|| format!("{function} is not documented"))?;
            out.insert_str(docs, &format!("/* ==== {title} ==== */\n\n"));
        }
        Ok(out)
    }
}

/// Whether a name is declared here, and not mentioned in a comment.
fn is_declaration(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    !text[line..].trim_start().starts_with('*') && !text[line..].starts_with("/*")
}

fn is_ours(vis: &Visibility, name: &Ident) -> bool {
    let name = name.to_string();
    matches!(vis, Visibility::Public(_))
        && (name.starts_with("reqtrail_") || name.starts_with("REQTRAIL_"))
}

fn docs(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs.iter().filter(|a| a.path().is_ident("doc")).collect()
}

/// The version of the workspace.
fn version(root: &Path) -> Result<String, String> {
    let text = read(&root.join("Cargo.toml"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    let version = line.map(|version| version.trim_matches('"').to_owned());
    version.ok_or_else(|| "Cargo.toml: no version of the workspace".to_owned())
}

/// The text above all declarations.
const PREAMBLE: &str = include_str!("c_preamble.h");

fn config(version: &str) -> Config {
    let mut numbers = version
        .split(['.', '-'])
        .map(|part| part.parse().unwrap_or(0_u32));
    let mut next = || numbers.next().unwrap_or_default();
    let (major, minor, patch) = (next(), next(), next());
    let number = major * 1_000_000 + minor * 1_000 + patch;
    let macros = format!(
        "/** The version of this header; `reqtrail_version` returns that of the library. */\n\
         #define REQTRAIL_VERSION \"{version}\"\n\
         #define REQTRAIL_VERSION_MAJOR {major}\n\
         #define REQTRAIL_VERSION_MINOR {minor}\n\
         #define REQTRAIL_VERSION_PATCH {patch}\n\
         /** Major * 1000000 + minor * 1000 + patch, to be compared by the preprocessor. */\n\
         #define REQTRAIL_VERSION_NUMBER {number}\n\n\
         /** The length of a text that ends with a NUL. */\n\
         #define REQTRAIL_ZERO_TERMINATED ((size_t)-1)\n\n\
         /** How much `reqtrail_set_log` passes on: nothing, or what is at least so grave. */\n\
         #define REQTRAIL_LOG_OFF 0\n\
         #define REQTRAIL_LOG_ERROR 1\n\
         #define REQTRAIL_LOG_WARN 2\n\
         #define REQTRAIL_LOG_INFO 3\n\
         #define REQTRAIL_LOG_DEBUG 4\n\
         #define REQTRAIL_LOG_TRACE 5\n"
    );
    let mut config = Config {
        language: Language::C,
        cpp_compat: true,
        include_guard: Some("REQTRAIL_H".to_owned()),
        header: Some(PREAMBLE.trim_end().to_owned()),
        autogen_warning: Some(
            "/* Generated by `cargo run -p xtask -- codegen`; do not edit. */".to_owned(),
        ),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"]
            .map(str::to_owned)
            .to_vec(),
        after_includes: Some(format!("\n{macros}")),
        style: Style::Both,
        braces: Braces::SameLine,
        line_length: 100,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        documentation_length: DocumentationLength::Full,
        ..Config::default()
    };
    config.function.sort_by = Some(cbindgen::SortKey::None);
    config.constant.sort_by = Some(cbindgen::SortKey::None);
    config
}
