//! The services of a cloud: the types of the service-types authority, their aliases, and the name that each uses for its
//! microversions.
//!
//! Sources: the authority (<https://service-types.openstack.org/service-types.json>, as of July 2025), and the API references
//! of the services (<https://docs.openstack.org/api-quick-start/>).

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

use super::API_VERSION;
use crate::dialect::VersionHeader;

/// The service that a client calls by default.
pub(crate) const COMPUTE: &str = "compute";

/// The service that signs in.
pub(crate) const IDENTITY: &str = "identity";

/// The longest name of a service.
const MAX_NAME: usize = 64;

/// A service of the authority.
#[derive(Debug)]
pub(crate) struct Service {
    /// The current type.
    pub(crate) canonical: &'static str,
    /// Former types, the likeliest first.
    pub(crate) aliases: &'static [&'static str],
    /// How its API is versioned.
    versions: Versions,
    /// Whether it reports accepted work that failed in messages, which `GET /messages` lists.
    #[allow(dead_code, reason = "who follows an operation asks")]
    pub(crate) has_messages: bool,
}

/// How the versions of an API are asked for.
#[derive(Clone, Copy, Debug)]
enum Versions {
    /// It has no microversions.
    None,
    /// With `OpenStack-API-Version: NAME VERSION`.
    Named(&'static str),
    /// As `Named`, and also with the service's own header that holds only the version: some of its releases read
    /// nothing else.
    AlsoBy(&'static str, &'static str),
}

use Versions::{AlsoBy, Named, None as Unversioned};

/// The types of the authority, in its order.
const SERVICES: &[Service] = &[
    row(IDENTITY, &[], Unversioned),
    row(COMPUTE, &[], Named("compute")),
    row("image", &[], Unversioned),
    row("load-balancer", &[], Unversioned),
    row("object-store", &[], Unversioned),
    row(
        "clustering",
        &["resource-cluster", "cluster"],
        Named("clustering"),
    ),
    row("data-processing", &[], Unversioned),
    row(
        "baremetal",
        &["bare-metal"],
        AlsoBy("baremetal", "x-openstack-ironic-api-version"),
    ),
    row("baremetal-introspection", &[], Unversioned),
    row("key-manager", &[], Named("key-manager")),
    row("ec2-api", &[], Unversioned),
    row(
        "resource-optimization",
        &["infra-optim"],
        Named("infra-optim"),
    ),
    row("message", &["messaging"], Unversioned),
    row("application-catalog", &[], Unversioned),
    row(
        "container-infrastructure-management",
        &["container-infrastructure", "container-infra"],
        Named("container-infra"),
    ),
    row("search", &[], Unversioned),
    row("dns", &[], Unversioned),
    row("workflow", &["workflowv2"], Unversioned),
    row("rating", &[], Unversioned),
    row("operator-policy", &["policy"], Unversioned),
    Service {
        has_messages: true,
        ..row(
            "shared-file-system",
            &["sharev2", "share"],
            AlsoBy("shared-file-system", "x-openstack-manila-api-version"),
        )
    },
    row("data-protection-orchestration", &[], Unversioned),
    row("orchestration", &[], Unversioned),
    Service {
        has_messages: true,
        // There Cinder accepts neither its current type nor `compute`.
        ..row(
            "block-storage",
            &["volumev3", "volumev2", "volume", "block-store"],
            Named("volume"),
        )
    },
    row("alarm", &["alarming"], Unversioned),
    row("meter", &["metering", "telemetry"], Unversioned),
    row("event", &["events"], Unversioned),
    row("metric-storage", &[], Unversioned),
    row(
        "application-deployment",
        &["application_deployment"],
        Unversioned,
    ),
    row(
        "multi-region-network-automation",
        &["tricircle"],
        Unversioned,
    ),
    row("database", &[], Unversioned),
    row("application-container", &["container"], Named("container")),
    row("log-management", &[], Unversioned),
    row("root-cause-analysis", &["rca"], Unversioned),
    row("nfv-orchestration", &[], Unversioned),
    row("network", &[], Unversioned),
    row("backup", &[], Unversioned),
    row("monitoring-logging", &["monitoring-log-api"], Unversioned),
    row("monitoring", &[], Unversioned),
    row("monitoring-events", &[], Unversioned),
    row("placement", &[], Named("placement")),
    row("instance-ha", &["ha"], Named("instance-ha")),
    row("reservation", &[], Unversioned),
    row("function-engine", &[], Unversioned),
    row("accelerator", &[], Named("accelerator")),
    row("admin-logic", &["registration"], Unversioned),
];

const fn row(
    canonical: &'static str,
    aliases: &'static [&'static str],
    versions: Versions,
) -> Service {
    Service {
        canonical,
        aliases,
        versions,
        has_messages: false,
    }
}

