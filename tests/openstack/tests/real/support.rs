//! One cloud for all tests, and the servers that they boot in it.

use std::sync::OnceLock;
use std::time::Duration;

use reqtrail::openstack::{ActionError, ActionReport, Compute};
use reqtrail::{Client, Response, Trail};
use reqtrail_openstack_tests::Cloud;
use serde_json::{Value, json};

/// The cloud. It is started by the first test, and ends with the process.
pub(crate) fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    CLOUD.get_or_init(|| Cloud::start(&[]).unwrap_or_else(|why| panic!("{why}")))
}

/// A client of Nova as this user. Eight tests at once make a small machine slow, so nothing is given up early.
pub(crate) fn client(user: &str) -> Client {
    Client::openstack(cloud().nova())
        .token(cloud().token(user))
        .attempt_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(120))
        .build()
        .expect("a client")
}

/// A client of any of the services as this user.
pub(crate) fn client_of(service: &str, user: &str) -> Client {
    Client::openstack(cloud().endpoint(service))
        .token(cloud().token(user))
        .attempt_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(120))
        .max_attempts(2)
        .base_delay(Duration::from_millis(1))
        .build()
        .expect("a client")
}

/// A global request ID that nobody else has.
pub(crate) fn new_global_id() -> String {
    format!("req-{}", uuid::Uuid::from_bytes(random()))
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes
}

/// Looks at a volume or a snapshot until its state lasts, and gives the trails of the looks.
pub(crate) async fn settled(client: &Client, path: &str, id: &str) -> Vec<Trail> {
    let mut trails = Vec::new();
    for _ in 0..600 {
        let look = client.get(path).param("id", id).send().await;
        let look = look.expect("a resource");
        trails.push(look.trail().clone());
        let body: Value = look.json().expect("JSON");
        let states = body.as_object().expect("an object").values();
        let state = states.filter_map(|thing| thing["status"].as_str()).next();
        if matches!(state, Some("available" | "error" | "error_extending")) {
            return trails;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} of {id} is still on its way");
}

/// Reads and follows as this user.
pub(crate) fn compute(user: &str) -> Compute {
    Compute::new(client(user))
}

/// A server that a test boots.
pub(crate) struct Booted {
    pub(crate) id: String,
    pub(crate) accepted: Response,
}

/// Asks for a server with this flavor and metadata.
pub(crate) async fn boot(client: &Client, name: &str, flavor: &str, metadata: Value) -> Booted {
    let accepted = client
        .post("/servers")
        .microversion("2.37")
        .json(&json!({ "server": {
            "name": name,
            "imageRef": cloud().fact("/image"),
            "flavorRef": cloud().flavor(flavor),
            "networks": "none",
            "metadata": metadata,
        }}))
        .send()
        .await
        .expect("the boot is accepted");
    let body: Value = accepted.json().expect("JSON");
    let id = body["server"]["id"].as_str().expect("an ID").to_owned();
    Booted { id, accepted }
}

/// Boots a server and follows it until it is active.
pub(crate) async fn active(user: &str, name: &str, metadata: Value) -> String {
    let compute = compute(user);
    let booted = boot(compute.client(), name, "small", metadata).await;
    let _ = end(&compute, &booted.id, &booted.accepted)
        .await
        .expect("it boots");
    booted.id
}

/// Does an action on a server, and gives the response that accepted it.
pub(crate) async fn act(client: &Client, id: &str, body: Value) -> Response {
    client
        .post("/servers/{id}/action")
        .param("id", id)
        .json(&body)
        .send()
        .await
        .expect("the action is accepted")
}

/// Follows an action to its end.
pub(crate) async fn end(
    compute: &Compute,
    id: &str,
    accepted: &Response,
) -> Result<ActionReport, ActionError> {
    compute
        .follow(id, accepted)
        .poll_interval(Duration::from_millis(200), Duration::from_secs(1))
        .deadline(Duration::from_secs(120))
        .send()
        .await
}
