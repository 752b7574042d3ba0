//! Prints files from the templates in `xtask/templates`, which see the surface as one language has it.
//!
//! A template whose name has an extension before `.j2` makes a file. Any other makes a part of one: other templates include
//! it, or it goes between two comments in a file that is written by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use minijinja::value::{Serde, merge_maps};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, path_loader};
use serde_json::{Map, Value, json};

use super::docs::{between, commented, wrapped};
use super::names::{camel, pascal};
use super::operations::CLASSES;
use super::sentences::{columns, lowered};
use super::{
    Default, Field, FieldKind, Kind, Language, Operation, OptionSet, Record, Row, Surface,
};
use super::{fields, json, rows};
use crate::rust_tables;

/// The folder.
const FOLDER: &str = "xtask/templates";

/// The folders of templates and of the files that they make. All except the last two are named after languages.
const HOMES: [(&str, &str); 6] = [
    ("python", "bindings-python/python/reqtrail"),
    ("node", "bindings-node/ts"),
    ("go", "bindings-c/go"),
    ("c", "bindings-c/src"),
    ("docs", "docs"),
    ("adapters", "tests/conformance/adapters"),
];

/// Parts between two comments in files that are written by hand, a line each: the file, the template, what it is about, and
/// how the title of the first comment ends.
const PARTS: &str = "\
bindings-python/python/reqtrail/_exceptions.py python/errors error: fields of every error
bindings-python/python/reqtrail/_exceptions.py python/errors api_error: fields of an API's answer
bindings-node/ts/errors.ts node/fields error: fields of every error
bindings-node/ts/errors.ts node/values error: values of every error
bindings-node/ts/errors.ts node/fields api_error: fields of an API's answer
bindings-node/ts/errors.ts node/values api_error: values of an API's answer
bindings-c/go/errors.go go/errors error: fields of every error
bindings-c/go/errors.go go/errors api_error: fields of an API's answer
bindings-c/go/config.go go/group client: options that a type describes
bindings-c/go/request.go go/group request: options that a type describes
bindings-c/go/cloud.go go/group cloud: options that a type describes
bindings-c/go/recorder.go go/group recent: options that a type describes";

/// The templates, and what they see in each language.
pub(crate) struct Templates {
    folder: PathBuf,
    languages: Vec<(Language, Environment<'static>, minijinja::Value)>,
}

impl Templates {
    pub(crate) fn new(root: &Path, surface: &Surface) -> Result<Self, String> {
        let folder = root.join(FOLDER);
        let languages = Language::ALL.into_iter().map(|language| {
            let environment = environment(&folder, language).map_err(|e| e.to_string())?;
            let seen = minijinja::Value::from(Serde(surface.seen(language)));
            Ok((language, environment, seen))
        });
        Ok(Self {
            languages: languages.collect::<Result<_, String>>()?,
            folder,
        })
    }

    /// The files, by their paths.
    pub(crate) fn files(&self) -> Result<Vec<(String, String)>, String> {
        let mut files = Vec::new();
        for (name, home) in HOMES {
            let templates = within(&self.folder.join(name))?.into_iter();
            for template in templates.filter(|own| Path::new(own).extension().is_some()) {
                let path = format!("{name}/{template}");
                let mut text = self.print(language_of(&path), &path, json!({}))?;
                if template.ends_with(".rs") {
                    text = rust_tables::format(&text)?;
                }
                files.push((format!("{home}/{template}"), text));
            }
        }
        Ok(files)
    }

    /// The files that have parts, by their paths.
    pub(crate) fn parts(&self, root: &Path) -> Result<Vec<(String, String)>, String> {
        let mut files = BTreeMap::new();
        for part in PARTS.lines() {
            let (what, title) = part.split_once(": ").unwrap_or_default();
            let [path, template, about] = what.split(' ').collect::<Vec<_>>()[..] else {
                return Err(format!("not a part: {part}"));
            };
            let fail = |why: String| format!("{path}: {why}");
            let text = match files.remove(path) {
                Some(text) => text,
                None => {
                    std::fs::read_to_string(root.join(path)).map_err(|e| fail(e.to_string()))?
                }
            };
            let printed = self.print(language_of(template), template, json!({ "about": about }))?;
            let text = between(&text, title, &printed).map_err(fail)?;
            files.insert(path.to_owned(), text);
        }
        Ok(files.into_iter().collect())
    }

