//! Templates in endpoints, which clouds leave to their clients: `https://nova.example/v2.1/%(project_id)s`.
//!
//! Source: <https://docs.openstack.org/keystone/latest/contributor/service-catalog.html>.

use crate::error::Error;

/// The values of an endpoint's templates.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Templates<'a> {
    pub(super) project_id: Option<&'a str>,
    pub(super) user_id: Option<&'a str>,
}

/// A template in a text: `%(name)s` or `$(name)s`.
struct Template<'a> {
    before: &'a str,
    name: &'a str,
    after: &'a str,
}

impl<'a> Template<'a> {
    fn first(text: &'a str) -> Option<Self> {
        text.match_indices("(").find_map(|(at, _)| {
            let before = text[..at].strip_suffix(['%', '$'])?;
            let (name, after) = text[at + 1..].split_once(")s")?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            (!name.is_empty() && name.chars().all(is_name)).then_some(Self {
                before,
                name,
                after,
            })
        })
    }
}

impl<'a> Templates<'a> {
    /// Fills in what is known; the rest stays unchanged.
    pub(super) fn filled(&self, url: &str) -> String {
        let mut out = String::new();
        let mut rest = url;
        while let Some(template) = Template::first(rest) {
            let end = rest.len() - template.after.len();
            out.push_str(template.before);
            out.push_str(
                self.value(template.name)
                    .unwrap_or(&rest[template.before.len()..end]),
            );
            rest = template.after;
        }
        out + rest
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        match name {
            // The former name of projects.
            "project_id" | "tenant_id" => self.project_id,
            "user_id" => self.user_id,
            _ => None,
        }
    }
}

/// Refuses an endpoint of a service with an unfilled template.
pub(super) fn check(url: &str, service: &str) -> Result<(), Error> {
    let Some(Template { name, .. }) = Template::first(url) else {
        return Ok(());
    };
    let why = match name {
        "project_id" | "tenant_id" => {
            "the token is not for a project: name one to sign in to, or write its ID there"
        }
        "user_id" => "no sign-in says who the user is; write the ID there",
        _ => "expected only %(project_id)s, %(tenant_id)s or %(user_id)s",
    };
    Err(Error::config(format!(
        "the {service} endpoint has the template `{name}`, which cannot be filled: {why}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let known = Templates {
            project_id: Some("p1"),
            user_id: Some("u1"),
        };
        for (url, wanted) in [
            ("https://n/v2.1/%(project_id)s", "https://n/v2.1/p1"),
            ("https://n/v2.1/$(tenant_id)s/x", "https://n/v2.1/p1/x"),
            ("https://n/%(tenant_id)s/$(user_id)s", "https://n/p1/u1"),
            ("https://n/%20(x)s/v2.1", "https://n/%20(x)s/v2.1"),
            ("https://n/(project_id)s", "https://n/(project_id)s"),
            ("https://n/%(project_id)", "https://n/%(project_id)"),
            ("https://n/v2.1", "https://n/v2.1"),
            (
                "https://n/%(other)s/%(project_id)s",
                "https://n/%(other)s/p1",
            ),
        ] {
            assert_eq!(known.filled(url), wanted);
        }
        assert_eq!(
            Templates::default().filled("https://n/%(project_id)s"),
            "https://n/%(project_id)s"
        );
    }

    #[test]
    fn what_is_not_filled_is_refused_by_name() {
        for (url, part) in [
            ("https://n/%(project_id)s", "not for a project"),
            ("https://n/$(tenant_id)s", "not for a project"),
            ("https://n/$(user_id)s", "who the user is"),
            ("https://n/%(compute_port)s", "`compute_port`"),
        ] {
            let error = check(url, "volume").expect_err(url);
            assert!(error.message().contains("the volume endpoint"), "{error}");
            assert!(error.message().contains(part), "{error}");
        }
        assert!(check("https://n/v2.1/%20x", "compute").is_ok());
    }
}
