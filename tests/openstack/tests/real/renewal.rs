//! A token that is revoked while it is in use, and the sign-in that replaces it.

use reqtrail::http::StatusCode;
use reqtrail::openstack::{Auth, Compute, Verdict};
use reqtrail::{Cause, Client};
use serde_json::json;

use crate::support::{act, active, at_keystone, cloud, password, patient, revoke};

fn application_credential() -> Auth {
    let fact = |name: &str| cloud().fact(&format!("/application_credential/{name}"));
    Auth::application_credential(fact("id"), fact("secret"))
}

#[tokio::test]
async fn a_token_that_ends_while_an_action_is_followed_is_replaced() {
    let connection = at_keystone(password("member"))
        .connect()
        .await
        .expect("a connection");
    let first = connection.session().expect("a session").token();
    let compute = Compute::new(patient(connection.compute().expect("a builder")));
    let slow = json!({ "hypervisor.power_off": "sleep=3" });
    let id = active("member", "revoked", slow).await;
    let accepted = act(compute.client(), &id, json!({ "os-stop": null })).await;
    revoke(first.secret().expose()).await;
    let report = crate::support::end(&compute, &id, &accepted)
        .await
        .expect("it stops");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    let renewed: Vec<_> = report
        .trails
        .iter()
        .filter(|trail| trail.attempts().iter().any(|a| a.cause() == Cause::Reauth))
        .collect();
    assert_eq!(
        renewed.len(),
        1,
        "one call met the 401, and its attempt is kept"
    );
    assert_eq!(
        renewed[0].attempts()[0].status(),
        Some(StatusCode::UNAUTHORIZED)
    );
    assert!(renewed[0].attempts()[0].request_id().is_some());
}

#[tokio::test]
async fn one_sign_in_serves_all_calls_that_met_the_same_401() {
    let connection = at_keystone(password("member"))
        .connect()
        .await
        .expect("a connection");
    let token = connection.session().expect("a session").token();
    let client = patient(connection.compute().expect("a builder"));
    revoke(token.secret().expose()).await;
    let calls = (0..8).map(|_| client.get("/flavors").send());
    for outcome in futures_util::future::join_all(calls).await {
        let response = outcome.expect("flavors");
        let causes: Vec<_> = response
            .trail()
            .attempts()
            .iter()
            .map(|a| a.cause())
            .collect();
        // A call that began after the refresh needs none.
        assert!(causes == [Cause::Initial, Cause::Reauth] || causes == [Cause::Initial]);
    }
}

#[tokio::test]
async fn blocking_programs_sign_in_too() {
    let work = tokio::task::spawn_blocking(|| {
        let connection = at_keystone(application_credential()).connect_blocking();
        let connection = connection.expect("a connection");
        let client = connection
            .compute()
            .expect("a builder")
            .build_blocking()
            .expect("a client");
        let token = connection.session().expect("a session").token();
        client.get("/flavors").send().expect("flavors");
        let keystone = Client::openstack(cloud().keystone())
            .token(token.secret().clone())
            .default_header("X-Subject-Token", token.secret().expose())
            .build_blocking()
            .expect("a client");
        keystone.delete("/auth/tokens").send().expect("revoked");
        let response = client
            .get("/flavors")
            .send()
            .expect("flavors, with a new token");
        assert_eq!(response.trail().attempts().len(), 2);
    });
    work.await.expect("no panic");
}
