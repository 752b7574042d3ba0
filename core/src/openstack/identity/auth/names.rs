//! Domains, users, projects, and the scope of a token.
//!
//! Source: <https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization>.

use serde_json::{Map, Value, json};

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
pub struct User(pub(super) Member);

/// A project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Project(Member);

/// A member of a domain. A name is only unique within its domain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Member {
    Id(String),
    Named(String, Domain),
}

/// The scope of a token.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scope {
    /// One project, as the compute API usually needs.
    Project(Project),
    /// One domain.
    Domain(Domain),
    /// The trust of this ID: its project, with the roles that its trustor delegated.
    Trust(String),
    /// The cloud as a whole, for its operators.
    System,
    /// No scope yet: the token has no catalog.
    Unscoped,
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
    pub(super) fn body(&self) -> Map<String, Value> {
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
    pub(super) fn body(&self) -> Value {
        match self {
            Self::Project(project) => json!({ "project": project.0.body() }),
            Self::Domain(domain) => json!({ "domain": domain.body() }),
            Self::Trust(id) => json!({ "OS-TRUST:trust": { "id": id } }),
            Self::System => json!({ "system": { "all": true } }),
            Self::Unscoped => "unscoped".into(),
        }
    }
}
