//! Clients of any service of a cloud, on both ways of driving calls: which endpoint they call, and how they learn its version.

use std::sync::{Arc, Mutex};

use reqtrail::openstack::{Cloud, Connection, ServiceOptions};
use reqtrail::{Client, ClientBuilder, Error, ErrorKind, Observer, StopReason, blocking};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Outcome, Server, http1, trail};

/// What the cloud answers at a path: a status and a body.
fn answer(target: &str, here: &str) -> (u16, String) {
    let version = |id: &str, status: &str, href: String| json!({"id": id, "status": status, "links": [{"rel": "self", "href": href}]});
    let listed = |versions: Vec<Value>| json!({"versions": versions}).to_string();
    match target {
        "/keystone/v3/auth/tokens" => (
            201,
            json!({"token": {"catalog": catalog(here), "project": {"id": "p1"}}}).to_string(),
        ),
        // As Glance answers behind a proxy that ends TLS: by its own name, and with 300.
        "/image/" => (
            300,
            listed(vec![
                version("v2.17", "CURRENT", "http://10.0.0.9:9292/v2/".into()),
                version("v2.16", "SUPPORTED", "http://10.0.0.9:9292/v2/".into()),
                version("v3.0", "EXPERIMENTAL", "http://10.0.0.9:9292/v3/".into()),
            ]),
        ),
        "/network/" => (
            200,
            listed(vec![version(
                "v2.0",
                "CURRENT",
                format!("{here}/network/v2.0/"),
            )]),
        ),
        "/placement/" => (200, listed(vec![version("v1.0", "CURRENT", String::new())])),
        "/heat/" => (
            300,
            listed(vec![version("v1.0", "CURRENT", format!("{here}/heat/v1/"))]),
        ),
        "/dns/" => (
            300,
            json!({"versions": {"values": [version("v2", "CURRENT", format!("{here}/dns/v2"))]}})
                .to_string(),
        ),
        "/share/" => (
            300,
            listed(vec![version(
                "v1.0",
                "DEPRECATED",
                format!("{here}/share/v1/"),
            )]),
        ),
        // A status that is not repeated.
        "/kms/" => (505, "busy".into()),
        "/store/" => (404, "<html>nothing</html>".into()),
        "/alarm/" => (200, "hello".into()),
        "/rating/" => (401, "{}".into()),
        "/experiments/" => (
            200,
            listed(vec![version(
                "v7",
                "EXPERIMENTAL",
                format!("{here}/experiments/v7/"),
            )]),
        ),
        _ => (200, "{}".into()),
    }
}

fn catalog(here: &str) -> Value {
    let endpoints = |path: &str| {
        json!([
            {"interface": "public", "region_id": "One", "url": format!("{here}{path}")},
            {"interface": "internal", "region_id": "One", "url": format!("{here}/inner{path}")},
            {"interface": "public", "region_id": "Two", "url": format!("{here}/two{path}")},
        ])
    };
    let services = [
        ("compute", "/compute/v2.1"),
        ("volumev3", "/volume/v3/$(tenant_id)s"),
        ("image", "/image"),
        ("network", "/network"),
        ("placement", "/placement"),
        ("orchestration", "/heat/p1"),
        ("dns", "/dns/"),
        ("shared-file-system", "/share"),
        ("key-manager", "/kms"),
        ("object-store", "/store"),
        ("alarm", "/alarm"),
        ("rating", "/rating"),
        ("experiments", "/experiments"),
    ];
    services
        .map(|(name, path)| json!({"type": name, "endpoints": endpoints(path)}))
        .into()
}

/// A Keystone and a dozen services at one address.
async fn openstack() -> Server {
    Server::start(move |number, mut socket, log| async move {
        let here = format!("http://{}", socket.local_addr()?);
        while let Some(request) = http1::read(&mut socket).await? {
            let seen = request.seen(number);
            let (status, body) = answer(&seen.target, &here);
            log.enter(seen);
            let id = log.len();
            let text = format!(
                "HTTP/1.1 {status} x\r\nX-Subject-Token: t1\r\nX-Openstack-Request-Id: req-{id}\r\n\
                 OpenStack-API-Version: volume 3.59\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(text.as_bytes()).await?;
        }
        Ok(())
    })
    .await
}

fn cloud(server: &Server, settings: &Value) -> Cloud {
    let mut entry = json!({
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": format!("{}/keystone", server.http()),
            "application_credential_id": "c1",
            "application_credential_secret": "hunter2",
        },
        "region_name": "One",
    });
    for (key, value) in settings.as_object().into_iter().flatten() {
        entry[key] = value.clone();
    }
    Cloud::from_json(&entry.to_string()).expect("a cloud")
}

