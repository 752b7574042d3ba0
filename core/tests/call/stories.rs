//! The stories of servers, volumes and images over the services of a scripted cloud, on a paused clock.

use std::sync::{Arc, Mutex};

use reqtrail::openstack::{
    Auth, Cloud, Connection, ExplainError, Explanation, Project, ResourceStory, Scope, Story, User,
    Verdict,
};
use reqtrail::{CancelToken, Category, ErrorKind};
use serde_json::{Value, json};

use crate::support::*;

mod ends;
mod told;
mod unknown;

const SERVER: &str = "c76a7603-95be-4368-87e9-7b9b89fb1d7e";
const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
const IMAGE: &str = "71252fd2-b48d-43c3-9391-153739746e29";
const CREATED: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";
const BOOTED: &str = "req-7f1e7a3c-0000-4000-8000-000000000001";
const ANOTHER: &str = "req-279d6cf0-bee9-419f-9e86-bc14d831ec4c";
const NO_BACKEND: &str = "schedule allocate volume:Could not find any available weighted backend.";

/// Answers a request to a service, by its name and by what follows the base URL; `None` for what is usual.
type Answering = dyn Fn(&str, &str, &Logged) -> Option<Exchange> + Send + Sync;

/// A cloud of four services at one transport.
struct Scripted {
    /// What is there, by service and path.
    there: Vec<(&'static str, String, Value)>,
    special: Arc<Answering>,
    services: Vec<&'static str>,
}

impl Scripted {
    fn new() -> Self {
        Self {
            there: Vec::new(),
            special: Arc::new(|_, _, _| None),
            services: vec!["compute", "volumev3", "image", "network"],
        }
    }

    fn has(mut self, service: &'static str, path: impl Into<String>, body: Value) -> Self {
        self.there.push((service, path.into(), body));
        self
    }

    fn but(
        mut self,
        special: impl Fn(&str, &str, &Logged) -> Option<Exchange> + Send + Sync + 'static,
    ) -> Self {
        self.special = Arc::new(special);
        self
    }

    fn without(mut self, service: &str) -> Self {
        self.services.retain(|own| *own != service);
        self
    }

    fn server(self, server: &Value, actions: &[Value]) -> Self {
        let base = format!("/servers/{SERVER}");
        let listed = json!({ "instanceActions": actions });
        let mut scripted = self.has("compute", &base, json!({ "server": server })).has(
            "compute",
            format!("{base}/os-instance-actions"),
            listed,
        );
        for action in actions {
            let id = action["request_id"].as_str().unwrap_or_default();
            let path = format!("{base}/os-instance-actions/{id}");
            scripted = scripted.has("compute", path, json!({ "instanceAction": action }));
        }
        scripted
    }

    fn volume(self, volume: &Value, messages: &[Value]) -> Self {
        self.has(
            "volume",
            format!("/volumes/{VOLUME}"),
            json!({ "volume": volume }),
        )
        .has("volume", "/messages", json!({ "messages": messages }))
    }

    fn image(self, image: &Value, tasks: &[Value]) -> Self {
        let base = format!("/images/{IMAGE}");
        self.has("image", &base, image.clone()).has(
            "image",
            format!("{base}/tasks"),
            json!({ "tasks": tasks }),
        )
    }

