//! The fields of a cloud's configuration, looked up in the same places as by openstacksdk.

use super::auth::{Auth, Domain, Project, Scope, User};
use super::receipt::Receipt;
use super::yaml::{Map, Yaml};
use crate::error::Error;
use crate::redact::Secret;

/// Names of the compute API's interface, in order of precedence.
pub(super) const INTERFACES: [&str; 4] = [
    "compute_interface",
    "compute_endpoint_type",
    // The old name wins if both are set, as with openstacksdk.
    "endpoint_type",
    "interface",
];

/// The methods of a multi-factor sign-in.
const AUTH_METHODS: [&str; 4] = ["v3password", "v3totp", "v3token", "v3applicationcredential"];

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
                    "`auth` of {origin} is not a mapping; expected one with `auth_url`, `username` and others"
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

    /// Only the fields outside `auth` whose names pass.
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

    /// The names of the fields outside `auth`.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.top.keys().map(String::as_str)
    }

    /// Where the configuration came from.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// A field outside `auth`.
    pub(super) fn top(&self, key: &str) -> Result<Option<&str>, Error> {
        self.scalar(&self.top, key)
    }

    /// A field that may be one text or a list of them; the older of two names is used if the first is missing.
    pub(super) fn list(&self, keys: &[&str]) -> Result<Vec<String>, Error> {
        for key in keys {
            if let Some(texts) = self.texts(&self.top, key)? {
                return Ok(texts);
            }
        }
        Ok(Vec::new())
    }

    fn texts(&self, map: &Map, key: &str) -> Result<Option<Vec<String>>, Error> {
        if let Some(Yaml::List(items)) = map.get(key) {
            let texts = items.iter().map(|item| item.text().map(str::to_owned));
            let texts: Option<Vec<_>> = texts.collect();
            let wrong = || self.wrong(key, "a list of something else", "text");
            return texts.ok_or_else(wrong).map(Some);
        }
        Ok(self.scalar(map, key)?.map(|text| vec![text.to_owned()]))
    }

    /// A value of the sign-in method. A field in `auth` takes precedence over one outside it; later names are older
    /// ones.
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

    /// A value that has moved over the years. The last of the names takes precedence, and a field outside `auth` takes
    /// precedence over one in it.
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

    /// An existing token.
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
                "true or false; the path of a CA file belongs in `cacert`",
            )),
        }
    }

    /// The sign-in of this type.
    pub(super) fn auth(&self, auth_type: &str) -> Result<Auth, Error> {
        let mut auth = match auth_type {
            "v3multifactor" => self.multifactor()?,
            one => self.way(one)?,
        };
        if let Some(receipt) = self.option(&["receipt"])? {
            auth = auth.receipt(Receipt::new(receipt));
        }
        Ok(match self.scope()? {
            Some(scope) => auth.scope(scope),
            None => auth,
        })
    }

    /// One method.
    fn way(&self, auth_type: &str) -> Result<Auth, Error> {
        match auth_type {
            "password" | "v3password" => {
                let password = match self.option(&["password"])? {
                    Some(password) => Secret::from(password),
                    None => return Err(self.no_password()?),
                };
                Ok(Auth::password(self.user()?, password))
            }
            "v3totp" => {
                let passcode = self.option(&["passcode"])?.ok_or_else(|| {
                    let wanted = "the one-time passcode that the user's authenticator shows now";
                    self.missing("passcode", wanted)
                })?;
                Ok(Auth::totp(self.user()?, passcode))
            }
            "token" | "v3token" => {
                let token = self.token()?;
                let token = token.ok_or_else(|| self.missing("token", "the token"))?;
                Ok(Auth::token(token))
            }
            _ => self.application_credential(),
        }
    }

    /// The methods in `auth_methods`.
    fn multifactor(&self) -> Result<Auth, Error> {
        let names = match self.texts(&self.auth, "auth_methods")? {
            None => self.list(&["auth_methods"])?,
            Some(names) => names,
        };
        let names: Vec<_> = (names.iter().flat_map(|text| text.split(',')))
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            let wanted = "the ways of proof, such as `v3password,v3totp`";
            return Err(self.missing("auth_methods", wanted));
        }
        let mut ways = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            if !AUTH_METHODS.contains(name) {
                let what = format!(
                    "`{}` is not supported; expected {}",
                    name.escape_debug(),
                    AUTH_METHODS.join(", ")
                );
                return Err(self.complaint("auth_methods", &what));
            }
            if names[..place].contains(name) {
                let what = format!("it has `{name}` twice; expected each way of proof once");
                return Err(self.complaint("auth_methods", &what));
            }
            ways.push(self.way(name)?);
        }
        Ok(Auth::multifactor(ways))
    }

    /// The user and the password that are sent with each call.
    pub(super) fn basic(&self) -> Result<(Secret, Secret), Error> {
        let user = self.option(&["username", "user_name"])?;
        let user = user.ok_or_else(|| self.missing("username", "the user's name"))?;
        let password = self.option(&["password"])?;
        let password = password.ok_or_else(|| self.missing("password", "the password"))?;
        Ok((user.into(), password.into()))
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
        let system = self.option(&["system_scope"])?;
        if system.is_some_and(|scope| scope != "all") {
            return Err(self.wrong("system_scope", "something else", "`all`"));
        }
        let project = self.project()?;
        let domain = match project {
            // The domain is then that of the project and the user.
            Some(_) => None,
            None => self.domain("domain_id", "domain_name")?,
        };
        let scopes = [
            project.map(Scope::Project),
            domain.map(Scope::Domain),
            system.map(|_| Scope::System),
        ];
        let mut scopes = scopes.into_iter().flatten();
        if let Some(trust) = self.option(&["trust_id"])? {
            if scopes.next().is_some() {
                let what =
                    "a token has one scope; leave out this, or project, domain and system_scope";
                return Err(self.complaint("trust_id", what));
            }
            return Ok(Some(Scope::Trust(trust.to_owned())));
        }
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

    /// The domain of the user or the project: its own, or the common one in `domain_*`.
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

    /// The error of a missing password, perhaps because another way to sign in was meant.
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

    /// The error of a field whose value is not valid; the value is not repeated.
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

    /// A field's name with its location.
    fn named(&self, key: &str, inner: bool) -> String {
        if self.from_environment {
            format!("OS_{}", key.to_ascii_uppercase())
        } else if inner {
            format!("`auth.{key}`")
        } else {
            format!("`{key}`")
        }
    }

    /// A text; an empty one counts as missing.
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
