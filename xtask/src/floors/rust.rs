//! Reads the modules of a Rust crate, and which of them, or of other crates, each one names.
//!
//! A name is followed to the module that defines it, through every re-export: `crate::Error` is a use of `error`. Comments,
//! documentation and what is compiled for tests alone do not count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

use super::graph::{Graph, parent};

/// A crate's modules and uses.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    pub(crate) graph: Graph,
    /// What each module names of other crates, with the place.
    pub(crate) foreign: Vec<(String, Vec<String>, String)>,
}

/// A path as it is written, and its line.
type Written = (Vec<String>, usize);

#[derive(Debug, Default)]
struct Module {
    file: String,
    /// What `use` brings in, by name.
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    written: Vec<Written>,
}

#[derive(Default)]
struct Reader {
    modules: BTreeMap<String, Module>,
}

/// Reads the crate whose `lib.rs` is in a folder.
pub(crate) fn read(root: &Path, folder: &str) -> Result<Crate, String> {
    let mut reader = Reader::default();
    reader.file(root, &Path::new(folder).join("lib.rs"), "")?;
    Ok(reader.resolved())
}

impl Reader {
    fn file(&mut self, root: &Path, file: &Path, module: &str) -> Result<(), String> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(root.join(file))
            .map_err(|e| format!("cannot read {shown}: {e}"))?;
        let parsed = syn::parse_file(&text).map_err(|e| format!("cannot parse {shown}: {e}"))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let stem = file.file_stem().unwrap_or_default();
        let below = if stem == "lib" || stem == "mod" {
            folder.to_owned()
        } else {
            folder.join(stem)
        };
        self.items(root, &shown, &below, module, parsed.items)
    }

    fn items(
        &mut self,
        root: &Path,
        file: &str,
        below: &Path,
        module: &str,
        items: Vec<syn::Item>,
    ) -> Result<(), String> {
        let here = self.modules.entry(module.to_owned()).or_default();
        file.clone_into(&mut here.file);
        for item in items {
            match item {
                syn::Item::Mod(child) => {
                    if is_for_tests(&child.attrs) {
                        continue;
                    }
                    let name = child.ident.to_string();
                    let path = join(module, &name);
                    match child.content {
                        Some((_, items)) => {
                            self.items(root, file, &below.join(&name), &path, items)?;
                        }
                        None => self.file(root, &child_file(root, below, &name)?, &path)?,
                    }
                }
                syn::Item::Use(item) => {
                    if is_for_tests(&item.attrs) {
                        continue;
                    }
                    let line = item.use_token.span.start().line;
                    let here = self.modules.entry(module.to_owned()).or_default();
                    imports(&item.tree, &mut Vec::new(), line, here);
                }
                item => {
                    let here = self.modules.entry(module.to_owned()).or_default();
                    scan(item.to_token_stream(), &mut here.written);
                }
            }
        }
        Ok(())
    }

    fn resolved(&self) -> Crate {
        let mut out = Crate::default();
        for (name, module) in &self.modules {
            out.graph.add_module(name);
            for (path, line) in &module.written {
                let place = format!("{}:{line}", module.file);
                match self.resolve(name, path, 0) {
                    Target::Module(used) => out.graph.add_use(name, &used, place),
                    Target::Foreign(path) => out.foreign.push((name.clone(), path, place)),
                    Target::Own => {}
                }
            }
        }
        out
    }

    /// The module that defines what a path names in a module.
    fn resolve(&self, module: &str, path: &[String], depth: usize) -> Target {
        let Some((first, rest)) = path.split_first().filter(|_| depth < 16) else {
            return Target::Own;
        };
        match first.as_str() {
            "crate" => self.walk("", rest, depth),
            "self" => self.walk(module, rest, depth),
            "super" => {
                // What is written in a chain of `super` leads upwards first.
                let up = rest.iter().take_while(|part| *part == "super").count();
                let mut at = parent(module).unwrap_or("");
                for _ in 0..up {
                    at = parent(at).unwrap_or("");
                }
                self.walk(at, &rest[up..], depth)
            }
            "Self" => Target::Own,
            name => {
                if self.modules.contains_key(&join(module, name)) {
                    return self.walk(module, path, depth);
                }
                if let Some(target) = self.imported(module, name, rest, depth) {
                    return target;
                }
                // Crates are in lower case; names in upper case are types of this module or of the language.
                let is_crate = name.starts_with(|c: char| c.is_ascii_lowercase()) && path.len() > 1;
                if is_crate {
                    Target::Foreign(path.to_vec())
                } else {
                    Target::Own
                }
            }
        }
    }

    /// Goes down from a module as far as a path names modules; what comes then is an item, or is handed on.
    fn walk(&self, module: &str, path: &[String], depth: usize) -> Target {
        let mut at = module.to_owned();
        for (index, part) in path.iter().enumerate() {
            let child = join(&at, part);
            if self.modules.contains_key(&child) {
                at = child;
                continue;
            }
            return self
                .imported(&at, part, &path[index + 1..], depth)
                .unwrap_or(Target::Module(at));
        }
        Target::Module(at)
    }

    /// Follows a name through a module's `use`.
    fn imported(&self, module: &str, name: &str, rest: &[String], depth: usize) -> Option<Target> {
        let here = self.modules.get(module)?;
        if let Some(path) = here.imports.get(name) {
            // `use race::race` beside `mod race` names both.
            let path: Vec<_> = path.iter().chain(rest).cloned().collect();
            return Some(self.resolve(module, &path, depth + 1));
        }
        for glob in &here.globs {
            if let Target::Module(from) = self.resolve(module, glob, depth + 1)
                && from != module
                && let Some(target) = self
                    .imported(&from, name, rest, depth + 1)
                    .filter(|_| depth < 8)
            {
                return Some(target);
            }
        }
        None
    }
}

