//! Who signs in, how, and for what.
//!
//! Source: <https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management>.

mod names;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use super::receipt::Receipt;
use crate::redact::Secret;

pub use names::{Domain, Project, Scope, User};

/// How a program authenticates to Keystone, and the scope of its token.
///
/// Its secrets are absent from `Debug` and from everything that a sign-in shows, also if Keystone sends them back.
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
    methods: Vec<Method>,
    scope: Option<Scope>,
    receipt: Option<(Receipt, Used)>,
}

/// One method of authentication.
#[derive(Clone, Debug)]
pub(super) enum Method {
    Password {
        user: User,
        password: Secret,
    },
    Totp {
        user: User,
        passcode: Secret,
        used: Used,
    },
    ApplicationCredential {
        credential: Credential,
        secret: Secret,
    },
    Token(Secret),
}

/// An application credential. Its name is unique for its user.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    Id(String),
    Named(String, User),
}

/// Whether a credential for a single sign-in has been used. All clones share it, also those of clients that sign in
/// again.
#[derive(Clone, Debug, Default)]
pub(super) struct Used(Arc<AtomicBool>);

impl Used {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Sets it, and returns what it was.
    pub(super) fn replace(&self, used: bool) -> bool {
        self.0.swap(used, Ordering::AcqRel)
    }
}

impl Auth {
    /// Signs in with a user's password.
    pub fn password(user: User, password: impl Into<Secret>) -> Self {
        let password = password.into();
        Self::by(vec![Method::Password { user, password }])
    }

    /// Signs in with a user's time-based one-time passcode (RFC 6238), which an authenticator shows.
    ///
    /// A passcode serves one sign-in: this value and its clones send it once, and after that signing in fails without a
    /// request. So a client whose token expires does not get another one; sign in with a new passcode.
    pub fn totp(user: User, passcode: impl Into<Secret>) -> Self {
        Self::by(vec![Method::Totp {
            user,
            passcode: passcode.into(),
            used: Used::default(),
        }])
    }

    /// Signs in by several methods in one request, as users with multi-factor rules have to. Each method can occur once.
    /// The scope is that of the last one that has a scope, or what [`scope`](Self::scope) sets.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::openstack::{Auth, User};
    ///
    /// let user = User::id("0c4f…");
    /// let auth = Auth::multifactor([Auth::password(user.clone(), "hunter2"), Auth::totp(user, "123456")]);
    /// assert!(!format!("{auth:?}").contains("123456"));
    /// ```
    pub fn multifactor(ways: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::by(Vec::new());
        for way in ways {
            all.methods.extend(way.methods);
            all.scope = way.scope.or(all.scope);
            all.receipt = way.receipt.or(all.receipt);
        }
        all
    }

    /// Signs in with an application credential, which is bound to its project: it takes no scope.
    pub fn application_credential(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::by(vec![Method::ApplicationCredential {
            credential: Credential::Id(id.into()),
            secret: secret.into(),
        }])
    }

    /// Signs in with an application credential by its name.
    pub fn named_application_credential(
        name: impl Into<String>,
        user: User,
        secret: impl Into<Secret>,
    ) -> Self {
        Self::by(vec![Method::ApplicationCredential {
            credential: Credential::Named(name.into(), user),
            secret: secret.into(),
        }])
    }

    /// Signs in with an existing token. The new token expires with that one, so signing in again later does not help.
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::by(vec![Method::Token(token.into())])
    }

    /// Sets the scope of the token; the default is the user's default project, if there is one.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Continues a multi-factor sign-in that an earlier request began: Keystone counts the methods of the receipt as
    /// passed. A receipt expires after some minutes, so it serves one sign-in; if that fails, it can be used again.
    #[must_use]
    pub fn receipt(mut self, receipt: Receipt) -> Self {
        self.receipt = Some((receipt, Used::default()));
        self
    }

    fn by(methods: Vec<Method>) -> Self {
        Self {
            methods,
            scope: None,
            receipt: None,
        }
    }

    pub(super) fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The receipt that was set, and whether it has been used.
    pub(super) fn given_receipt(&self) -> Option<&(Receipt, Used)> {
        self.receipt.as_ref()
    }

    /// What has been used for its one sign-in, so that there cannot be another one.
    pub(super) fn used_up(&self) -> Option<&'static str> {
        let passcode = self.methods.iter().any(|method| match method {
            Method::Totp { used, .. } => used.get(),
            _ => false,
        });
        let receipt = self.receipt.as_ref().is_some_and(|(_, used)| used.get());
        let found = [("passcode", passcode), ("receipt", receipt)];
        found
            .into_iter()
            .find_map(|(name, used)| used.then_some(name))
    }

    /// The body of a request with these methods; it holds their secrets.
    pub(super) fn body(&self, methods: &[&Method]) -> Value {
        let mut identity = Map::new();
        let names: Vec<_> = methods.iter().map(|method| method.name()).collect();
        identity.insert("methods".into(), names.into());
        for method in methods {
            identity.insert(method.name().into(), method.proof());
        }
        let mut auth = json!({ "identity": identity });
        if let Some(scope) = &self.scope {
            auth["scope"] = scope.body();
        }
        json!({ "auth": auth })
    }
}

impl Method {
    /// Keystone's name for it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Totp { .. } => "totp",
            Self::ApplicationCredential { .. } => "application_credential",
            Self::Token(_) => "token",
        }
    }

    fn proof(&self) -> Value {
        let with = |mut user: Map<String, Value>, name: &str, secret: &Secret| {
            user.insert(name.into(), secret.expose().into());
            json!({ "user": user })
        };
        match self {
            Self::Password { user, password } => with(user.0.body(), "password", password),
            Self::Totp { user, passcode, .. } => with(user.0.body(), "passcode", passcode),
            Self::ApplicationCredential { credential, secret } => {
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
                proof.into()
            }
            Self::Token(token) => json!({ "id": token.expose() }),
        }
    }

    /// The secret, which must never be shown.
    pub(super) fn secret(&self) -> &Secret {
        match self {
            Self::Password { password, .. } => password,
            Self::Totp { passcode, .. } => passcode,
            Self::ApplicationCredential { secret, .. } => secret,
            Self::Token(token) => token,
        }
    }
}
