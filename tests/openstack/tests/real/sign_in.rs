//! Sign-in at a real Keystone, and calls with its tokens.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use reqtrail::http::StatusCode;
use reqtrail::openstack::{Auth, Cloud, Connection, Domain, Project, Scope, User};
use reqtrail::{Attempt, Category, Cause, Client};

use crate::support::cloud;

const DOMAIN: &str = "/users/member/domain_id";
const PASSWORD: &str = "/users/member/password";

fn domain() -> Domain {
    Domain::id(cloud().fact(DOMAIN))
}

fn project() -> Scope {
    Scope::Project(Project::id(cloud().fact("/users/member/project_id")))
}

fn by_password(password: &str) -> Auth {
    Auth::password(User::named("member", domain()), password).scope(project())
}

fn at_keystone(auth: Auth) -> Cloud {
    Cloud::new(cloud().keystone(), auth).region(cloud().fact("/region"))
}

fn client(connection: &Connection) -> Client {
    let builder = connection.compute().expect("a builder");
    let builder = builder.attempt_timeout(Duration::from_secs(60));
    builder.build().expect("a client")
}

#[tokio::test]
async fn every_way_to_sign_in_opens_the_compute_api() {
    let credential = |field: &str| cloud().fact(&format!("/application_credential/{field}"));
    let password = cloud().fact(PASSWORD);
    let first = at_keystone(by_password(password)).connect().await;
    let first = first.expect("a connection");
    let session = first.session().expect("a session");
    let token = session.token().secret().clone();
    let by_id = User::id(cloud().fact("/users/member/id"));
    let named = User::named("member", domain());
    for auth in [
        by_password(password),
        Auth::password(by_id, password).scope(project()),
        Auth::token(token).scope(project()),
        Auth::application_credential(credential("id"), credential("secret")),
        Auth::named_application_credential(credential("name"), named, credential("secret")),
    ] {
        for auth_url in [cloud().keystone(), cloud().fact("/keystone/root")] {
            let cloud_there = Cloud::new(auth_url, auth.clone()).region(cloud().fact("/region"));
            let connection = cloud_there.connect().await.expect("a connection");
            let session = connection.session().expect("a session");
            assert_eq!(session.user_name(), Some("member"));
            let project = cloud().fact("/users/member/project_id");
            assert_eq!(session.project_id(), Some(project));
            let left = session
                .expires_at()
                .map(|end| end.duration_since(SystemTime::now()));
            assert!(left.is_some_and(|left| left.expect("time left") > Duration::from_secs(3000)));
            assert_eq!(session.trail().request_ids().len(), 1);
            assert_eq!(connection.endpoint().expect("an endpoint"), cloud().nova());
            let servers = client(&connection).get("/servers").send().await;
            assert!(servers.is_ok(), "{servers:?}");
        }
    }
}

#[tokio::test]
async fn interface_and_region_select_the_endpoint() {
    let auth = || by_password(cloud().fact(PASSWORD));
    let connection = at_keystone(auth()).interface("internalURL").connect().await;
    let connection = connection.expect("a connection");
    let endpoint = connection.endpoint().expect("an endpoint");
    assert!(endpoint.ends_with(cloud().fact("/users/member/project_id")));
    let servers = client(&connection).get("/servers").send().await;
    assert!(servers.is_ok(), "{servers:?}");
    let elsewhere = at_keystone(auth()).region(cloud().fact("/other_region"));
    let connection = elsewhere.connect().await.expect("a connection");
    assert_eq!(
        connection.endpoint().expect("one"),
        cloud().fact("/dead_endpoint")
    );
    let nowhere = at_keystone(auth()).region("Nowhere").connect().await;
    let error = nowhere.expect("a connection").compute().expect_err("none");
    assert!(error.message().contains(cloud().fact("/region")), "{error}");
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_signing_in_again() {
    let connection = at_keystone(by_password(cloud().fact(PASSWORD)))
        .connect()
        .await;
    let builder = connection
        .expect("a connection")
        .compute()
        .expect("a builder");
    let client = builder.token("stale").build().expect("a client");
    let servers = client.get("/servers").send().await.expect("servers");
    let causes: Vec<_> = servers
        .trail()
        .attempts()
        .iter()
        .map(Attempt::cause)
        .collect();
    assert_eq!(causes, [Cause::Initial, Cause::Reauth]);
    assert_eq!(
        servers.trail().attempts()[0].status(),
        Some(StatusCode::UNAUTHORIZED)
    );
}

#[tokio::test]
async fn a_wrong_password_has_keystones_request_id() {
    let outcome = at_keystone(by_password("wrong-password")).connect().await;
    let error = outcome.expect_err("refused");
    assert_eq!(error.category(), Some(Category::Authentication));
    let id = error.request_id().expect("an ID").as_str();
    let log = std::fs::read_to_string(PathBuf::from(cloud().fact("/keystone/log")));
    assert!(log.expect("Keystone's log").contains(id), "{id}");
    let shown = format!(
        "{error} {error:?} {}",
        error.trail().expect("a trail").report()
    );
    assert!(!shown.contains("wrong-password"));
}

#[test]
fn a_thread_without_a_runtime_signs_in() {
    let connection = at_keystone(by_password(cloud().fact(PASSWORD))).connect_blocking();
    let builder = connection
        .expect("a connection")
        .compute()
        .expect("a builder");
    let client = builder.token("stale").build_blocking().expect("a client");
    let servers = client.get("/servers").send().expect("servers");
    assert_eq!(servers.trail().attempts().len(), 2);
}

#[tokio::test]
async fn an_expired_token_and_a_deleted_credential_are_refused() {
    for auth in [
        Auth::token("gAAAAABno-such-token").scope(project()),
        Auth::application_credential("c0ffee".repeat(5), "secret"),
    ] {
        let error = at_keystone(auth).connect().await.expect_err("no session");
        assert_eq!(error.category(), Some(Category::Authentication), "{error}");
        assert!(!error.to_string().contains("no-such-token"), "{error}");
    }
}