enum Target {
    /// A module of this crate.
    Module(String),
    /// A path of another crate.
    Foreign(Vec<String>),
    /// Something of the module itself.
    Own,
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

fn child_file(root: &Path, below: &Path, name: &str) -> Result<PathBuf, String> {
    let candidates = [
        below.join(format!("{name}.rs")),
        below.join(name).join("mod.rs"),
    ];
    candidates
        .into_iter()
        .find(|file| root.join(file).is_file())
        .ok_or_else(|| format!("{} has no file for its module {name}", below.display()))
}

/// Whether an item is compiled for tests alone.
fn is_for_tests(attrs: &[syn::Attribute]) -> bool {
    let mut metas = attrs.iter().map(|attr| attr.meta.to_token_stream());
    metas.any(|meta| is_test_condition(&meta))
}

fn is_test_attribute(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if is_test_condition(&group.stream()))
}

/// Whether the brackets of an attribute hold a `cfg` that is set for tests alone.
pub(crate) fn is_test_condition(meta: &TokenStream) -> bool {
    let text = meta.to_string();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    words.first() == Some(&"cfg")
        && words.iter().any(|word| matches!(*word, "test" | "doctest"))
        && !words.contains(&"not")
}

/// Notes what a `use` names, and under which name.
fn imports(tree: &syn::UseTree, prefix: &mut Vec<String>, line: usize, module: &mut Module) {
    let mut bind = |prefix: &[String], ident: &syn::Ident, name: &syn::Ident| {
        let mut path = prefix.to_vec();
        if ident != "self" {
            path.push(ident.to_string());
        }
        let name = if name == "self" {
            path.last().cloned().unwrap_or_default()
        } else {
            name.to_string()
        };
        module.written.push((path.clone(), line));
        // `pub use x;` of a crate leads nowhere else.
        if path != [name.clone()] {
            module.imports.insert(name, path);
        }
    };
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            imports(&path.tree, prefix, line, module);
            prefix.pop();
        }
        syn::UseTree::Name(it) => bind(prefix, &it.ident, &it.ident),
        syn::UseTree::Rename(it) => bind(prefix, &it.ident, &it.rename),
        syn::UseTree::Glob(_) => {
            module.written.push((prefix.clone(), line));
            module.globs.push(prefix.clone());
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, prefix, line, module);
            }
        }
    }
}

/// Finds the paths in code, macros and their calls included.
fn scan(tokens: TokenStream, out: &mut Vec<Written>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, mark: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == mark);
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Punct(mark)
                if mark.as_char() == '#' && is_test_attribute(tokens.get(at + 1)) =>
            {
                // The item ends with its body, or with a semicolon.
                at += 2;
                let ends = |token: &TokenTree| match token {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(mark) => mark.as_char() == ';',
                    _ => false,
                };
                while tokens.get(at).is_some_and(|token| !ends(token)) {
                    at += 1;
                }
                at += 1;
            }
            TokenTree::Group(group) => {
                scan(group.stream(), out);
                at += 1;
            }
            TokenTree::Ident(first) => {
                let line = first.span().start().line;
                // A field, a method, or the end of a path that begins with a type.
                let after =
                    |mark, count: usize| at >= count && (1..=count).all(|back| is(at - back, mark));
                let continues = after('.', 1) && !after('.', 2) || after(':', 2);
                let mut path = vec![first.to_string()];
                at += 1;
                while is(at, ':') && is(at + 1, ':') {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(next)) => {
                            path.push(next.to_string());
                            at += 3;
                        }
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            branches(group.stream(), &path, line, out);
                            at += 3;
                        }
                        _ => break,
                    }
                }
                if path.len() > 1 && !continues {
                    out.push((path, line));
                }
            }
            _ => at += 1,
        }
    }
}

