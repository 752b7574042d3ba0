//! Finding a cloud in `clouds.yaml`, `secure.yaml`, `clouds-public.yaml` and `OS_*` variables, as openstacksdk does.
//!
//! Source: <https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html>.

use std::path::PathBuf;

use super::config_source::{ConfigSource, File, candidates, first};
use super::differing;
use super::fields::Fields;
use super::yaml::{Map, Yaml};
use crate::error::Error;

/// Variables that only choose a cloud.
const SELECTORS: [&str; 5] = [
    "OS_CLOUD",
    "OS_REGION_NAME",
    "OS_CLIENT_CONFIG_FILE",
    "OS_CLIENT_SECURE_FILE",
    "OS_CLOUD_NAME",
];

/// Finds the cloud of this name, or the one of the environment, or the only one of the files.
pub(super) fn find(
    source: &dyn ConfigSource,
    name: Option<&str>,
    region: Option<&str>,
) -> Result<(Fields, Vec<String>), Error> {
    let searched = candidates(source, "clouds", Some("OS_CLIENT_CONFIG_FILE"));
    let file = first(source, &searched)?;
    let secure = candidates(source, "secure", Some("OS_CLIENT_SECURE_FILE"));
    let secure = first(source, &secure)?;
    let files = CloudsFile {
        path: file.as_ref().map(|file| file.path.clone()),
        searched,
    };
    let clouds = clouds(file, secure)?;
    let own = (source.var("OS_CLOUD_NAME")).unwrap_or_else(|| "envvars".to_owned());
    if clouds.contains_key(&own) {
        return Err(Error::config(format!(
            "{files} has a cloud named `{own}`, which is the name of the cloud that OS_* variables describe; rename \
             it, or set OS_CLOUD_NAME to another name"
        )));
    }
    let environment = environment(source);
    let chosen = match (name.map(str::to_owned)).or_else(|| source.var("OS_CLOUD")) {
        Some(chosen) => chosen,
        None if environment.is_some() => own.clone(),
        None if clouds.len() == 1 => clouds.keys().next().cloned().unwrap_or_default(),
        None => return Err(Error::config(files.undecided(&clouds))),
    };
    let (origin, cloud) = match environment {
        Some(cloud) if chosen == own => ("the environment".to_owned(), Yaml::Map(cloud)),
        _ => {
            let lack = || Error::config(files.lack(&chosen, &clouds));
            let cloud = clouds.get(&chosen).cloned().ok_or_else(lack)?;
            let cloud = match name {
                None => with_passcode(source, cloud),
                Some(_) => cloud,
            };
            (format!("the cloud `{chosen}` of {files}"), cloud)
        }
    };
    let fields = merged(source, origin, cloud, &own, region, chosen == own)?;
    // Naming the cloud or the region in the program means that the variables are ignored.
    let notes = if name.is_none() && chosen != own {
        differing::notes(
            source,
            &fields,
            region.is_some_and(|region| !region.is_empty()),
        )
    } else {
        Vec::new()
    };
    Ok((fields, notes))
}

/// The cloud that a program describes, with the keys of an entry of `clouds.yaml`.
pub(super) fn described(source: &dyn ConfigSource, text: &str) -> Result<Fields, Error> {
    let cloud: serde_json::Value = serde_json::from_str(text).map_err(|e| {
        // The parser's own text may repeat the input, which has secrets.
        Error::config(format!(
            "the description of the cloud is not valid JSON at line {}, column {}",
            e.line(),
            e.column()
        ))
    })?;
    let origin = "the description of the cloud".to_owned();
    merged(source, origin, cloud.into(), "", None, false)
}

/// The cloud with the environment's passcode, if it has none: a code that expires after half a minute is rarely in a
/// file.
fn with_passcode(source: &dyn ConfigSource, cloud: Yaml) -> Yaml {
    match (cloud, source.var("OS_PASSCODE")) {
        (Yaml::Map(mut map), Some(passcode)) => {
            (map.entry("passcode".to_owned())).or_insert_with(|| Yaml::quoted(passcode));
            Yaml::Map(map)
        }
        (cloud, _) => cloud,
    }
}

