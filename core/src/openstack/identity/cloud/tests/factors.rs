//! One-time passcodes, several ways of proof, trusts, and user and password of HTTP.

use serde_json::json;

use super::super::Access;
use super::{Cloud, FILE, Fake, cloud_of, sign_in};

const PAIR: &str =
    "auth: {auth_url: u, username: demo, user_domain_id: d, password: hunter2, passcode: '012345'}";

#[test]
fn a_passcode_signs_in_alone_or_beside_a_password() {
    let user = json!({"name": "demo", "domain": {"id": "d"}});
    let (mut by_password, mut by_passcode) = (user.clone(), user);
    by_password["password"] = "hunter2".into();
    by_passcode["passcode"] = "012345".into();
    let cloud = cloud_of(&format!("auth_type: v3totp\n{PAIR}")).expect("a cloud");
    let totp = json!({"methods": ["totp"], "totp": {"user": by_passcode}});
    assert_eq!(sign_in(&cloud).1["identity"], totp);

    let both = json!({
        "methods": ["password", "totp"], "password": {"user": by_password}, "totp": {"user": by_passcode},
    });
    for methods in [
        "auth_methods: [v3password, v3totp]",
        "auth_methods: v3password,v3totp",
        "auth-methods: ' v3password, v3totp,'",
    ] {
        let cloud = cloud_of(&format!("auth_type: v3multifactor\n{methods}\n{PAIR}"));
        let cloud = cloud.expect("a cloud");
        assert_eq!(sign_in(&cloud).1["identity"], both, "{methods}");
        let shown = format!("{cloud:?}");
        assert!(!shown.contains("012345") && !shown.contains("hunter2"));
    }
    let inside = PAIR.replace('}', ", auth_methods: 'v3password,v3totp'}");
    let cloud = cloud_of(&format!("auth_type: v3multifactor\n{inside}")).expect("a cloud");
    assert_eq!(sign_in(&cloud).1["identity"], both);
}

#[test]
fn variables_say_the_same() {
    let vars = [
        ("OS_AUTH_URL", "https://keystone/v3"),
        ("OS_AUTH_TYPE", "v3multifactor"),
        ("OS_AUTH_METHODS", "v3password,v3totp"),
        ("OS_USER_ID", "u1"),
        ("OS_PASSWORD", "hunter2"),
        ("OS_PASSCODE", "012345"),
        ("OS_TRUST_ID", "t1"),
    ];
    let cloud = Fake::new(&vars, &[]).cloud();
    let (_, auth) = sign_in(&cloud);
    assert_eq!(auth["identity"]["totp"]["user"]["passcode"], "012345");
    assert_eq!(auth["identity"]["password"]["user"]["id"], "u1");
    assert_eq!(auth["scope"], json!({"OS-TRUST:trust": {"id": "t1"}}));
    let without: Vec<_> = (vars.into_iter())
        .filter(|v| v.0 != "OS_PASSCODE")
        .collect();
    let error = Fake::new(&without, &[]).error();
    assert!(
        error.starts_with("OS_PASSCODE of the environment is missing"),
        "{error}"
    );
}

#[test]
fn a_passcode_of_the_environment_serves_a_cloud_that_has_none() {
    let file = format!(
        "clouds:\n  mfa:\n    auth_type: v3totp\n    {}",
        PAIR.replace(", passcode: '012345'", "")
    );
    let with = |name, file: &str| {
        let vars = [("OS_CLOUD", "mfa"), ("OS_PASSCODE", "hunter2")];
        Cloud::read(&Fake::new(&vars, &[("clouds.yaml", file)]), name, None)
    };
    let cloud = with(None, &file).expect("a cloud");
    assert_eq!(
        sign_in(&cloud).1["identity"]["totp"]["user"]["passcode"],
        "hunter2"
    );
    assert_eq!(cloud.notes(), [""; 0]);
    // Who names the cloud in the program means what the file says.
    let error = with(Some("mfa"), &file).expect_err("no passcode");
    assert!(error.message().contains("`auth.passcode`"), "{error}");
    // What the file says counts, and the difference is noted.
    let own = file.replace("password:", "passcode: '012345', password:");
    let cloud = with(None, &own).expect("a cloud");
    assert_eq!(
        sign_in(&cloud).1["identity"]["totp"]["user"]["passcode"],
        "012345"
    );
    assert!(
        cloud.notes()[0].starts_with("OS_PASSCODE differs from"),
        "{:?}",
        cloud.notes()
    );
    // A cloud that takes none is as it was.
    let vars = [("OS_CLOUD", "dev"), ("OS_PASSCODE", "hunter2-code")];
    let cloud = Fake::new(&vars, &[("clouds.yaml", FILE)]).cloud();
    assert_eq!(
        sign_in(&cloud).1["identity"]["methods"],
        json!(["password"])
    );
    assert!(!format!("{cloud:?}").contains("hunter2-code"));
}

#[test]
fn a_trust_is_a_scope() {
    for auth_type in ["password", "v3token", "v3totp"] {
        let lines = format!("auth_type: {auth_type}\ntoken: hunter2\ntrust_id: t1\n{PAIR}");
        let cloud = cloud_of(&lines).expect("a cloud");
        assert_eq!(
            sign_in(&cloud).1["scope"],
            json!({"OS-TRUST:trust": {"id": "t1"}})
        );
    }
}

#[test]
fn user_and_password_of_http_need_an_endpoint_and_no_keystone() {
    let lines = "auth_type: http_basic\nauth: {endpoint: 'https://ironic:6385', username: admin, password: hunter2}";
    let cloud = cloud_of(lines).expect("a cloud");
    assert_eq!(cloud.endpoint.as_deref(), Some("https://ironic:6385"));
    let Access::Basic { user, password } = &cloud.access else {
        panic!("{cloud:?}")
    };
    assert_eq!((user.expose(), password.expose()), ("admin", "hunter2"));
    assert_eq!(cloud.auth_url(), None);
    assert!(!format!("{cloud:?}").contains("hunter2"));
}
