//! Reads the operations from their rows in `core/src/surface/operation.rs`, which says what a row is.

use std::path::Path;

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitInt, LitStr, Token, braced, parenthesized};

use super::docs::{in_backticks, value_of_rust};
use super::names::{camel, pascal};
use super::rows::{self, Source, all, paragraphs};
use super::{Group, Language, Operation, Operations, OptionSet, Row, Surface};

/// The classes of the operations, and what each does.
pub(super) const CLASSES: [(&str, [&str; 2]); 3] = [
    (
        "compute",
        [
            "Reads servers and their actions, follows actions to their end, and tells the histories of servers.",
            "Where the client has no microversion, these calls ask for `latest`: the older ones do not show an action's steps.",
        ],
    ),
    (
        "resources",
        [
            "Follows what a service accepted to its end: the creation of a volume, its extension, the import of an image.",
            "The client is one of the service concerned. Of work that is not known here the verdict is `unknown`.",
        ],
    ),
    (
        "connection",
        [
            "Reads stories over the services of a cloud.",
            "Each face writes this class by hand; only the options are printed.",
        ],
    ),
];

/// What a server and an action are named by, or a resource and the work on it.
const SERVER_BY: [&str; 5] = ["server_id", "server_name", "server", RESOURCE, ANYTHING];
const ACTION_BY: [&str; 3] = ["request_id", "action", "accepted"];

const RESOURCE: &str = "resource";
/// What a connection is asked for. Its operations have no class: each face writes their functions by hand.
const ANYTHING: &str = "what";

/// Reads the options, the sets of them, and the operations.
pub(super) fn read(root: &Path) -> Result<Operations, String> {
    let source = Source::read(root, "operation")?;
    let operations = Operations {
        options: rows::read(root, "operation")?,
        sets: source.rows("sets", option_set)?,
        all: source.rows("operations", operation)?,
    };
    match operations.check() {
        Ok(()) => Ok(operations),
        Err(why) => source.fail(&why),
    }
}

fn option_set(input: ParseStream<'_>) -> syn::Result<OptionSet> {
    let doc = paragraphs(&input.call(Attribute::parse_outer)?);
    let name = input.parse::<Ident>()?.to_string();
    input.parse::<Token![:]>()?;
    let mut options = Vec::new();
    while !input.peek(Token![;]) {
        options.push(input.parse::<Ident>()?.to_string());
    }
    input.parse::<Token![;]>()?;
    Ok(OptionSet { name, doc, options })
}

fn operation(input: ParseStream<'_>) -> syn::Result<Operation> {
    let doc = paragraphs(&input.call(Attribute::parse_outer)?);
    let id = input.parse::<LitInt>()?.base10_parse()?;
    let kind = input.parse::<Ident>()?.to_string();
    let name = input.parse::<Ident>()?.to_string();
    let (given, errors);
    parenthesized!(given in input);
    let mut given = Punctuated::<Ident, Token![,]>::parse_terminated(&given)?.into_iter();
    let mut next = |known: &[&str]| match given.next() {
        Some(name) if known.iter().any(|own| name == own) => Ok(Some(name.to_string())),
        Some(name) => {
            let expected = format!("expected one of `{}`", known.join("`, `"));
            Err(syn::Error::new(name.span(), expected))
        }
        None => Ok(None),
    };
    let server = next(&SERVER_BY)?.ok_or_else(|| input.error("expected what names the server"))?;
    let action = next(&ACTION_BY)?;
    input.parse::<Token![->]>()?;
    let record = input.parse::<Ident>()?.to_string();
    input.parse::<Token![:]>()?;
    let set = input.parse::<Ident>()?.to_string();
    braced!(errors in input);
    let error = |input: ParseStream<'_>| {
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![:]>()?;
        let when = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        Ok((name, when))
    };
    let errors = all(&errors, error)?;
    input.parse::<Token![;]>()?;
    Ok(Operation {
        id,
        kind,
        name,
        doc,
        server,
        action,
        record,
        set,
        errors,
    })
}

impl Operations {
    fn check(&self) -> Result<(), String> {
        for (place, operation) in (1..).zip(&self.all) {
            if operation.id != place {
                return Err(format!("`{}` needs the number {place}", operation.name));
            }
            if !self.sets.iter().any(|set| set.name == operation.set) {
                return Err(format!("there is no set `{}`", operation.set));
            }
        }
        for name in self.sets.iter().flat_map(|set| &set.options) {
            if self.option(name).is_none() {
                return Err(format!("there is no option `{name}`"));
            }
        }
        Ok(())
    }

    fn option(&self, name: &str) -> Option<&Row> {
        let Group {
            options, by_hand, ..
        } = &self.options;
        options.iter().chain(by_hand).find(|row| row.name == name)
    }

