//! Checks that the crates that users build can be built with the Rust version that they state.
//!
//! The compiler of that version is rarely at hand, so this asks what is known without it: each dependency states its
//! own minimum, and clippy's `incompatible_msrv`, denied for the workspace, holds our code to the standard library of
//! that version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What users build without crates.io: from an sdist, or by a script.
const FACES: [&str; 3] = ["reqtrail-c", "reqtrail-node", "reqtrail-python"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    rust_version: Option<String>,
    publish: Option<Vec<String>>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dep>,
}

#[derive(Deserialize)]
struct Dep {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// Checks every crate that a user builds.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .map(|p| (p.id.as_str(), p))
        .collect();
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|n| (n.id.as_str(), n))
        .collect();

    // `publish = false` is an empty list of registries.
    let built_by_users = packages.values().filter(|p| {
        let is_published = p.publish.as_ref().is_none_or(|to| !to.is_empty());
        p.source.is_none() && (is_published || FACES.contains(&p.name.as_str()))
    });
    let mut too_new = BTreeSet::new();
    let mut count = 0;
    for root in built_by_users {
        let msrv = version(
            root.rust_version
                .as_deref()
                .ok_or_else(|| format!("{} states no rust-version", root.name))?,
        );
        let mut open = vec![root.id.as_str()];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(package) = packages.get(id)
                && let Some(needs) = &package.rust_version
                && version(needs) > msrv
            {
                too_new.insert(format!(
                    "{} {} needs Rust {needs}",
                    package.name, package.version
                ));
            }
            let deps = nodes
                .get(id)
                .map(|node| node.deps.as_slice())
                .unwrap_or_default();
            let built = |dep: &&Dep| {
                dep.dep_kinds
                    .iter()
                    .any(|kind| kind.kind.as_deref() != Some("dev"))
            };
            open.extend(deps.iter().filter(built).map(|dep| dep.pkg.as_str()));
        }
        count += seen.len();
    }
    if count == 0 {
        return Err("no published crate was found".to_owned());
    }
    if too_new.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "over the stated rust-version: {}",
            too_new.into_iter().collect::<Vec<_>>().join("; ")
        ))
    }
}

/// Returns the numbers of a version. `1.88` and `1.88.0` have the same.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<_> = text
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(version("1.88.0"), version("1.88"));
        assert!(version("1.88.1") > version("1.88"));
        assert!(version("1.100") > version("1.88"));
    }
}
