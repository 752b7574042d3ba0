//! One cloud for all tests, and the servers that they boot in it.

use std::sync::OnceLock;
use std::time::Duration;

use reqtrail::openstack::{
    ActionError, ActionReport, Auth, Cloud as At, Compute, Domain, Project, Resources, Scope,
    ServiceOptions, User,
};
use reqtrail::{Client, Response, Trail};
use reqtrail_openstack_tests::Cloud;
use serde_json::{Value, json};

/// Returns the cloud. The first test starts it, and it ends with the process.
pub(crate) fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    CLOUD.get_or_init(|| Cloud::start(&[]).unwrap_or_else(|why| panic!("{why}")))
}

/// Signs in as this user, with a password.
pub(crate) fn password(user: &str) -> Auth {
    let fact = |name: &str| cloud().fact(&format!("/users/{user}/{name}"));
    Auth::password(
        User::named(user, Domain::id(fact("domain_id"))),
        fact("password"),
    )
    .scope(Scope::Project(Project::id(fact("project_id"))))
}

/// Returns the cloud behind the real Keystone.
pub(crate) fn at_keystone(auth: Auth) -> At {
    At::new(cloud().keystone(), auth).region(cloud().fact("/region"))
}

/// Sets options for a small machine that runs many tests at once.
pub(crate) fn patient(builder: reqtrail::ClientBuilder) -> Client {
    builder
        .attempt_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(120))
        .build()
        .expect("a client")
}

/// Revokes a token at Keystone. A service notices it at its next validation.
pub(crate) async fn revoke(token: &str) {
    revoke_at(cloud(), token).await;
}

/// Does the same at the Keystone of another cloud.
pub(crate) async fn revoke_at(cloud: &Cloud, token: &str) {
    let client = Client::openstack(cloud.keystone())
        .token(token)
        .default_header("X-Subject-Token", token)
        .build()
        .expect("a client");
    client.delete("/auth/tokens").send().await.expect("revoked");
}

/// Makes a client of Nova for this user. Eight tests at once make a small machine slow, so its timeouts are long.
pub(crate) fn client(user: &str) -> Client {
    Client::openstack(cloud().nova())
        .token(cloud().token(user))
        .attempt_timeout(Duration::from_secs(60))
        .timeout(Duration::from_secs(120))
        .build()
        .expect("a client")
}

/// Makes a client of any service for this user.
pub(crate) fn client_of(service: &str, user: &str) -> Client {
    let builder = Client::openstack(cloud().endpoint(service)).token(cloud().token(user));
    let builder = builder.service(service_type(service));
    patient(builder.max_attempts(2).base_delay(Duration::from_millis(1)))
}

/// Returns the type of a service in the catalog.
fn service_type(service: &str) -> &'static str {
    match service {
        "cinder" => "volume",
        "glance" => "image",
        "neutron" => "network",
        _ => "compute",
    }
}

/// Makes a client of a service by its type, for an ordinary member who signs in.
pub(crate) async fn member_of(service: &str) -> Client {
    let connection = at_keystone(password("member")).connect().await;
    let connection = connection.expect("a connection");
    let builder = connection.client(service, &ServiceOptions::new()).await;
    patient(builder.expect("an endpoint"))
}

/// Creates a volume. Returns the response that accepted it and the volume's ID.
pub(crate) async fn volume(client: &Client, volume: Value) -> (Response, String) {
    let call = client.post("/volumes").json(&json!({ "volume": volume }));
    let accepted = call.send().await.expect("accepted");
    let id = id_of(&accepted, "volume");
    (accepted, id)
}

/// Creates a volume and follows it until it is available.
pub(crate) async fn available(client: &Client, metadata: Value) -> String {
    let (accepted, id) = volume(client, json!({ "size": 1, "metadata": metadata })).await;
    let _ = followed(client, &accepted).await.expect("a volume");
    id
}

/// Creates a snapshot of a volume. Returns the response that accepted it and the snapshot's ID.
pub(crate) async fn snapshot(client: &Client, volume: &str, metadata: Value) -> (Response, String) {
    let body = json!({ "snapshot": { "volume_id": volume, "metadata": metadata } });
    let accepted = client.post("/snapshots").json(&body).send().await;
    let accepted = accepted.expect("accepted");
    let id = id_of(&accepted, "snapshot");
    (accepted, id)
}

/// Does an action on a volume, and returns the response that accepted it.
pub(crate) async fn act_on_volume(client: &Client, id: &str, action: Value) -> Response {
    let call = client.post("/volumes/{id}/action").param("id", id);
    call.json(&action).send().await.expect("accepted")
}

/// Returns the ID of the resource that the response says was created.
pub(crate) fn id_of(response: &Response, kind: &str) -> String {
    let body: Value = response.json().expect("JSON");
    let resource = body.get(kind).unwrap_or(&body);
    resource["id"].as_str().expect("an ID").to_owned()
}

/// Follows a request that a service accepted.
pub(crate) async fn followed(
    client: &Client,
    accepted: &Response,
) -> Result<ActionReport, ActionError> {
    Resources::new(client.clone())
        .follow(accepted)
        .poll_interval(Duration::from_millis(200), Duration::from_secs(1))
        .deadline(Duration::from_secs(120))
        .send()
        .await
}

/// Makes a new global request ID.
pub(crate) fn new_global_id() -> String {
    format!("req-{}", uuid::Uuid::from_bytes(random()))
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes
}

/// Polls a volume or a snapshot until it is in a final state, and returns the trails of the polls.
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

/// Returns the operations on servers for this user.
pub(crate) fn compute(user: &str) -> Compute {
    Compute::new(client(user))
}

/// A server that a test boots.
pub(crate) struct Booted {
    pub(crate) id: String,
    pub(crate) accepted: Response,
}

/// Creates a server with this flavor and metadata.
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

/// Does an action on a server, and returns the response that accepted it.
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
