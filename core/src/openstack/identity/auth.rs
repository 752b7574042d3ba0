//! Who signs in, how, and for what.
//!
//! Source: <https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management>.

use serde_json::{Map, Value, json};

use crate::redact::Secret;

/// How a program proves to Keystone who it is, and what its token is to be good for.
///
/// Its secrets are absent from `Debug`, and from all that a sign-in shows, also where Keystone sends them back.
///
/// # Examples
/// ```
/// use reqtrail::openstack::{Auth, Domain, Project, Scope, User};
///
/// let user = User::named("demo", Domain::name("Default"));
/// let project = Project::named("demo", Domain::name("Default"));
/// let auth = Auth::password(user, "hunter2").scope(Scope::Project(project));
/// assert!(!format!("{auth:?}").contains("hunter2"));
/// ```
#[derive(Clone, Debug)]
pub struct Auth {
    method: Method,
    scope: Option<Scope>,
}

#[derive(Clone, Debug)]
enum Method {
    Password {
        user: User,
        password: Secret,
    },
    ApplicationCredential {
        credential: Credential,
        secret: Secret,
    },
    Token(Secret),
}

/// An application credential: its name is its user's affair.
#[derive(Clone, Debug)]
enum Credential {
    Id(String),
    Named(String, User),
}

/// A domain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Domain(Key);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Key {
    Id(String),
    Name(String),
}

/// A user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User(Member);

/// A project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Project(Member);

/// What a domain holds: a name is unique in its domain only.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Member {
    Id(String),
    Named(String, Domain),
}

/// What a token is good for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scope {
    /// One project: what the compute API usually wants.
    Project(Project),
    /// One domain.
    Domain(Domain),
    /// The cloud as a whole, for its operators.
    System,
    /// Nothing yet: the token has no catalog.
    Unscoped,
}

impl Auth {
    /// Signs in with a user's password.
    pub fn password(user: User, password: impl Into<Secret>) -> Self {
        let password = password.into();
        Self::by(Method::Password { user, password })
    }

    /// Signs in with an application credential, which is bound to its project: it takes no scope.
    pub fn application_credential(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::by(Method::ApplicationCredential {
            credential: Credential::Id(id.into()),
            secret: secret.into(),
        })
    }

    /// Signs in with an application credential that is known by its name.
    pub fn named_application_credential(
        name: impl Into<String>,
        user: User,
        secret: impl Into<Secret>,
    ) -> Self {
        Self::by(Method::ApplicationCredential {
            credential: Credential::Named(name.into(), user),
            secret: secret.into(),
        })
    }

    /// Signs in with a token that is there already. What comes of it ends when that token ends, so that signing in
    /// again later is of no use.
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::by(Method::Token(token.into()))
    }

    /// Sets what the token is to be good for; without it that is the user's default project, if there is one.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    fn by(method: Method) -> Self {
        Self {
            method,
            scope: None,
        }
    }

    /// The body of the request; it holds the secret.
    pub(super) fn body(&self) -> Value {
        let (name, proof) = match &self.method {
            Method::Password { user, password } => {
                let mut user = user.0.body();
                user.insert("password".into(), password.expose().into());
                ("password", json!({ "user": user }))
            }
            Method::ApplicationCredential { credential, secret } => {
                let mut proof = Map::new();
                match credential {
                    Credential::Id(id) => {
                        proof.insert("id".into(), id.as_str().into());
                    }
                    Credential::Named(name, user) => {
                        proof.insert("name".into(), name.as_str().into());
                        proof.insert("user".into(), user.0.body().into());
                    }
                }
                proof.insert("secret".into(), secret.expose().into());
                ("application_credential", proof.into())
            }
            Method::Token(token) => ("token", json!({ "id": token.expose() })),
        };
        let mut auth = json!({ "identity": { "methods": [name], name: proof } });
        if let Some(scope) = &self.scope {
            auth["scope"] = scope.body();
        }
        json!({ "auth": auth })
    }

    /// What must be shown nowhere.
    pub(super) fn secret(&self) -> &Secret {
        match &self.method {
            Method::Password { password, .. } => password,
            Method::ApplicationCredential { secret, .. } => secret,
            Method::Token(token) => token,
        }
    }
}

