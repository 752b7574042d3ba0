//! The endpoints of the catalog, for each service and interface, and their responses.

use reqtrail::http::StatusCode;
use reqtrail::openstack::ServiceOptions;
use reqtrail::{Cause, Client};

use crate::support::{at_keystone, cloud, new_global_id, password, patient, revoke};

/// A service: one of its types, a request that it answers, and its name in the harness.
const SERVICES: [(&str, &str, &str); 7] = [
    ("compute", "/servers", "nova"),
    ("volume", "/volumes", "cinder"),
    ("volumev3", "/volumes", "cinder"),
    ("block-storage", "/volumes", "cinder"),
    ("block_storage", "/volumes", "cinder"),
    ("image", "/images", "glance"),
    ("network", "/networks", "neutron"),
];

#[tokio::test]
async fn each_interface_leads_to_the_service_under_one_global_id() {
    let connection = at_keystone(password("member")).connect().await;
    let connection = connection.expect("a connection");
    let global = new_global_id();
    for (service, path, name) in SERVICES {
        for interface in ["public", "internal", "admin"] {
            let options = ServiceOptions::new().interface(interface);
            let builder = connection.client(service, &options).await;
            let client: Client = patient(builder.expect("an endpoint"));
            let call = client.get(path).correlation_id(&*global);
            let response = call
                .send()
                .await
                .unwrap_or_else(|e| panic!("{service} {interface}: {e}"));
            let trail = response.trail();
            assert_eq!(
                (trail.service(), trail.correlation_id()),
                (Some(service), Some(&*global))
            );
            let local = response.request_id().expect("an ID").as_str();
            assert!(
                cloud().log(name).contains(local),
                "{service} {interface}: {local}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_that_is_down_in_a_region_is_not_connected() {
    let connection = at_keystone(password("member")).connect().await;
    let connection = connection.expect("a connection");
    let options = ServiceOptions::new().region(cloud().fact("/other_region"));
    let builder = connection
        .client("volume", &options)
        .await
        .expect("an endpoint");
    let error = builder.max_attempts(1).build().expect("a client");
    let error = error
        .get("/volumes")
        .send()
        .await
        .expect_err("nobody is there");
    assert_eq!(error.kind(), reqtrail::ErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn cinders_microversions_have_the_name_volume() {
    let connection = at_keystone(password("member")).connect().await;
    let connection = connection.expect("a connection");
    for service in ["volume", "block-storage"] {
        let options = ServiceOptions::new().microversion("3.50");
        let client = patient(
            connection
                .client(service, &options)
                .await
                .expect("an endpoint"),
        );
        let response = client.get("/volumes").send().await.expect("volumes");
        assert_eq!(response.headers()["openstack-api-version"], "volume 3.50");
        let refused = client.get("/volumes").microversion("3.999").send().await;
        let refused = refused.expect_err("too new");
        assert_eq!(
            refused.status(),
            Some(StatusCode::NOT_ACCEPTABLE),
            "{refused}"
        );
    }
    let options = ServiceOptions::new().microversion("2.0");
    let refused = connection
        .client("network", &options)
        .await
        .and_then(reqtrail::ClientBuilder::build);
    let refused = refused.expect_err("Neutron has none");
    assert_eq!(refused.kind(), reqtrail::ErrorKind::Config, "{refused}");
}

#[tokio::test]
async fn a_revoked_token_is_replaced_at_each_service() {
    for (service, path, _) in [SERVICES[1], SERVICES[5], SERVICES[6]] {
        let connection = at_keystone(password("member")).connect().await;
        let connection = connection.expect("a connection");
        let token = connection.session().expect("a session").token();
        let builder = connection.client(service, &ServiceOptions::new()).await;
        let client = patient(builder.expect("an endpoint"));
        revoke(token.secret().expose()).await;
        let response = client.get(path).send().await.expect("an answer");
        let attempts = response.trail().attempts();
        assert_eq!(attempts.len(), 2, "{}", response.trail());
        assert_eq!(attempts[0].status(), Some(StatusCode::UNAUTHORIZED));
        assert_eq!(attempts[1].cause(), Cause::Reauth);
    }
}
