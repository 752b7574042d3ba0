//! What a program knows about a cloud.

#[cfg(test)]
mod tests;

mod choice;
pub(super) mod connection;

use std::sync::Arc;

use super::auth::Auth;
use super::clouds_yaml;
use super::config_source::{ConfigSource, SystemEnv, expanded};
use super::fields::{Fields, INTERFACES};
#[cfg(feature = "blocking")]
use super::keystone;
use super::keystone::Keystone;
use super::service::{Settings, is_microversion};
#[cfg(feature = "blocking")]
use crate::cancel::CancelToken;
use crate::client::{Client, ClientBuilder};
use crate::error::Error;
use crate::observe::Observer;
use crate::redact::Secret;

use connection::Connection;

/// The types of sign-in that configurations may name, for messages.
const AUTH_TYPES: &str = "password, v3password, v3totp, v3multifactor, token, v3token, v3applicationcredential, http_basic, admin_token or none";

/// A cloud: where to sign in and how, and which of its endpoints to use.
///
/// It is read like openstacksdk reads it
/// (<https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html>), or made in code.
///
/// # Examples
/// ```
/// use reqtrail::openstack::{Auth, Cloud};
///
/// let auth = Auth::application_credential("c1f3…", "hunter2");
/// let cloud = Cloud::new("https://keystone.example:5000/v3", auth).region("RegionOne");
/// assert!(!format!("{cloud:?}").contains("hunter2"));
/// ```
#[derive(Clone, Debug)]
pub struct Cloud {
    access: Access,
    pub(super) region: Option<String>,
    /// In order of preference.
    pub(super) interfaces: Vec<String>,
    pub(super) service_type: String,
    /// Used instead of the catalog's.
    pub(super) endpoint: Option<String>,
    pub(super) microversion: Option<String>,
    /// The settings of the other services.
    pub(super) settings: Settings,
    verify: bool,
    authorities: Option<Authorities>,
    client_certificate: Option<Secret>,
    observers: Observers,
    is_off_the_record: bool,
    notes: Vec<String>,
}

/// Certificate authorities as PEM text. `Debug` shows the length: a bundle of a system has hundreds of kilobytes.
#[derive(Clone, Default)]
struct Authorities(Vec<u8>);

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// The observers of sign-ins and calls.
#[derive(Clone, Default)]
struct Observers(Vec<Arc<dyn Observer>>);

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}

/// How the token is obtained.
#[derive(Clone, Debug)]
enum Access {
    SignIn { auth_url: String, auth: Auth },
    Token(Secret),
    Basic { user: Secret, password: Secret },
    Nothing,
}

impl Cloud {
    /// A cloud to sign in to. `auth_url` may end in `/v3`, in `/v3/auth/tokens`, or in neither.
    pub fn new(auth_url: impl Into<String>, auth: Auth) -> Self {
        let auth_url = auth_url.into();
        Self::by(Access::SignIn { auth_url, auth })
    }

    /// A compute endpoint and a token for it: there is no sign-in, and so no new token when this one expires.
    pub fn with_token(endpoint: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self::by(Access::Token(token.into())).endpoint(endpoint)
    }

    /// An endpoint without a Keystone that takes user and password of HTTP (RFC 7617) with each call, such as a standalone
    /// Ironic: there is no sign-in and no catalog.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::openstack::Cloud;
    ///
    /// let cloud = Cloud::with_basic_auth("https://ironic.example:6385", "admin", "hunter2");
    /// assert!(!format!("{cloud:?}").contains("hunter2"));
    /// ```
    pub fn with_basic_auth(
        endpoint: impl Into<String>,
        user: impl Into<Secret>,
        password: impl Into<Secret>,
    ) -> Self {
        let (user, password) = (user.into(), password.into());
        Self::by(Access::Basic { user, password }).endpoint(endpoint)
    }

    /// The cloud of the environment: `OS_CLOUD` names one of `clouds.yaml`; without it the `OS_*` variables describe
    /// one (`OS_AUTH_URL`, `OS_USERNAME`, `OS_APPLICATION_CREDENTIAL_ID` and the others), or `clouds.yaml` has just
    /// one.
    ///
    /// `clouds.yaml` is the first of `OS_CLIENT_CONFIG_FILE`, `./clouds.yaml`, `~/.config/openstack/clouds.yaml` and
    /// `/etc/openstack/clouds.yaml`; `secure.yaml`, found the same way, overrides it. A one-time passcode is rarely in a
    /// file, so `OS_PASSCODE` also applies to a cloud that `OS_CLOUD` names. It reads `auth`, `auth_type`, `auth_methods`,
    /// `region_name`, `regions`, `interface`, `verify`, `insecure`, `cacert`, `cert`, `key`, `profile`, and for each
    /// service, as in `volume_interface`: `endpoint_override`, `interface`, `region_name`, `service_type`,
    /// `default_microversion`, `api_version`. The service's name may be any of its aliases, with `_` for `-`.
    ///
    /// An existing but malformed file is an error: skipping it, as openstacksdk does, may lead to another cloud.
    ///
    /// # Errors
    /// `config`. The error names the files that were searched, or the field, what is wrong with it and what would be
    /// right.
    pub fn from_env() -> Result<Self, Error> {
        Self::find(None, None)
    }

