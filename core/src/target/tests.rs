use proptest::prelude::*;

use super::*;

fn base(text: &str) -> BaseUrl {
    BaseUrl::parse(text).expect("a base URL")
}

fn param(name: &str, value: &str) -> Param {
    Param {
        name: name.to_owned(),
        value: value.into(),
        secret: false,
    }
}

fn path(template: &str, params: &[Param]) -> Result<String, String> {
    build(&base("https://h/api/v1/"), template, params, &[], &[]).map(|t| t.url.path().to_owned())
}

#[test]
fn base_urls_with_or_without_prefix_and_slash() {
    for (text, url) in [
        ("https://h", "https://h/a"),
        ("https://h/", "https://h/a"),
        ("http://h:8080/api/v1", "http://h:8080/api/v1/a"),
        ("https://h:443/api/v1//", "https://h/api/v1/a"),
        ("http://[::1]:80", "http://[::1]/a"),
    ] {
        let target = build(&base(text), "/a", &[], &[], &[]).expect("a target");
        assert_eq!(target.url.as_str(), url);
        assert_eq!(target.shown, None);
    }
}

#[test]
fn base_urls_that_are_refused() {
    for (text, said) in [
        ("api.example", "not a URL"),
        ("ftp://h", "expected http or https"),
        ("https://me:secret@h", "user info"),
        ("https://h?x=1", "query"),
    ] {
        let error = BaseUrl::parse(text).expect_err(text);
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn parameters_are_encoded_whole() {
    assert_eq!(
        path("/cameras/{id}/trigger", &[param("id", "c 7/x?é")]),
        Ok("/api/v1/cameras/c%207%2Fx%3F%C3%A9/trigger".to_owned())
    );
    assert_eq!(
        path("/a/{x}", &[param("x", "..\\%2e")]),
        Ok("/api/v1/a/..%5C%252e".to_owned())
    );
    assert_eq!(path("/", &[]), Ok("/api/v1/".to_owned()));
    assert_eq!(
        path("/a b/%20/é", &[]),
        Ok("/api/v1/a%20b/%20/%C3%A9".to_owned())
    );
}

#[test]
fn paths_that_are_refused() {
    for (template, params, said) in [
        ("cameras", vec![], "starts with a single `/`"),
        ("//evil.example/x", vec![], "starts with a single `/`"),
        ("https://evil.example/x", vec![], "starts with a single `/`"),
        ("/a/../b", vec![], "dot segment"),
        ("/a/./b", vec![], "dot segment"),
        ("/a/%2e%2E", vec![], "dot segment"),
        ("/a/..%2fb", vec![], "dot segment"),
        ("/a\\b", vec![], "`/`"),
        ("/a%5Cb", vec![], "backslash"),
        ("/a?token=x", vec![], "query"),
        ("/a#b", vec![], "fragment"),
        ("/a\r\nb", vec![], "control character"),
        ("/a%zz", vec![], "%25"),
        ("/a/{id}", vec![], "needs a value"),
        ("/a/{id", vec![], "unpaired brace"),
        ("/a/id}", vec![], "unpaired brace"),
        ("/a/{id}", vec![param("id", "")], "is empty"),
        ("/a/{id}", vec![param("id", "..")], "is `..`"),
        (
            "/a/{id}",
            vec![param("id", "1"), param("id", "2")],
            "given twice",
        ),
        (
            "/a/{id}",
            vec![param("id", "1"), param("other", "1")],
            "no parameter `other`",
        ),
    ] {
        let error = path(template, &params).expect_err(template);
        assert!(error.contains(said), "{template}: {error}");
    }
}

#[test]
fn a_url_in_the_place_of_a_path_is_shown_without_its_secrets() {
    for (given, shown) in [
        ("/a/b", "/a/b"),
        ("/a/@me", "/a/@me"),
        ("cameras", "cameras"),
        ("/a?token=s3cr3t", "/a"),
        ("/a#s3cr3t", "/a"),
        ("a?token=s3cr3t", "a"),
        ("https://h/x?token=s3cr3t", "https://h/x"),
        ("https://me:s3cr3t@h/x", "https://[redacted]@h/x"),
        ("https://me:s3c/r3t@h/x", "https://[redacted]@h/x"),
        ("https://me:s3?cr3t@h/x", "https://[redacted]"),
        ("https://me:p@s3?cr3t@h/x", "https://[redacted]"),
        ("//me:s3cr3t@h/x", "[redacted]@h/x"),
        ("/\\me:s3cr3t@h/x", "[redacted]@h/x"),
        ("me:s3cr3t@h/x", "[redacted]@h/x"),
        ("https:\\\\me:s3cr3t@h", "[redacted]@h"),
        (
            "/proxy/https://me:s3cr3t@h/x",
            "/proxy/https://[redacted]@h/x",
        ),
        (
            "https%3A%2F%2Fme%3As3cr3t%40h%2F%3Fk%3Ds3cr3t",
            "https://[redacted]@h/",
        ),
        ("a\nb", "a\\nb"),
    ] {
        assert_eq!(show_refused(given), shown, "{given}");
        if let Err(error) = path(given, &[]) {
            assert!(
                !error.contains("s3cr3t") && !error.contains("s3c"),
                "{error}"
            );
        }
    }
}

#[test]
fn what_is_shown_hides_secrets() {
    let secret = Param {
        name: "key".to_owned(),
        value: "s3cr3t".into(),
        secret: true,
    };
    let query = [
        ("limit".to_owned(), "5".to_owned()),
        ("sig".to_owned(), "s3cr3t".to_owned()),
        ("q".to_owned(), "a b".to_owned()),
    ];
    let target = build(
        &base("https://h"),
        "/a/{key}/b",
        &[secret],
        &query,
        &["q".to_owned()],
    )
    .expect("a target");
    assert_eq!(
        target.url.as_str(),
        "https://h/a/s3cr3t/b?limit=5&sig=s3cr3t&q=a%20b"
    );
    assert_eq!(
        target.shown.as_deref(),
        Some("https://h/a/{key}/b?limit=5&sig=[redacted]&q=a%20b")
    );
}

#[test]
fn links_stay_on_the_origin() {
    let base = base("https://h/api");
    let target = link(&base, "https://h:443/other?cursor=a&sig=b#f", &[]).expect("a target");
    assert_eq!(
        target.shown.as_deref(),
        Some("https://h/other?cursor=a&sig=[redacted]")
    );
    let rooted = link(&base, "/api/x?cursor=a", &[]).expect("a target");
    assert_eq!(rooted.url.as_str(), "https://h/api/x?cursor=a");
    for bad in [
        "https://evil.example/",
        "http://h/api",
        "//evil/x",
        "x",
        "https://me@h/api",
    ] {
        assert!(link(&base, bad, &[]).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_parameter_leaves_its_segment(value in ".{0,20}") {
        if let Ok(path) = path("/a/{x}/b", &[param("x", &value)]) {
            prop_assert_eq!(path.split('/').count(), 6);
            prop_assert!(path.starts_with("/api/v1/a/") && path.ends_with("/b"));
        }
    }

    #[test]
    fn what_is_joined_is_what_a_parser_makes_of_it(template in "/[-._~%a-zA-Z0-9!$&'()*+,;=:@/ \"<>^`|é]{0,12}", value in ".{1,9}", query in ".{0,9}", prefix in "(/[a-z%20']{0,5}){0,2}") {
        let base = base(&format!("https://h:8443{prefix}"));
        let query = [("q".to_owned(), query)];
        for (template, params) in [(template.clone(), vec![]), (format!("{template}/{{x}}"), vec![param("x", &value)])] {
            if let Ok(target) = build(&base, &template, &params, &query, &[]) {
                let parsed = Url::parse(target.url.as_str()).expect("a URL");
                prop_assert_eq!(parsed.as_str(), target.url.as_str());
                prop_assert_eq!(parsed.path(), target.url.path());
                prop_assert_eq!(parsed.query(), target.url.query());
                prop_assert_eq!(target.url.origin(), "https://h:8443");
            }
        }
    }

    #[test]
    fn no_template_leaves_the_prefix(template in "[/.%{}a-z0-9\\\\?#]{0,20}") {
        if let Ok(path) = path(&template, &[]) {
            prop_assert!(path.starts_with("/api/v1/"));
        }
    }
}

#[test]
fn pages_are_absolute_addresses() {
    for page in [
        "https://status.acme.example",
        "HTTPS://acme.example/errors?lang=en#too-fast",
        "http://[::1]:8080/errors",
        "https://acme.example/@docs/errors",
    ] {
        assert_eq!(check_page(page), Ok(()), "{page}");
    }
    for (page, said) in [
        ("", "is ``; expected an http or https URL"),
        ("/errors", "is `/errors`; expected"),
        ("acme.example/errors", "is `acme.example/errors`; expected"),
        ("https:acme.example", "is `https:acme.example`; expected"),
        ("https://", "is `https://`; expected"),
        ("javascript:alert(1)", "is `javascript:alert(1)`; expected"),
        ("file:///etc/passwd", "is `file:///etc/passwd`; expected"),
        (
            "https://a.example/ b",
            "is `https://a.example/ b`; expected",
        ),
        (
            "https://a.example/\n",
            r"is `https://a.example/\n`; expected",
        ),
        (
            "https://a.example/\0",
            r"is `https://a.example/\0`; expected",
        ),
        ("ftp://bob:s3cr3t@a.example", "is not an http or https URL"),
        ("https://bob:s3cr3t@a.example", "holds user info"),
        ("https://bob@a.example", "holds user info"),
    ] {
        let wrong = check_page(page).expect_err(page);
        assert!(wrong.starts_with(said), "{page}: {wrong}");
        assert!(!wrong.contains("s3cr3t"), "{wrong}");
    }
}
