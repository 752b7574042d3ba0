//! Chooses the endpoint of a service: by the program, or else by the configuration of that service, or else by that of all.

use std::sync::Arc;

use super::fields::Fields;
use crate::dialect::openstack::services::{
    COMPUTE, Service, has_microversions, service_key, types,
};
use crate::error::Error;

/// Chooses the endpoint of a service that a client calls. It overrides the cloud's settings.
///
/// # Examples
/// ```
/// use reqtrail::openstack::ServiceOptions;
///
/// let options = ServiceOptions::new().interface("internal").microversion("3.70");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing by themselves"]
pub struct ServiceOptions {
    interface: Option<String>,
    region: Option<String>,
    microversion: Option<String>,
}

impl ServiceOptions {
    /// Returns options that leave everything to the cloud.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the interface of the endpoint: `public`, `internal` or `admin`.
    pub fn interface(mut self, interface: impl Into<String>) -> Self {
        self.interface = Some(interface.into());
        self
    }

    /// Sets the region of the endpoint.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the version of the API that requests ask for, such as `3.70` or `latest`.
    pub fn microversion(mut self, version: impl Into<String>) -> Self {
        self.microversion = Some(version.into());
        self
    }
}

/// The settings of single services in a configuration, such as `volume_region_name`, and the defaults for all others.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    fields: Option<Arc<Fields>>,
    /// The endpoint of every service: a cloud without a sign-in has no catalog.
    pub(super) endpoint: Option<String>,
    region: Option<String>,
    interfaces: Vec<String>,
}

impl Settings {
    /// Reads the settings of a configuration.
    pub(super) fn of(fields: &Fields) -> Result<Self, Error> {
        let is_one = |key: &str| service_key(key).is_some();
        Ok(Self {
            fields: Some(Arc::new(fields.only(is_one))),
            endpoint: None,
            region: fields.region.clone(),
            interfaces: fields.list(&["endpoint_type", "interface"])?,
        })
    }

    /// Sets the region of all services, which overrides the configuration of single ones.
    pub(super) fn set_region(&mut self, region: &str) {
        self.region = Some(region.to_owned());
        self.forget(&["region_name"]);
    }

    /// Sets the interface of all services, which overrides the configuration of single ones.
    pub(super) fn set_interface(&mut self, interface: &str) {
        self.interfaces = vec![interface.to_owned()];
        self.forget(&["interface", "endpoint_type"]);
    }

    fn forget(&mut self, keys: &[&str]) {
        let is_kept = |key: &str| !keys.iter().any(|own| key.ends_with(own));
        self.fields = (self.fields.take()).map(|fields| Arc::new(fields.only(is_kept)));
    }

    /// Whether it has the endpoint of any service.
    pub(super) fn has_endpoints(&self) -> bool {
        let mut keys = self.fields.iter().flat_map(|fields| fields.keys());
        keys.any(|key| key.ends_with("_endpoint_override") || key.ends_with("_endpoint"))
    }

    /// The value of a key for the service, by any of its types, in openstacksdk's order: by the authority's type first.
    fn get(&self, service: &str, key: &str) -> Result<Option<(String, &str)>, Error> {
        let Some(fields) = &self.fields else {
            return Ok(None);
        };
        for key in keys_of(service, &[key]) {
            if let Some(text) = fields.top(&key)? {
                return Ok(Some((key, text)));
            }
        }
        Ok(None)
    }

    fn text(&self, service: &str, key: &str) -> Result<Option<String>, Error> {
        Ok(self.get(service, key)?.map(|(_, text)| text.to_owned()))
    }

