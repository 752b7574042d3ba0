//! Variables that differ from the cloud that is used, and are ignored.

use super::config_source::ConfigSource;
use super::fields::{Fields, INTERFACES};
use super::keystone::root;
use crate::redact::one_line;

/// Keys that variables may set, each with its other names. The value of a cloud under any of them is compared.
const COMPARED: [&[&str]; 17] = [
    &["auth_url"],
    &["auth_type", "auth_plugin"],
    &["username", "user_name"],
    &["user_id"],
    &["password"],
    &["passcode"],
    &["project_name", "tenant_name"],
    &["project_id", "tenant_id"],
    &["user_domain_name"],
    &["user_domain_id"],
    &["project_domain_name"],
    &["project_domain_id"],
    &["application_credential_id"],
    &["application_credential_name"],
    &["application_credential_secret"],
    &["token", "auth_token"],
    &["trust_id"],
];

/// The default interface of a cloud.
const PUBLIC: &str = "public";

/// The notes on a cloud from a file that the environment chose.
pub(super) fn notes(
    source: &dyn ConfigSource,
    fields: &Fields,
    region_is_given: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    if !region_is_given && let Some(region) = source.var("OS_REGION_NAME") {
        let used = fields.region.as_deref();
        if used != Some(&region) {
            let used = used.map_or("none".to_owned(), quoted);
            notes.push(unused(
                "OS_REGION_NAME",
                &region,
                fields,
                &format!("its region is {used}"),
            ));
        }
    }
    let used = fields.list(&INTERFACES).unwrap_or_default();
    for name in ["OS_INTERFACE", "OS_ENDPOINT_TYPE"] {
        let Some(interface) = source.var(name) else {
            continue;
        };
        let is_same = |other: &str| plain(other) == plain(&interface);
        let fits = match used.as_slice() {
            [] => is_same(PUBLIC),
            used => used.iter().any(|other| is_same(other)),
        };
        if !fits {
            let used = used.first().map_or(PUBLIC, String::as_str);
            notes.push(unused(
                name,
                &interface,
                fields,
                &format!("its interface is {}", quoted(used)),
            ));
        }
    }
    let mut others = Vec::new();
    for keys in COMPARED {
        // An unreadable value is reported where it is needed.
        let Ok(Some(used)) = fields.option(keys) else {
            continue;
        };
        for key in keys {
            let name = format!("OS_{}", key.to_ascii_uppercase());
            let differs = |value: &String| match *key {
                "auth_url" => root(value) != root(used),
                _ => value != used,
            };
            if source.var(&name).as_ref().is_some_and(differs) {
                others.push(name);
            }
        }
    }
    if !others.is_empty() {
        // The values may be secrets.
        notes.push(format!(
            "{} differ{} from {}, and the variables are not used",
            others.join(", "),
            if others.len() == 1 { "s" } else { "" },
            fields.origin()
        ));
    }
    notes
}

fn unused(name: &str, value: &str, fields: &Fields, instead: &str) -> String {
    format!(
        "{name} is {}, but {} counts: {instead}",
        quoted(value),
        fields.origin()
    )
}

fn quoted(text: &str) -> String {
    format!("`{}`", one_line(text))
}

/// The current name of an interface.
fn plain(interface: &str) -> &str {
    interface.strip_suffix("URL").unwrap_or(interface)
}
