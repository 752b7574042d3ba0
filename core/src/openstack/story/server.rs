//! What the services tell of a server: its fault and its actions, its volumes, its ports.

use serde_json::Value;

use super::reader::{Reader, Service};
use super::record::ResourceStory;
use super::{port, volume};
use crate::dialect::openstack::plain;
use crate::error::Error;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::compute::explain::outcomes;
use crate::openstack::compute::lookup::is_uuid;
use crate::openstack::compute::{ActionOutcome, Server};
use crate::redact::one_line;

/// Adds a server that was read, and everything related to it.
///
/// # Errors
/// What ends the story.
pub(super) async fn tell(
    reader: &mut Reader,
    server: &Server,
) -> Result<Vec<ResourceStory>, Error> {
    let actions = actions(reader, &server.id, Some(server)).await?;
    let fault = server.fault.as_ref();
    let fault = fault.map(|fault| one_line(plain(&fault.message).trim()).into_owned());
    let named = fault.as_deref().map(volumes_in).unwrap_or_default();
    let mut others = Vec::new();
    let attached = attached(server);
    for id in &attached {
        others.push(volume::by_id(reader, id, "a volume of the server").await?);
    }
    for id in named.iter().filter(|id| !attached.contains(id)) {
        others.push(volume::by_id(reader, id, "a volume that the server's fault names").await?);
    }
    let failed: Vec<&ResourceStory> = others.iter().filter(|own| own.failure.is_some()).collect();
    let failure = failure(
        server,
        fault.as_deref(),
        &actions,
        !named.is_empty(),
        &failed,
    );
    let (failure, request_id) = failure.unzip();
    others.extend(port::tell(reader, &server.id, server.status == "ACTIVE").await?);
    let mut told = vec![ResourceStory {
        name: server.name.clone().filter(|name| !name.is_empty()),
        status: Some(server.status.clone()),
        fault,
        failure,
        request_id: request_id.flatten(),
        actions,
        ..ResourceStory::new("server", &server.id)
    }];
    told.extend(others);
    Ok(told)
}

/// Adds a deleted server by its actions, which can be read for a while; `None` if there are none.
///
/// # Errors
/// What ends the story.
pub(super) async fn gone(
    reader: &mut Reader,
    server_id: &str,
) -> Result<Option<ResourceStory>, Error> {
    let actions = actions(reader, server_id, None).await?;
    Ok((!actions.is_empty()).then(|| ResourceStory {
        actions,
        ..ResourceStory::new("server", server_id)
    }))
}

async fn actions(
    reader: &mut Reader,
    server_id: &str,
    server: Option<&Server>,
) -> Result<Vec<ActionOutcome>, Error> {
    let Some(compute) = reader.compute().await? else {
        return Ok(Vec::new());
    };
    let limit = reader.limit;
    let read = outcomes(&compute, &mut reader.calls, (server_id, server), limit).await;
    let (actions, error) = read;
    if let Some(error) = error {
        let is_gone = crate::openstack::accepted::call_group::is_absent(&error);
        if !(is_gone && server.is_none()) {
            let what = format!("the actions of server {server_id}");
            reader.missed(Service::Compute, &what, error)?;
        }
    }
    Ok(actions)
}

/// The volumes that Nova lists for a server.
fn attached(server: &Server) -> Vec<String> {
    let listed = server.other.get("os-extended-volumes:volumes_attached");
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    let ids = listed.filter_map(|one| one["id"].as_str());
    ids.map(str::to_owned).collect()
}

/// The volumes that a fault's text names, as in "Volume UUID did not finish being created".
fn volumes_in(fault: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut before = "";
    for word in fault.split_whitespace() {
        let id = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_volume = before.eq_ignore_ascii_case("volume");
        if is_volume && is_uuid(id) && ids.iter().all(|own| own != id) {
            ids.push(id.to_owned());
        }
        before = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    }
    ids
}

/// Why a server is in `ERROR`, or why the newest action on it failed, and the ID of the request that failed.
fn failure(
    server: &Server,
    fault: Option<&str>,
    actions: &[ActionOutcome],
    fault_names_volume: bool,
    failed_volumes: &[&ResourceStory],
) -> Option<(String, Option<String>)> {
    let has_failed = |told: &&ActionOutcome| {
        told.verdict == Some(Verdict::Failed) || told.apparent == Some(Verdict::Failed)
    };
    if server.status != "ERROR" {
        let newest = actions.first().filter(has_failed)?;
        let action = &newest.action;
        let text = format!("{} failed: {}", action.action, newest.evidence.trim());
        return Some((text, Some(action.request_id.clone())));
    }
    let blamed = actions.iter().find(has_failed).or(actions.first());
    let never_up = server.launched_at().is_none();
    // Nova shows no image where the server boots from a volume.
    let has_no_image = server.other.get("image").and_then(Value::as_str) == Some("");
    let what = match blamed {
        _ if never_up && (has_no_image || fault_names_volume) => "the boot from volume failed",
        _ if never_up => "the boot failed",
        Some(told) => &format!("{} failed", told.action.action),
        None => "the server is in ERROR",
    };
    let evidence = blamed.map(|told| told.evidence.trim());
    let why = fault
        .or(evidence)
        .unwrap_or("compute does not report the reason");
    let mut text = format!("{what}: {why}");
    for own in failed_volumes
        .iter()
        .filter_map(|own| own.failure_by_name())
    {
        text = format!("{}; {own}", text.trim_end_matches('.'));
    }
    Some((text, blamed.map(|told| told.action.request_id.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_volumes() {
        let (a, b) = (
            "344174b8-34fd-4017-ae29-b9084dcf3861",
            "86a92e20-c6ef-44cc-9712-5a931ec997fe",
        );
        for (text, wanted) in [
            (
                format!("Build of instance {a} aborted: Volume {b} did not finish being created"),
                vec![b],
            ),
            (
                format!("Block Device Mapping is Invalid: failed to get volume {b}."),
                vec![b],
            ),
            (format!("volume {a}, Volume '{b}', volume {a}"), vec![a, b]),
            (format!("Instance {a} could not be found."), vec![]),
            ("a volume".to_owned(), vec![]),
        ] {
            assert_eq!(volumes_in(&text), wanted, "{text}");
        }
    }
}