/// The paths of a `use` within a function.
fn branches(tokens: TokenStream, prefix: &[String], line: usize, out: &mut Vec<Written>) {
    let mut path = prefix.to_vec();
    for token in tokens {
        match token {
            TokenTree::Ident(part) if part != "self" => path.push(part.to_string()),
            TokenTree::Punct(mark) if mark.as_char() == ',' => {
                out.push((std::mem::replace(&mut path, prefix.to_vec()), line));
            }
            TokenTree::Group(group) => branches(group.stream(), &path, line, out),
            _ => {}
        }
    }
    if path.len() > prefix.len() {
        out.push((path, line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The uses of a crate of these files, without their places.
    fn uses(name: &str, files: &[(&str, &str)]) -> Crate {
        let folder = format!("reqtrail-floors-{name}-{}", std::process::id());
        let root = std::env::temp_dir().join(folder);
        for (file, text) in files {
            let file = root.join("src").join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, text).expect("a file");
        }
        let read = read(&root, "src");
        std::fs::remove_dir_all(&root).expect("the folder was made");
        read.expect("a crate")
    }

    #[test]
    fn a_reexport_hides_nobody() {
        let read = uses(
            "reexport",
            &[
                (
                    "lib.rs",
                    "mod a; mod b; pub use b::Thing; pub use b::{self as other};",
                ),
                ("a.rs", "fn f(_: crate::Thing) { crate::other::deep::g(); }"),
                ("b.rs", "pub struct Thing; pub mod deep;"),
                ("b/deep.rs", "pub fn g() {} use super::Thing;"),
            ],
        );
        assert!(read.graph.uses("a", "b"));
        assert!(read.graph.uses("a", "b::deep"));
        assert!(read.graph.uses("b::deep", "b"));
        assert!(!read.graph.uses("a", ""));
    }

    #[test]
    fn a_parents_import_leads_to_its_source() {
        let read = uses(
            "parent",
            &[
                ("lib.rs", "mod p;"),
                ("p.rs", "mod a; mod b; use b::Thing; use b::*;"),
                (
                    "p/a.rs",
                    "use super::Thing; fn f() { super::g(); Thing::new(); }",
                ),
                ("p/b.rs", "pub use c::g; mod c; pub struct Thing;"),
                ("p/b/c.rs", "pub fn g() {}"),
            ],
        );
        assert!(read.graph.uses("p::a", "p::b"));
        assert!(read.graph.uses("p::a", "p::b::c"), "through a glob");
        assert!(!read.graph.uses("p::a", "p"));
    }

    #[test]
    fn macros_and_functions_are_read_and_tests_and_comments_are_not() {
        let read = uses(
            "inside",
            &[
                (
                    "lib.rs",
                    "mod a; mod b; mod c; mod d; #[cfg(test)] mod missing;",
                ),
                (
                    "a.rs",
                    "/// [`x`](crate::c::X)\nmacro_rules! m { () => { $crate::b::f() } }\n\
                     fn f() { use crate::d::{self, g as h}; /* crate::c */ println!(\"{}\", crate::d::X); }\n\
                     #[cfg(test)] mod tests { use crate::c::X; }\n\
                     struct S; impl S { #[cfg(test)] fn t() { crate::c::f() } }",
                ),
                (
                    "b.rs",
                    "pub fn f() {} use hyper::Error; use std::io; fn g(_: io::Error) {}",
                ),
                (
                    "c.rs",
                    "pub struct X; fn f() { 1.max(2); let a = [0..b::X]; }",
                ),
                ("d.rs", ""),
            ],
        );
        assert!(read.graph.uses("a", "b"));
        assert!(read.graph.uses("a", "d"));
        assert!(!read.graph.uses("a", "c"));
        let (module, path, place) = &read.foreign[0];
        assert_eq!(
            (module.as_str(), path.join("::")),
            ("b", "hyper::Error".to_owned())
        );
        assert_eq!(place, "src/b.rs:1");
    }
}
