//! The types of Node's native half, as its TypeScript half sees them: what `#[napi]` in `bindings-node/src` exports.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, FnArg, ImplItem, Item, ItemStruct, Lit, Meta, Pat, ReturnType, Signature,
    Token, Type,
};

use crate::surface::{camel, comment, paragraphs};

const HEAD: &str = "/** What the native part exports. It is private to the package. */

// Generated from bindings-node/src by `cargo run -p xtask -- codegen`; do not edit.

// What only the TypeScript half can say of a type.
import type { ErrorRecord, Handle, Items, RawValue, RefreshRequest } from \"./crossing.js\";
import type { RateLimitJson } from \"./records.js\";
";

/// The files of the native half, read.
#[derive(Default)]
struct Source {
    items: Vec<Item>,
    /// Types that have another name.
    aliases: BTreeMap<String, Type>,
}

/// The side that passes a value. The native half passes `null` for what is left out, the TypeScript half `undefined`.
#[derive(Clone, Copy)]
enum Giver {
    TypeScript,
    Native,
}

/// Writes the file of the types.
pub(crate) fn types(root: &Path) -> Result<String, String> {
    let folder = root.join("bindings-node/src");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut source = Source::default();
    for file in files {
        let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|e| failed(&e))?;
        source.add(syn::parse_file(&text).map_err(|e| failed(&e))?);
    }
    source.types()
}

impl Source {
    fn add(&mut self, file: syn::File) {
        for item in file.items {
            if let Item::Type(alias) = &item {
                let ty = (*alias.ty).clone();
                self.aliases.insert(alias.ident.to_string(), ty);
            }
            self.items.push(item);
        }
    }

    fn types(&self) -> Result<String, String> {
        let mut out = String::from(HEAD);
        let mut native = String::new();
        for item in &self.items {
            match item {
                Item::Struct(object) if has_flag(&object.attrs, "object") => {
                    self.object(&mut out, object)?;
                }
                Item::Impl(methods) if napi(&methods.attrs).is_some() => {
                    let name = name_of(&methods.self_ty)?;
                    let mut made = "abstract new";
                    let _ = writeln!(out, "\nexport interface {name} {{");
                    for method in &methods.items {
                        let ImplItem::Fn(method) = method else {
                            continue;
                        };
                        if has_flag(&method.attrs, "constructor") {
                            made = "new";
                        } else if napi(&method.attrs).is_some() {
                            self.function(&mut out, &method.attrs, &method.sig)?;
                        }
                    }
                    out.push_str("}\n");
                    let _ = writeln!(native, "  {name}: {made} () => {name};");
                }
                Item::Fn(function) if napi(&function.attrs).is_some() => {
                    self.function(&mut native, &function.attrs, &function.sig)?;
                }
                _ => {}
            }
        }
        let _ = writeln!(out, "\nexport interface Native {{\n{native}}}");
        Ok(out)
    }

    fn object(&self, out: &mut String, object: &ItemStruct) -> Result<(), String> {
        out.push('\n');
        comment(out, &paragraphs(&object.attrs), 0);
        let _ = writeln!(out, "export interface {} {{", object.ident);
        let is_given = has_flag(&object.attrs, "object_to_js");
        let or = if is_given { " | undefined" } else { "" };
        for field in &object.fields {
            let name = field.ident.as_ref().map(ToString::to_string);
            let name = camel(&name.unwrap_or_default());
            let option = name_of(&field.ty).is_ok_and(|name| name == "Option");
            let inner = arguments_of(&field.ty).into_iter().next();
            let (mark, ty, or) = match inner.filter(|_| option) {
                Some(inner) => ("?", inner, or),
                None => ("", &field.ty, ""),
            };
            comment(out, &paragraphs(&field.attrs), 2);
            let ty = self.spelt(ty, Giver::Native)?;
            let _ = writeln!(out, "  {name}{mark}: {ty}{or};");
        }
        out.push_str("}\n");
        Ok(())
    }

    fn function(
        &self,
        out: &mut String,
        attrs: &[Attribute],
        signature: &Signature,
    ) -> Result<(), String> {
        let mut arguments = Vec::new();
        for argument in &signature.inputs {
            let FnArg::Typed(argument) = argument else {
                continue;
            };
            let Pat::Ident(name) = &*argument.pat else {
                return Err(format!("an argument of {} has no name", signature.ident));
            };
            let ty = match text_of(&argument.attrs, "ts_arg_type") {
                Some(ty) => ty,
                None if name_of(&argument.ty).is_ok_and(|name| name == "Env") => continue,
                None => self.spelt(&argument.ty, Giver::TypeScript)?,
            };
            arguments.push(format!("{}: {ty}", camel(&name.ident.to_string())));
        }
        let returns = match (text_of(attrs, "ts_return_type"), &signature.output) {
            (Some(ty), _) => ty,
            (None, ReturnType::Default) => "void".to_owned(),
            (None, ReturnType::Type(_, ty)) => self.spelt(ty, Giver::Native)?,
        };
        comment(out, &paragraphs(attrs), 2);
        let name = camel(&signature.ident.to_string());
        let _ = match arguments.join(", ") {
            line if line.len() <= 80 => writeln!(out, "  {name}({line}): {returns};"),
            _ => writeln!(
                out,
                "  {name}(\n    {},\n  ): {returns};",
                arguments.join(",\n    ")
            ),
        };
        Ok(())
    }