/// A cloud's fields, with those of its vendor's profile and of its region.
fn merged(
    source: &dyn ConfigSource,
    origin: String,
    cloud: Yaml,
    own: &str,
    region: Option<&str>,
    from_environment: bool,
) -> Result<Fields, Error> {
    let cloud = match cloud {
        Yaml::Map(map) => normal(map),
        Yaml::Null => Map::new(),
        _ => {
            return Err(Error::config(format!(
                "{origin} is not a mapping; expected one with `auth`, `region_name` and others"
            )));
        }
    };
    let (mut merged, unknown_profile) = with_profile(source, &cloud, own)?;
    let region = choose_region(&merged, region, &origin)?;
    if let Some(values) = region.1 {
        overlay(&mut merged, normal(values));
    }
    Fields::new(
        origin,
        from_environment,
        unknown_profile,
        merged,
        Some(region.0).filter(|name| !name.is_empty()),
    )
}

/// The clouds of both files.
fn clouds(file: Option<File>, secure: Option<File>) -> Result<Map, Error> {
    let mut clouds = Map::new();
    for file in [file, secure].into_iter().flatten() {
        match file.content.get("clouds") {
            Some(Yaml::Map(more)) => deep_merge(&mut clouds, more.clone()),
            None | Some(Yaml::Null) => {}
            Some(_) => {
                return Err(Error::config(format!(
                    "{}: `clouds` is not a mapping; expected one of names to clouds",
                    file.path.display()
                )));
            }
        }
    }
    Ok(clouds)
}

/// The cloud that variables describe: `OS_AUTH_URL` becomes `auth_url`, and so on; `None` if they only choose a cloud.
fn environment(source: &dyn ConfigSource) -> Option<Map> {
    let ours = |name: &str| {
        name.starts_with("OS_")
            && !["OS_TEST", "OS_STD", "OS_LOG"]
                .iter()
                .any(|other| name.starts_with(other))
    };
    let vars: Vec<_> = (source.vars().into_iter())
        .filter(|(name, _)| ours(name))
        .collect();
    let describes = |(name, _): &(String, String)| !SELECTORS.contains(&name.as_str());
    vars.iter().any(describes).then(|| {
        vars.into_iter()
            .map(|(name, value)| {
                (
                    name["OS_".len()..].to_ascii_lowercase(),
                    Yaml::quoted(value),
                )
            })
            .collect()
    })
}

/// The cloud merged over its vendor's profile; also the name of a profile that was not found.
fn with_profile(
    source: &dyn ConfigSource,
    cloud: &Map,
    own: &str,
) -> Result<(Map, Option<String>), Error> {
    let mut merged = Map::new();
    let mut unknown = None;
    let profile = ["profile", "cloud"]
        .iter()
        .find_map(|key| cloud.get(*key)?.text());
    if let Some(profile) = profile.filter(|name| !name.is_empty() && *name != own) {
        let file = first(source, &candidates(source, "clouds-public", None))?;
        let public = file.and_then(|mut file| file.content.remove("public-clouds"));
        match public {
            Some(Yaml::Map(mut profiles)) if profiles.contains_key(profile) => {
                if let Some(Yaml::Map(known)) = profiles.remove(profile) {
                    overlay(&mut merged, normal(known));
                }
            }
            _ => unknown = Some(profile.to_owned()),
        }
    }
    overlay(&mut merged, cloud.clone());
    Ok((merged, unknown))
}

