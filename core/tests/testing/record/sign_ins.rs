//! Recordings of sign-ins to Keystone.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::{exchanges, header, script};
use crate::process::{ChildProcess, Folder};
use crate::server::{answer, serve_on};

#[test]
fn a_sign_in_is_recorded_without_password_and_token() {
    let folder = Folder::new("sign-in");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let base = format!("http://{address}");
    let endpoint = format!("{base}/compute/v2.1");
    let serving = serve_on(listener, 2, move |path| match path {
        "/identity/v3/auth/tokens" => answer(
            "X-Subject-Token: s3cr3t-keystone\r\n",
            json!({"token": {"expires_at": "2999-01-01T00:00:00Z", "catalog": [{
                "type": "compute", "endpoints": [{"interface": "public", "url": endpoint}],
            }]}})
            .to_string()
            .as_bytes(),
        ),
        _ => answer("", br#"{"servers": [], "echo": "s3cr3t-keystone"}"#),
    });
    let told = ChildProcess::new("sign-in", &base)
        .recording(&folder.file())
        .run();
    let seen = serving.join().expect("no panic");
    assert!(seen[1].contains("s3cr3t-keystone"), "{seen:?}");
    assert_eq!(told.lines, ["200 42"]);
    let script = script(&folder.file());
    let [signed_in, listed] = exchanges(&script) else {
        panic!("{script}");
    };
    assert_eq!(signed_in["match"]["target"], "/identity/v3/auth/tokens");
    assert_eq!(
        *header(signed_in, "x-subject-token").expect("a token"),
        "[redacted]"
    );
    let catalog = &signed_in["reply"]["json"]["token"]["catalog"][0];
    assert_eq!(
        catalog["endpoints"][0]["url"],
        format!("{base}/compute/v2.1")
    );
    let user = &signed_in["want"]["json"]["auth"]["identity"]["password"]["user"];
    assert_eq!(user["password"], json!({"$any": true}));
    assert_eq!(user["name"], "somebody");
    assert_eq!(listed["match"]["target"], "/compute/v2.1/servers");
    assert_eq!(listed["reply"]["json"]["echo"], "[redacted]");
    let text = script.to_string();
    assert!(
        !text.contains("s3cr3t-password") && !text.contains("s3cr3t-keystone"),
        "{text}"
    );
}

#[test]
fn a_multi_factor_sign_in_is_recorded_without_receipt_and_passcode() {
    let folder = Folder::new("multi-factor");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let base = format!("http://{address}");
    let endpoint = format!("{base}/compute/v2.1");
    let turn = AtomicUsize::new(0);
    let serving = serve_on(listener, 3, move |path| {
        match (path, turn.fetch_add(1, Ordering::Relaxed)) {
            ("/identity/v3/auth/tokens", 0) => {
                // The ID of a receipt in the body and in a header that does not say what it is.
                let body = json!({
                    "receipt": {"id": "s3cr3t-receipt", "methods": ["password"], "expires_at": "2999-01-01T00:00:00Z"},
                    "required_auth_methods": [["password", "totp"]],
                    "help": "continue with s3cr3t-receipt",
                });
                let text = answer(
                    "Openstack-Auth-Receipt: s3cr3t-receipt\r\nX-Continue: of s3cr3t-receipt\r\n",
                    body.to_string().as_bytes(),
                );
                let text = String::from_utf8(text).expect("text");
                text.replacen("200 OK", "401 Unauthorized", 1).into_bytes()
            }
            ("/identity/v3/auth/tokens", _) => answer(
                "X-Subject-Token: s3cr3t-keystone\r\n",
                json!({"token": {"expires_at": "2999-01-01T00:00:00Z", "receipt": "s3cr3t-receipt", "catalog": [{
                    "type": "compute", "endpoints": [{"interface": "public", "url": endpoint}],
                }]}})
                .to_string()
                .as_bytes(),
            ),
            _ => answer("", br#"{"servers": [], "echo": "s3cr3t-receipt 918273"}"#),
        }
    });
    let told = ChildProcess::new("multi-factor", &base)
        .recording(&folder.file())
        .run();
    let seen = serving.join().expect("no panic");
    assert!(seen[1].contains("s3cr3t-receipt"), "{seen:?}");
    assert_eq!(told.lines, ["200 48"]);
    let script = script(&folder.file());
    let [refused, signed_in, listed] = exchanges(&script) else {
        panic!("{script}");
    };
    assert_eq!(refused["reply"]["status"], 401);
    assert_eq!(
        *header(refused, "openstack-auth-receipt").expect("a receipt"),
        "[redacted]"
    );
    assert_eq!(*header(refused, "x-continue").expect("it"), "of [redacted]");
    let body = &refused["reply"]["json"];
    assert_eq!(body["receipt"]["id"], "[redacted]");
    assert_eq!(body["receipt"]["methods"], json!(["password"]));
    assert_eq!(body["help"], "continue with [redacted]");
    let any = json!({"$any": true});
    let sent = &refused["want"]["json"]["auth"]["identity"]["password"]["user"];
    assert_eq!(sent["password"], any);
    let sent = &signed_in["want"]["json"]["auth"]["identity"]["totp"]["user"];
    assert_eq!(
        (&sent["passcode"], &sent["name"]),
        (&any, &json!("somebody"))
    );
    assert_eq!(listed["reply"]["json"]["echo"], "[redacted] [redacted]");
    let text = script.to_string();
    for secret in ["s3cr3t", "918273"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!told.warnings.contains("s3cr3t"), "{}", told.warnings);
}