impl Service {
    /// Finds a service by its type or by an alias, in any case, also with underscores instead of hyphens.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SERVICES
            .iter()
            .find(|service| service.types().any(|own| is_same(own, name)))
    }

    /// The current type, and the former ones.
    pub(crate) fn types(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.canonical).chain(self.aliases.iter().copied())
    }
}

/// The keys of an entry of `clouds.yaml` for single services, after the service's name and `_`. The last two are old names.
pub(crate) const KEYS: [&str; 8] = [
    "endpoint_override",
    "interface",
    "region_name",
    "service_type",
    "default_microversion",
    "api_version",
    "endpoint_type",
    "endpoint",
];

/// Splits a key such as `volume_interface` into the service's name and the rest.
pub(crate) fn service_key(name: &str) -> Option<(&str, &'static str)> {
    KEYS.iter().find_map(|key| {
        let service = name.strip_suffix(key)?.strip_suffix('_')?;
        Some((service, *key))
    })
}

/// The types by which a catalog may list a service, the likeliest first: the name that the caller gave, the authority's
/// type, and its aliases.
pub(crate) fn types<'a>(name: &'a str) -> impl Iterator<Item = &'a str> {
    let known = Service::named(name).into_iter().flat_map(Service::types);
    let others = known.map(|own| -> &'a str { own });
    std::iter::once(name).chain(others.filter(move |own| *own != name))
}

/// Checks the name of a service; the error says what is wrong.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let can_stand = |c: char| c.is_ascii_graphic() && c != ',';
    if !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(can_stand) {
        return Ok(());
    }
    let shown: String = name.chars().take(MAX_NAME).collect();
    Err(format!(
        "service is `{}`; expected the type of a service, such as volume, network or image",
        shown.escape_debug()
    ))
}

/// Whether a segment of an endpoint's path is a version of its API, such as `v3` or `v2.0`.
pub(crate) fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    number.starts_with(|first: char| first.is_ascii_digit())
}

/// How requests ask for a version of the service's API; `None` if it has none. A service that the authority does not know
/// may have versions, under its own name.
pub(crate) fn version_header(name: &str) -> Option<VersionHeader> {
    let (service, older) = match Service::named(name).map(|service| service.versions) {
        Some(Unversioned) => return None,
        Some(Named(own)) => (Cow::Borrowed(own), None),
        Some(AlsoBy(own, header)) => (Cow::Borrowed(own), Some(HeaderName::from_static(header))),
        None => (Cow::Owned(name.to_owned()), None),
    };
    Some(VersionHeader {
        header: API_VERSION,
        service,
        older,
    })
}

/// Whether requests can ask for a version of the service's API.
pub(crate) fn has_microversions(name: &str) -> bool {
    let versions = Service::named(name).map(|service| service.versions);
    !matches!(versions, Some(Unversioned))
}

/// The version that a response of the service names: `compute 2.90`, perhaps in a list with other services. The service may
/// go by any of its types there.
pub(crate) fn answered_version<'a>(
    headers: &'a HeaderMap,
    service: Option<&str>,
) -> Option<&'a str> {
    let name = service.unwrap_or(COMPUTE);
    let known = Service::named(name);
    let text = |header: &str| headers.get(header)?.to_str().ok();
    let is_its = |own: &str| {
        let version_name = known.and_then(|service| match service.versions {
            Named(own) | AlsoBy(own, _) => Some(own),
            Unversioned => None,
        });
        types(name)
            .chain(version_name)
            .any(|known| is_same(known, own))
    };
    let standing = text(API_VERSION.as_str()).and_then(|text| {
        text.split(',').find_map(|entry| {
            let (own, version) = entry.trim().split_once(' ')?;
            is_its(own).then(|| version.trim())
        })
    });
    standing.or_else(|| match known?.versions {
        AlsoBy(_, header) => text(header).map(str::trim),
        _ => None,
    })
}