    async fn start(self) -> Started {
        let catalog: Vec<Value> = (self.services.iter())
            .map(|service| {
                let url = match *service {
                    "compute" => "https://compute.example/v2.1",
                    "volumev3" => "https://volume.example/v3/p1",
                    "image" => "https://image.example",
                    _ => "https://network.example/networking",
                };
                json!({"type": service, "endpoints": [{"interface": "public", "url": url}]})
            })
            .collect();
        let keystone = ScriptedTransport::answering(move |number, _| {
            let body = json!({"token": {"project": {"id": "p1"}, "catalog": catalog}});
            reply(201)
                .header("x-subject-token", format!("gAAAA-{}", number + 1))
                .body(body.to_string())
        });
        let wire = ScriptedTransport::answering(move |n, sent| {
            let host = sent.url.host_str().unwrap_or_default();
            let service = host.split('.').next().unwrap_or_default();
            let path = sent.url.path();
            if path == "/" || path == "/networking/" {
                return answer(n, 300, &versions(service));
            }
            let bases = ["/v2.1", "/v3/p1", "/networking/v2.0", "/v2"];
            let path = bases.iter().find_map(|base| path.strip_prefix(base));
            let path = path.expect("a path of the service");
            if let Some(special) = (self.special)(service, path, sent) {
                return special;
            }
            let mut there = self.there.iter();
            match there.find(|(own, at, _)| *own == service && at == path) {
                Some((_, _, body)) => answer(n, 200, body),
                None => missing(n, service, path),
            }
        });
        let auth =
            Auth::password(User::id("u1"), "secret").scope(Scope::Project(Project::id("p1")));
        let cloud = Cloud::new("https://keystone.example/v3", auth);
        let client = cloud.keystone().expect("a cloud to sign in to");
        let client = client.build_with(keystone.clone()).expect("a client");
        let connection = cloud.connect_with(client).await.expect("a connection");
        Started {
            connection,
            keystone,
            wire,
        }
    }
}

fn versions(service: &str) -> Value {
    let (id, path) = match service {
        "image" => ("v2.17", "/v2/"),
        _ => ("v2.0", "/networking/v2.0/"),
    };
    json!({"versions": [{"id": id, "status": "CURRENT",
        "links": [{"rel": "self", "href": format!("https://{service}.example{path}")}]}]})
}

/// An empty list, or the 404 of the service.
fn missing(n: usize, service: &str, path: &str) -> Exchange {
    let list = path.trim_start_matches('/');
    if [
        "servers",
        "volumes",
        "snapshots",
        "images",
        "messages",
        "ports",
    ]
    .contains(&list)
    {
        return answer(n, 200, &json!({ list: [] }));
    }
    let body = match service {
        "image" => {
            json!({"message": "No image found with ID x<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"})
        }
        _ => json!({"itemNotFound": {"code": 404, "message": "It could not be found."}}),
    };
    answer(n, 404, &body)
}

/// A refusal with a request ID.
fn refusal(status: u16) -> Exchange {
    let body = r#"{"forbidden": {"code": 403, "message": "Policy does not allow it."}}"#;
    let id = "req-refused";
    reply(status)
        .header("x-openstack-request-id", id)
        .body(body)
}

fn answer(n: usize, status: u16, body: &Value) -> Exchange {
    reply(status)
        .header("x-openstack-request-id", format!("req-n{n}"))
        .body(body.to_string())
}

/// A cloud that is signed in to.
struct Started {
    connection: Connection,
    keystone: ScriptedTransport,
    wire: ScriptedTransport,
}

impl Started {
    fn explain(&self, what: &str) -> Explanation {
        let wire = self.wire.clone();
        let explanation = self.connection.explain(what);
        explanation.clients(move |builder| builder.jitter_seed(7).build_with(wire.clone()))
    }

    /// The story, whose trails are what the services saw.
    async fn story(&self, what: &str) -> Story {
        let story = self.explain(what).send().await;
        let story = story.unwrap_or_else(|error| panic!("{error}"));
        self.assert_trails(&story.trails);
        assert_story(&story);
        story
    }

    async fn error(&self, what: &str) -> ExplainError {
        let error = self.explain(what).send().await.expect_err("an error");
        self.assert_trails(&error.trails);
        error
    }