    /// A type in TypeScript's words.
    fn spelt(&self, ty: &Type, giver: Giver) -> Result<String, String> {
        let name = name_of(ty)?;
        let arguments = arguments_of(ty);
        let arguments: Result<Vec<_>, _> = arguments
            .into_iter()
            .map(|ty| self.spelt(ty, giver))
            .collect();
        let arguments = || arguments.clone().map(|all| all.join(" | "));
        if let Some(alias) = self.aliases.get(&name) {
            return self.spelt(alias, giver);
        }
        Ok(match (name.as_str(), giver) {
            ("f64" | "u32", _) => "number".to_owned(),
            ("bool", _) => "boolean".to_owned(),
            ("String" | "str", _) => "string".to_owned(),
            ("Uint8ArraySlice" | "BufferSlice", _) => "Uint8Array".to_owned(),
            ("Float64ArraySlice", _) => "Float64Array".to_owned(),
            ("Function", _) => "() => void".to_owned(),
            ("Object", _) => "Handle".to_owned(),
            ("Option", Giver::TypeScript) => format!("{} | undefined", arguments()?),
            ("Option", Giver::Native) => format!("{} | null", arguments()?),
            ("Vec", Giver::TypeScript) => format!("readonly {}[]", arguments()?),
            ("Vec", Giver::Native) => format!("{}[]", arguments()?),
            ("Either" | "External" | "ClassInstance" | "Result", _) => arguments()?,
            _ => name,
        })
    }
}

/// The last name of a type's path, of what it refers to.
fn name_of(ty: &Type) -> Result<String, String> {
    match ty {
        Type::Reference(reference) => name_of(&reference.elem),
        Type::Path(path) => Ok(path
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string())
            .unwrap_or_default()),
        _ => Err("a type of the native half has no name".to_owned()),
    }
}

/// The types in a type's angle brackets.
fn arguments_of(ty: &Type) -> Vec<&Type> {
    let path = match ty {
        Type::Reference(reference) => return arguments_of(&reference.elem),
        Type::Path(path) => &path.path,
        _ => return Vec::new(),
    };
    let Some(syn::PathArguments::AngleBracketed(arguments)) =
        path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// What an attribute `napi` says.
fn napi(attrs: &[Attribute]) -> Option<Vec<Meta>> {
    let is_napi = |attr: &&Attribute| {
        attr.path()
            .segments
            .last()
            .is_some_and(|last| last.ident == "napi")
    };
    let attr = attrs.iter().find(is_napi)?;
    let Meta::List(list) = &attr.meta else {
        return Some(Vec::new());
    };
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    Some(
        parser
            .parse2(list.tokens.clone())
            .ok()?
            .into_iter()
            .collect(),
    )
}

fn has_flag(attrs: &[Attribute], flag: &str) -> bool {
    napi(attrs).is_some_and(|says| says.iter().any(|one| one.path().is_ident(flag)))
}

fn text_of(attrs: &[Attribute], name: &str) -> Option<String> {
    let says = napi(attrs)?;
    let pair = says.iter().find_map(|one| one.require_name_value().ok());
    let Expr::Lit(literal) = &pair.filter(|pair| pair.path.is_ident(name))?.value else {
        return None;
    };
    match &literal.lit {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(rust: &str) -> Result<String, String> {
        let mut source = Source::default();
        source.add(syn::parse_str(rust).map_err(|e| e.to_string())?);
        let types = source.types()?;
        Ok(types.strip_prefix(HEAD).unwrap_or(&types).to_owned())
    }

    #[test]
    fn what_is_exported_has_its_type() -> Result<(), String> {
        let types = printed(
            r#"
            #[napi(object, object_to_js = false)]
            pub struct RawExtras {
                /// The body is JSON.
                pub is_json: Option<bool>,
                pub names: Vec<String>,
            }

            type Found = Either<RawCloud, External<Items>>;

            #[napi]
            impl RawCloud {
                #[napi(constructor)]
                pub fn new() -> Self {}

                /// Reads one.
                #[napi(catch_unwind)]
                pub fn read(&self, env: Env, #[napi(ts_arg_type = "Kind")] kind: String, names: Option<Vec<String>>) -> Result<Option<Found>> {}

                fn own(&self) {}
            }

            #[napi]
            pub fn forget(mut items: &External<Items>, index: u32) {}
            "#,
        )?;
        assert_eq!(
            types,
            "
export interface RawExtras {
  /** The body is JSON. */
  isJson?: boolean | undefined;
  names: string[];
}

export interface RawCloud {
  /** Reads one. */
  read(kind: Kind, names: readonly string[] | undefined): RawCloud | Items | null;
}

export interface Native {
  RawCloud: new () => RawCloud;
  forget(items: Items, index: number): void;
}
"
        );
        Ok(())
    }
}
