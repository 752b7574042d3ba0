//! The catalog: the endpoints of services.
//!
//! Source: <https://docs.openstack.org/keystone/latest/contributor/service-catalog.html>.

use serde::Serialize;
use serde_json::Value;

use super::template::Templates;
use crate::error::Error;

/// The services of a cloud and their endpoints, as Keystone lists them with a token.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    endpoints: Vec<ServiceEndpoint>,
}

/// An endpoint of a service, as the catalog lists it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServiceEndpoint {
    /// The type of the service, such as `volumev3` or `network`.
    pub service_type: String,
    /// The region of the endpoint.
    pub region: Option<String>,
    /// The interface: `public`, `internal` or `admin`.
    pub interface: String,
    /// The URL, with its templates filled as far as they are known.
    pub url: String,
}

/// A query of a catalog.
pub(super) struct Sought<'a> {
    /// The service, as the program named it.
    pub(super) service: &'a str,
    /// Its types, the likeliest first.
    pub(super) types: &'a [String],
    /// The interfaces, of which the first existing one is taken.
    pub(super) interfaces: &'a [String],
    pub(super) region: Option<&'a str>,
}

impl Catalog {
    /// Reads a catalog; anything that is not an endpoint is left out. Templates in URLs are filled as far as they are
    /// known.
    pub(super) fn read(catalog: &Value, known: &Templates<'_>) -> Self {
        let mut endpoints = Vec::new();
        for service in list(catalog) {
            let Some(service_type) = service["type"].as_str() else {
                continue;
            };
            for endpoint in list(&service["endpoints"]) {
                let (Some(interface), Some(url)) =
                    (endpoint["interface"].as_str(), endpoint["url"].as_str())
                else {
                    continue;
                };
                if url.is_empty() {
                    continue;
                }
                // `region` is the older name.
                let region = endpoint["region_id"]
                    .as_str()
                    .or(endpoint["region"].as_str());
                endpoints.push(ServiceEndpoint {
                    service_type: service_type.to_owned(),
                    interface: plain(interface).to_owned(),
                    region: region.filter(|r| !r.is_empty()).map(str::to_owned),
                    url: known.filled(url),
                });
            }
        }
        Self { endpoints }
    }

    /// The URL of a service, such as `compute` or `volumev3`.
    ///
    /// `interface` is `public`, `internal` or `admin`, also with the ending `URL` of old configurations. Without a
    /// region it is the first endpoint that fits.
    ///
    /// # Errors
    /// `config`. The error says what is missing, and what the catalog has instead.
    pub fn endpoint(
        &self,
        service_type: &str,
        interface: &str,
        region: Option<&str>,
    ) -> Result<&str, Error> {
        let sought = Sought {
            service: service_type,
            types: &[service_type.to_owned()],
            interfaces: &[interface.to_owned()],
            region,
        };
        let found = self.find(&sought).into_iter().next();
        found
            .map(|endpoint| &*endpoint.url)
            .ok_or_else(|| Error::config(self.lack(&sought)))
    }

    /// Returns all endpoints, in the order of the catalog.
    #[must_use]
    pub fn services(&self) -> &[ServiceEndpoint] {
        &self.endpoints
    }

    /// The matches: an endpoint for each of the types that has one.
    pub(super) fn find(&self, sought: &Sought<'_>) -> Vec<&ServiceEndpoint> {
        let fits = |endpoint: &&ServiceEndpoint, service_type: &str, interface: &str| {
            endpoint.service_type == service_type
                && endpoint.interface == plain(interface)
                && (sought.region.is_none() || sought.region == endpoint.region.as_deref())
        };
        let first = |service_type: &String| {
            let mut interfaces = sought.interfaces.iter();
            interfaces.find_map(|interface| {
                let mut endpoints = self.endpoints.iter();
                endpoints.find(|endpoint| fits(endpoint, service_type, interface))
            })
        };
        sought.types.iter().filter_map(first).collect()
    }

