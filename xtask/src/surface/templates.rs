//! Prints files from the templates in `xtask/templates`, which see the surface as one language has it.
//!
//! A template whose name, without `.j2`, has an extension of its own is a file; any other is a part of one, which others
//! include or which stands between two comments in a file that is written by hand.

use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, path_loader};
use serde_json::{Map, Value, json};

use super::docs::{commented, wrapped};
use super::names::{camel, pascal};
use super::operations::ABOUT;
use super::{ActionBy, Field, FieldKind, Group, Language, Operation, Record, Row, Surface};
use super::{fields, json, rows};

/// The folder.
const FOLDER: &str = "xtask/templates";

/// The templates of one language, and what they see.
pub(crate) struct Templates {
    language: &'static str,
    environment: Environment<'static>,
    surface: minijinja::Value,
    folder: PathBuf,
}

impl Templates {
    pub(crate) fn new(root: &Path, surface: &Surface, language: Language) -> Result<Self, String> {
        let folder = root.join(FOLDER);
        let mut environment = Environment::new();
        let mut syntax = environment.syntax().to_builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        syntax.keep_trailing_newline(true);
        environment.set_syntax(syntax.build().map_err(|e| e.to_string())?);
        environment.set_loader(path_loader(&folder));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.add_filter("camel", |name: &str| camel(name));
        environment.add_filter("pascal", |name: &str| pascal(name));
        environment.add_filter("parameter", move |name: &str| language.parameter(name));
        environment.add_filter("wrap", |text: &str, width: usize| wrapped(text, width));
        environment.add_filter("doc", move |doc: minijinja::Value, indent: usize| {
            let paragraphs = match doc.as_str() {
                Some(only) => vec![only.to_owned()],
                None => doc.try_iter()?.map(|own| own.to_string()).collect(),
            };
            Ok::<_, minijinja::Error>(commented(&paragraphs, language, indent))
        });
        Ok(Self {
            language: language.key(),
            environment,
            surface: minijinja::Value::from(Serde(surface.seen(language))),
            folder: folder.join(language.key()),
        })
    }

