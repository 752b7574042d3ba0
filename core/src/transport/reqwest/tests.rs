use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::*;
use crate::transport::Proxy;

fn built(options: &WireOptions) -> Result<ReqwestTransport, String> {
    // The program installs the provider of TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ReqwestTransport::new(reqwest::Client::builder(), options)
}

#[test]
fn the_defaults_are_taken() {
    assert!(built(&WireOptions::default()).is_ok());
}

#[test]
fn options_that_reqwest_has_to_carry_are_refused_by_name() {
    type Set = fn(&mut WireOptions);
    let sets: [(&str, &str, Set); 11] = [
        ("proxy", "no_proxy", |o| o.proxy = Proxy::None),
        ("extra_ca", "tls_certs_merge", |o| {
            o.extra_ca.push(Vec::new());
        }),
        ("client_certificate", "identity", |o| {
            o.client_certificate = Some("s3cr3t".into());
        }),
        (
            "danger_accept_invalid_certs",
            "tls_danger_accept_invalid_certs",
            |o| o.danger_accept_invalid_certs = true,
        ),
        ("http1_only", "http1_only", |o| o.http1_only = true),
        ("pool_max_idle", "pool_max_idle_per_host", |o| {
            o.pool_max_idle = 0;
        }),
        ("pool_idle_timeout", "pool_idle_timeout", |o| {
            o.pool_idle_timeout = Duration::ZERO;
        }),
        ("unix_socket", "unix_socket", |o| {
            o.unix_socket = Some(PathBuf::from("/run/api.sock"));
        }),
        ("http2_ping_interval", "http2_keep_alive_interval", |o| {
            o.http2_ping_interval = None;
        }),
        ("http2_ping_timeout", "http2_keep_alive_timeout", |o| {
            o.http2_ping_timeout = Duration::ZERO;
        }),
        ("resolve", "resolve_to_addrs", |o| {
            o.resolve.push("api.example:443:10.0.0.7".to_owned());
        }),
    ];
    for (name, method, set) in sets {
        let mut options = WireOptions::default();
        set(&mut options);
        let error = built(&options).expect_err(name);
        assert!(error.starts_with(name), "{error}");
        assert!(error.contains(method), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn a_call_outside_of_a_runtime_says_what_is_missing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = crate::Client::builder("http://127.0.0.1:9");
    let client = builder
        .reqwest(reqwest::Client::builder())
        .expect("a client");
    let outcome = client.get("/things").send().now_or_never();
    let error = outcome
        .expect("it waits for nothing")
        .expect_err("nothing can be sent");
    assert_eq!(error.kind(), crate::ErrorKind::Connect);
    assert!(
        error.to_string().contains("needs a tokio runtime"),
        "{error}"
    );
    assert_eq!(error.trail().map(|trail| trail.attempts().len()), Some(1));
}