    fn interfaces(&self, service: &str) -> Result<Vec<String>, Error> {
        let Some(fields) = &self.fields else {
            return Ok(Vec::new());
        };
        let keys = keys_of(service, &["interface", "endpoint_type"]);
        fields.list(&keys.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The version that requests ask for. One such as `3.70` as the API's version means the same.
    fn microversion(&self, service: &str) -> Result<Option<String>, Error> {
        let Some((key, own)) = self.get(service, "default_microversion")? else {
            let version = self.text(service, "api_version")?;
            return Ok(
                version.filter(|version| has_microversions(service) && is_microversion(version))
            );
        };
        match (&self.fields, has_microversions(service)) {
            (Some(fields), false) => Err(fields.complaint(
                &key,
                &format!("the service `{service}` has no microversions; leave it out"),
            )),
            _ => Ok(Some(own.to_owned())),
        }
    }

    /// The wanted version of the API, for an endpoint without a version.
    fn major(&self, service: &str) -> Result<Option<Wanted>, Error> {
        let wanted = |key: Option<String>, text: &str| {
            let number = text.trim_start_matches('v').split('.').next()?;
            Some(Wanted {
                major: number.parse().ok()?,
                key,
            })
        };
        if let Some((key, version)) = self.get(service, "api_version")? {
            return Ok(wanted(Some(key), version));
        }
        // `volumev3` asks for v3, and similar names likewise; the numbers of other names have no known meaning.
        let (_, end) = service.rsplit_once('v').unwrap_or_default();
        let known = Service::named(service).map(|_| end);
        Ok(known.and_then(|end| wanted(None, end)))
    }
}

/// The keys of these endings for the service, by all its types.
fn keys_of(service: &str, endings: &[&str]) -> Vec<String> {
    let canonical = Service::named(service).map_or(service, |known| known.canonical);
    types(canonical)
        .map(|own| own.replace('-', "_"))
        .flat_map(|own| endings.iter().map(move |ending| format!("{own}_{ending}")))
        .collect()
}

/// Whether a version of the API is a microversion: `3.70` is one, `3` and `3.0` are not.
pub(super) fn is_microversion(version: &str) -> bool {
    let parts = version.split_once('.');
    parts.is_some_and(|(major, minor)| {
        major.parse::<u32>().is_ok() && minor.parse::<u32>().is_ok_and(|minor| minor > 0)
    })
}

/// A version of an API that is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Wanted {
    pub(super) major: u32,
    /// The key that asks for it; without one, the service's name does.
    pub(super) key: Option<String>,
}

impl Wanted {
    /// The source of the wish, for messages.
    pub(super) fn by(&self) -> String {
        match &self.key {
            Some(key) => format!("`{key}`"),
            None => "its name".to_owned(),
        }
    }
}

/// The choice of a service's endpoint.
#[derive(Debug)]
pub(super) struct Choice {
    /// The service, as the program named it.
    pub(super) service: String,
    /// The types by which the catalog may list it, the likeliest first.
    pub(super) types: Vec<String>,
    /// Used instead of the catalog's.
    pub(super) endpoint: Option<String>,
    pub(super) interfaces: Vec<String>,
    pub(super) region: Option<String>,
    pub(super) microversion: Option<String>,
    pub(super) wanted: Option<Wanted>,
}

impl Choice {
    /// Whether it is the compute API, whose version needs no look-up.
    pub(super) fn is_compute(&self) -> bool {
        is_compute(&self.service)
    }

    /// The same, overridden by the options.
    pub(super) fn with(self, options: &ServiceOptions) -> Self {
        Self {
            interfaces: match &options.interface {
                Some(own) => vec![own.clone()],
                None => self.interfaces,
            },
            region: options.region.clone().or(self.region),
            microversion: options.microversion.clone().or(self.microversion),
            ..self
        }
    }

    /// The choice for a service that is not compute.
    pub(super) fn of(settings: &Settings, service: &str) -> Result<Self, Error> {
        let mut own = settings.text(service, "endpoint_override")?;
        if own.is_none() {
            own = settings.text(service, "endpoint")?;
        }
        let mut interfaces = settings.interfaces(service)?;
        if interfaces.is_empty() {
            interfaces.clone_from(&settings.interfaces);
        }
        if interfaces.is_empty() {
            interfaces.push("public".to_owned());
        }
        let region = settings.text(service, "region_name")?;
        Ok(Self {
            service: service.to_owned(),
            types: match settings.text(service, "service_type")? {
                Some(own) => vec![own],
                None => types(service).map(str::to_owned).collect(),
            },
            endpoint: own.or_else(|| settings.endpoint.clone()),
            interfaces,
            region: region.or_else(|| settings.region.clone()),
            microversion: settings.microversion(service)?,
            wanted: settings.major(service)?,
        })
    }
}

/// Whether it is the compute API.
pub(super) fn is_compute(service: &str) -> bool {
    Service::named(service).is_some_and(|known| known.canonical == COMPUTE)
}
