//! Options that are not valid are found when the client is built.

use url::Url;

use super::{dialer, direct, proxied};
use crate::transport::hyper::dial::{Dialer, uses_proxy};
use crate::transport::{Proxy, WireOptions};

fn refused(options: &WireOptions, base: &str) -> String {
    let base = Url::parse(base).expect("a URL");
    Dialer::new(options, &base).expect_err("an error")
}

#[test]
fn an_unusable_proxy_is_named() {
    let error = refused(
        &proxied("ftp://squid:hunter2@p.example"),
        "http://a.example",
    );
    assert!(error.starts_with("proxy has the scheme `ftp`"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn authorities_are_checked_for_http_too() {
    for (pem, wanted) in [
        ("", "extra_ca holds no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "extra_ca: certificate 1 is not usable",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
            "extra_ca is not PEM",
        ),
    ] {
        let options = WireOptions {
            extra_ca: vec![pem.into()],
            ..direct()
        };
        let error = refused(&options, "http://a.example");
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn a_client_certificate_is_checked_for_http_too() {
    let options = WireOptions {
        client_certificate: Some("hunter2".into()),
        ..direct()
    };
    let error = refused(&options, "http://a.example");
    assert!(
        error.starts_with("client_certificate holds no certificate"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_checked() {
    let options = |path: &str, proxy| WireOptions {
        unix_socket: Some(path.into()),
        proxy,
        ..WireOptions::default()
    };
    let long = format!("/run/{}", "x".repeat(200));
    for (options, wanted) in [
        (
            options(&long, Proxy::None),
            "unix_socket is the path `/run/x",
        ),
        (options("", Proxy::None), "unix_socket is empty"),
        (
            options("\0abstract", Proxy::None),
            "unix_socket is the path",
        ),
        (
            options(
                "/run/api.sock",
                Proxy::Url("http://u:hunter2@p.example".into()),
            ),
            "unix_socket and proxy are both set",
        ),
    ] {
        let error = refused(&options, "http://a.example");
        assert!(error.starts_with(wanted), "{error}");
        assert!(error.contains("expected"), "{error}");
        assert!(
            !error.contains("hunter2") && !error.contains('\0'),
            "{error}"
        );
    }
    let base = Url::parse("http://a.example").expect("a URL");
    assert!(!uses_proxy(
        &options("/run/api.sock", Proxy::Environment),
        &base
    ));
}

#[test]
fn requests_are_forwarded_for_plain_http_through_an_http_proxy() {
    for (proxy, base, forwarded) in [
        ("http://p.example", "http://a.example", true),
        ("http://p.example", "https://a.example", false),
        ("socks5://p.example", "http://a.example", false),
    ] {
        let dialer = dialer(&proxied(proxy), base);
        assert_eq!(
            dialer.absolute_form().is_some(),
            forwarded,
            "{proxy} {base}"
        );
    }
    assert!(
        dialer(&direct(), "http://a.example")
            .absolute_form()
            .is_none()
    );

    let dialer = dialer(
        &proxied("http://Aladdin:open%20sesame@p.example"),
        "http://a.example",
    );
    let forward = dialer.absolute_form().expect("a proxy");
    let value = forward.authorization.as_ref().expect("a header");
    assert!(value.is_sensitive());
    assert_eq!(value, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert!(!format!("{dialer:?} {forward:?}").contains("QWxh"));
}

#[test]
fn http2_is_for_tls_alone() {
    let http1 = WireOptions {
        http1_only: true,
        ..unverified()
    };
    assert!(!dialer(&unverified(), "http://a.example").may_be_http2());
    assert!(dialer(&unverified(), "https://a.example").may_be_http2());
    assert!(!dialer(&http1, "https://a.example").may_be_http2());
}

/// Without verification, no authorities are needed.
fn unverified() -> WireOptions {
    WireOptions {
        danger_accept_invalid_certs: true,
        ..direct()
    }
}
