//! `schema/codes.json` as types: the single list of names and numbers, checked as it is read.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;

/// The whole list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    #[expect(dead_code, reason = "read so that an unknown field is noticed")]
    version: u32,
    pub(crate) error_kinds: Vec<Name>,
    pub(crate) categories: Vec<Name>,
    pub(crate) stop_reasons: Vec<Name>,
    pub(crate) causes: Vec<Name>,
    pub(crate) wait_reasons: Vec<Name>,
    pub(crate) sent_states: Vec<Name>,
    pub(crate) trail_notes: Vec<Name>,
    pub(crate) request_id_notes: Vec<Name>,
    pub(crate) dialects: Vec<Dialect>,
}

/// One value of a closed set, such as an error kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) number: u32,
    /// The class of the error, in languages that have classes: kinds and categories name one.
    #[serde(default)]
    pub(crate) class: Option<String>,
    pub(crate) doc: String,
}

/// One API and its codes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dialect {
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) title: String,
    /// What the API calls its codes: the name of their type in every language.
    pub(crate) code_type: String,
    /// The page that explains codes without a separate page.
    #[serde(default)]
    pub(crate) documentation_url: Option<String>,
    /// Closed sets of names that only this API has.
    #[serde(default)]
    pub(crate) sets: Vec<Set>,
    pub(crate) codes: Vec<Code>,
    /// Codes of other services that the dialect reads: explained as the others are, but texts in every language, without
    /// a number.
    #[serde(default)]
    pub(crate) service_codes: Vec<Code>,
}

/// A closed set of one API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) values: Vec<Name>,
}

/// One error string of an API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) name: String,
    /// 0 for the code of a service.
    #[serde(default)]
    pub(crate) number: u32,
    pub(crate) status: u16,
    pub(crate) category: String,
    pub(crate) retry: Retry,
    pub(crate) aliases: Vec<String>,
    pub(crate) meaning: String,
    pub(crate) hint: String,
    /// The page that explains the code, where it is not the dialect's.
    #[serde(default)]
    pub(crate) documentation_url: Option<String>,
}

/// The retry rule of a (code, status) pair.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retry {
    /// The status decides.
    ByStatus,
    /// Always, as a 429.
    Always,
    /// If repeating is safe, as a 503.
    IfSafe,
    /// Final.
    Never,
}

/// Reads and checks the list.
pub(crate) fn read(path: &Path) -> Result<Codes, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let codes: Codes =
        serde_json::from_str(&text).map_err(|e| format!("schema/codes.json: {e}"))?;
    for (set, names) in codes.sets() {
        unique(set, names.iter().map(|n| (n.name.as_str(), n.number)))?;
    }
    for name in codes.error_kinds.iter().chain(&codes.categories) {
        if name.class.is_none() {
            return Err(format!(
                "schema/codes.json: `{}` names no error class",
                name.name
            ));
        }
    }
    unique(
        "dialects",
        codes.dialects.iter().map(|d| (d.name.as_str(), d.number)),
    )?;
    for dialect in &codes.dialects {
        unique(
            &dialect.name,
            dialect.codes.iter().map(|c| (c.name.as_str(), c.number)),
        )?;
        numbered(dialect)?;
        for set in &dialect.sets {
            let values = set.values.iter().map(|v| (v.name.as_str(), v.number));
            unique(&set.name, values)?;
        }
        for code in dialect.explained() {
            if !codes.categories.iter().any(|c| c.name == code.category) {
                return Err(format!(
                    "schema/codes.json: {}/{} names the unknown category `{}`",
                    dialect.name, code.name, code.category
                ));
            }
            complete(dialect, code)?;
        }
    }
    Ok(codes)
}

/// Refuses a code of the type without a number, and the code of a service that has a number or is in the type.
fn numbered(dialect: &Dialect) -> Result<(), String> {
    let of_type = dialect.codes.iter().find(|code| code.number == 0);
    let of_service = dialect.service_codes.iter().find(|code| {
        let mut codes = dialect.codes.iter();
        code.number != 0 || codes.any(|other| other.name == code.name)
    });
    match of_type.or(of_service) {
        Some(code) => Err(format!(
            "schema/codes.json: {}/{}: expected a number in `codes`, and neither a number nor a code of the type in \
             `service_codes`",
            dialect.name, code.name
        )),
        None => Ok(()),
    }
}

/// Refuses a code whose texts say too little.
fn complete(dialect: &Dialect, code: &Code) -> Result<(), String> {
    let page = dialect.page_of(code).unwrap_or_default();
    let lacks = [
        ("meaning", !code.meaning.is_empty()),
        ("hint", !code.hint.is_empty()),
        ("documentation_url", page.starts_with("https://")),
    ];
    match lacks.iter().find(|(_, is_there)| !is_there) {
        Some((key, _)) => Err(format!(
            "schema/codes.json: {}/{} has no `{key}`; expected a sentence, or a page's https URL",
            dialect.name, code.name
        )),
        None => Ok(()),
    }
}

impl Dialect {
    /// All codes that have a meaning.
    pub(crate) fn explained(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter().chain(&self.service_codes)
    }

    /// The page that explains a code.
    pub(crate) fn page_of<'a>(&'a self, code: &'a Code) -> Option<&'a str> {
        let own = code.documentation_url.as_deref();
        own.or(self.documentation_url.as_deref())
    }
}

impl Codes {
    /// The dialect of this name.
    pub(crate) fn dialect(&self, name: &str) -> Result<&Dialect, String> {
        let found = self.dialects.iter().find(|d| d.name == name);
        found.ok_or_else(|| format!("schema/codes.json: no dialect `{name}`"))
    }

    /// The names of a closed set, by its Rust name.
    pub(crate) fn words(&self, set: &str) -> Result<Vec<&str>, String> {
        let of_dialects = self.dialects.iter().flat_map(|dialect| &dialect.sets);
        let of_dialects = of_dialects.map(|own| (own.name.as_str(), own.values.as_slice()));
        let mut all = self.sets().into_iter().chain(of_dialects);
        let found = all.find(|(name, _)| *name == set);
        let (_, names) = found.ok_or_else(|| format!("schema/codes.json: no set `{set}`"))?;
        Ok(names.iter().map(|own| own.name.as_str()).collect())
    }

    /// The closed sets with their Rust names.
    pub(crate) fn sets(&self) -> [(&'static str, &[Name]); 8] {
        [
            ("ErrorKind", &self.error_kinds),
            ("Category", &self.categories),
            ("StopReason", &self.stop_reasons),
            ("Cause", &self.causes),
            ("WaitReason", &self.wait_reasons),
            ("Sent", &self.sent_states),
            ("TrailNote", &self.trail_notes),
            ("RequestIdNote", &self.request_id_notes),
        ]
    }
}

fn unique<'a>(set: &str, rows: impl Iterator<Item = (&'a str, u32)>) -> Result<(), String> {
    let (mut names, mut numbers) = (HashSet::new(), HashSet::new());
    for (name, number) in rows {
        if !names.insert(name) || !numbers.insert(number) {
            return Err(format!(
                "schema/codes.json: {set} holds `{name}` or the number {number} twice"
            ));
        }
    }
    Ok(())
}
