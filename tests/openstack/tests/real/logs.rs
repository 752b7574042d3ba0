//! Compares the logs of Cinder, Glance and Neutron with the trails.

use reqtrail::{Client, Trail};
use serde_json::json;

use crate::support::{client_of, cloud, id_of, new_global_id, settled};

/// A request that each service answers.
const LISTS: [(&str, &str); 4] = [
    ("nova", "/servers"),
    ("cinder", "/volumes"),
    ("glance", "/images"),
    ("neutron", "/networks"),
];

/// Returns the request IDs of a service's requests on a resource, in the order of the log.
///
/// Cinder logs its requests itself, before it responds. For the others, the web server logs them with the response.
pub(crate) fn logged(service: &str, id: &str) -> Vec<String> {
    let log = cloud().log(service);
    let lines = log.lines().filter(|line| line.contains(id));
    let own = |line: &str| {
        let (_, context) = line.split_once(" cinder.api.openstack.wsgi [")?;
        let (context, text) = context.split_once("] ")?;
        let is_request = !text.contains(" returned with ");
        is_request.then(|| context.split(' ').nth(1).unwrap_or_default().to_owned())
    };
    let servers = |line: &str| {
        let (_, text) = line.split_once(" access [")?;
        text.rsplit(' ').next().map(str::to_owned)
    };
    match service {
        "cinder" => lines.filter_map(own).collect(),
        _ => lines.filter_map(servers).collect(),
    }
}

fn request_ids<'a>(trails: impl IntoIterator<Item = &'a Trail>) -> Vec<String> {
    let ids = trails.into_iter().flat_map(Trail::request_ids);
    ids.map(|id| id.as_str().to_owned()).collect()
}

#[tokio::test]
async fn one_global_id_is_found_in_every_log() {
    let global = new_global_id();
    for (service, path) in LISTS {
        let call = client_of(service, "member")
            .get(path)
            .correlation_id(&*global);
        let response = call.send().await.expect(service);
        assert_eq!(response.trail().correlation_id(), Some(&*global));
        let local = response.request_id().expect("an ID").as_str().to_owned();
        // Glance uses the client's ID as its own.
        let context = match service {
            "glance" => format!("[None {global} "),
            _ => format!("[{global} {local} "),
        };
        assert_eq!(local == global, service == "glance", "{service}");
        let log = cloud().log(service);
        assert!(log.contains(&context), "{service} has no {context}");
    }
}

#[tokio::test]
async fn the_trails_have_every_request_in_cinders_log() {
    let cinder = client_of("cinder", "member");
    let volume = json!({ "volume": { "size": 1, "name": "logged" } });
    let response = cinder.post("/volumes").json(&volume).send().await;
    let id = id_of(&response.expect("accepted"), "volume");
    let mut trails = settled(&cinder, "/volumes/{id}", &id).await;
    let extend = json!({ "os-extend": { "new_size": 2 } });
    let action = cinder.post("/volumes/{id}/action").param("id", &id);
    let accepted = action.json(&extend).send().await.expect("accepted");
    trails.push(accepted.trail().clone());
    trails.extend(settled(&cinder, "/volumes/{id}", &id).await);
    // A refused request is in the trail of its error.
    let shrink = json!({ "os-extend": { "new_size": 1 } });
    let action = cinder.post("/volumes/{id}/action").param("id", &id);
    let refused = action.json(&shrink).send().await.expect_err("no shrinking");
    trails.push(refused.trail().expect("a trail").clone());
    assert_eq!(logged("cinder", &id), request_ids(&trails));
}

#[tokio::test]
async fn the_trails_have_every_request_in_glances_log() {
    let glance = client_of("glance", "member");
    let image = json!({ "name": "logged", "disk_format": "raw", "container_format": "bare" });
    let response = glance.post("/images").json(&image).send().await;
    let id = id_of(&response.expect("created"), "image");
    let upload = || {
        let call = glance.put("/images/{id}/file").param("id", &id);
        let call = call.header("Content-Type", "application/octet-stream");
        call.body(vec![b'x'; 100]).send()
    };
    let mut trails = vec![upload().await.expect("uploaded").trail().clone()];
    let again = upload().await.expect_err("there already");
    trails.push(again.trail().expect("a trail").clone());
    let look = glance.get("/images/{id}").param("id", &id).send().await;
    trails.push(look.expect("an image").trail().clone());
    assert_eq!(logged("glance", &id), request_ids(&trails));
}

#[tokio::test]
async fn the_trails_have_every_request_in_neutrons_log() {
    let neutron = client_of("neutron", "member");
    let network = json!({ "network": { "name": "logged" } });
    let response = neutron.post("/networks").json(&network).send().await;
    let id = id_of(&response.expect("created"), "network");
    let path = |client: &Client| client.get("/networks/{id}").param("id", &id);
    let mut trails = vec![path(&neutron).send().await.expect("it").trail().clone()];
    // Each attempt has its own request ID, and so has a refusal.
    let down = client_of("neutron", "keystone_down");
    for refused in [
        path(&down).send().await,
        path(&client_of("neutron", "other")).send().await,
    ] {
        let refused = refused.expect_err("refused");
        trails.push(refused.trail().expect("a trail").clone());
    }
    assert!(trails[1].attempts().len() > 1, "{}", trails[1]);
    assert_eq!(logged("neutron", &id), request_ids(&trails));
}

#[tokio::test]
async fn a_servers_volume_is_created_with_the_clients_global_id() {
    let nova = crate::support::client("member");
    let global = new_global_id();
    let disk = json!({
        "boot_index": 0, "uuid": cloud().fact("/image"), "source_type": "image", "destination_type": "volume",
        "volume_size": 1,
    });
    let server = json!({ "server": {
        "name": "with-a-volume", "flavorRef": cloud().flavor("small"), "networks": "none",
        "block_device_mapping_v2": [disk],
    }});
    let call = nova.post("/servers").microversion("2.67").json(&server);
    let accepted = call.correlation_id(&*global).send().await;
    let accepted = accepted.expect("accepted");
    let id = id_of(&accepted, "server");
    let compute = reqtrail::openstack::Compute::new(nova);
    let booted = crate::support::end(&compute, &id, &accepted).await;
    let _ = booted.expect("it boots");
    // Nova logs which request at Cinder was its own, and Cinder logged it with the client's ID.
    let local = accepted.request_id().expect("an ID").as_str();
    let context = format!("[{global} {local} ");
    let log = cloud().nova_log();
    let lines = log.lines().filter(|line| line.contains(&context));
    let asked: Vec<&str> = lines
        .filter(|line| line.contains("POST call to volumev3 for "))
        .filter_map(|line| line.split_once("used request id ")?.1.split(' ').next())
        .collect();
    assert!(!asked.is_empty(), "no call to Cinder in {context}");
    let log = cloud().log("cinder");
    for own in asked {
        let context = format!("[{global} {own} ");
        assert!(log.contains(&context), "{context}");
    }
}
