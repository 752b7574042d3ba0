//! The version document of a service: the versions of its API, and their URLs.
//!
//! Source: <https://specs.openstack.org/openstack/api-sig/guidelines/consuming-catalog/version-discovery.html>. It reads the
//! document, and corrects URLs that a proxy has made wrong, like keystoneauth.

use serde_json::Value;
use url::Url;

use super::service::Wanted;
use crate::dialect::openstack::services::is_version;

/// Whether a URL names a version of the API: `https://cinder.example/v3/0f1e` does.
pub(super) fn names_version(url: &Url) -> bool {
    version_segment(url).is_some()
}

/// The first segment that is a version, such as `v3` or `v2.0`.
pub(super) fn version_segment(url: &Url) -> Option<&str> {
    url.path_segments()?.find(|segment| is_version(segment))
}

/// The number of the API's version that a URL names.
pub(super) fn major(url: &Url) -> Option<u32> {
    let number = version_segment(url)?.strip_prefix('v')?;
    number.split('.').next()?.parse().ok()
}

/// The URL of an endpoint's version document, and the project's ID that followed it.
pub(super) fn root(endpoint: &Url, project_id: Option<&str>) -> (Url, Option<String>) {
    let mut root = endpoint.clone();
    let last = endpoint.path().trim_end_matches('/').rsplit('/').next();
    let project = project_id.filter(|id| last == Some(id)).map(str::to_owned);
    if project.is_some()
        && let Ok(mut segments) = root.path_segments_mut()
    {
        segments.pop_if_empty().pop();
    }
    (root, project)
}

/// A version in a document.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Version<'a> {
    /// In the document's form: `v3.0`.
    id: &'a str,
    number: (u32, u32),
    status: Status,
    href: &'a str,
}

/// How far a version can be relied on, in ascending order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Status {
    Experimental,
    Deprecated,
    Current,
}

/// Reads a document: a list of versions, in `values` or not, or a single one. `None` if it is not such a document.
pub(super) fn read(document: &Value) -> Option<Vec<Version<'_>>> {
    let list = [
        &document["versions"]["values"],
        &document["versions"],
        &document["version"],
    ];
    let versions = match list.into_iter().find(|own| !own.is_null())? {
        Value::Array(versions) => versions.iter().filter_map(version).collect(),
        one @ Value::Object(_) => version(one).into_iter().collect(),
        _ => return None,
    };
    Some(versions)
}

fn version(value: &Value) -> Option<Version<'_>> {
    let id = value["id"].as_str()?;
    let mut numbers = id.trim_start_matches('v').split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok());
    let mut links = value["links"].as_array()?.iter();
    let own = links.find(|link| {
        let rel = link["rel"].as_str();
        rel.is_some_and(|rel| rel.eq_ignore_ascii_case("self"))
    })?;
    let status = match value["status"].as_str() {
        // Old releases of Ironic and Placement have no status.
        None => Status::Current,
        Some(status) => match status.to_ascii_lowercase().as_str() {
            "current" | "supported" | "stable" => Status::Current,
            "deprecated" => Status::Deprecated,
            _ => Status::Experimental,
        },
    };
    Some(Version {
        id,
        number: (major, minor.unwrap_or_default()),
        status,
        href: own["href"].as_str()?,
    })
}

/// Chooses the version that a client calls: the highest that is not deprecated, of the wanted number if there is one.
///
/// The error lists the available versions.
pub(super) fn choose<'a, 'b>(
    versions: &'b [Version<'a>],
    wanted: Option<&Wanted>,
) -> Result<&'b Version<'a>, String> {
    let fits = |version: &&Version<'_>| {
        version.status > Status::Experimental
            && wanted.is_none_or(|wanted| wanted.major == version.number.0)
    };
    let best = versions.iter().filter(fits);
    best.max_by_key(|version| (version.status, version.number))
        .ok_or_else(|| {
            let there: Vec<&str> = versions.iter().map(|version| version.id).collect();
            let there = match there.is_empty() {
                true => "names none".to_owned(),
                false => format!("has {}", there.join(", ")),
            };
            match wanted {
                Some(wanted) => format!(
                    "{} asks for version {} of the API, and its version document {there}",
                    wanted.by(),
                    wanted.major
                ),
                None => format!("its version document {there}, of which none is stable"),
            }
        })
}

