//! The fields of a cloud's configuration, looked up where openstacksdk looks for them.

use super::auth::{Auth, Domain, Project, Scope, User};
use super::yaml::{Map, Yaml};
use crate::error::Error;
use crate::redact::Secret;

/// Names of the compute API's interface, in order of precedence.
pub(super) const INTERFACES: [&str; 4] = [
    "compute_interface",
    "compute_endpoint_type",
    // The old name wins where both are given; so it does with openstacksdk.
    "endpoint_type",
    "interface",
];

/// A cloud's configuration, merged.
pub(super) struct Fields {
    /// Where it came from, as in ``the cloud `dev` of /etc/openstack/clouds.yaml``.
    origin: String,
    from_environment: bool,
    unknown_profile: Option<String>,
    top: Map,
    auth: Map,
    pub(super) region: Option<String>,
}

impl std::fmt::Debug for Fields {
    // Values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.top.keys().collect();
        f.debug_struct("Fields")
            .field("origin", &self.origin)
            .field("names", &names)
            .finish_non_exhaustive()
    }
}

impl Fields {
    pub(super) fn new(
        origin: String,
        from_environment: bool,
        unknown_profile: Option<String>,
        mut top: Map,
        region: Option<String>,
    ) -> Result<Self, Error> {
        let auth = match top.remove("auth") {
            Some(Yaml::Map(auth)) => auth,
            None | Some(Yaml::Null) => Map::new(),
            Some(_) => {
                return Err(Error::config(format!(
                    "`auth` of {origin} is no mapping; expected one with `auth_url`, `username` and others"
                )));
            }
        };
        Ok(Self {
            origin,
            from_environment,
            unknown_profile,
            top,
            auth,
            region,
        })
    }

    /// The fields beside `auth` whose names pass, and no others.
    pub(super) fn only(&self, passes: impl Fn(&str) -> bool) -> Self {
        let fields = self.top.iter().filter(|(key, _)| passes(key));
        Self {
            origin: self.origin.clone(),
            from_environment: self.from_environment,
            unknown_profile: None,
            top: fields
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            auth: Map::new(),
            region: None,
        }
    }

