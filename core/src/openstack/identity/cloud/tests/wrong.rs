//! The errors of configurations that are not valid.

use super::{ENVIRONMENT, Fake, KNOWN, cloud_of};

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    for (lines, parts) in [
        ("auth: x", &["`auth`", "mapping"][..]),
        (
            "auth: {username: u}",
            &["`auth.auth_url`", "URL of Keystone"],
        ),
        ("auth: {auth_url: u}", &["`auth.password`"]),
        (
            "auth: {auth_url: u, password: hunter2}",
            &["`auth.username`", "user_id"],
        ),
        (
            "auth: {auth_url: u, password: hunter2, username: u}",
            &["user_domain_name", "Default"],
        ),
        (
            "auth: {auth_url: u, password: [hunter2]}",
            &["`auth.password`", "expected text"],
        ),
        (
            "auth: {auth_url: 'http://k/v2.0/', password: hunter2}",
            &["/v2.0", "/v3"],
        ),
        (
            "auth: {auth_url: u, user_id: i, password: hunter2, project_name: p}",
            &["project_domain_name"],
        ),
        (
            "auth: {auth_url: u, user_id: i, password: hunter2, project_id: p, system_scope: all}",
            &["one scope"],
        ),
        (
            "auth: {auth_url: u, user_id: i, password: hunter2, trust_id: t, project_id: p}",
            &["`auth.trust_id`", "one scope", "project"],
        ),
        (
            "auth_type: v3totp\nauth: {auth_url: u, user_id: i, password: hunter2}",
            &["`auth.passcode`", "authenticator"],
        ),
        (
            "auth_type: v3totp\nauth: {auth_url: u, passcode: hunter2}",
            &["`auth.username`", "user_id"],
        ),
        (
            "auth_type: v3multifactor\nauth: {auth_url: u, user_id: i, password: hunter2}",
            &["auth_methods", "v3password,v3totp"],
        ),
        (
            "auth_type: v3multifactor\nauth_methods: []\nauth: {auth_url: u, user_id: i, password: hunter2}",
            &["auth_methods", "v3password,v3totp"],
        ),
        (
            "auth_type: v3multifactor\nauth_methods: [v3password, v3oidcpassword]\n\
             auth: {auth_url: u, user_id: i, password: hunter2}",
            &["`auth_methods`", "v3oidcpassword", "v3password, v3totp"],
        ),
        (
            "auth_type: v3multifactor\nauth_methods: [v3password, v3password]\n\
             auth: {auth_url: u, user_id: i, password: hunter2}",
            &["`auth_methods`", "`v3password` twice"],
        ),
        (
            "auth_type: v3multifactor\nauth_methods: [v3password, v3totp]\n\
             auth: {auth_url: u, user_id: i, password: hunter2}",
            &["`auth.passcode`"],
        ),
        (
            "auth_type: http_basic\nauth: {endpoint: e, password: hunter2}",
            &["`auth.username`"],
        ),
        (
            "auth_type: http_basic\nauth: {endpoint: e, username: u}",
            &["`auth.password`"],
        ),
        (
            "auth_type: http_basic\nauth: {username: u, password: hunter2}",
            &["endpoint", "URL of the API"],
        ),
        (
            "auth_type: v3oidcpassword",
            &[
                "`auth_type`",
                "v3oidcpassword",
                "v3totp",
                "v3multifactor",
                "http_basic",
            ],
        ),
        (
            "auth_type: v3kerberos",
            &["`auth_type`", "v3kerberos", "v3applicationcredential"],
        ),
        (
            "auth_type: v3applicationcredential\nauth: {auth_url: u}",
            &["application_credential_secret"],
        ),
        (
            "auth_type: v3applicationcredential\nauth: {auth_url: u, application_credential_secret: hunter2}",
            &["application_credential_id"],
        ),
        (
            "auth: {auth_url: u, application_credential_secret: hunter2}",
            &[
                "`auth.application_credential_secret`",
                "`auth_type` to `v3applicationcredential`",
            ],
        ),
        ("auth_type: none", &["endpoint"]),
        ("auth_type: admin_token", &["token"]),
    ] {
        let error = cloud_of(lines).expect_err(lines);
        let all = format!("{error} {error:?}");
        assert!(!all.contains("hunter2"), "{all}");
        for part in parts {
            assert!(all.contains(part), "`{part}` in {all}");
        }
    }
    for (lines, part) in [
        ("verify: /ca.pem", "`cacert`"),
        ("insecure: 1", "true or false"),
        ("cacert: /missing.pem", "/missing.pem"),
        ("regions: 7", "`regions`"),
        ("regions: [{values: {}}]", "`regions`"),
        ("interface: [[x]]", "`interface`"),
        ("region_name: {a: b}", "`regions`"),
    ] {
        let error = cloud_of(&format!("{KNOWN}{lines}")).expect_err(lines);
        assert!(error.message().contains(part), "{lines}: {error}");
        assert!(error.message().contains("clouds.yaml"), "{lines}: {error}");
    }
    let mut vars = ENVIRONMENT.to_vec();
    vars.retain(|(name, _)| *name != "OS_PASSWORD");
    assert!(
        Fake::new(&vars, &[])
            .error()
            .starts_with("OS_PASSWORD of the environment is missing")
    );
}