    /// Each request that a service saw is in one trail, in order.
    fn assert_trails(&self, trails: &[reqtrail::Trail]) {
        let attempts = trails.iter().flat_map(reqtrail::Trail::attempts);
        let told: Vec<String> = attempts.map(|own| own.span_id().to_owned()).collect();
        let seen: Vec<String> = (self.wire.log().iter())
            .map(|sent| sent.span_id().expect("a span"))
            .collect();
        assert_eq!(told, seen);
    }

    /// What the services were asked, as `service path?query`.
    fn asked(&self) -> Vec<String> {
        let log = self.wire.log();
        log.iter()
            .map(|sent| {
                let host = sent.url.host_str().unwrap_or_default();
                let service = host.split('.').next().unwrap_or_default();
                let query = sent.url.query().map(|query| format!("?{query}"));
                format!("{service} {}{}", sent.url.path(), query.unwrap_or_default())
            })
            .collect()
    }
}

/// A story as JSON has its schema, and as a table it fits.
fn assert_story(story: &Story) {
    let schema = include_str!("../../../schema/openstack.schema.json");
    let schema = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value: Value = serde_json::from_str(&story.to_json()).expect("JSON");
    assert_eq!(value["schema"], "reqtrail.story/2");
    let errors: Vec<String> = (validator.iter_errors(&value))
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {value:#}");
    let report = story.report();
    assert_eq!(report, story.to_string());
    let is_wide = |line: &&str| line.chars().count() > 100;
    assert_eq!(report.lines().find(is_wide), None, "{report}");
}

fn server(status: &str, fault: Option<&str>, volumes: &[&str]) -> Value {
    let volumes: Vec<Value> = volumes.iter().map(|id| json!({ "id": id })).collect();
    let mut server = json!({
        "id": SERVER, "name": "web-1", "status": status, "image": "", "OS-EXT-STS:task_state": null,
        "OS-EXT-STS:vm_state": status.to_lowercase(), "OS-SRV-USG:launched_at": null,
        "os-extended-volumes:volumes_attached": volumes,
    });
    if let Some(fault) = fault {
        server["fault"] = json!({"code": 500, "created": "2026-11-21T21:00:05Z", "message": fault});
    }
    server
}

fn action(kind: &str, request_id: &str, message: Option<&str>) -> Value {
    let result = if message.is_some() {
        "Error"
    } else {
        "Success"
    };
    json!({
        "action": kind, "request_id": request_id, "instance_uuid": SERVER, "message": message,
        "start_time": "2026-11-21T21:00:00.000000",
        "events": [{"event": "compute__do_build_and_run_instance", "result": result,
            "start_time": "2026-11-21T21:00:01.000000", "finish_time": "2026-11-21T21:00:04.000000"}],
    })
}

fn volume(status: &str) -> Value {
    json!({"id": VOLUME, "name": "data", "status": status, "size": 100, "attachments": []})
}

fn message(request_id: &str, volume: &str) -> Value {
    json!({
        "id": format!("m-{request_id}-{volume}"), "event_id": "VOLUME_VOLUME_001_003", "user_message": NO_BACKEND,
        "message_level": "ERROR", "created_at": "2026-11-21T21:00:03.000000", "request_id": request_id,
        "resource_type": "VOLUME", "resource_uuid": volume,
    })
}

fn image(status: &str) -> Value {
    json!({"id": IMAGE, "name": "debian", "status": status, "os_glance_failed_import": "files",
        "direct_url": "rbd://pass@store"})
}

fn task(request_id: &str, status: &str) -> Value {
    json!({
        "id": "7cbd928b", "type": "api_image_import", "status": status, "request_id": request_id,
        "created_at": "2026-11-21T21:00:00.000000", "message": "Task failed due to Internal Error",
        "input": {"import_req": {"method": {"uri": "https://user:pass@host/x"}}},
    })
}

fn kinds(story: &Story) -> Vec<&str> {
    let kinds = story.resources.iter();
    kinds.map(|own| own.resource_type.as_str()).collect()
}

fn first(story: &Story) -> &ResourceStory {
    &story.resources[0]
}