    /// The cloud of this name in `clouds.yaml`, whatever the `OS_*` variables say.
    ///
    /// # Errors
    /// Those of [`from_env`](Self::from_env).
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::find(Some(name), None)
    }

    /// The cloud of this name, or the one of the environment, in a chosen region: if the cloud lists `regions`, it has
    /// to be one of them, and its `values` apply.
    ///
    /// # Errors
    /// Those of [`from_env`](Self::from_env).
    pub fn find(name: Option<&str>, region: Option<&str>) -> Result<Self, Error> {
        Self::read(&SystemEnv, name, region)
    }

    /// The cloud that a JSON object describes with the keys of an entry of `clouds.yaml`, for bindings and for programs
    /// that keep their configuration elsewhere. Keys that [`from_env`](Self::from_env) does not name are ignored.
    ///
    /// # Errors
    /// `config`. The error names the field, what is wrong with it and what would be right.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::openstack::Cloud;
    ///
    /// let cloud = Cloud::from_json(
    ///     r#"{"auth": {"auth_url": "https://keystone.example:5000/v3", "username": "demo", "password": "hunter2",
    ///                  "project_name": "demo", "user_domain_name": "Default", "project_domain_name": "Default"},
    ///         "region_name": "RegionOne"}"#,
    /// )?;
    /// assert!(!format!("{cloud:?}").contains("hunter2"));
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::of(&SystemEnv, &clouds_yaml::described(&SystemEnv, text)?)
    }

    fn by(access: Access) -> Self {
        Self {
            access,
            region: None,
            interfaces: vec!["public".to_owned()],
            service_type: "compute".to_owned(),
            endpoint: None,
            microversion: None,
            settings: Settings::default(),
            verify: true,
            authorities: None,
            client_certificate: None,
            observers: Observers::default(),
            is_off_the_record: false,
            notes: Vec::new(),
        }
    }

    /// What is unusual about the configuration without being wrong: variables such as `OS_REGION_NAME` that differ from
    /// the cloud that `OS_CLOUD` names, and are ignored. The notes have no secrets. Each is also a warning in the log.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The error of a configuration that is not usable, with its notes.
    pub(super) fn with_notes(&self, error: Error) -> Error {
        if self.notes.is_empty() {
            return error;
        }
        Error::config(format!(
            "{} (note: {})",
            error.message(),
            self.notes.join("; ")
        ))
    }

    /// Sets the region of the endpoint; the default is the first endpoint of the catalog that fits.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        let region = region.into();
        self.settings.set_region(&region);
        self.region = Some(region);
        self
    }

    /// Returns the URL of the sign-in; `None` for a cloud that is used without a sign-in.
    #[must_use]
    pub fn auth_url(&self) -> Option<&str> {
        match &self.access {
            Access::SignIn { auth_url, .. } => Some(auth_url),
            _ => None,
        }
    }

    /// Returns the region of the endpoint, if one is set.
    #[must_use]
    pub fn region_name(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Sets the interface of the endpoint: `public` (the default), `internal` or `admin`.
    #[must_use]
    pub fn interface(mut self, interface: impl Into<String>) -> Self {
        let interface = interface.into();
        self.settings.set_interface(&interface);
        self.interfaces = vec![interface];
        self
    }

    /// Sets the compute endpoint, instead of the catalog's.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Trusts the certificate authorities of a PEM text, in addition to those of the system and of `cacert`, at Keystone and
    /// at the API.
    #[must_use]
    pub fn extra_ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        let Authorities(mut all) = self.authorities.take().unwrap_or_default();
        if !all.is_empty() {
            all.push(b'\n');
        }
        all.extend(pem.into());
        self.authorities = Some(Authorities(all));
        self
    }

    /// Turns off the verification of TLS certificates, at Keystone and at the API. Anybody on the network path can then
    /// read the password. Every trail notes it.
    #[must_use]
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.verify = !accept;
        self
    }

    /// Adds an observer of the sign-ins, and of the calls of all their clients.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.0.push(Arc::new(observer));
        self
    }

    /// Ignores `REQTRAIL_JOURNAL` for the sign-ins and all clients: for programs that read the user's journal, where their
    /// own calls do not belong.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn off_the_record(mut self) -> Self {
        self.is_off_the_record = true;
        self
    }

    /// Begins the client that signs in, with the cloud's TLS options; add others, build it, and pass it to
    /// [`connect_with`](Self::connect_with).
    ///
    /// # Errors
    /// `config` for a cloud without a sign-in.
    pub fn keystone(&self) -> Result<ClientBuilder, Error> {
        Ok(self.wired(Keystone::builder(self.sign_in()?.0)))
    }

    /// Signs in, if the cloud needs it.
    ///
    /// # Errors
    /// Those of the sign-in, with its trail and Keystone's request IDs; `config` for options that are not valid.
    pub async fn connect(&self) -> Result<Connection, Error> {
        match &self.access {
            Access::SignIn { .. } => self.connect_with(self.keystone()?.build()?).await,
            _ => Ok(self.without_sign_in()),
        }
    }

    /// Signs in through a client that [`keystone`](Self::keystone) began.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    pub async fn connect_with(&self, client: Client) -> Result<Connection, Error> {
        let keystone = Keystone::new(client, self.sign_in()?.1.clone());
        let session = keystone.sign_in().await?;
        Ok(Connection::new(self.clone(), session, move |_, builder| {
            let keystone = keystone.clone();
            Ok(builder.token_refresher(move || keystone.token()))
        }))
    }

    /// Signs in on the calling thread, which it blocks meanwhile. Signing in again then needs no runtime either, so use
    /// it with blocking clients.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    #[cfg(feature = "blocking")]
    pub fn connect_blocking(&self) -> Result<Connection, Error> {
        self.connect_until(&CancelToken::new(), None)
    }

    /// Signs in like [`connect_blocking`](Self::connect_blocking), for bindings. `cancel` ends it from another thread,
    /// and `interrupted` is called some twenty times a second; `true` ends it as well.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    #[cfg(feature = "unstable-host")]
    pub fn connect_hosted(
        &self,
        cancel: &CancelToken,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<Connection, Error> {
        self.connect_until(cancel, interrupted)
    }

    #[cfg(feature = "blocking")]
    fn connect_until(
        &self,
        cancel: &CancelToken,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<Connection, Error> {
        let Access::SignIn { auth, .. } = &self.access else {
            return Ok(self.without_sign_in());
        };
        let client = self.keystone()?.build_blocking()?;
        let session = keystone::sign_in_hosted(&client, auth, cancel, interrupted)?;
        let auth = auth.clone();
        Ok(Connection::new(
            self.clone(),
            session,
            move |cloud, builder| {
                // A client for each process: after a fork the child must not share the parent's sockets, and builds its
                // own.
                let (client, auth) = (cloud.keystone()?.build_blocking()?, auth.clone());
                Ok(builder
                    .token_refresher_blocking(move || keystone::renew_blocking(&client, &auth)))
            },
        ))
    }

    fn without_sign_in(&self) -> Connection {
        match &self.access {
            Access::Token(token) => Connection::unsigned(self.clone(), Some(token.clone())),
            Access::Basic { user, password } => {
                Connection::basic(self.clone(), user.clone(), password.clone())
            }
            _ => Connection::unsigned(self.clone(), None),
        }
    }

    fn sign_in(&self) -> Result<(&str, &Auth), Error> {
        match &self.access {
            Access::SignIn { auth_url, auth } => Ok((auth_url, auth)),
            _ => Err(Error::config(
                "the cloud has a token and an endpoint, or needs neither: there is nothing to sign in to; use `connect`",
            )),
        }
    }

    /// Adds the options of the wire, for Keystone and the API alike.
    pub(super) fn wired(&self, mut builder: ClientBuilder) -> ClientBuilder {
        builder = builder.danger_accept_invalid_certs(!self.verify);
        if let Some(pem) = self.authorities.as_ref().filter(|_| self.verify) {
            builder = builder.extra_ca(pem.0.clone());
        }
        if let Some(pem) = &self.client_certificate {
            builder = builder.client_certificate(pem.clone());
        }
        if self.is_off_the_record {
            builder = builder.with(|options| options.is_off_the_record = true);
        }
        for observer in &self.observers.0 {
            builder = builder.observer(Arc::clone(observer));
        }
        builder
    }

    fn read(
        source: &dyn ConfigSource,
        name: Option<&str>,
        region: Option<&str>,
    ) -> Result<Self, Error> {
        let (fields, notes) = clouds_yaml::find(source, name, region)?;
        for note in &notes {
            tracing::warn!(target: "reqtrail", "{note}");
        }
        let mut cloud = Self::of(source, &fields)?;
        cloud.notes = notes;
        Ok(cloud)
    }

    fn of(source: &dyn ConfigSource, fields: &Fields) -> Result<Self, Error> {
        let mut cloud = Self::by(access(fields)?);
        let own = match fields.top("compute_endpoint_override")? {
            None => fields.top("compute_endpoint")?,
            own => own,
        };
        cloud.settings = Settings::of(fields)?;
        // Without a catalog it is the endpoint of every service.
        let general = match &cloud.access {
            Access::SignIn { .. } => None,
            _ => fields.option(&["endpoint", "url"])?,
        };
        cloud.settings.endpoint = general.map(str::to_owned);
        let own = own.or(general);
        if own.is_none()
            && !cloud.settings.has_endpoints()
            && !matches!(cloud.access, Access::SignIn { .. })
        {
            return Err(fields.missing("endpoint", "the URL of the API"));
        }
        cloud.endpoint = own.map(str::to_owned);
        cloud.region = match fields.top("compute_region_name")? {
            Some(own) => Some(own.to_owned()),
            None => fields.region.clone(),
        };
        let interfaces = fields.list(&INTERFACES)?;
        if !interfaces.is_empty() {
            cloud.interfaces = interfaces;
        }
        if let Some(service_type) = fields.top("compute_service_type")? {
            cloud.service_type = service_type.to_owned();
        }
        cloud.microversion = microversion(fields)?;
        let insecure = fields.flag("insecure")?.unwrap_or(false);
        cloud.verify = !insecure && fields.flag("verify")?.unwrap_or(true);
        let file = |key: &str| -> Result<Option<Vec<u8>>, Error> {
            let Some(path) = fields.top(key)? else {
                return Ok(None);
            };
            let path = expanded(source, path);
            let content = source.read(&path).map_err(|e| {
                let what = format!("the file {} cannot be read: {e}", path.display());
                fields.complaint(key, &what)
            })?;
            Ok(Some(content))
        };
        if cloud.verify {
            cloud.authorities = file("cacert")?.map(Authorities);
        }
        if let Some(mut pem) = file("cert")? {
            pem.push(b'\n');
            pem.extend(file("key")?.unwrap_or_default());
            let pem = String::from_utf8(pem)
                .map_err(|_| fields.wrong("cert", "no text", "the path of a PEM file"))?;
            cloud.client_certificate = Some(pem.into());
        }
        Ok(cloud)
    }
}

/// How the token is obtained, according to `auth_type`.
fn access(fields: &Fields) -> Result<Access, Error> {
    let named = match fields.top("auth_type")? {
        None => fields.top("auth_plugin")?,
        own => own,
    };
    match named.unwrap_or("password") {
        "none" | "None" => Ok(Access::Nothing),
        "admin_token" | "token_endpoint" => {
            let token = fields.token()?;
            let token = token.ok_or_else(|| fields.missing("token", "the token"))?;
            Ok(Access::Token(token))
        }
        "http_basic" => {
            let (user, password) = fields.basic()?;
            Ok(Access::Basic { user, password })
        }
        known @ ("password"
        | "v3password"
        | "v3totp"
        | "v3multifactor"
        | "token"
        | "v3token"
        | "v3applicationcredential") => {
            let auth_url = fields
                .option(&["auth_url"])?
                .ok_or_else(|| fields.missing("auth_url", "the URL of Keystone"))?;
            let region = fields.region.as_deref().unwrap_or_default();
            let auth_url = auth_url.replace("{region_name}", region);
            let is_old = |url: &str| url.ends_with("/v2.0") || url.ends_with("/v2.0/tokens");
            if is_old(auth_url.trim_end_matches('/')) {
                let what = "it ends in /v2.0, which Keystone no longer has; expected /v3";
                return Err(fields.complaint("auth_url", what));
            }
            let auth = fields.auth(known)?;
            Ok(Access::SignIn { auth_url, auth })
        }
        other => Err(fields.complaint(
            "auth_type",
            &format!(
                "`{}` is not supported; expected {AUTH_TYPES}",
                other.escape_debug()
            ),
        )),
    }
}

/// The version that requests ask for. One such as `2.90` as the API's version means the same.
fn microversion(fields: &Fields) -> Result<Option<String>, Error> {
    let own = fields.top("compute_default_microversion")?;
    let implied = fields.top("compute_api_version")?;
    let implied = implied.filter(|version| is_microversion(version));
    Ok(own.or(implied).map(str::to_owned))
}