/// Whether two types are the same apart from case and hyphens.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |b: u8| match b {
        b'_' => b'-',
        b => b.to_ascii_lowercase(),
    };
    one.len() == other.len() && one.bytes().map(plain).eq(other.bytes().map(plain))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn every_name_is_one_service() {
        let mut names: Vec<String> = (SERVICES.iter())
            .flat_map(Service::types)
            .map(|name| name.replace('_', "-"))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        // `application_deployment` is an alias of itself with a hyphen.
        assert_eq!(names.len(), count - 1);
        for service in SERVICES {
            for name in service.types() {
                let found = Service::named(name).expect(name);
                assert_eq!(found.canonical, service.canonical);
            }
        }
    }

    #[test]
    fn a_service_goes_by_its_aliases() {
        for (name, canonical) in [
            ("compute", Some("compute")),
            ("volume", Some("block-storage")),
            ("volumev3", Some("block-storage")),
            ("block_storage", Some("block-storage")),
            ("Block-Store", Some("block-storage")),
            ("sharev2", Some("shared-file-system")),
            ("bare_metal", Some("baremetal")),
            (
                "container-infra",
                Some("container-infrastructure-management"),
            ),
            ("workflowv2", Some("workflow")),
            ("s3", None),
            ("cinder", None),
            ("", None),
        ] {
            let found = Service::named(name).map(|service| service.canonical);
            assert_eq!(found, canonical, "{name}");
        }
    }

    #[test]
    fn a_catalog_is_searched_by_the_callers_name_first() {
        let all = |name| types(name).collect::<Vec<_>>();
        assert_eq!(
            all("volume"),
            [
                "volume",
                "block-storage",
                "volumev3",
                "volumev2",
                "block-store"
            ]
        );
        assert_eq!(
            all("block-storage"),
            [
                "block-storage",
                "volumev3",
                "volumev2",
                "volume",
                "block-store"
            ]
        );
        assert_eq!(all("compute"), ["compute"]);
        assert_eq!(all("rax:queues"), ["rax:queues"]);
    }

    #[test]
    fn a_name_can_stand_in_a_header_and_in_a_log() {
        for good in ["volume", "rax:queues", "application_deployment"] {
            assert_eq!(check(good), Ok(()));
        }
        let long = "x".repeat(MAX_NAME + 1);
        for bad in ["", "block storage", "a,b", "a\r\nb", "größe", &long] {
            let error = check(bad).expect_err(bad);
            assert!(error.starts_with("service is `"), "{error}");
            assert!(error.contains("such as volume"), "{error}");
        }
    }

    #[test]
    fn versions_go_by_the_name_that_the_service_takes() {
        for (name, wanted) in [
            ("compute", Some(("compute", None))),
            ("volume", Some(("volume", None))),
            ("volumev2", Some(("volume", None))),
            ("volumev3", Some(("volume", None))),
            ("block-storage", Some(("volume", None))),
            ("block-store", Some(("volume", None))),
            (
                "share",
                Some(("shared-file-system", Some("x-openstack-manila-api-version"))),
            ),
            (
                "bare-metal",
                Some(("baremetal", Some("x-openstack-ironic-api-version"))),
            ),
            ("placement", Some(("placement", None))),
            ("container-infrastructure", Some(("container-infra", None))),
            ("network", None),
            ("image", None),
            ("identity", None),
            ("orchestration", None),
            ("load-balancer", None),
            ("object-store", None),
            ("rax:queues", Some(("rax:queues", None))),
        ] {
            let header = version_header(name);
            let found = header.as_ref().map(|header| {
                let older = header.older.as_ref().map(HeaderName::as_str);
                (&*header.service, older)
            });
            assert_eq!(found, wanted, "{name}");
        }
    }

    #[test]
    fn an_answer_names_its_version_under_any_type() {
        let answered = |service, header: &'static str, text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header, HeaderValue::from_static(text));
            answered_version(&headers, service).map(str::to_owned)
        };
        let standing = "openstack-api-version";
        for (service, header, text, wanted) in [
            (None, standing, "compute 2.90", Some("2.90")),
            (None, standing, "volume 3.50, compute 2.90", Some("2.90")),
            (None, standing, "volume 3.50", None),
            (Some("volume"), standing, "volume 3.50", Some("3.50")),
            (Some("volume"), standing, "volumev3 3.50", Some("3.50")),
            (
                Some("volumev3"),
                standing,
                "block-storage 3.50",
                Some("3.50"),
            ),
            (Some("volume"), standing, "compute 2.90", None),
            (
                Some("share"),
                standing,
                "shared-file-system 2.65",
                Some("2.65"),
            ),
            (
                Some("share"),
                "x-openstack-manila-api-version",
                "2.65",
                Some("2.65"),
            ),
            (
                Some("volume"),
                "x-openstack-manila-api-version",
                "2.65",
                None,
            ),
            (
                Some("baremetal"),
                "x-openstack-ironic-api-version",
                "1.80",
                Some("1.80"),
            ),
            (
                Some("container-infra"),
                standing,
                "container-infra 1.9",
                Some("1.9"),
            ),
            (Some("rax:queues"), standing, "rax:queues 1.2", Some("1.2")),
            (Some("volume"), standing, "3.50", None),
            (Some("volume"), standing, "", None),
        ] {
            assert_eq!(
                answered(service, header, text).as_deref(),
                wanted,
                "{service:?} {text}"
            );
        }
    }
}
