//! The surface: what the rows in `core/src/surface` say, and what is printed from it.
//!
//! `read` makes the model of the rows, and everything else reads the model alone: `json` writes it to `schema/surface.json`, and
//! the templates in `xtask/templates` see it as each language has it.

mod dialect;
pub(crate) mod docs;
mod fields;
mod json;
mod names;
mod operations;
mod rows;
mod scenarios;
pub(crate) mod schema;
mod sentences;
pub(crate) mod templates;
mod types;

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

pub(crate) use docs::comment;
pub(crate) use json::json;
pub(crate) use names::{camel, table};
pub(crate) use rows::paragraphs;
pub(crate) use scenarios::{FOLDER as SCENARIO_FOLDER, scenarios};

/// Everything that a program can set.
#[derive(Debug)]
pub(crate) struct Surface {
    pub(crate) groups: Vec<Group>,
    pub(crate) records: Vec<Record>,
    pub(crate) operations: Operations,
    /// What a recorder is asked for.
    pub(crate) recent: Group,
    /// The JSON that describes a custom dialect.
    dialect: Value,
    /// The options of an OpenStack cloud, which cross the border as JSON.
    pub(crate) cloud: Group,
}

/// The operations of OpenStack's compute API.
#[derive(Debug)]
pub(crate) struct Operations {
    /// The options that operations have. Each operation has some of them.
    pub(crate) options: Group,
    pub(crate) sets: Vec<OptionSet>,
    pub(crate) all: Vec<Operation>,
}

/// The options that some operations have.
#[derive(Debug)]
pub(crate) struct OptionSet {
    /// In Pascal case, without the `Options` that the name of its type ends with.
    pub(crate) name: String,
    pub(crate) doc: Vec<String>,
    /// The names of the options, in snake case.
    pub(crate) options: Vec<String>,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its number, which never changes.
    pub(crate) id: u16,
    /// The variant of `OperationKind`.
    pub(crate) kind: String,
    /// Its name, in snake case.
    pub(crate) name: String,
    pub(crate) doc: Vec<String>,
    /// What names the server: `server_id`, `server_name`, or `server`, which is either.
    pub(crate) server: String,
    /// What names the action, where it needs one: `request_id`, or `action`, which is that or the response.
    pub(crate) action: Option<String>,
    /// The record that it returns.
    pub(crate) record: String,
    /// The name of its set of options.
    pub(crate) set: String,
    /// Its errors and what they say, by their names in Python and TypeScript. If there are none, it has the errors of its
    /// call.
    pub(crate) errors: Vec<(String, String)>,
}

/// A record that programs read, such as an attempt.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its name, in snake case.
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// The file of its struct.
    pub(crate) home: String,
    pub(crate) doc: String,
    /// In the order of the record's JSON.
    pub(crate) fields: Vec<Field>,
}

/// How programs get a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// Whole, from its JSON.
    Plain,
    /// The same, with the trail of the call that read it.
    Fetched,
    /// The same, with the trails of several calls and a text for a person.
    Document,
    /// Each field when it is asked for.
    Lazy,
    /// As the fields of a class of errors.
    Error,
    /// As values in the order of the fields.
    Parts,
}

/// A field of a record.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name, in snake case.
    pub(crate) name: String,
    /// Its key in JSON.
    pub(crate) json: String,
    pub(crate) kind: FieldKind,
    /// Its type in Rust, without spaces.
    pub(crate) rust_type: String,
    /// Whether it may be null.
    pub(crate) is_optional: bool,
    /// Its documentation as paragraphs.
    pub(crate) doc: Vec<String>,
    /// What it says of single languages, by key.
    pub(crate) details: Vec<(String, String)>,
}

impl Field {
    /// What the field says under a key.
    pub(crate) fn detail(&self, key: &str) -> Option<&str> {
        let found = self.details.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }
}

/// What a field holds.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub(crate) enum FieldKind {
    Text,
    /// Several texts.
    Texts,
    Number,
    Flag,
    /// Milliseconds in JSON, the language's own type or unit elsewhere.
    Duration,
    /// A moment: RFC 3339 in JSON.
    Moment,
    /// A word of a closed set of `schema/codes.json`, by the set's Rust name.
    Word(String),
    /// Several such words.
    Words(String),
    /// `ok`, or the word of an error kind.
    Outcome,
    /// A record of this name.
    Record(String),
    /// Several.
    Records(String),
    /// The trail of the call that read a record, which is not in the JSON.
    Trail,
    /// The trails that a document rests on.
    Trails,
    /// All that an API sent.
    Data,
    /// Header fields.
    Headers,
    Bytes,
}

