//! Finding the one server that has a name.

use std::fmt::Write as _;
use std::time::Duration;

use super::reads::Compute;
use crate::client::Client;
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::openstack::accepted::call_group::CallGroup;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::name_list::{self, LISTED};
use crate::redact::one_line;

/// How many characters of a name an error repeats at most.
const SHOWN: usize = 60;

/// The result of a look-up.
pub(super) enum Lookup {
    /// The server's UUID.
    Found(String),
    /// No server has the name, or several have it.
    NotOne(Error),
}

/// Whether an argument is looked up as a name: it is not empty and not a UUID.
pub(super) fn is_name(server: &str) -> bool {
    !server.is_empty() && !is_uuid(server)
}

/// Whether a text is a UUID as OpenStack writes it.
pub(in crate::openstack) fn is_uuid(text: &str) -> bool {
    let hex = |group: &str| group.bytes().all(|b| b.is_ascii_hexdigit());
    let groups = text.split('-');
    groups.clone().map(str::len).eq([8, 4, 4, 4, 12]) && groups.clone().all(hex)
}

/// Looks a name up. `timeout` replaces the client's.
///
/// # Errors
/// Those of the calls.
pub(super) async fn look_up(
    compute: &Compute<Client>,
    calls: &mut CallGroup,
    name: &str,
    timeout: Option<Duration>,
) -> Result<Lookup, Error> {
    let ids = ids(compute, calls, name, timeout).await?;
    Ok(match ids.as_slice() {
        [id] => Lookup::Found(id.clone()),
        ids => Lookup::NotOne(not_one(calls, name, ids)),
    })
}

/// The UUIDs of the servers that have exactly this name, a few at most.
///
/// # Errors
/// Those of the calls.
pub(in crate::openstack) async fn ids(
    compute: &Compute<Client>,
    calls: &mut CallGroup,
    name: &str,
    timeout: Option<Duration>,
) -> Result<Vec<String>, Error> {
    let pattern = pattern(name);
    name_list::ids(calls, name, timeout, |marker| {
        let mut request = compute.get("/servers").query("name", &pattern);
        if let Some(marker) = marker {
            request = request.query("marker", marker);
        }
        Get::new(request, |response| response.json())
    })
    .await
}

/// A regular expression for this very name, as Nova's filter takes one.
fn pattern(name: &str) -> String {
    let mut pattern = String::from("^");
    for c in name.chars() {
        match c {
            // Nova puts a backslash before each bar for MySQL; within brackets it does no harm.
            '|' => pattern.push_str("[|]"),
            '\\' | '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' => {
                pattern.push('\\');
                pattern.push(c);
            }
            c => pattern.push(c),
        }
    }
    pattern.push('$');
    pattern
}

/// A name as an error shows it: it may have 255 characters, and the IDs have to fit into one line with it.
pub(in crate::openstack) fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    one_line(&shown).into_owned()
}

fn not_one(calls: &CallGroup, name: &str, ids: &[String]) -> Error {
    let shown = shown(name);
    let (category, text) = match ids {
        [] => (
            Category::NotFound,
            format!(
                "this token sees no server with the name `{shown}`; expected a server's UUID or its exact name"
            ),
        ),
        ids => {
            let mut text = format!(
                "several servers have the name `{shown}`; expected the UUID of one of them: "
            );
            text.push_str(&ids[..ids.len().min(LISTED)].join(", "));
            if ids.len() > LISTED {
                let _ = write!(text, ", …");
            }
            (Category::Invalid, text)
        }
    };
    let error = Error::new(ErrorKind::Api, text).with_category(Some(category));
    match calls.trails.last() {
        Some(trail) => error.with_trail(trail.refused_with(ErrorKind::Api)),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_uuid_is_a_name() {
        for uuid in [
            "344174b8-34fd-4017-ae29-b9084dcf3861",
            "344174B8-34FD-4017-AE29-B9084DCF3861",
            "",
        ] {
            assert!(!is_name(uuid), "{uuid}");
        }
        for name in [
            "web-1",
            "344174b8",
            "344174b834fd4017ae29b9084dcf3861",
            "344174b8-34fd-4017-ae29-b9084dcf386g",
            "344174b8-34fd-4017-ae29-b9084dcf3861-",
            "ä.b",
        ] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_escaped() {
        for (name, wanted) in [
            ("web-1", "^web-1$"),
            ("web.1", r"^web\.1$"),
            ("a|b", "^a[|]b$"),
            (r"(x)[y]{z}*+?^$\", r"^\(x\)\[y\]\{z\}\*\+\?\^\$\\$"),
            ("käfer 1", "^käfer 1$"),
        ] {
            assert_eq!(pattern(name), wanted);
        }
    }
}
