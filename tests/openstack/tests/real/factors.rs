//! Passcodes, several factors, receipts and trusts at a real Keystone.

use std::process::Command;

use reqtrail::openstack::{Auth, Cloud, Connection, Domain, Project, Receipt, Scope, User};
use reqtrail::{Category, Client, Response, Secret};
use reqtrail_openstack_tests::PYTHON;
use serde_json::{Value, json};

use crate::support::cloud;

/// The password of the users that these tests create.
const PASSWORD: &str = "factors-password";

/// The secret of an authenticator, in base 32.
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// Returns the present passcode of the authenticator (RFC 6238).
fn passcode() -> String {
    let program = "
import base64, hashlib, hmac, struct, sys, time
digest = hmac.new(base64.b32decode(sys.argv[1]), struct.pack('>Q', int(time.time()) // 30), hashlib.sha1).digest()
at = digest[-1] & 15
print('%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000))
";
    let python = std::env::var(PYTHON).expect("the harness's Python");
    let output = Command::new(python).args(["-c", program, SEED]).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .expect("digits")
        .trim()
        .to_owned()
}

fn project_id() -> &'static str {
    cloud().fact("/users/member/project_id")
}

fn to_project() -> Scope {
    Scope::Project(Project::id(project_id()))
}

async fn connect(auth: Auth) -> Result<Connection, reqtrail::Error> {
    let there = Cloud::new(cloud().keystone(), auth).region(cloud().fact("/region"));
    there.connect().await
}

/// Makes a client of Keystone's API.
fn keystone(connection: &Connection) -> Client {
    let token = connection.session().expect("a session").token();
    let client = Client::openstack(cloud().keystone()).token(token);
    client.build().expect("a client")
}

/// Makes a client of Keystone's API for a user of the harness.
async fn keystone_of(user: &str) -> Client {
    let domain = Domain::id(cloud().fact(&format!("/users/{user}/domain_id")));
    let password = cloud().fact(&format!("/users/{user}/password"));
    let auth = Auth::password(User::named(user, domain), password).scope(to_project());
    keystone(&connect(auth).await.expect("a connection"))
}

fn id_of(response: &Response, kind: &str) -> String {
    let body: Value = response.json().expect("JSON");
    body[kind]["id"].as_str().expect("an ID").to_owned()
}

/// Creates a user with these options, whose authenticator has [`SEED`].
async fn user(name: &str, options: Value) -> User {
    let admin = keystone_of("admin").await;
    let user = json!({ "user": {
        "name": name, "password": PASSWORD, "options": options,
        "domain_id": cloud().fact("/users/member/domain_id"),
    }});
    let made = admin
        .post("/users")
        .json(&user)
        .send()
        .await
        .expect("a user");
    let id = id_of(&made, "user");
    let roles = admin.get("/roles").send().await.expect("roles");
    let roles: Value = roles.json().expect("JSON");
    let roles = roles["roles"].as_array().expect("a list");
    let member = roles
        .iter()
        .find(|role| role["name"] == "member")
        .expect("a role");
    admin
        .put("/projects/{project}/users/{user}/roles/{role}")
        .param("project", project_id())
        .param("user", &id)
        .param("role", member["id"].as_str().expect("an ID"))
        .send()
        .await
        .expect("a role");
    let credential = json!({ "credential": { "type": "totp", "blob": SEED, "user_id": id } });
    let credential = admin.post("/credentials").json(&credential).send().await;
    credential.expect("a credential");
    User::id(id)
}

/// Signs in, and calls the compute API.
async fn works(auth: Auth) -> Connection {
    let connection = connect(auth)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let client = connection
        .compute()
        .expect("a builder")
        .build()
        .expect("a client");
    client.get("/flavors").send().await.expect("flavors");
    connection
}

fn two_factors() -> Value {
    json!({
        "multi_factor_auth_enabled": true,
        "multi_factor_auth_rules": [["password", "totp"]],
    })
}

#[tokio::test]
async fn a_passcode_alone_signs_in_once() {
    let user = user("by-passcode", json!({})).await;
    let auth = Auth::totp(user.clone(), passcode()).scope(to_project());
    let connection = works(auth.clone()).await;
    // A token that is refused is not replaced by the same passcode.
    let token = connection.session().expect("a session").token();
    let revoking = Client::openstack(cloud().keystone())
        .token(token.secret().clone())
        .default_secret_header("X-Subject-Token", token.secret().clone())
        .build();
    let revoked = revoking
        .expect("a client")
        .delete("/auth/tokens")
        .send()
        .await;
    revoked.expect("revoked");
    let client = connection
        .compute()
        .expect("a builder")
        .build()
        .expect("a client");
    let error = client
        .get("/flavors")
        .send()
        .await
        .expect_err("a revoked token");
    assert_eq!(error.category(), Some(Category::Authentication));
    let mut causes = std::iter::successors(std::error::Error::source(&error), |e| e.source());
    assert!(
        causes.any(|e| e.to_string().contains("new passcode")),
        "{error:?}"
    );
    let error = connect(auth).await.expect_err("used");
    assert!(error.message().contains("new passcode"), "{error}");
    let wrong = Auth::totp(user, "000000x").scope(to_project());
    let error = connect(wrong).await.expect_err("a wrong passcode");
    assert_eq!(error.category(), Some(Category::Authentication));
    assert!(!format!("{error} {error:?}").contains("000000x"));
}

#[tokio::test]
async fn two_factors_sign_in_together_or_one_after_the_other() {
    let user = user("by-two-factors", two_factors()).await;
    let by_password = || Auth::password(user.clone(), PASSWORD).scope(to_project());
    let by_passcode = || Auth::totp(user.clone(), passcode()).scope(to_project());
    let connection = works(Auth::multifactor([by_password(), by_passcode()])).await;
    let attempts = connection
        .session()
        .expect("a session")
        .trail()
        .attempts()
        .len();
    assert_eq!(attempts, 1, "one request gives both");

    let error = connect(by_password()).await.expect_err("a receipt");
    let text = error.to_string();
    for part in ["accepted password", "wants totp", "v3password,v3totp"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(error.request_id().is_some());
    let receipt = Receipt::of(&error).expect("a receipt");
    assert_eq!(receipt.accepted(), ["password"]);
    assert_eq!(receipt.missing(), [["totp"]]);
    let second = connect(by_passcode().receipt(receipt.clone())).await;
    let connection = second.expect("a connection");
    let trail = connection.session().expect("a session").trail().to_json();

    // In the other order. Without a receipt the passcode is not enough either.
    let error = connect(by_passcode()).await.expect_err("a receipt");
    let other = Receipt::of(&error).expect("a receipt");
    assert_eq!(other.missing(), [["password"]]);
    works(by_password().receipt(other)).await;

    let header = error.api().expect("an answer").headers()["openstack-auth-receipt"].clone();
    let shown = format!("{error} {error:?} {receipt:?} {connection:?} {trail}");
    assert!(!shown.contains(header.to_str().expect("text")));
}

#[tokio::test]
async fn a_description_signs_in_by_two_factors() {
    let user = user("by-description", two_factors()).await;
    let domain = cloud().fact("/users/member/domain_id");
    let _ = user;
    let entry = json!({
        "auth_type": "v3multifactor",
        "auth_methods": ["v3password", "v3totp"],
        "auth": {
            "auth_url": cloud().keystone(), "username": "by-description", "user_domain_id": domain,
            "password": PASSWORD, "passcode": passcode(), "project_id": project_id(),
        },
        "region_name": cloud().fact("/region"),
    });
    let described = Cloud::from_json(&entry.to_string()).expect("a cloud");
    let blocking = tokio::task::spawn_blocking(move || described.connect_blocking());
    let connection = blocking.await.expect("no panic").expect("a connection");
    assert_eq!(
        connection.session().expect("a session").user_name(),
        Some("by-description")
    );
}

#[tokio::test]
async fn a_trust_signs_in_to_the_trustors_project() {
    let trustee = user("trustee", json!({})).await;
    let by_password = || Auth::password(trustee.clone(), PASSWORD);
    let unscoped = connect(by_password().scope(Scope::Unscoped))
        .await
        .expect("a connection");
    let trustee_id = unscoped
        .session()
        .expect("a session")
        .user_id()
        .expect("an ID")
        .to_owned();
    let member = keystone_of("member").await;
    let trust = json!({ "trust": {
        "trustor_user_id": cloud().fact("/users/member/id"), "trustee_user_id": trustee_id,
        "project_id": project_id(), "impersonation": true, "roles": [{ "name": "member" }],
    }});
    let made = member
        .post("/OS-TRUST/trusts")
        .json(&trust)
        .send()
        .await
        .expect("a trust");
    let id = id_of(&made, "trust");
    let connection = works(by_password().scope(Scope::Trust(id.clone()))).await;
    let session = connection.session().expect("a session");
    assert_eq!(session.project_id(), Some(project_id()));
    assert_eq!(
        session.user_name(),
        Some("member"),
        "the trustor is impersonated"
    );
    let entry = json!({
        "auth": { "auth_url": cloud().keystone(), "user_id": trustee_id, "password": PASSWORD, "trust_id": id },
        "region_name": cloud().fact("/region"),
    });
    let described = Cloud::from_json(&entry.to_string()).expect("a cloud");
    let connection = described.connect().await.expect("a connection");
    // A token of a trust is replaced by signing in again, like any other.
    let builder = connection
        .compute()
        .expect("a builder")
        .token(Secret::from("stale"));
    let flavors = builder
        .build()
        .expect("a client")
        .get("/flavors")
        .send()
        .await;
    assert_eq!(flavors.expect("flavors").trail().attempts().len(), 2);
    let none = by_password().scope(Scope::Trust("no-such-trust".to_owned()));
    let error = connect(none).await.expect_err("no trust");
    assert!(error.is_api(), "{error}");
}