/// The options of one thing, such as a client.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    /// The options that are values.
    pub(crate) options: Vec<Row>,
    /// The options that each language passes in its own way.
    pub(crate) by_hand: Vec<Row>,
}

/// One option.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its number, which never changes; options that are by hand have none.
    pub(crate) id: Option<u16>,
    /// Its name, in snake case.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its type in Rust, without spaces.
    pub(crate) rust_type: String,
    /// Null turns it off.
    pub(crate) is_null_a_value: bool,
    pub(crate) default: Option<Default>,
    /// Its documentation as paragraphs, without the "Sets " that it begins with.
    pub(crate) doc: Vec<String>,
    /// What the row says of single languages, by key.
    pub(crate) details: Vec<(String, String)>,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Flag,
    Count,
    Duration,
    Moment,
    Text,
    Secret,
    Path,
    Texts,
    Pems,
    Statuses,
    Headers,
    Dialect,
    RetryBudget,
    ByHand,
}

/// The value of an option that is not set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Default {
    Flag(bool),
    Count(u64),
    Unlimited,
    Milliseconds(u64),
    RetryBudget { capacity: u64, retry_cost: u64 },
    Environment,
    Nothing,
}

/// A language that options are spelt in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Language {
    Rust,
    Python,
    Node,
    C,
    Go,
}

impl Language {
    pub(crate) const ALL: [Self; 5] = [Self::Rust, Self::Python, Self::Node, Self::C, Self::Go];
}

/// Reads the rows.
pub(crate) fn read(root: &Path) -> Result<Surface, String> {
    let group = |name| rows::read(root, name);
    Ok(Surface {
        groups: vec![group("client")?, group("request")?],
        records: fields::read(root)?,
        operations: operations::read(root)?,
        recent: group("recent")?,
        dialect: dialect::read(root)?,
        cloud: group("cloud")?,
    })
}

impl Record {
    /// Whether it is a record of OpenStack's compute API.
    fn is_openstack(&self) -> bool {
        self.home.contains("/openstack/")
    }

    /// The names of the records that it holds.
    fn holds(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Record(name) | FieldKind::Records(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The fields that a language has printed.
    fn printed(&self, language: &str) -> impl Iterator<Item = &Field> {
        let is_printed = move |field: &&Field| {
            let hand = field.detail("hand").unwrap_or_default();
            !hand.split(' ').any(|other| other == language)
        };
        self.fields.iter().filter(is_printed)
    }
}

impl Surface {
    /// All groups, in the order of the documentation.
    fn all_groups(&self) -> impl Iterator<Item = &Group> {
        let others = [&self.operations.options, &self.recent, &self.cloud];
        self.groups.iter().chain(others)
    }

    /// Every option whose name error texts spell.
    fn rows(&self) -> impl Iterator<Item = &Row> {
        let groups = self.groups.iter().chain([&self.operations.options]);
        groups.flat_map(|group| group.options.iter().chain(&group.by_hand))
    }

    /// The record of a name.
    pub(crate) fn record(&self, name: &str) -> Result<&Record, String> {
        let record = self.records.iter().find(|record| record.name == name);
        record.ok_or_else(|| format!("no record `{name}`"))
    }

    /// The records of OpenStack's compute API, or all others.
    fn records_of(&self, openstack: bool) -> impl Iterator<Item = &Record> {
        let records = self.records.iter();
        records.filter(move |record| record.is_openstack() == openstack)
    }

    /// The closed sets whose words the library's own records hold, sorted. An outcome may be an error kind.
    fn word_sets(&self) -> Vec<&str> {
        let mut sets = vec!["ErrorKind"];
        let own = self.records_of(false);
        let fields = own.flat_map(|record| &record.fields);
        sets.extend(fields.filter_map(|field| match &field.kind {
            FieldKind::Word(set) | FieldKind::Words(set) => Some(set.as_str()),
            _ => None,
        }));
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}

#[cfg(test)]
impl Surface {
    fn of_groups(groups: Vec<Group>) -> Self {
        let group = |name| Group {
            name,
            options: Vec::new(),
            by_hand: Vec::new(),
        };
        Self {
            groups,
            records: Vec::new(),
            dialect: Value::Null,
            operations: Operations {
                options: group("operation"),
                sets: Vec::new(),
                all: Vec::new(),
            },
            recent: group("recent"),
            cloud: group("cloud"),
        }
    }
}

impl Group {
    /// Whether the row belongs to the group.
    fn has(&self, row: &Row) -> bool {
        let mut rows = self.options.iter().chain(&self.by_hand);
        rows.any(|own| std::ptr::eq(own, row))
    }
}

impl Row {
    /// What the row says under a key.
    pub(crate) fn detail(&self, key: &str) -> Option<&str> {
        let found = self.details.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }
}