    /// The options of a set, in its order.
    pub(crate) fn rows<'a>(&'a self, set: &'a OptionSet) -> impl Iterator<Item = &'a Row> {
        set.options.iter().filter_map(|name| self.option(name))
    }

    /// A sentence that names the operations that have an option, where not all do.
    pub(crate) fn having(&self, row: &Row) -> Option<String> {
        let has = |one: &&Operation| self.set_of(one).options.contains(&row.name);
        let having = self.all.iter().filter(has);
        let names: Vec<&str> = having.map(|one| one.name.as_str()).collect();
        let some = names.len() < self.all.len();
        some.then(|| format!("Operations that have it: `{}`.", names.join("`, `")))
    }

    /// The records that the operations of a class return, sorted, each once.
    pub(crate) fn records(&self, class: &str) -> Vec<&Operation> {
        let of_class = self.all.iter().filter(|one| one.class() == class);
        let mut all: Vec<&Operation> = of_class.collect();
        all.sort_unstable_by_key(|one| &one.record);
        all.dedup_by_key(|one| &one.record);
        all
    }

    /// The set of an operation.
    pub(crate) fn set_of(&self, operation: &Operation) -> &OptionSet {
        let found = self.sets.iter().find(|set| set.name == operation.set);
        found.unwrap_or(&self.sets[0])
    }
}

impl Surface {
    /// The documentation of an operation as paragraphs, in the language's words; without its errors. It says so where
    /// each way to name an action has a separate function.
    pub(crate) fn operation_doc(&self, operation: &Operation, language: Language) -> Vec<String> {
        let spelt = |part: &str| match part {
            "server" => Some(language.parameter(operation.server())),
            "action" => Some("action".to_owned()),
            _ => value_of_rust(part, language).map(str::to_owned),
        };
        let says = |sentence: &&str| match language {
            Language::C | Language::Go => !sentence.starts_with("`action` "),
            _ => true,
        };
        let doc = operation.doc.iter().map(|paragraph| {
            let sentences = paragraph.split_inclusive(". ").filter(says);
            in_backticks(sentences.collect::<String>().trim_end(), spelt)
        });
        doc.collect()
    }
}

impl Language {
    /// The name of a parameter of a function.
    pub(crate) fn parameter(self, name: &str) -> String {
        match self {
            Self::Node => camel(name),
            Self::Go => {
                let (first, rest) = name.split_once('_').unwrap_or((name, ""));
                first.to_owned() + &pascal(rest)
            }
            _ => name.to_owned(),
        }
    }
}

impl Operation {
    /// The parameter that names the server, in snake case.
    pub(crate) fn server(&self) -> &str {
        match self.server.as_str() {
            "server" => "server_id",
            own => own,
        }
    }

    /// The class that has it.
    pub(crate) fn class(&self) -> &'static str {
        match self.server.as_str() {
            RESOURCE => CLASSES[1].0,
            ANYTHING => CLASSES[2].0,
            _ => CLASSES[0].0,
        }
    }

    /// Whether it hands over what it saw also where it fails, and has a text for a ticket.
    pub(crate) fn is_report(&self) -> bool {
        !self.errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use syn::parse::Parser as _;

    use super::*;

    fn parsed(row: &str) -> syn::Result<Operation> {
        let tokens: TokenStream = row.parse().expect("tokens");
        operation.parse2(tokens)
    }

    #[test]
    fn a_row_says_what_an_operation_takes_and_gives() {
        let row = "/// Ends it.\n7 EndNow end_now(server_name, action) -> ActionReport: Follow { EndError: \"it goes on\", };";
        let operation = parsed(row).expect("a row");
        assert_eq!((operation.id, operation.name.as_str()), (7, "end_now"));
        assert_eq!(operation.server(), "server_name");
        assert_eq!(operation.action.as_deref(), Some("action"));
        assert_eq!(
            (operation.record.as_str(), operation.set.as_str()),
            ("ActionReport", "Follow")
        );
        let errors = [("EndError".to_owned(), "it goes on".to_owned())];
        assert_eq!(operation.errors, errors);
        assert!(operation.is_report());
    }

    #[test]
    fn what_the_printers_would_not_know_is_refused() {
        for (row, why) in [
            (
                "1 A a(project_id) -> B: C {};",
                "expected one of `server_id`",
            ),
            (
                "1 A a(server, reason) -> B: C {};",
                "expected one of `request_id`",
            ),
            ("1 A a() -> B: C {};", "names the server"),
        ] {
            let error = parsed(row).expect_err(row).to_string();
            assert!(error.contains(why), "{row}: {error}");
        }
    }
}
