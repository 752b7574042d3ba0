//! What openstacksdk makes of the same files and variables.

mod factors;
mod wrong;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Variables and files of a test.
#[derive(Default)]
struct Fake {
    vars: BTreeMap<String, String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Fake {
    fn new(vars: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        Self {
            vars: vars.iter().map(owned).collect(),
            files: (files.iter())
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
                .collect(),
        }
    }

    fn cloud(&self) -> Cloud {
        Cloud::read(self, None, None).expect("a cloud")
    }

    /// The message of a configuration that is not valid.
    fn error(&self) -> String {
        let error = Cloud::read(self, None, None).expect_err("no cloud");
        let all = format!("{error} {error:?}");
        assert!(!all.contains("hunter2"), "{all}");
        error.message().to_owned()
    }
}

impl ConfigSource for Fake {
    fn vars(&self) -> Vec<(String, String)> {
        self.vars.clone().into_iter().collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = path.to_str().expect("a path");
        match self.files.get(path) {
            Some(bytes) if bytes == b"forbidden" => Err(io::ErrorKind::PermissionDenied.into()),
            Some(bytes) => Ok(bytes.clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Where a cloud signs in, and the request's body.
fn sign_in(cloud: &Cloud) -> (String, Value) {
    let (auth_url, auth) = cloud.sign_in().expect("a sign-in");
    let body = auth.body(&auth.methods().iter().collect::<Vec<_>>());
    (auth_url.to_owned(), body["auth"].clone())
}

const ENVIRONMENT: [(&str, &str); 7] = [
    ("OS_AUTH_URL", "https://keystone/v3"),
    ("OS_USERNAME", "demo"),
    ("OS_PASSWORD", "hunter2"),
    ("OS_PROJECT_NAME", "p"),
    ("OS_USER_DOMAIN_NAME", "Default"),
    ("OS_PROJECT_DOMAIN_ID", "default"),
    ("OS_REGION_NAME", "One"),
];

const FILE: &str = "
clouds:
  dev:
    auth: {auth_url: 'https://dev/v3', username: demo, password: hunter2, project_name: p, domain_name: Default}
    region_name: One
  ci:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://ci:5000
      application_credential_id: c1
      application_credential_secret: hunter2
    regions:
      - One
      - name: Two
        values: {interface: internal, auth: {auth_url: 'https://ci-two:5000'}}
";

#[test]
fn variables_describe_a_cloud() {
    let cloud = Fake::new(&ENVIRONMENT, &[]).cloud();
    let (auth_url, auth) = sign_in(&cloud);
    assert_eq!(auth_url, "https://keystone/v3");
    assert_eq!(
        auth,
        json!({
            "identity": {"methods": ["password"], "password": {"user":
                {"name": "demo", "domain": {"name": "Default"}, "password": "hunter2"}}},
            "scope": {"project": {"name": "p", "domain": {"id": "default"}}},
        })
    );
    assert_eq!(cloud.region.as_deref(), Some("One"));
    assert_eq!(cloud.interfaces, ["public"]);
    assert!(cloud.verify);
    assert!(!format!("{cloud:?}").contains("hunter2"));
}

#[test]
fn files_are_searched_in_order() {
    let home = ("HOME", "/home/me");
    let entry =
        |name: &str| format!("clouds: {{x: {{auth_type: none, endpoint: 'https://{name}'}}}}");
    let order = [
        ("/given.yaml", entry("given")),
        ("clouds.yaml", entry("here")),
        ("clouds.yml", entry("yml")),
        ("clouds.json", entry("json")),
        ("/xdg/openstack/clouds.yaml", entry("xdg")),
        ("/home/me/.config/openstack/clouds.yaml", entry("home")),
        ("/etc/xdg/openstack/clouds.yaml", entry("site")),
        ("/etc/openstack/clouds.yaml", entry("etc")),
    ];
    let vars = [
        home,
        ("XDG_CONFIG_HOME", "/xdg"),
        ("OS_CLIENT_CONFIG_FILE", "/given.yaml"),
    ];
    let mut places = Fake::new(&vars, &[]);
    for (path, text) in order.iter().rev() {
        places.files.insert((*path).to_owned(), text.clone().into());
        let endpoint = places.cloud().endpoint.expect("an endpoint");
        assert!(text.contains(&endpoint), "{path} outranks what follows it");
    }
    // What may not be read is passed over, what is malformed is not.
    places
        .files
        .insert("/given.yaml".into(), b"forbidden".into());
    assert_eq!(places.cloud().endpoint.as_deref(), Some("https://here"));
    places.files.insert("/given.yaml".into(), b"a: [".into());
    assert!(places.error().contains("/given.yaml is not usable: line "));
    for bad in [&b"- x"[..], b"\xff", b"clouds: x", b"x: &a [*a]"] {
        places.files.insert("/given.yaml".into(), bad.into());
        assert!(places.error().contains("/given.yaml"));
    }
}

#[test]
fn a_name_chooses_and_variables_do_not_mix_in() {
    let mut vars = ENVIRONMENT.to_vec();
    vars.push(("OS_CLOUD", "dev"));
    let both = Fake::new(&vars, &[("clouds.yaml", FILE)]);
    assert_eq!(sign_in(&both.cloud()).0, "https://dev/v3");
    let ci = Cloud::read(&both, Some("ci"), None).expect("a cloud");
    assert_eq!(sign_in(&ci).0, "https://ci:5000");
    let own = Cloud::read(&both, Some("envvars"), None).expect("a cloud");
    assert_eq!(sign_in(&own).0, "https://keystone/v3");
    // Without a name the variables outrank the file, and selectors alone describe no cloud.
    let env = Fake::new(&ENVIRONMENT, &[("clouds.yaml", FILE)]);
    assert_eq!(sign_in(&env.cloud()).0, "https://keystone/v3");
    let only = "clouds: {one: {auth_type: none, endpoint: 'https://one'}}";
    let selector = Fake::new(&[("OS_REGION_NAME", "x")], &[("clouds.yaml", only)]);
    assert_eq!(selector.cloud().endpoint.as_deref(), Some("https://one"));

    let several = Fake::new(&[], &[("clouds.yaml", FILE)]).error();
    assert!(
        several.contains("set OS_CLOUD to one of ci, dev"),
        "{several}"
    );
    let unknown = Fake::new(&[("OS_CLOUD", "x")], &[("clouds.yaml", FILE)]).error();
    assert!(unknown.contains("clouds.yaml has no cloud `x`; it has ci, dev"));
    let nothing = Fake::new(&[("HOME", "/me"), ("OS_CLOUD", "x")], &[]).error();
    assert!(
        nothing.contains("/me/.config/openstack/clouds.yaml"),
        "{nothing}"
    );
    assert!(
        Fake::default()
            .error()
            .contains("neither OS_CLOUD nor OS_AUTH_URL")
    );
    let clash = Fake::new(&[], &[("clouds.yaml", "clouds: {envvars: {}}")]).error();
    assert!(clash.contains("OS_CLOUD_NAME"), "{clash}");
}

#[test]
fn secrets_of_their_own_file_are_merged() {
    let public = "clouds: {dev: {auth: {auth_url: 'https://dev', username: u, user_domain_id: d, password: old}}}";
    let secure = "clouds: {dev: {auth: {password: 0123}}}";
    let files = [("clouds.yaml", public), ("secure.yaml", secure)];
    let (_, auth) = sign_in(&Fake::new(&[], &files).cloud());
    let user = &auth["identity"]["password"]["user"];
    assert_eq!(user["password"], "0123", "as it is written");
    assert_eq!(user["name"], "u");
    let files = [("clouds.yaml", public), ("/s.yaml", secure)];
    let given = Fake::new(&[("OS_CLIENT_SECURE_FILE", "/s.yaml")], &files);
    let (_, auth) = sign_in(&given.cloud());
    assert_eq!(auth["identity"]["password"]["user"]["password"], "0123");
}

#[test]
fn regions_have_values_of_their_own() {
    let places = Fake::new(&[("OS_CLOUD", "ci")], &[("clouds.yaml", FILE)]);
    let one = places.cloud();
    assert_eq!(one.region.as_deref(), Some("One"), "the first by default");
    let two = Cloud::read(&places, None, Some("Two")).expect("a cloud");
    assert_eq!(
        (two.region.as_deref(), &*two.interfaces[0]),
        (Some("Two"), "internal")
    );
    let (auth_url, auth) = sign_in(&two);
    assert_eq!(auth_url, "https://ci-two:5000");
    let credential = json!({"id": "c1", "secret": "hunter2"});
    assert_eq!(auth["identity"]["application_credential"], credential);
    assert_eq!(auth["scope"], Value::Null);
    let error = Cloud::read(&places, None, Some("Six")).unwrap_err();
    assert!(
        error.message().contains("no region `Six`; it has One, Two"),
        "{error}"
    );
}

/// A cloud of `clouds.yaml` with these lines.
fn cloud_of(lines: &str) -> Result<Cloud, Error> {
    let text = format!(
        "clouds:\n  x:\n{}",
        lines.replace("\n", "\n    ").trim_end()
    );
    let text = text.replacen("x:\n", "x:\n    ", 1);
    let files = [
        ("clouds.yaml", &*text),
        ("/ca.pem", "PEM"),
        ("/me/cert.pem", "CERT"),
        ("/key.pem", "KEY"),
    ];
    Cloud::read(&Fake::new(&[("HOME", "/me")], &files), None, None)
}

const KNOWN: &str = "auth: {auth_url: u, user_id: i, password: hunter2}\n";

#[test]
fn old_names_still_count() {
    let text = "auth: {auth-url: u, user_name: n, password: p, tenant-name: t, domain_id: d}\n\
                endpoint_type: adminURL\ninterface: public";
    let cloud = cloud_of(text).expect("a cloud");
    assert_eq!(cloud.interfaces, ["adminURL"]);
    let (_, auth) = sign_in(&cloud);
    let domain = json!({"id": "d"});
    assert_eq!(
        auth["scope"]["project"],
        json!({"name": "t", "domain": domain})
    );
    assert_eq!(auth["identity"]["password"]["user"]["domain"], domain);
    // Beside `auth` outranks in it for what has moved, and the other way round for the rest.
    let text = "auth: {auth_url: u, user_id: inner, password: p, project_id: inner}\nproject_id: outer\nuser_id: outer";
    let (_, auth) = sign_in(&cloud_of(text).expect("a cloud"));
    assert_eq!(auth["scope"]["project"]["id"], "outer");
    assert_eq!(auth["identity"]["password"]["user"]["id"], "inner");
}

#[test]
fn scopes() {
    for (lines, scope) in [
        ("", Value::Null),
        ("system_scope: all", json!({"system": {"all": true}})),
        ("domain_name: d", json!({"domain": {"name": "d"}})),
        (
            "project_id: p\ndomain_name: d",
            json!({"project": {"id": "p"}}),
        ),
    ] {
        let cloud = cloud_of(&format!("{KNOWN}{lines}")).expect("a cloud");
        assert_eq!(sign_in(&cloud).1["scope"], scope, "{lines}");
    }
}

#[test]
fn tls_and_endpoint_options() {
    for (lines, verify, authorities) in [
        ("", true, false),
        ("verify: no", false, false),
        ("verify: True\ninsecure: 'true'", false, false),
        ("insecure: false\ncacert: /ca.pem", true, true),
        ("verify: false\ncacert: /missing.pem", false, false),
    ] {
        let cloud = cloud_of(&format!("{KNOWN}{lines}")).expect(lines);
        assert_eq!(
            (cloud.verify, cloud.authorities.is_some()),
            (verify, authorities),
            "{lines}"
        );
    }
    let cloud = cloud_of(&format!("{KNOWN}cert: ~/cert.pem\nkey: /key.pem")).expect("a cloud");
    let pem = cloud.client_certificate.expect("a certificate");
    assert_eq!(pem.expose(), "CERT\nKEY");
    let lines = "compute_endpoint_override: https://own\ncompute_interface: [internal, public]\n\
                 compute_region_name: Two\nregion_name: One,Three\ncompute_service_type: nova";
    let cloud = cloud_of(&format!("{KNOWN}{lines}")).expect("a cloud");
    assert_eq!(cloud.endpoint.as_deref(), Some("https://own"));
    assert_eq!(cloud.interfaces, ["internal", "public"]);
    assert_eq!(cloud.region.as_deref(), Some("Two"));
    assert_eq!(cloud.service_type, "nova");
    for (lines, version) in [
        ("compute_default_microversion: 2.90", Some("2.90")),
        ("compute_default_microversion: latest", Some("latest")),
        ("compute_api_version: 2.53", Some("2.53")),
        ("compute_api_version: 2", None),
        ("compute_api_version: '2.0'", None),
    ] {
        let cloud = cloud_of(&format!("{KNOWN}{lines}")).expect("a cloud");
        assert_eq!(cloud.microversion.as_deref(), version, "{lines}");
    }
}

#[test]
fn debug_shows_how_long_the_authorities_are() {
    let cloud = cloud_of(KNOWN)
        .expect("a cloud")
        .extra_ca("PEM")
        .extra_ca("text");
    let shown = format!("{cloud:?}");
    assert!(shown.contains("authorities: Some(8 bytes)"), "{shown}");
}

#[test]
fn tokens_and_profiles() {
    for auth_type in ["admin_token", "token_endpoint"] {
        let lines =
            format!("auth_type: {auth_type}\nauth: {{endpoint: 'https://e', token: hunter2}}");
        let cloud = cloud_of(&lines).expect("a cloud");
        assert!(matches!(&cloud.access, Access::Token(t) if t.expose() == "hunter2"));
        assert_eq!(cloud.endpoint.as_deref(), Some("https://e"));
    }
    let cloud = cloud_of("auth_type: v3token\nauth: {auth_url: u, auth_token: hunter2}");
    let (_, auth) = sign_in(&cloud.expect("a cloud"));
    assert_eq!(auth["identity"]["token"]["id"], "hunter2");

    let vendor =
        "public-clouds: {v: {auth: {auth_url: 'https://{region_name}.v'}, interface: internal}}";
    let text = "clouds: {x: {profile: v, region_name: One, auth: {user_id: i, password: p}}}";
    let files = [("clouds.yaml", text), ("clouds-public.yaml", vendor)];
    let cloud = Fake::new(&[], &files).cloud();
    assert_eq!(sign_in(&cloud).0, "https://One.v");
    assert_eq!(cloud.interfaces, ["internal"]);
    let error = Fake::new(&[], &files[..1]).error();
    assert!(
        error.contains("`auth.auth_url`") && error.contains("profile `v`"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_file_panics(
        words in proptest::collection::vec(
            prop_oneof![
                Just("clouds:"), Just("x:"), Just("auth:"), Just("auth_url:"), Just("regions:"), Just("region_name:"),
                Just("password:"), Just("verify:"), Just("interface:"), Just("- "), Just("["), Just("]"), Just("{"),
                Just("}"), Just(", "), Just("&a "), Just("*a"), Just("<<: "), Just("\n"), Just("\n  "), Just("\n    "),
                Just("null"), Just("true"), Just("hunter2"), Just("'"), Just(" "),
            ],
            0..40,
        ),
    ) {
        let text = words.concat();
        let places = Fake::new(&[], &[("clouds.yaml", &text), ("secure.yaml", "clouds: {x: {auth: {a: b}}}")]);
        let _ = Cloud::read(&places, Some("x"), None);
    }
}

#[test]
fn a_description_is_an_entry_of_a_file() {
    let described = Cloud::from_json(
        r#"{"auth": {"auth_url": "https://dev/v3", "username": "demo", "password": "hunter2 \ud83d\ude00 \" é",
                     "project_name": "p", "domain-name": "Default"},
            "region_name": "One", "interface": ["internal", "public"], "verify": false,
            "compute_default_microversion": 2.9, "volume_api_version": 3, "profile": null}"#,
    )
    .expect("a cloud");
    let (auth_url, auth) = sign_in(&described);
    assert_eq!(auth_url, "https://dev/v3");
    let user = &auth["identity"]["password"]["user"];
    assert_eq!(user["password"], "hunter2 😀 \" é");
    assert_eq!(described.region.as_deref(), Some("One"));
    assert_eq!(described.interfaces, ["internal", "public"]);
    assert_eq!(described.microversion.as_deref(), Some("2.9"));
    assert!(!described.verify);

    for (text, wanted) in [
        ("{\"auth\": hunter2}", "not valid JSON at line 1, column 10"),
        ("[]", "the description of the cloud is not a mapping"),
        ("{}", "auth_url"),
        (r#"{"auth_type": "none"}"#, "endpoint"),
        (
            r#"{"auth": "hunter2"}"#,
            "`auth` of the description of the cloud is not a mapping",
        ),
        (
            r#"{"auth": {"auth_url": "https://dev/v3", "password": "hunter2"}}"#,
            "username",
        ),
        (r#"{"auth_type": "v3oidc"}"#, "expected password"),
    ] {
        let error = Cloud::from_json(text).expect_err("no cloud");
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(wanted), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn variables_that_differ_from_the_chosen_cloud_are_noted() {
    let chosen = ("OS_CLOUD", "dev");
    let place = ("OS_CLIENT_CONFIG_FILE", "/c.yaml");
    let noted = |vars: &[(&str, &str)], cloud: (&str, &str), region: Option<&str>| {
        let vars: Vec<_> = [cloud, place].iter().chain(vars).copied().collect();
        let places = Fake::new(&vars, &[("/c.yaml", FILE)]);
        let cloud = Cloud::read(&places, None, region).expect("a cloud");
        assert!(!format!("{cloud:?} {:?}", cloud.notes()).contains("hunter2"));
        cloud.notes().to_vec()
    };
    let notes = noted(
        &[
            ("OS_REGION_NAME", "Two"),
            ("OS_INTERFACE", "internalURL"),
            ("OS_AUTH_URL", "https://other/v3"),
            ("OS_PASSWORD", "hunter2-new"),
            ("OS_TENANT_NAME", "q"),
            ("OS_USERNAME", "demo"),
        ],
        chosen,
        None,
    );
    assert_eq!(
        notes,
        [
            "OS_REGION_NAME is `Two`, but the cloud `dev` of /c.yaml counts: its region is `One`",
            "OS_INTERFACE is `internalURL`, but the cloud `dev` of /c.yaml counts: its interface is `public`",
            "OS_AUTH_URL, OS_PASSWORD, OS_TENANT_NAME differ from the cloud `dev` of /c.yaml, and the variables are not \
             used",
        ]
    );
    // Equal values make no note, whatever their form; neither does what a program chose itself, or what the cloud
    // lacks.
    for same in [
        ("OS_REGION_NAME", "One"),
        ("OS_REGION_NAME", ""),
        ("OS_INTERFACE", "publicURL"),
        ("OS_AUTH_URL", "https://dev/v3/auth/tokens"),
        ("OS_PASSWORD", "hunter2"),
        ("OS_APPLICATION_CREDENTIAL_ID", "c1"),
        ("OS_IDENTITY_API_VERSION", "3"),
    ] {
        assert_eq!(noted(&[same], chosen, None), [""; 0], "{same:?}");
    }
    let region = [("OS_REGION_NAME", "Two")];
    assert_eq!(noted(&region, ("OS_CLOUD", "ci"), Some("One")), [""; 0]);
    assert_eq!(noted(&region, ("OS_CLOUD", "ci"), None).len(), 1);
    // Without a file the variables are the cloud.
    assert_eq!(Fake::new(&ENVIRONMENT, &[]).cloud().notes(), [""; 0]);
    // The only cloud of a file is chosen as well.
    let only = "clouds: {x: {auth_type: none, endpoint: 'https://x'}}";
    let places = Fake::new(&region, &[("clouds.yaml", only)]);
    let note =
        "OS_REGION_NAME is `Two`, but the cloud `x` of clouds.yaml counts: its region is none";
    assert_eq!(places.cloud().notes(), [note]);
    // Who names the cloud in the program means that one.
    let places = Fake::new(&region, &[("clouds.yaml", FILE)]);
    let named = Cloud::read(&places, Some("dev"), None).expect("a cloud");
    assert_eq!(named.notes(), [""; 0]);
}