    /// What is missing, and what the catalog has.
    pub(super) fn lack(&self, sought: &Sought<'_>) -> String {
        let Sought {
            service,
            types,
            interfaces,
            region,
        } = *sought;
        if self.endpoints.is_empty() {
            return "the token came without a catalog; expected one for a project: is a project named to sign in to?"
                .to_owned();
        }
        let same: Vec<&ServiceEndpoint> = (self.endpoints.iter())
            .filter(|endpoint| types.contains(&endpoint.service_type))
            .collect();
        let aliases: Vec<&str> = (types.iter().map(String::as_str))
            .filter(|own| *own != service)
            .collect();
        if same.is_empty() {
            let there = self.endpoints.iter().map(|e| e.service_type.clone());
            let aliases = match aliases.is_empty() {
                true => String::new(),
                false => format!(", nor {}", aliases.join(", ")),
            };
            return format!(
                "the catalog has no service of the type `{service}`{aliases}; it has {}",
                listed(there)
            );
        }
        let wanted = region.map(|region| format!(" in the region `{region}`"));
        let there = same.iter().map(|endpoint| match &endpoint.region {
            Some(region) => format!("{} in {region}", endpoint.interface),
            None => endpoint.interface.clone(),
        });
        format!(
            "the catalog has no endpoint of `{service}` with the interface `{}`{}; it has {}",
            interfaces.join("` or `"),
            wanted.unwrap_or_default(),
            listed(there)
        )
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The current name of an interface.
fn plain(interface: &str) -> &str {
    interface.strip_suffix("URL").unwrap_or(interface)
}

/// Lists each of them once, as in `identity, image`.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: std::collections::BTreeSet<String> = names.collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalog() -> Catalog {
        Catalog::read(
            &json!([
                {"type": "identity", "endpoints": [
                    {"interface": "public", "region_id": "One", "url": "https://one/identity"},
                ]},
                {"type": "compute", "name": "nova", "endpoints": [
                    {"interface": "internal", "region_id": "One", "url": "https://one/internal"},
                    {"interface": "public", "region_id": "One", "region": "ignored", "url": "https://one/v2.1"},
                    {"interface": "public", "region": "Two", "url": "https://two/v2.1"},
                    {"interface": "admin", "region_id": "One", "url": ""},
                    {"interface": "admin"},
                    7,
                ]},
                {"endpoints": []},
                "x",
            ]),
            &Templates::default(),
        )
    }

    #[test]
    fn endpoints_are_found_by_interface_and_region() {
        let catalog = catalog();
        for (interface, region, url) in [
            ("public", Some("One"), "https://one/v2.1"),
            ("public", Some("Two"), "https://two/v2.1"),
            ("publicURL", Some("Two"), "https://two/v2.1"),
            ("public", None, "https://one/v2.1"),
            ("internalURL", None, "https://one/internal"),
        ] {
            let found = catalog.endpoint("compute", interface, region);
            assert_eq!(found.expect("an endpoint"), url);
        }
        let sought = Sought {
            service: "compute",
            types: &["nova".to_owned(), "compute".to_owned()],
            interfaces: &["admin".to_owned(), "internal".to_owned()],
            region: Some("One"),
        };
        let found = catalog.find(&sought);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].url, "https://one/internal");
    }

    #[test]
    fn what_is_missing_is_named_with_what_is_there() {
        let said = |service, interface, region| {
            let error = catalog().endpoint(service, interface, region).unwrap_err();
            error.message().to_owned()
        };
        assert_eq!(
            said("compute", "admin", Some("Three")),
            "the catalog has no endpoint of `compute` with the interface `admin` in the region `Three`; it has \
             internal in One, public in One, public in Two"
        );
        assert_eq!(
            said("image", "public", None),
            "the catalog has no service of the type `image`; it has compute, identity"
        );
        for empty in [json!(null), json!([]), json!({}), json!("x")] {
            let catalog = Catalog::read(&empty, &Templates::default());
            let error = catalog.endpoint("compute", "public", None).unwrap_err();
            assert!(error.message().contains("without a catalog"), "{error}");
        }
    }
}
