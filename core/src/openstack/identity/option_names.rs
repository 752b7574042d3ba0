//! Which names are options of a cloud, for languages that take options by name.

use crate::dialect::openstack::services::{KEYS, Service, service_key};
use crate::surface::cloud::NAMES;
use crate::surface::{Owner, Spelling};

impl Owner {
    /// Returns the text of [`Owner::unknown`] for the first name that is not an option of a cloud.
    #[must_use]
    pub fn unknown_of_cloud(names: &[String], spelling: Spelling) -> Option<String> {
        let unknown = names.iter().find(|name| !is_option(name))?;
        let alike = keys_like(unknown);
        let alike: Vec<&str> = alike.iter().map(String::as_str).collect();
        Some(Self::Cloud.unknown(unknown, &alike, spelling))
    }
}

fn is_option(name: &str) -> bool {
    let is_of_service = |(service, _)| Service::named(service).is_some();
    NAMES.contains(&name) || service_key(name).is_some_and(is_of_service)
}

/// The keys of the service that a name begins with.
fn keys_like(name: &str) -> Vec<String> {
    let parts = name.match_indices('_').map(|(at, _)| &name[..at]);
    let services = parts.filter(|part| Service::named(part).is_some());
    services
        .flat_map(|service| KEYS.map(|key| format!("{service}_{key}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_has_the_keys_of_an_entry() {
        let refused = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            Owner::unknown_of_cloud(&names, Spelling::Node)
        };
        assert_eq!(refused(&["auth", "region_name", "interface"]), None);
        let of_services = [
            "volume_interface",
            "block_storage_endpoint_override",
            "network_region_name",
            "sharev2_default_microversion",
            "compute_api_version",
            "image_service_type",
        ];
        assert_eq!(refused(&of_services), None);
        for (name, said) in [
            ("regoin_name", "; did you mean `region_name`?"),
            ("volume_interfac", "; did you mean `volume_interface`?"),
            (
                "load_balancer_endpoint_overide",
                "; did you mean `load_balancer_endpoint_override`?",
            ),
            ("authType", "; did you mean `auth_type`?"),
            ("password", ": it is a key of `auth`, as in `clouds.yaml`"),
            ("passcode", ": it is a key of `auth`, as in `clouds.yaml`"),
            ("region", ": `region_name` is the region of the endpoint"),
            (
                "insecure",
                ": a `verify` that is false turns the verification of certificates off",
            ),
            (
                "fruit",
                "; it has auth, auth_type, region_name, interface, compute_endpoint_override, \
                 compute_default_microversion, verify, cacert, cert, key, auth_methods, and keys of services such as \
                 `volume_interface`",
            ),
        ] {
            let said = format!("a cloud has no option `{name}`{said}");
            assert_eq!(refused(&["verify", name]), Some(said));
        }
    }
}