async fn connected(server: &Server, settings: Value) -> Connection {
    let connection = cloud(server, &settings).connect().await;
    connection.expect("a connection")
}

/// What the server saw after the sign-in, as `GET /path`.
fn seen(server: &Server) -> Vec<String> {
    let rows = server.log().rows();
    let paths = rows
        .iter()
        .map(|row| format!("{} {}", row.method, row.target));
    paths.filter(|path| !path.contains("/keystone/")).collect()
}

/// Runs blocking work on a separate thread.
async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// Begins a client in the manner of one or of the other kind of program.
async fn begun(
    connection: &Connection,
    service: &'static str,
    blocks: bool,
) -> Result<ClientBuilder, Error> {
    let options = ServiceOptions::new();
    if !blocks {
        return connection.client(service, &options).await;
    }
    let connection = connection.clone();
    blocking(move || connection.client_blocking(service, &options)).await
}

async fn call(builder: ClientBuilder, path: &str) -> Outcome {
    let client: Client = builder.build().expect("a client");
    client.get(path).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_called_where_its_document_says() {
    for (service, paths) in [
        ("compute", vec!["GET /compute/v2.1/x"]),
        // With a version, as it stands, under each of its names.
        ("volume", vec!["GET /volume/v3/p1/x"]),
        ("volumev3", vec!["GET /volume/v3/p1/x"]),
        ("block-storage", vec!["GET /volume/v3/p1/x"]),
        // Behind a proxy: the version alone counts.
        ("image", vec!["GET /image/", "GET /image/v2/x"]),
        ("network", vec!["GET /network/", "GET /network/v2.0/x"]),
        // The version is where the document is.
        ("placement", vec!["GET /placement/", "GET /placement/x"]),
        // The project's ID comes back behind the version.
        ("orchestration", vec!["GET /heat/", "GET /heat/v1/p1/x"]),
        ("dns", vec!["GET /dns/", "GET /dns/v2/x"]),
        // A version on its way out is better than none.
        ("share", vec!["GET /share/", "GET /share/v1/x"]),
        // Nothing there, or something else.
        ("object-store", vec!["GET /store/", "GET /store/x"]),
        ("alarming", vec!["GET /alarm/", "GET /alarm/x"]),
    ] {
        for blocks in [false, true] {
            let server = openstack().await;
            let connection = connected(&server, json!({})).await;
            let builder = begun(&connection, service, blocks).await;
            let outcome = call(builder.expect(service), "/x").await;
            assert_eq!(trail(&outcome).service(), Some(service));
            assert_eq!(seen(&server), paths, "{service}");
            // The token goes to the service alone, which may not say its versions without one.
            let rows = server.log().rows();
            assert!(
                rows[1..]
                    .iter()
                    .all(|row| row.headers["x-auth-token"] == "t1")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_read_once_for_a_connection() {
    let server = openstack().await;
    let connection = connected(&server, json!({})).await;
    for blocks in [false, true, false] {
        let builder = begun(&connection.clone(), "image", blocks).await;
        call(builder.expect("a builder"), "/images")
            .await
            .expect("a response");
    }
    let get = "GET /image/v2/images";
    assert_eq!(seen(&server), ["GET /image/", get, get, get]);
    // Another connection asks for itself.
    let other = connected(&server, json!({})).await;
    let _ = begun(&other, "image", false).await.expect("a builder");
    assert_eq!(
        seen(&server).last().map(String::as_str),
        Some("GET /image/")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_cannot_answer_is_asked_again() {
    for blocks in [false, true] {
        let server = openstack().await;
        let connection = connected(&server, json!({})).await;
        let error = begun(&connection, "key-manager", blocks)
            .await
            .expect_err("busy");
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(505));
        let trail = error.trail().expect("its own trail");
        assert_eq!(trail.service(), Some("key-manager"));
        assert_eq!(
            (trail.path(), trail.stopped()),
            ("/", StopReason::NotRetryable)
        );
        let ids: Vec<&str> = trail.request_ids().iter().map(|id| id.as_str()).collect();
        assert_eq!(ids, ["req-2"]);
        let before = server.log().len();
        begun(&connection, "key-manager", blocks)
            .await
            .expect_err("busy");
        assert!(server.log().len() > before, "a failure is not kept");
        // A refused token does not mean that the document is missing.
        let error = begun(&connection, "rating", blocks)
            .await
            .expect_err("refused");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_without_a_version_that_will_do_is_refused_with_its_trail() {
    let server = openstack().await;
    let settings = json!({"image_api_version": "1", "share_api_version": 1});
    let connection = connected(&server, settings).await;
    for (service, wanted) in [
        (
            "image",
            "`image_api_version` asks for version 1 of the API, and its version document has v2.17, v2.16, v3.0",
        ),
        ("sharev2", "`share_api_version`"),
        (
            "experiments",
            "its version document has v7, of which none is stable",
        ),
    ] {
        let outcome = connection.client(service, &ServiceOptions::new()).await;
        if service == "sharev2" {
            // What the configuration says outranks the name.
            let _ = outcome.expect("version 1 is there");
            continue;
        }
        let error = outcome.expect_err(service);
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(
            text.contains(&format!("the service `{service}`")) && text.contains(wanted),
            "{text}"
        );
        assert_eq!(error.trail().expect("a trail").attempts().len(), 1);
    }
    let plain = connected(&server, json!({})).await;
    let error = plain
        .client("sharev2", &ServiceOptions::new())
        .await
        .expect_err("v1 alone");
    let wanted = "its name asks for version 2 of the API, and its version document has v1.0";
    assert!(error.to_string().contains(wanted), "{error}");
    // Without a look at the service: `volumev2` is not `/v3`.
    let error = plain
        .client("volumev2", &ServiceOptions::new())
        .await
        .expect_err("v3 alone");
    assert_eq!(error.kind(), ErrorKind::Config);
    let wanted = "its name asks for version 2 of the API, and the catalog's endpoint of `volumev3` has version 3";
    assert!(error.to_string().contains(wanted), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn options_and_settings_choose_the_endpoint() {
    let own = ServiceOptions::new;
    for (settings, service, options, path) in [
        (
            json!({}),
            "volume",
            own().interface("internal"),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({}),
            "volume",
            own().region("Two"),
            "/two/volume/v3/p1/x",
        ),
        (
            json!({}),
            "compute",
            own().region("Two"),
            "/two/compute/v2.1/x",
        ),
        (
            json!({}),
            "compute",
            own().interface("internalURL"),
            "/inner/compute/v2.1/x",
        ),
        (
            json!({"volume_interface": "internal"}),
            "volume",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"block_storage_interface": "internal"}),
            "volume",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"volumev3-interface": "internal"}),
            "block-storage",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"volume_endpoint_type": "internalURL"}),
            "volume",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"volume_interface": "internal"}),
            "volume",
            own().interface("public"),
            "/volume/v3/p1/x",
        ),
        (
            json!({"interface": "internal"}),
            "volume",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"interface": "internal", "compute_interface": "public"}),
            "volume",
            own(),
            "/inner/volume/v3/p1/x",
        ),
        (
            json!({"volume_region_name": "Two"}),
            "volumev3",
            own(),
            "/two/volume/v3/p1/x",
        ),
        (
            json!({"compute_region_name": "Two"}),
            "volume",
            own(),
            "/volume/v3/p1/x",
        ),
        (
            json!({"backup_service_type": "volumev3"}),
            "backup",
            own(),
            "/volume/v3/p1/x",
        ),
    ] {
        let server = openstack().await;
        let connection = connected(&server, settings.clone()).await;
        let builder = connection
            .client(service, &options)
            .await
            .expect("a builder");
        call(builder, "/x").await.expect("a response");
        assert_eq!(
            seen(&server),
            [format!("GET {path}")],
            "{settings} {service}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_option_replaces_the_catalogs() {
    let server = openstack().await;
    let here = server.http();
    let settings = json!({
        "volume_endpoint_override": format!("{here}/own/v3/%(project_id)s"),
        "image_endpoint_override": format!("{here}/image"),
    });
    let connection = connected(&server, settings).await;
    for service in ["block-storage", "image"] {
        let builder = connection.client(service, &ServiceOptions::new()).await;
        call(builder.expect("a builder"), "/x")
            .await
            .expect("a response");
    }
    assert_eq!(
        seen(&server),
        ["GET /own/v3/p1/x", "GET /image/", "GET /image/v2/x"]
    );
    // Without a sign-in there is no catalog: one endpoint for all, or one for each.
    for (entry, service, wanted) in [
        (
            json!({"auth_type": "none", "auth": {"endpoint": format!("{here}/v9")}}),
            "baremetal",
            Ok(()),
        ),
        (
            json!({"auth_type": "none", "baremetal_endpoint_override": format!("{here}/v9")}),
            "bare-metal",
            Ok(()),
        ),
        (
            json!({"auth_type": "admin_token", "token": "t", "baremetal_endpoint": format!("{here}/v9")}),
            "baremetal",
            Ok(()),
        ),
        (
            json!({"auth_type": "none", "baremetal_endpoint_override": here}),
            "block-storage",
            Err(
                "the cloud has no block-storage endpoint, and without a sign-in there is no catalog; set \
                 `block_storage_endpoint_override`",
            ),
        ),
    ] {
        let cloud = Cloud::from_json(&entry.to_string()).expect("a cloud");
        let connection = cloud.connect().await.expect("a connection");
        assert_eq!(connection.services(), []);
        let outcome = connection.client(service, &ServiceOptions::new()).await;
        match (outcome, wanted) {
            (Ok(builder), Ok(())) => {
                call(builder, "/x").await.expect("a response");
                assert_eq!(seen(&server).last().map(String::as_str), Some("GET /v9/x"));
            }
            (outcome, wanted) => {
                let error = outcome.expect_err("no endpoint");
                assert_eq!(Err(error.message()), wanted);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_microversion_comes_from_the_options_or_the_settings() {
    let own = ServiceOptions::new;
    for (settings, options, sent) in [
        (json!({}), own(), None),
        (json!({}), own().microversion("3.70"), Some("volume 3.70")),
        (
            json!({"volume_default_microversion": "3.50"}),
            own(),
            Some("volume 3.50"),
        ),
        (
            json!({"block_storage_default_microversion": 3.5}),
            own(),
            Some("volume 3.5"),
        ),
        (
            json!({"volume_api_version": "3.59"}),
            own(),
            Some("volume 3.59"),
        ),
        (json!({"volume_api_version": 3}), own(), None),
        (
            json!({"volume_default_microversion": "3.50"}),
            own().microversion("latest"),
            Some("volume latest"),
        ),
        (json!({"compute_default_microversion": "2.90"}), own(), None),
    ] {
        let server = openstack().await;
        let connection = connected(&server, settings.clone()).await;
        let builder = connection
            .client("volumev3", &options)
            .await
            .expect("a builder");
        let response = call(builder, "/volumes").await.expect("a response");
        assert_eq!(response.microversion(), Some("3.59"));
        let rows = server.log().rows();
        let found = rows[1].headers.get("openstack-api-version");
        assert_eq!(
            found.map(|value| value.to_str().expect("text")),
            sent,
            "{settings}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_microversions_refuses_one() {
    let server = openstack().await;
    let settings = json!({"network_default_microversion": "2.0", "image_api_version": "2.17"});
    let connection = connected(&server, settings).await;
    let error = connection
        .client("network", &ServiceOptions::new())
        .await
        .expect_err("none");
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    assert!(text.contains("`network_default_microversion`"), "{text}");
    assert!(
        text.contains("the service `network` has no microversions; leave it out"),
        "{text}"
    );
    // That of the API's version is none.
    let builder = connection.client("image", &ServiceOptions::new()).await;
    call(builder.expect("a builder"), "/images")
        .await
        .expect("a response");
    let options = ServiceOptions::new().microversion("2.1");
    let error = connection
        .client("dns", &options)
        .await
        .expect("a builder")
        .build()
        .expect_err("none");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error
            .to_string()
            .contains("the service `dns` has no microversions"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_catalog_is_named_with_what_is() {
    let server = openstack().await;
    let connection = connected(&server, json!({})).await;
    for (service, options, wanted) in [
        (
            "workflow",
            ServiceOptions::new(),
            "the catalog has no service of the type `workflow`, nor workflowv2; it has alarm, compute, dns, experiments, \
             image, key-manager, network, object-store, orchestration, placement, rating, shared-file-system, volumev3",
        ),
        (
            "volume",
            ServiceOptions::new().region("Six"),
            "the catalog has no endpoint of `volume` with the interface `public` in the region `Six`; it has internal in \
             One, public in One, public in Two",
        ),
        (
            "block storage",
            ServiceOptions::new(),
            "service is `block storage`; expected the type of a service, such as volume, network or image",
        ),
    ] {
        let error = connection
            .client(service, &options)
            .await
            .expect_err(service);
        assert_eq!((error.kind(), error.message()), (ErrorKind::Config, wanted));
    }
    let services = connection.services();
    assert_eq!(services.len(), 39);
    let first = &services[3];
    assert_eq!(
        (&*first.service_type, &*first.interface),
        ("volumev3", "public")
    );
    assert_eq!(first.region.as_deref(), Some("One"));
    assert_eq!(first.url, format!("{}/volume/v3/p1", server.http()));
    let json = serde_json::to_value(first).expect("JSON");
    assert_eq!(json["service_type"], "volumev3");
}

/// Notes service, path and log line of each attempt.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Observer for Lines {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let line = event.call.log_line(event.attempt);
        self.0.lock().expect("the lock").push(line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_document_is_a_call_that_observers_see() {
    let server = openstack().await;
    let lines = Arc::<Lines>::default();
    let cloud = cloud(&server, &json!({})).observer(Arc::clone(&lines));
    let connection = cloud.connect().await.expect("a connection");
    let builder = begun(&connection, "network", true)
        .await
        .expect("a builder");
    call(builder, "/networks").await.expect("a response");
    let here = server.http();
    assert_eq!(
        *lines.0.lock().expect("the lock"),
        [
            format!(
                "POST call to identity for {here}/keystone/v3/auth/tokens used request id req-1"
            ),
            format!("GET call to network for {here}/network/ used request id req-2"),
            format!("GET call to network for {here}/network/v2.0/networks used request id req-3"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_global_id_goes_through_several_services() {
    const GLOBAL: &str = "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2";
    let server = openstack().await;
    let connection = connected(&server, json!({})).await;
    let clients = async |service| {
        let builder = begun(&connection, service, false).await.expect("a builder");
        builder.build().expect("a client")
    };
    let (nova, cinder) = (clients("compute").await, clients("volume").await);
    let mut trails = Vec::new();
    for (client, path) in [(&nova, "/servers"), (&cinder, "/volumes")] {
        let response = client.post(path).correlation_id(GLOBAL).send().await;
        trails.push(response.expect("a response").trail().clone());
    }
    let rows = server.log().rows();
    for (at, service) in ["compute", "volume"].into_iter().enumerate() {
        assert_eq!(trails[at].service(), Some(service));
        assert_eq!(trails[at].correlation_id(), Some(GLOBAL));
        assert_eq!(rows[at + 1].headers["x-openstack-request-id"], GLOBAL);
    }
    assert_ne!(trails[0].request_ids(), trails[1].request_ids());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_client_uses_the_service_too() {
    let server = openstack().await;
    let connection = connected(&server, json!({})).await;
    let builder = begun(&connection, "image", true).await.expect("a builder");
    let outcome = blocking(move || {
        let client: blocking::Client = builder.build_blocking().expect("a client");
        client.get("/images").send()
    });
    assert_eq!(trail(&outcome.await).service(), Some("image"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_than_that_of_the_endpoint_is_refused() {
    let server = openstack().await;
    let connection = connected(&server, json!({})).await;
    let compute = connection.compute().expect("a builder");
    let volume = begun(&connection, "volume", false)
        .await
        .expect("a builder");
    for (builder, own) in [(compute, "compute"), (volume, "volume")] {
        builder.clone().service(own).build().expect("a client");
        let error = builder.service("image").build().expect_err("another");
        assert_eq!(error.kind(), ErrorKind::Config);
        let wanted = format!(
            "service is `image`, and the endpoint is that of `{own}`; expected the service where"
        );
        assert!(error.message().starts_with(&wanted), "{error}");
    }
}