/// The region's name, and its own values if `regions` has some.
fn choose_region(
    cloud: &Map,
    wanted: Option<&str>,
    origin: &str,
) -> Result<(String, Option<Map>), Error> {
    let known = regions(cloud).ok_or_else(|| {
        Error::config(format!(
            "`regions` of {origin} is not usable; expected a list of names, or of mappings with `name` and `values`"
        ))
    })?;
    let Some(wanted) = wanted.filter(|name| !name.is_empty()) else {
        return Ok(known.into_iter().next().unwrap_or_default());
    };
    if known.is_empty() {
        return Ok((wanted.to_owned(), None));
    }
    let names: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
    let found = known.into_iter().find(|(name, _)| name == wanted);
    found.ok_or_else(|| {
        Error::config(format!(
            "{origin} has no region `{wanted}`; it has {} (capital letters count)",
            names.join(", ")
        ))
    })
}

fn regions(cloud: &Map) -> Option<Vec<(String, Option<Map>)>> {
    let name = |item: &Yaml| match item {
        Yaml::Map(map) => {
            let values = match map.get("values") {
                Some(Yaml::Map(values)) => Some(values.clone()),
                None | Some(Yaml::Null) => None,
                _ => return None,
            };
            Some((map.get("name")?.text()?.to_owned(), values))
        }
        _ => Some((item.text()?.to_owned(), None)),
    };
    match (cloud.get("regions"), cloud.get("region_name")) {
        (Some(Yaml::List(items)), _) | (None | Some(Yaml::Null), Some(Yaml::List(items))) => {
            items.iter().map(name).collect()
        }
        (None | Some(Yaml::Null), None | Some(Yaml::Null)) => Some(Vec::new()),
        (None | Some(Yaml::Null), Some(Yaml::Text { text, .. })) => Some(
            text.split(',')
                .map(|name| (name.trim().to_owned(), None))
                .collect(),
        ),
        _ => None,
    }
}

/// Puts values over others, key by key; `auth` is not replaced as a whole.
fn overlay(under: &mut Map, over: Map) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Yaml::Map(old)), Yaml::Map(new)) if key == "auth" => old.extend(new),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// The same at every depth.
fn deep_merge(under: &mut Map, over: Map) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Yaml::Map(old)), Yaml::Map(new)) => deep_merge(old, new),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// Keys with underscores, since `user-domain-id` is an old spelling.
fn normal(map: Map) -> Map {
    map.into_iter()
        .map(|(key, value)| {
            let value = match value {
                Yaml::Map(inner) if key != "values" => Yaml::Map(normal(inner)),
                other => other,
            };
            (key.replace('-', "_"), value)
        })
        .collect()
}

/// A file that was read, or was not found.
struct CloudsFile {
    path: Option<PathBuf>,
    searched: Vec<PathBuf>,
}

impl CloudsFile {
    fn lack(&self, name: &str, clouds: &Map) -> String {
        match &self.path {
            Some(path) => {
                let names: Vec<&str> = clouds.keys().map(String::as_str).collect();
                let names = if names.is_empty() {
                    "no clouds".to_owned()
                } else {
                    names.join(", ")
                };
                format!("{} has no cloud `{name}`; it has {names}", path.display())
            }
            None => format!(
                "there is no clouds.yaml to find the cloud `{name}` in; searched {}",
                self.list()
            ),
        }
    }

    fn undecided(&self, clouds: &Map) -> String {
        let names: Vec<&str> = clouds.keys().map(String::as_str).collect();
        match &self.path {
            Some(path) if !names.is_empty() => format!(
                "{} has several clouds; set OS_CLOUD to one of {}",
                path.display(),
                names.join(", ")
            ),
            Some(path) => format!(
                "{} has no clouds, and OS_AUTH_URL is not set",
                path.display()
            ),
            None => format!(
                "no cloud is configured: neither OS_CLOUD nor OS_AUTH_URL is set, and there is no clouds.yaml; \
                 searched {}",
                self.list()
            ),
        }
    }

    fn list(&self) -> String {
        let paths = self.searched.iter();
        let yaml = paths.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        let shown: Vec<String> = yaml.map(|path| path.display().to_string()).collect();
        format!("{} (also with .yml and .json)", shown.join(", "))
    }
}

impl std::fmt::Display for CloudsFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}", path.display()),
            None => f.write_str("clouds.yaml"),
        }
    }
}