    /// The files of the language, by their paths in the folder of its templates.
    pub(crate) fn files(&self) -> Result<Vec<(String, String)>, String> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
            for entry in std::fs::read_dir(&folder).map_err(fail)? {
                let path = entry.map_err(fail)?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let inner = path.with_extension("");
                if inner.extension().is_some() {
                    let own = inner.strip_prefix(&self.folder).unwrap_or(&inner);
                    let own = own.to_string_lossy().into_owned();
                    files.push((own.clone(), self.print(&own, None)?));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// Prints a template that may be about one thing: a record or a group of options, by its name.
    pub(crate) fn print(&self, template: &str, about: Option<&str>) -> Result<String, String> {
        let path = format!("{}/{template}.j2", self.language);
        let template = self.environment.get_template(&path);
        let template = template.map_err(|e| format!("{e:#}"))?;
        let it = match about {
            Some(name) => self.surface.get_attr(name).map_err(|e| e.to_string())?,
            None => minijinja::Value::UNDEFINED,
        };
        let seen = context! { it, ..self.surface.clone() };
        template.render(seen).map_err(|e| format!("{e:#}"))
    }
}

impl Surface {
    /// All that templates see, as a language has it: groups and records stand by their names, too.
    fn seen(&self, language: Language) -> Value {
        let groups = self.groups.iter().chain([&self.operations.options]);
        let groups = groups.map(|own| (own.name.to_owned(), self.group_seen(own, language)));
        let records = self.records.iter();
        let records = records.map(|own| (own.name.to_owned(), self.record_seen(own, language)));
        let records: Vec<(String, Value)> = records.collect();
        let all: Vec<&Value> = records.iter().map(|(_, own)| own).collect();
        let operations = &self.operations;
        let sets = operations.sets.iter().map(|set| {
            let options: Vec<Value> = operations
                .rows(set)
                .map(|row| self.row_seen(row, language))
                .collect();
            json!({ "name": set.name, "class": format!("{}Options", set.name), "doc": set.doc, "options": options })
        });
        let own = operations.all.iter();
        let own: Vec<Value> = own.map(|one| self.operation_seen(one, language)).collect();
        let given = operations.records().into_iter();
        let mut seen = json!({
            "records": all,
            "word_sets": self.word_sets(),
            "operations": own,
            "sets": sets.collect::<Vec<_>>(),
            "reads": given.map(|one| self.operation_seen(one, language)).collect::<Vec<_>>(),
            "about": ABOUT,
        });
        if let Value::Object(seen) = &mut seen {
            seen.extend(groups.chain(records.clone()));
        }
        seen
    }

    fn group_seen(&self, group: &Group, language: Language) -> Value {
        let rows = |rows: &[Row]| -> Vec<Value> {
            rows.iter()
                .map(|row| self.row_seen(row, language))
                .collect()
        };
        json!({ "name": group.name, "options": rows(&group.options), "by_hand": rows(&group.by_hand) })
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
            "doc": self.doc(row, language),
        })));
        seen.into()
    }

    fn record_seen(&self, record: &Record, language: Language) -> Value {
        let fields = |fields: &mut dyn Iterator<Item = &Field>| -> Vec<Value> {
            fields.map(|field| field_seen(field, language)).collect()
        };
        let trail = record.fields.iter();
        let mut trail = trail.filter(|field| field.kind == FieldKind::Trail);
        json!({
            "name": record.name,
            "shape": record.shape,
            "class": pascal(record.name),
            "doc": record.doc,
            "is_openstack": record.is_openstack(),
            "fields": fields(&mut record.fields.iter()),
            "printed": fields(&mut record.printed(language.key())),
            "trail": trail.next().map(|field| field_seen(field, language)),
        })
    }

    fn operation_seen(&self, operation: &Operation, language: Language) -> Value {
        let mut seen = object(json::operation(self, operation));
        seen.extend(object(json!({
            "doc": self.operation_doc(operation, language),
            "errors": operation.errors,
            "server": operation.server.parameter(),
            "action": operation.action.map(ActionBy::key),
            "parameters": operation.parameters(),
            "is_report": operation.is_report(),
        })));
        seen.into()
    }
}

fn field_seen(field: &Field, language: Language) -> Value {
    let mut seen = details(&field.details, &fields::KEYS);
    seen.extend(object(json::field(field)));
    seen.extend(object(json!({
        "spelt": field.spelt(language),
        "type": field.typed(language),
        "rust_type": field.rust_type,
        "class": field.class(language),
        "doc": Surface::field_doc(field, language),
    })));
    seen.into()
}

/// What a row says under each key, or null.
fn details(said: &[(String, String)], keys: &[&str]) -> Map<String, Value> {
    let mut all: Map<String, Value> = keys
        .iter()
        .map(|key| ((*key).to_owned(), Value::Null))
        .collect();
    let said = said.iter();
    all.extend(said.map(|(key, own)| (key.clone(), own.as_str().into())));
    all
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

    fn printed(language: Language, template: &str) -> Result<String, String> {
        let own = Templates::new(&crate::root(), &surface(), language)?;
        let printed = own.environment.render_str(template, own.surface.clone());
        printed.map_err(|e| e.to_string())
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
            assert_eq!(printed(language, rows).as_deref(), Ok(wanted));
        }
    }

    #[test]
    fn a_comment_is_indented_as_what_it_is_about() {
        let template = "  {{ client.options[0].doc|doc(2) }}\n";
        let wanted = "  /** The longest wait. In milliseconds. Default: 8,500. */\n";
        assert_eq!(printed(Language::Node, template).as_deref(), Ok(wanted));
        let template = "  {{ [\"A `b`.\", \"C.\"]|doc(2) }}\n";
        let wanted = "  \"\"\"A ``b``.\n\n  C.\n  \"\"\"\n";
        assert_eq!(printed(Language::Python, template).as_deref(), Ok(wanted));
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
}
