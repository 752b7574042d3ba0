//! Clients of every service of the cloud, from a connection.

use std::time::Duration;

use reqtrail::Client;
use reqtrail::openstack::{Cloud, Connection, ServiceOptions};
use serde_json::json;

use crate::support::{cloud, new_global_id};

/// Signs in with these settings of services.
async fn connected(settings: serde_json::Value) -> Connection {
    let mut entry = json!({
        "auth": {
            "auth_url": cloud().keystone(),
            "username": "member",
            "password": cloud().fact("/users/member/password"),
            "project_id": cloud().fact("/users/member/project_id"),
            "user_domain_id": cloud().fact("/users/member/domain_id"),
        },
        "region_name": cloud().fact("/region"),
    });
    for (key, value) in settings.as_object().into_iter().flatten() {
        entry[key] = value.clone();
    }
    let there = Cloud::from_json(&entry.to_string()).expect("a cloud");
    there.connect().await.expect("a connection")
}

async fn client(connection: &Connection, service: &str, version: Option<&str>) -> Client {
    let options = ServiceOptions::new();
    let options = match version {
        Some(version) => options.microversion(version),
        None => options,
    };
    let builder = connection.client(service, &options).await.expect(service);
    let builder = builder.attempt_timeout(Duration::from_secs(60));
    builder.build().expect("a client")
}

/// Uses the catalog, and endpoints without a version, for which it reads the document of each service.
#[tokio::test]
async fn every_service_has_a_client_by_each_of_its_names() {
    let roots = json!({
        "volume_endpoint_override": cloud().fact("/cinder/root"),
        "image_endpoint_override": cloud().fact("/glance/root"),
        "network_endpoint_override": cloud().fact("/neutron/root"),
        "identity_endpoint_override": cloud().fact("/keystone/root"),
    });
    let user = format!("/users/{}", cloud().fact("/users/member/id"));
    for settings in [json!({}), roots] {
        let connection = connected(settings).await;
        for (service, version, path) in [
            ("volume", Some("3.70"), "/volumes"),
            ("volumev3", Some("3.5"), "/messages"),
            ("block-storage", Some("3.50"), "/volumes"),
            ("image", None, "/images"),
            ("network", None, "/networks"),
            ("identity", None, &*user),
            ("compute", Some("2.90"), "/servers"),
        ] {
            let client = client(&connection, service, version).await;
            let response = client.get(path).send().await.expect(service);
            assert_eq!(response.trail().service(), Some(service));
            assert_eq!(response.microversion(), version, "{service}");
        }
    }
}

#[tokio::test]
async fn one_global_id_is_in_the_logs_of_two_services() {
    let connection = connected(json!({})).await;
    let global = new_global_id();
    for (service, path, log) in [
        ("volume", "/volumes", "cinder"),
        ("network", "/networks", "neutron"),
    ] {
        let client = client(&connection, service, None).await;
        let response = client.get(path).correlation_id(&global).send().await;
        let response = response.expect(service);
        assert_eq!(response.trail().service(), Some(service));
        assert_eq!(response.trail().correlation_id(), Some(&*global));
        assert!(cloud().log(log).contains(&global), "{service}");
    }
}

#[tokio::test]
async fn the_services_are_listed() {
    let connection = connected(json!({})).await;
    let services = connection.services();
    let public = |service: &str| {
        let region = Some(cloud().fact("/region"));
        let mut services = services.iter();
        services.any(|own| {
            own.service_type == service
                && own.interface == "public"
                && own.region.as_deref() == region
        })
    };
    for service in ["identity", "compute", "volumev3", "image", "network"] {
        assert!(public(service), "{service}");
    }
    assert!(!public("workflow"));
}