    /// The names of the fields beside `auth`.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.top.keys().map(String::as_str)
    }

    /// Where the configuration came from.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// A field beside `auth`.
    pub(super) fn top(&self, key: &str) -> Result<Option<&str>, Error> {
        self.scalar(&self.top, key)
    }

    /// A field that may be one text or a list of them; the older of two names serves if the first is missing.
    pub(super) fn list(&self, keys: &[&str]) -> Result<Vec<String>, Error> {
        for key in keys {
            if let Some(Yaml::List(items)) = self.top.get(*key) {
                let texts = items.iter().map(|item| item.text().map(str::to_owned));
                let texts: Option<Vec<_>> = texts.collect();
                return texts.ok_or_else(|| self.wrong(key, "a list of something else", "text"));
            }
            if let Some(text) = self.top(key)? {
                return Ok(vec![text.to_owned()]);
            }
        }
        Ok(Vec::new())
    }

    /// What the sign-in method takes: `auth` outranks what stands beside it; later names are older ones.
    pub(super) fn option(&self, keys: &[&str]) -> Result<Option<&str>, Error> {
        for map in [&self.auth, &self.top] {
            for key in keys {
                if let Some(text) = self.scalar(map, key)? {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    /// What has moved over the years: the last of the names outranks the others, and what stands beside `auth`
    /// outranks what stands in it.
    fn moved(&self, keys: &[&str]) -> Result<Option<&str>, Error> {
        for key in keys.iter().rev() {
            for map in [&self.top, &self.auth] {
                if let Some(text) = self.scalar(map, key)? {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    /// A token that is there already.
    pub(super) fn token(&self) -> Result<Option<Secret>, Error> {
        Ok(self.moved(&["auth_token", "token"])?.map(Secret::from))
    }

    /// A field that is true or false.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Error> {
        let Some(text) = self.top(key)? else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Ok(Some(true)),
            "false" | "no" | "off" => Ok(Some(false)),
            _ => Err(self.wrong(
                key,
                "something else",
                "true or false; the path of a CA file belongs into `cacert`",
            )),
        }
    }

    /// The way to sign in that the type names.
    pub(super) fn auth(&self, auth_type: &str) -> Result<Auth, Error> {
        let auth = match auth_type {
            "password" | "v3password" => {
                let password = match self.option(&["password"])? {
                    Some(password) => Secret::from(password),
                    None => return Err(self.no_password()?),
                };
                Auth::password(self.user()?, password)
            }
            "token" | "v3token" => {
                let token = self.token()?;
                Auth::token(token.ok_or_else(|| self.missing("token", "the token"))?)
            }
            _ => self.application_credential()?,
        };
        Ok(match self.scope()? {
            Some(scope) => auth.scope(scope),
            None => auth,
        })
    }

    fn application_credential(&self) -> Result<Auth, Error> {
        let secret = self
            .option(&["application_credential_secret"])?
            .ok_or_else(|| self.missing("application_credential_secret", "the secret"))?;
        if let Some(id) = self.option(&["application_credential_id"])? {
            return Ok(Auth::application_credential(id, secret));
        }
        let name = self
            .option(&["application_credential_name"])?
            .ok_or_else(|| {
                self.missing(
                    "application_credential_id",
                    "the ID, or `application_credential_name` and the user",
                )
            })?;
        Ok(Auth::named_application_credential(
            name,
            self.user()?,
            secret,
        ))
    }

    fn user(&self) -> Result<User, Error> {
        if let Some(id) = self.option(&["user_id"])? {
            return Ok(User::id(id));
        }
        let name = self
            .option(&["username", "user_name"])?
            .ok_or_else(|| self.missing("username", "the user's name, or `user_id`"))?;
        let domain = self.domain_of("user")?.ok_or_else(|| {
            self.missing(
                "user_domain_name",
                "the user's domain, which often is `Default`, or `user_domain_id`",
            )
        })?;
        Ok(User::named(name, domain))
    }

    fn scope(&self) -> Result<Option<Scope>, Error> {
        if self.option(&["trust_id"])?.is_some() {
            let what = "trusts are not supported; leave it out, and name the project";
            return Err(self.complaint("trust_id", what));
        }
        let system = self.option(&["system_scope"])?;
        if system.is_some_and(|scope| scope != "all") {
            return Err(self.wrong("system_scope", "something else", "`all`"));
        }
        let project = self.project()?;
        let domain = match project {
            // The domain is that of the project and the user then.
            Some(_) => None,
            None => self.domain("domain_id", "domain_name")?,
        };
        let scopes = [
            project.map(Scope::Project),
            domain.map(Scope::Domain),
            system.map(|_| Scope::System),
        ];
        let mut scopes = scopes.into_iter().flatten();
        match (scopes.next(), scopes.next()) {
            (_, Some(_)) => Err(self.complaint(
                "system_scope",
                "a token has one scope; leave out this, or the project and domain",
            )),
            (scope, None) => Ok(scope),
        }
    }

    fn project(&self) -> Result<Option<Project>, Error> {
        if let Some(id) = self.moved(&["tenant_id", "project_id"])? {
            return Ok(Some(Project::id(id)));
        }
        let Some(name) = self.moved(&["tenant_name", "project_name"])? else {
            return Ok(None);
        };
        let domain = self.domain_of("project")?.ok_or_else(|| {
            self.missing(
                "project_domain_name",
                "the project's domain, which often is `Default`, or `project_domain_id`",
            )
        })?;
        Ok(Some(Project::named(name, domain)))
    }

    /// The domain of the user or the project: its own, or the one that `domain_*` names once for both.
    fn domain_of(&self, whose: &str) -> Result<Option<Domain>, Error> {
        let scoped = self.moved(&["tenant_id", "project_id"])?.is_some()
            || self.moved(&["tenant_name", "project_name"])?.is_some();
        for part in ["id", "name"] {
            let mut found = self.moved(&[&format!("{whose}_domain_{part}")])?;
            if found.is_none() && scoped {
                found = self.moved(&[&format!("domain_{part}")])?;
            }
            if let Some(found) = found {
                return Ok(Some(domain(part, found)));
            }
        }
        self.domain("default_domain_id", "default_domain_name")
    }

    fn domain(&self, id: &str, name: &str) -> Result<Option<Domain>, Error> {
        Ok(match self.moved(&[id])? {
            Some(id) => Some(domain("id", id)),
            None => self.moved(&[name])?.map(|name| domain("name", name)),
        })
    }

    /// A password is missing, perhaps as another way to sign in was meant.
    fn no_password(&self) -> Result<Error, Error> {
        for (key, auth_type) in [
            ("application_credential_secret", "v3applicationcredential"),
            ("token", "token"),
        ] {
            if self.option(&[key])?.is_some() {
                let what = format!(
                    "it is given, but the way to sign in is `password`; set {} to `{auth_type}`",
                    self.named("auth_type", false)
                );
                return Ok(self.complaint(key, &what));
            }
        }
        Ok(self.missing("password", "the password"))
    }

    /// The error of a field that is needed.
    pub(super) fn missing(&self, key: &str, wanted: &str) -> Error {
        let profile = self.unknown_profile.as_ref().map(|profile| {
            format!(" (its profile `{profile}` is in no clouds-public.yaml; vendors' profiles are not built in)")
        });
        Error::config(format!(
            "{} of {} is missing; expected {wanted}{}",
            self.named(key, true),
            self.origin,
            profile.unwrap_or_default()
        ))
    }

    /// The error of a field whose value does not do; the value is not repeated.
    pub(super) fn wrong(&self, key: &str, is: &str, wanted: &str) -> Error {
        self.complaint(key, &format!("it is {is}; expected {wanted}"))
    }

    /// The error of a field.
    pub(super) fn complaint(&self, key: &str, what: &str) -> Error {
        let inner = self.auth.contains_key(key);
        Error::config(format!(
            "{} of {}: {what}",
            self.named(key, inner),
            self.origin
        ))
    }

    /// A field's name where the reader has to look for it.
    fn named(&self, key: &str, inner: bool) -> String {
        if self.from_environment {
            format!("OS_{}", key.to_ascii_uppercase())
        } else if inner {
            format!("`auth.{key}`")
        } else {
            format!("`{key}`")
        }
    }

    /// A text, of which an empty one says nothing.
    fn scalar<'a>(&self, map: &'a Map, key: &str) -> Result<Option<&'a str>, Error> {
        match map.get(key) {
            None | Some(Yaml::Null) => Ok(None),
            Some(Yaml::Text { text, .. }) => Ok(Some(&**text).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(key, "a list or a mapping", "text")),
        }
    }
}

fn domain(part: &str, text: &str) -> Domain {
    match part {
        "id" => Domain::id(text),
        _ => Domain::name(text),
    }
}