impl Domain {
    /// A domain by its ID, as in `default`.
    pub fn id(id: impl Into<String>) -> Self {
        Self(Key::Id(id.into()))
    }

    /// A domain by its name, as in `Default`.
    pub fn name(name: impl Into<String>) -> Self {
        Self(Key::Name(name.into()))
    }

    fn body(&self) -> Value {
        match &self.0 {
            Key::Id(id) => json!({ "id": id }),
            Key::Name(name) => json!({ "name": name }),
        }
    }
}

impl User {
    /// A user by the ID.
    pub fn id(id: impl Into<String>) -> Self {
        Self(Member::Id(id.into()))
    }

    /// A user by the name, in the user's domain.
    pub fn named(name: impl Into<String>, domain: Domain) -> Self {
        Self(Member::Named(name.into(), domain))
    }
}

impl Project {
    /// A project by its ID.
    pub fn id(id: impl Into<String>) -> Self {
        Self(Member::Id(id.into()))
    }

    /// A project by its name, in the project's domain.
    pub fn named(name: impl Into<String>, domain: Domain) -> Self {
        Self(Member::Named(name.into(), domain))
    }
}

impl Member {
    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        match self {
            Self::Id(id) => {
                body.insert("id".into(), id.as_str().into());
            }
            Self::Named(name, domain) => {
                body.insert("name".into(), name.as_str().into());
                body.insert("domain".into(), domain.body());
            }
        }
        body
    }
}

impl Scope {
    fn body(&self) -> Value {
        match self {
            Self::Project(project) => json!({ "project": project.0.body() }),
            Self::Domain(domain) => json!({ "domain": domain.body() }),
            Self::System => json!({ "system": { "all": true } }),
            Self::Unscoped => "unscoped".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> User {
        User::named("demo", Domain::name("Default"))
    }

    #[test]
    fn bodies_are_those_of_the_identity_api() {
        let user = json!({"name": "demo", "domain": {"name": "Default"}});
        let mut with_password = user.clone();
        with_password["password"] = "pw".into();
        for (auth, identity) in [
            (
                Auth::password(demo(), "pw"),
                json!({"methods": ["password"], "password": {"user": with_password}}),
            ),
            (
                Auth::password(User::id("u1"), "pw"),
                json!({"methods": ["password"], "password": {"user": {"id": "u1", "password": "pw"}}}),
            ),
            (
                Auth::application_credential("c1", "s"),
                json!({"methods": ["application_credential"], "application_credential": {"id": "c1", "secret": "s"}}),
            ),
            (
                Auth::named_application_credential("ci", demo(), "s"),
                json!({"methods": ["application_credential"],
                    "application_credential": {"name": "ci", "user": user, "secret": "s"}}),
            ),
            (
                Auth::token("t"),
                json!({"methods": ["token"], "token": {"id": "t"}}),
            ),
        ] {
            assert_eq!(auth.body(), json!({"auth": {"identity": identity}}));
        }
    }

    #[test]
    fn scopes() {
        let project = Project::named("p", Domain::id("default"));
        for (scope, body) in [
            (
                Scope::Project(project),
                json!({"project": {"name": "p", "domain": {"id": "default"}}}),
            ),
            (
                Scope::Project(Project::id("p1")),
                json!({"project": {"id": "p1"}}),
            ),
            (
                Scope::Domain(Domain::name("d")),
                json!({"domain": {"name": "d"}}),
            ),
            (Scope::System, json!({"system": {"all": true}})),
            (Scope::Unscoped, json!("unscoped")),
        ] {
            let auth = Auth::token("t").scope(scope);
            assert_eq!(auth.body()["auth"]["scope"], body);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        for auth in [
            Auth::password(demo(), "hunter2"),
            Auth::application_credential("c1", "hunter2"),
            Auth::named_application_credential("ci", demo(), "hunter2"),
            Auth::token("hunter2"),
        ] {
            assert!(!format!("{auth:?} {auth:#?}").contains("hunter2"));
            assert_eq!(auth.secret().expose(), "hunter2");
        }
    }
}
