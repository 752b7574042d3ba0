//! The proxy that the environment names.
//!
//! hyper-util's `Matcher` reads the same variables, but upper case first; it does not support ports in `NO_PROXY`,
//! applies `*` to names only, trims nothing, and ignores a proxy that it cannot parse.

use url::Url;

use super::endpoint::HostPort;
use super::no_proxy::NoProxy;
use super::proxy::ProxyUrl;

/// Finds the proxy for `base` in the variables that `look_up` returns.
///
/// Lower case takes precedence over upper case, and an empty or blank variable counts as absent.
pub(super) fn proxy_for(
    base: &Url,
    look_up: impl Fn(&str) -> Option<String>,
) -> Result<Option<ProxyUrl>, String> {
    let names: &[&str] = match base.scheme() {
        // A CGI program's HTTP_PROXY is its caller's `Proxy` header (httpoxy, CVE-2016-5385).
        "http" if look_up("REQUEST_METHOD").is_some() => &["http_proxy", "all_proxy", "ALL_PROXY"],
        "http" => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
        _ => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let first = |names: &[&'static str]| {
        names.iter().find_map(|name| {
            let value = look_up(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| (*name, value.to_owned()))
        })
    };
    let Some((name, mut text)) = first(names) else {
        return Ok(None);
    };
    if let Some((_, list)) = first(&["no_proxy", "NO_PROXY"])
        && let Some(target) = HostPort::of_url(base, 0)
        && NoProxy::parse(&list).excepts(&target)
    {
        return Ok(None);
    }
    if !text.contains("://") {
        text.insert_str(0, "http://");
    }
    ProxyUrl::parse(&format!("the environment variable {name}"), &text).map(Some)
}

/// Looks a variable up in the environment of this process.
pub(super) fn process(name: &str) -> Option<String> {
    // Text that is not UTF-8 is not a URL either, and is refused later.
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(base: &str, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let base = Url::parse(base).expect("a URL");
        let look_up = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        proxy_for(&base, look_up).map(|proxy| proxy.map(|proxy| proxy.at.to_string()))
    }

    const PLAIN: &str = "http://api.example";
    const SECURE: &str = "https://api.example";

    #[test]
    fn variables_by_scheme() {
        type Variables<'a> = &'a [(&'a str, &'a str)];
        let cases: &[(&str, Variables<'_>, Option<&str>)] = &[
            (PLAIN, &[], None),
            (PLAIN, &[("http_proxy", "http://a:1")], Some("a:1")),
            (PLAIN, &[("HTTP_PROXY", "http://a:1")], Some("a:1")),
            (PLAIN, &[("https_proxy", "http://a:1")], None),
            (SECURE, &[("http_proxy", "http://a:1")], None),
            (SECURE, &[("HTTPS_PROXY", "http://a:1")], Some("a:1")),
            (SECURE, &[("all_proxy", "http://a:1")], Some("a:1")),
            (PLAIN, &[("ALL_PROXY", "http://a:1")], Some("a:1")),
            // Lower case first.
            (
                PLAIN,
                &[("HTTP_PROXY", "http://b:2"), ("http_proxy", "http://a:1")],
                Some("a:1"),
            ),
            (
                SECURE,
                &[("ALL_PROXY", "http://b:2"), ("https_proxy", "http://a:1")],
                Some("a:1"),
            ),
            // Blank is absent, blanks around are cut.
            (
                PLAIN,
                &[("http_proxy", " "), ("HTTP_PROXY", " http://a:1\n")],
                Some("a:1"),
            ),
            (PLAIN, &[("http_proxy", ""), ("all_proxy", "")], None),
            // Without a scheme.
            (PLAIN, &[("http_proxy", "a:1")], Some("a:1")),
            (PLAIN, &[("http_proxy", "user:pass@a:1")], Some("a:1")),
            (PLAIN, &[("http_proxy", "a")], Some("a:80")),
            // In a CGI program.
            (
                PLAIN,
                &[("HTTP_PROXY", "http://a:1"), ("REQUEST_METHOD", "GET")],
                None,
            ),
            (
                PLAIN,
                &[("http_proxy", "http://a:1"), ("REQUEST_METHOD", "GET")],
                Some("a:1"),
            ),
            (
                SECURE,
                &[("HTTPS_PROXY", "http://a:1"), ("REQUEST_METHOD", "GET")],
                Some("a:1"),
            ),
            // Excepted hosts.
            (
                PLAIN,
                &[("http_proxy", "http://a:1"), ("no_proxy", "api.example")],
                None,
            ),
            (
                PLAIN,
                &[("http_proxy", "http://a:1"), ("NO_PROXY", "api.example:80")],
                None,
            ),
            (
                SECURE,
                &[
                    ("https_proxy", "http://a:1"),
                    ("NO_PROXY", "api.example:80"),
                ],
                Some("a:1"),
            ),
            (
                PLAIN,
                &[
                    ("http_proxy", "http://a:1"),
                    ("NO_PROXY", "api.example"),
                    ("no_proxy", "other.example"),
                ],
                Some("a:1"),
            ),
            // An excepted host does not care about the proxy.
            (PLAIN, &[("http_proxy", "ftp://a"), ("NO_PROXY", "*")], None),
        ];
        for (base, variables, wanted) in cases {
            let found = find(base, variables).expect("a usable proxy");
            assert_eq!(found.as_deref(), *wanted, "{base} {variables:?}");
        }
    }

    #[test]
    fn an_unusable_proxy_names_its_variable() {
        for text in [
            "ftp://squid:hunter2@a",
            "squid:hunter2@a:port",
            "http://squid:hunter2@",
            "hunter2 \u{fffd}",
        ] {
            let error = find(PLAIN, &[("HTTP_PROXY", text)]).expect_err(text);
            assert!(
                error.starts_with("the environment variable HTTP_PROXY"),
                "{error}"
            );
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