/// The URL of a version: the document's link, on the host of the endpoint. A service behind a proxy may not know the
/// scheme, host and path by which it is called; only the version of a link to another host counts.
pub(super) fn rebased(root: &Url, version: &Version<'_>) -> Url {
    let mut base = root.clone();
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", root.path()));
    }
    let Ok(link) = base.join(version.href) else {
        return root.clone();
    };
    let mut url = root.clone();
    // The scheme's default port counts as none.
    if link.host() == root.host() && link.port() == root.port() {
        url.set_path(link.path());
        return url;
    }
    let last = link.path().trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or_default();
    let path = root.path().trim_end_matches('/');
    if !path.ends_with(last) {
        url.set_path(&format!("{path}/{last}"));
    }
    url
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn one(id: &str, status: &str, href: &str) -> Value {
        json!({"id": id, "status": status, "links": [
            {"rel": "describedby", "href": "https://docs.example/"}, {"rel": "self", "href": href},
        ]})
    }

    #[test]
    fn a_version_is_a_segment() {
        for (text, number) in [
            ("https://c.example/v3/0f1e", Some(3)),
            ("https://c.example/volume/v2.0/", Some(2)),
            ("https://swift.example/v1/AUTH_0f1e", Some(1)),
            ("https://image.example", None),
            ("https://image.example/vm/", None),
            ("https://api.example/network", None),
        ] {
            assert_eq!(major(&url(text)), number, "{text}");
            assert_eq!(names_version(&url(text)), number.is_some(), "{text}");
        }
    }

    #[test]
    fn documents_are_read_in_every_form() {
        let three = one("v3.0", "CURRENT", "https://c.example/v3/");
        for document in [
            json!({"versions": [three]}),
            json!({"versions": {"values": [three]}}),
            json!({"version": three}),
            json!({"name": "x", "versions": [7, {"id": "v9"}, {"id": "x", "links": []}, three]}),
        ] {
            let versions = read(&document).expect("a document");
            let ids: Vec<&str> = versions.iter().map(|version| version.id).collect();
            assert_eq!(ids, ["v3.0"], "{document}");
        }
        for other in [
            json!([]),
            json!({}),
            json!({"versions": "v3"}),
            json!("x"),
            json!(null),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }

    #[test]
    fn the_highest_version_that_stays_is_chosen() {
        let wanted = |major| Wanted {
            major,
            key: Some("volume_api_version".to_owned()),
        };
        let document = json!({"versions": [
            one("v1.0", "SUPPORTED", "/v1/"),
            one("v2.9", "SUPPORTED", "/v2/"),
            one("v2.10", "CURRENT", "/v2/"),
            one("v3.0", "DEPRECATED", "/v3/"),
            one("v4.0", "EXPERIMENTAL", "/v4/"),
            one("v5.0", "PREVIEW", "/v5/"),
        ]});
        let versions = read(&document).expect("a document");
        let chosen = |wanted: Option<Wanted>| choose(&versions, wanted.as_ref()).map(|v| v.id);
        assert_eq!(chosen(None), Ok("v2.10"));
        assert_eq!(chosen(Some(wanted(1))), Ok("v1.0"));
        assert_eq!(chosen(Some(wanted(3))), Ok("v3.0"));
        let error = chosen(Some(wanted(4))).expect_err("an experiment");
        assert_eq!(
            error,
            "`volume_api_version` asks for version 4 of the API, and its version document has v1.0, v2.9, v2.10, v3.0, \
             v4.0, v5.0"
        );
        let error = choose(&[], None).expect_err("no version");
        assert!(error.contains("names none"), "{error}");
    }

    #[test]
    fn links_are_rebased_on_the_catalogs_host() {
        for (root, href, wanted) in [
            (
                "https://c.example",
                "https://c.example/v3/",
                "https://c.example/v3/",
            ),
            (
                "https://c.example/",
                "http://c.example/v3/",
                "https://c.example/v3/",
            ),
            (
                "https://c.example",
                "http://10.0.0.7:8776/v3/",
                "https://c.example/v3",
            ),
            (
                "https://api.example/volume",
                "http://10.0.0.7:8776/v3/",
                "https://api.example/volume/v3",
            ),
            (
                "https://api.example/volume/",
                "https://api.example/volume/v3/",
                "https://api.example/volume/v3/",
            ),
            (
                "http://n.example:9696/",
                "v2.0/",
                "http://n.example:9696/v2.0/",
            ),
            (
                "http://n.example/network",
                "v2.0/",
                "http://n.example/network/v2.0/",
            ),
            // Placement's link is its own address.
            (
                "https://p.example/placement",
                "",
                "https://p.example/placement/",
            ),
        ] {
            let version = Version {
                id: "v3.0",
                number: (3, 0),
                status: Status::Current,
                href,
            };
            assert_eq!(
                rebased(&url(root), &version).as_str(),
                wanted,
                "{root} {href}"
            );
        }
    }

    #[test]
    fn a_projects_id_is_put_aside() {
        for (endpoint, rest, id) in [
            (
                "https://c.example/volume/p1",
                "https://c.example/volume",
                Some("p1"),
            ),
            (
                "https://c.example/volume/p1/",
                "https://c.example/volume",
                Some("p1"),
            ),
            ("https://c.example/volume", "https://c.example/volume", None),
            ("https://c.example/p1x", "https://c.example/p1x", None),
        ] {
            let (found, project) = root(&url(endpoint), Some("p1"));
            assert_eq!(
                (found.as_str(), project.as_deref()),
                (rest, id),
                "{endpoint}"
            );
        }
    }
}