    /// Prints a template. `more` is what it sees besides; of it, `about` names what it sees as `it`: a record, or a
    /// group of options.
    pub(crate) fn print(
        &self,
        language: Language,
        template: &str,
        more: Value,
    ) -> Result<String, String> {
        let own = self.languages.iter().find(|(own, ..)| *own == language);
        let (_, environment, seen) = own.ok_or("no such language")?;
        let print = || {
            let template = environment.get_template(&format!("{template}.j2"))?;
            let it = match more["about"].as_str() {
                Some(name) => seen.get_attr(name)?,
                None => minijinja::Value::UNDEFINED,
            };
            let more = minijinja::Value::from(Serde(&more));
            template.render(merge_maps([seen.clone(), more, context! { it }]))
        };
        print().map_err(|e| format!("{template}: {e}"))
    }
}

/// The language of a template's folder; the others are in the words of Rust, which is the language of the rows' own names.
fn language_of(template: &str) -> Language {
    let folder = template.split('/').next().unwrap_or_default();
    Language::of(folder).unwrap_or(Language::Rust)
}

fn environment(
    folder: &Path,
    language: Language,
) -> Result<Environment<'static>, minijinja::Error> {
    let mut all = Environment::new();
    let mut syntax = all.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    syntax.keep_trailing_newline(true);
    all.set_syntax(syntax.build()?);
    all.set_loader(path_loader(folder));
    all.set_undefined_behavior(UndefinedBehavior::Strict);
    all.set_auto_escape_callback(|_| AutoEscape::None);
    all.add_filter("camel", |name: &str| camel(name));
    all.add_filter("pascal", |name: &str| pascal(name));
    all.add_filter("lowered", |text: &str| lowered(text));
    all.add_filter("columns", |text: &str| columns(text));
    all.add_filter("wrap", |text: &str, width: usize| wrapped(text, width));
    all.add_filter("doc", move |doc: minijinja::Value, indent: usize| {
        let paragraphs = match doc.as_str() {
            Some(only) => vec![only.to_owned()],
            None => doc.try_iter()?.map(|own| own.to_string()).collect(),
        };
        Ok::<_, minijinja::Error>(commented(&paragraphs, language, indent))
    });
    Ok(all)
}

/// The names of the templates within a folder, without `.j2`, sorted.
fn within(folder: &Path) -> Result<Vec<String>, String> {
    let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        match name.strip_suffix(".j2") {
            Some(own) => names.push(own.to_owned()),
            None => {
                let inner = within(&entry.path())?;
                names.extend(inner.into_iter().map(|own| format!("{name}/{own}")));
            }
        }
    }
    names.sort();
    Ok(names)
}

impl Surface {
    /// All that templates see, as a language has it: groups and records stand by their names, too.
    fn seen(&self, language: Language) -> Value {
        let rows = |rows: &mut dyn Iterator<Item = &Row>| -> Value {
            rows.map(|row| self.row_seen(row, language)).collect()
        };
        let operations = &self.operations;
        let set_seen = |set: &OptionSet| {
            let class = format!("{}Options", set.name);
            let options = operations.rows(set).map(|row| {
                let mut seen = self.row_seen(row, language);
                seen["doc"] = json!(self.doc_in(row, set, language));
                seen
            });
            let options: Value = options.collect();
            json!({ "name": set.name, "class": class, "doc": set.doc, "options": options })
        };
        let operation = |one: &Operation| self.operation_seen(one, language);
        let records = self.records.iter();
        let records = records.map(|own| (own.name.to_owned(), self.record_seen(own, language)));
        let records: Map<String, Value> = records.collect();
        let in_order = self.records.iter().map(|own| &records[own.name]);
        let kinds: BTreeSet<Kind> = self.rows().map(|row| row.kind).collect();
        let mut seen = object(json!({
            "language": language.key(),
            "dialect": self.dialect,
            "record": records,
            "records": in_order.collect::<Vec<_>>(),
            "word_sets": self.word_sets(),
            "kinds": kinds,
            "operations": operations.all.iter().map(operation).collect::<Value>(),
        }));
        for (class, about) in CLASSES {
            let of_class = || operations.all.iter().filter(|one| one.class() == class);
            let has = |set: &&OptionSet| of_class().any(|one| one.set == set.name);
            let sets = operations.sets.iter().filter(has).map(set_seen);
            let reads = operations.records(class).into_iter().map(operation);
            let class_seen = json!({
                "about": about,
                "operations": of_class().map(operation).collect::<Value>(),
                "sets": sets.collect::<Value>(),
                "reads": reads.collect::<Value>(),
            });
            seen.insert(class.to_owned(), class_seen);
        }
        seen.extend(records.clone());
        for group in self.all_groups() {
            let options = rows(&mut group.options.iter());
            let by_hand = rows(&mut group.by_hand.iter());
            let group_seen = json!({ "name": group.name, "options": options, "by_hand": by_hand });
            seen.insert(group.name.to_owned(), group_seen);
        }
        seen.into()
    }

    fn row_seen(&self, row: &Row, language: Language) -> Value {
        let mut seen = details(&row.details, rows::KEYS);
        seen.extend(object(json::row(row)));
        seen.extend(object(json!({
            "id": row.id,
            "spelt": row.spelt(language),
            "type": row.typed(language),
            "rust_type": row.rust_type,
            "nullable": row.is_null_a_value,
            "is_word": row.rust_type.starts_with("Journal"),
            "is_negated": row.default == Some(Default::Flag(true)),
            "doc": self.doc(row, language),
            "alone": self.doc_alone(row, language).join(" "),
            "having": self.operations.having(row),
            "default_said": self.default_said(row, language),
        })));
        seen.into()
    }

