//! What goes out for each way to sign in, and what is shown of it.

use super::*;

/// The body of a request that gives all ways of proof.
fn sent(auth: &Auth) -> Value {
    auth.body(&auth.methods().iter().collect::<Vec<_>>())
}

fn demo() -> User {
    User::named("demo", Domain::name("Default"))
}

#[test]
fn bodies_are_those_of_the_identity_api() {
    let user = json!({"name": "demo", "domain": {"name": "Default"}});
    let mut with_password = user.clone();
    with_password["password"] = "pw".into();
    let mut with_passcode = user.clone();
    with_passcode["passcode"] = "123456".into();
    for (auth, identity) in [
        (
            Auth::password(demo(), "pw"),
            json!({"methods": ["password"], "password": {"user": with_password}}),
        ),
        (
            Auth::password(User::id("u1"), "pw"),
            json!({"methods": ["password"], "password": {"user": {"id": "u1", "password": "pw"}}}),
        ),
        (
            Auth::application_credential("c1", "s"),
            json!({"methods": ["application_credential"], "application_credential": {"id": "c1", "secret": "s"}}),
        ),
        (
            Auth::named_application_credential("ci", demo(), "s"),
            json!({"methods": ["application_credential"],
                "application_credential": {"name": "ci", "user": user, "secret": "s"}}),
        ),
        (
            Auth::totp(demo(), "123456"),
            json!({"methods": ["totp"], "totp": {"user": with_passcode}}),
        ),
        (
            Auth::multifactor([
                Auth::password(User::id("u1"), "pw"),
                Auth::totp(User::id("u1"), "123456"),
            ]),
            json!({"methods": ["password", "totp"], "password": {"user": {"id": "u1", "password": "pw"}},
                "totp": {"user": {"id": "u1", "passcode": "123456"}}}),
        ),
        (
            Auth::token("t"),
            json!({"methods": ["token"], "token": {"id": "t"}}),
        ),
    ] {
        assert_eq!(sent(&auth), json!({"auth": {"identity": identity}}));
    }
}

#[test]
fn scopes() {
    let project = Project::named("p", Domain::id("default"));
    for (scope, body) in [
        (
            Scope::Project(project),
            json!({"project": {"name": "p", "domain": {"id": "default"}}}),
        ),
        (
            Scope::Project(Project::id("p1")),
            json!({"project": {"id": "p1"}}),
        ),
        (
            Scope::Domain(Domain::name("d")),
            json!({"domain": {"name": "d"}}),
        ),
        (
            Scope::Trust("t1".into()),
            json!({"OS-TRUST:trust": {"id": "t1"}}),
        ),
        (Scope::System, json!({"system": {"all": true}})),
        (Scope::Unscoped, json!("unscoped")),
    ] {
        let auth = Auth::token("t").scope(scope);
        assert_eq!(sent(&auth)["auth"]["scope"], body);
    }
}

#[test]
fn secrets_are_not_shown() {
    for auth in [
        Auth::password(demo(), "hunter2"),
        Auth::application_credential("c1", "hunter2"),
        Auth::named_application_credential("ci", demo(), "hunter2"),
        Auth::token("hunter2"),
        Auth::totp(demo(), "hunter2").receipt(Receipt::new("hunter2")),
        Auth::multifactor([
            Auth::totp(demo(), "hunter2"),
            Auth::password(demo(), "hunter2"),
        ]),
    ] {
        assert!(!format!("{auth:?} {auth:#?}").contains("hunter2"));
        for method in auth.methods() {
            assert_eq!(method.secret().expose(), "hunter2");
        }
    }
}

#[test]
fn several_ways_have_one_scope_and_one_receipt() {
    let first = Auth::password(demo(), "pw").scope(Scope::System);
    let second = Auth::totp(demo(), "123456").receipt(Receipt::new("r"));
    let both = Auth::multifactor([first, second]);
    assert_eq!(
        sent(&both)["auth"]["scope"],
        json!({"system": {"all": true}})
    );
    assert!(both.given_receipt().is_some());
    let other = both.scope(Scope::Unscoped);
    assert_eq!(sent(&other)["auth"]["scope"], json!("unscoped"));
}