    fn record_seen(&self, record: &Record, language: Language) -> Value {
        let field = |field| self.field_seen(field, language);
        let mut fields = record.fields.iter();
        json!({
            "name": record.name,
            "shape": record.shape,
            "class": pascal(record.name),
            "doc": self.record_doc(record, language),
            "is_openstack": record.is_openstack(),
            "has_data": record.has_data(),
            "is_tagged": record.is_tagged(),
            "fields": fields.clone().map(field).collect::<Value>(),
            "printed": record.printed(language.key()).map(field).collect::<Value>(),
            "trail": fields.find(|own| own.kind == FieldKind::Trail).map(field),
        })
    }

    fn operation_seen(&self, operation: &Operation, language: Language) -> Value {
        let mut seen = object(json::operation(self, operation));
        let server = language.parameter(operation.server());
        let action = operation.action.iter();
        let parameters = [server.clone()].into_iter();
        let parameters = parameters.chain(action.map(|own| language.parameter(own)));
        seen.extend(object(json!({
            "doc": self.operation_doc(operation, language),
            "errors": operation.errors,
            "kind": operation.kind,
            "server": server,
            "parameters": parameters.collect::<Vec<_>>(),
            "is_report": operation.is_report(),
        })));
        seen.into()
    }

    fn field_seen(&self, field: &Field, language: Language) -> Value {
        let mut seen = details(&field.details, fields::KEYS);
        seen.extend(object(json::field(field)));
        seen.extend(object(json!({
            "spelt": field.spelt(language),
            "type": self.field_type(field, language),
            "rust_type": field.rust_type,
            "class": field.class(language),
            "doc": Surface::field_doc(field, language),
            "sentences": field.sentences(language),
        })));
        seen.into()
    }
}

/// What a row says under each key, or null.
fn details(said: &[(String, String)], keys: &str) -> Map<String, Value> {
    let of = |key| said.iter().find(|(own, _)| own == key);
    let all = keys.split(' ').map(|key| {
        let own = of(key).map(|(_, own)| own.as_str());
        (key.to_owned(), own.into())
    });
    all.collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::docs::tests::surface;
    use super::*;

    fn printed(language: Language, template: &str) -> Result<String, minijinja::Error> {
        let environment = environment(Path::new("."), language)?;
        environment.render_str(template, Serde(surface().seen(language)))
    }

    #[test]
    fn a_template_sees_the_surface_as_its_language_has_it() {
        let rows =
            "{% for row in client.options %}\n{{ row.spelt }}: {{ row.type }}\n{% endfor %}\n";
        for (language, wanted) in [
            (
                Language::Python,
                "max_wait: Seconds\nping_interval: Seconds\nbody_bytes: int\n",
            ),
            (
                Language::Node,
                "maxWaitMs: number\npingIntervalMs: number\nbodyBytes: number\n",
            ),
        ] {
            assert_eq!(printed(language, rows).expect("printed"), wanted);
        }
    }

    #[test]
    fn a_comment_is_indented_as_what_it_is_about() {
        let template = "  {{ client.options[0].doc|doc(2) }}\n";
        let wanted = "  /** The longest wait. In milliseconds. Default: 8,500. */\n";
        assert_eq!(printed(Language::Node, template).expect("printed"), wanted);
        let template = "  {{ [\"A `b`.\", \"C.\"]|doc(2) }}\n";
        let wanted = "  \"\"\"A ``b``.\n\n  C.\n  \"\"\"\n";
        assert_eq!(
            printed(Language::Python, template).expect("printed"),
            wanted
        );
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        for template in [
            "{{ client.fruit }}",
            "{% if client.fruit %}{% endif %}",
            "{{ fruit }}",
        ] {
            printed(Language::Go, template).expect_err(template);
        }
    }

    #[test]
    fn a_field_of_a_later_release_is_not_required() {
        let field = |json: &str, since: Option<&str>| json!({ "json": json, "kind": "text", "since": since });
        let fields = [field("outcome", None), field("waited", Some("0.9"))];
        let schemas = json!({ "outcome": "{}", "waited": "{}" });
        let seen = json!({
            "trail": { "name": "trail", "has_data": false, "fields": fields },
            "properties": { "trail": schemas },
        });
        let folder = crate::root().join(FOLDER);
        let environment = environment(&folder, Language::Node).expect("an environment");
        let template = "{% from \"schema/object.j2\" import object %}{ {{ object(trail, true) }} }";
        let printed = environment
            .render_str(template, Serde(seen))
            .expect("printed");
        let schema: Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(schema["required"], json!(["schema", "outcome"]));
        assert_eq!(schema.get("additionalProperties"), None);
        let all = json!({ "schema": { "const": "reqtrail.trail/1" }, "outcome": {}, "waited": {} });
        assert_eq!(schema["properties"], all);
    }
}
