//! A curl command that repeats a request.

use http::{HeaderName, Method};
use reqtrail::host::repeat::{self, REDACTED, one_line};
use reqtrail::{Attempt, Trail};

use crate::shell::quoted;

/// A curl command, and notes for the person who runs it.
#[derive(Debug)]
pub(super) struct Curl {
    pub(super) command: String,
    pub(super) notes: Vec<String>,
}

/// Makes the command for the last attempt of a call. The error says why there is none.
pub(super) fn of(trail: &Trail) -> Result<Curl, String> {
    let nothing = || {
        format!(
            "call {} sent no request, so there is none to repeat",
            trail.call_id()
        )
    };
    let last = trail.last().ok_or_else(nothing)?;
    let url = one_line(last.url());
    // curl would take a URL that begins with a dash for an option.
    let origin =
        origin(&url).ok_or_else(|| format!("`{url}` is not a URL that curl can request"))?;
    let mut words = vec!["curl --include".to_owned()];
    match *last.method() {
        Method::GET => {}
        Method::HEAD => words[0] = "curl --head".to_owned(),
        ref method => words[0].push_str(&format!(" --request {}", quoted(method.as_str()))),
    }
    let mut notes = Vec::new();
    headers(trail, last, &origin, &mut words, &mut notes);
    let missing = missing(&url);
    if url.contains(['[', ']', '{', '}']) {
        // curl would expand them as patterns.
        words[0].push_str(" --globoff");
    }
    words.push(quoted(&url).into_owned());
    notes.push(match has_body(last.method()) {
        true => "A trail keeps no body and no other headers: add them with --data and --header."
            .to_owned(),
        false => "A trail keeps no other headers: add those that the request needs with --header."
            .to_owned(),
    });
    if !missing.is_empty() {
        notes.push(format!(
            "Fill in what was secret in the URL: {}.",
            missing.join(", ")
        ));
    }
    if !repeat::is_safe(last.method()) {
        notes.push(format!(
            "Be careful: repeating a {} may act twice.",
            last.method()
        ));
    }
    Ok(Curl {
        command: words.join(" \\\n  "),
        notes,
    })
}

/// Adds the headers that the dialect sends with each request.
fn headers(
    trail: &Trail,
    last: &Attempt,
    origin: &str,
    words: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let known = repeat::headers(trail.dialect());
    let (name, prefix) = match &known {
        Some(headers) => (
            spelt(&headers.credential),
            headers.credential_prefix.as_str(),
        ),
        None => ("Authorization".to_owned(), "Bearer "),
    };
    if origin.eq_ignore_ascii_case(trail.origin()) {
        words.push(format!("--header \"{name}: {prefix}$TOKEN\""));
        notes.push("Set TOKEN to the credential.".to_owned());
        if known.is_none() {
            let api = one_line(trail.dialect());
            notes.push(format!(
                "This command does not know how `{api}` takes the credential: {name} is a guess."
            ));
        }
    } else {
        notes.push(format!(
            "Attempt {} went to another origin than the call: the command leaves the credential out.",
            last.number()
        ));
    }
    let correlation = known.and_then(|headers| headers.correlation);
    if let (Some(name), Some(id)) = (correlation, trail.correlation_id()) {
        let header = format!("{}: {}", spelt(&name), one_line(id));
        words.push(format!("--header {}", quoted(&header)));
    }
}

/// Returns scheme, host and port of an http or https URL.
fn origin(url: &str) -> Option<String> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| url.starts_with(scheme))?;
    let rest = &url[scheme.len()..];
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then(|| format!("{scheme}{authority}"))
}

/// Names the parts of the URL that the trail does not have: secret parameters of the path, and values of the query.
fn missing(url: &str) -> Vec<String> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut missing = Vec::new();
    for part in path.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}') {
            missing.push(format!("the path's {{{name}}}"));
        }
    }
    if path.contains(REDACTED) {
        missing.push(format!("the path's {REDACTED}"));
    }
    for pair in query.split('&').filter(|pair| pair.contains(REDACTED)) {
        missing.push(match pair.split_once('=') {
            Some((name, _)) if !name.contains(REDACTED) => format!("the value of `{name}`"),
            _ => "a query parameter without a value".to_owned(),
        });
    }
    missing
}

/// Returns whether requests of this method usually have a body.
fn has_body(method: &Method) -> bool {
    !matches!(
        *method,
        Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS
    )
}

/// Spells a header name as people do: `X-Auth-Token`.
fn spelt(name: &HeaderName) -> String {
    let parts = name.as_str().split('-').map(|part| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const GLOBAL: &str = "req-8a3d2c1e-5b6f-4a7d-9e8c-1f2a3b4c5d6e";

    /// A trail whose last attempt had this method and URL.
    fn trail(dialect: &str, method: &str, url: &str) -> Trail {
        let attempt = json!({
            "number": 1, "cause": "initial", "method": method, "span_id": "00f067aa0ba902b7", "url": url, "status": 503,
            "request_id": "req_01", "request_id_source": "header:x-request-id", "sent": "yes", "processed": true,
            "started_ms": 0, "elapsed_ms": 5,
        });
        let trail = json!({
            "schema": "reqtrail.trail/1", "client": "reqtrail/0.1.0",
            "call_id": "5e1a3f52-0c4b-4d8e-9f3a-2b1c0d9e8f7a", "trace_id": "5e1a3f520c4b4d8e9f3a2b1c0d9e8f7a",
            "correlation_id": GLOBAL, "dialect": dialect, "method": method, "origin": "https://api.example:8443",
            "path": "/servers/{id}", "started_at": "2026-11-26T14:05:09.000Z", "elapsed_ms": 5, "outcome": "api",
            "stopped": "not_retryable", "notes": [], "attempts": [attempt],
        });
        Trail::from_json(&trail.to_string()).expect("a trail")
    }

    fn curl(dialect: &str, method: &str, url: &str) -> Curl {
        of(&trail(dialect, method, url)).expect("a command")
    }

    #[test]
    fn a_get_is_repeated_with_its_credential_and_global_id() {
        let curl = curl(
            "openstack",
            "GET",
            "https://api.example:8443/v2.1/servers/7?limit=2",
        );
        let expected = format!(
            "curl --include \\\n  --header \"X-Auth-Token: $TOKEN\" \\\n  --header 'X-Openstack-Request-Id: {GLOBAL}' \\\n  \
             'https://api.example:8443/v2.1/servers/7?limit=2'"
        );
        assert_eq!(curl.command, expected);
        assert_eq!(
            curl.notes,
            [
                "Set TOKEN to the credential.",
                "A trail keeps no other headers: add those that the request needs with --header."
            ]
        );
    }

    #[test]
    fn a_post_has_a_warning_and_a_note_on_its_secrets() {
        let url = "https://api.example:8443/api/v1/keys/{token}?limit=2&sig=[redacted]&[redacted]";
        let curl = curl("novavms", "POST", url);
        assert!(curl.command.starts_with(
            "curl --include --request POST --globoff \\\n  --header \"Authorization: Bearer $TOKEN\" \\\n  'https"
        ));
        assert_eq!(
            curl.notes[1..],
            [
                "A trail keeps no body and no other headers: add them with --data and --header.",
                "Fill in what was secret in the URL: the path's {token}, the value of `sig`, a query parameter without a \
                 value.",
                "Be careful: repeating a POST may act twice."
            ]
        );
    }

    #[test]
    fn each_method_has_its_curl_option() {
        let url = "https://api.example:8443/x";
        for (method, begins, warned) in [
            ("HEAD", "curl --head \\\n", false),
            ("PUT", "curl --include --request PUT \\\n", false),
            ("DELETE", "curl --include --request DELETE \\\n", false),
            ("PATCH", "curl --include --request PATCH \\\n", true),
            ("M'X", "curl --include --request 'M'\\''X' \\\n", true),
        ] {
            let curl = curl("novavms", method, url);
            assert!(curl.command.starts_with(begins), "{}", curl.command);
            let last = curl.notes.last().map_or("", String::as_str);
            assert_eq!(last.starts_with("Be careful"), warned, "{method}");
        }
    }

    #[test]
    fn a_credential_goes_to_no_other_origin() {
        for url in [
            "https://api.example/x",
            "http://api.example:8443/x",
            "https://api.example:8443.evil.example/x",
            "https://api.example:8443@evil.example/x",
        ] {
            let curl = curl("novavms", "GET", url);
            assert!(!curl.command.contains("TOKEN"), "{}", curl.command);
            assert!(curl.notes[0].contains("another origin"), "{:?}", curl.notes);
        }
    }

    #[test]
    fn a_guessed_header_has_a_note() {
        let curl = curl("acme", "GET", "https://api.example:8443/x");
        assert!(curl.command.contains("Authorization: Bearer $TOKEN"));
        assert!(!curl.command.contains(GLOBAL));
        assert!(curl.notes[1].contains("`acme`"), "{:?}", curl.notes);
    }

    #[test]
    fn only_urls_are_given_to_curl() {
        for url in ["-o/etc/passwd", "file:///etc/passwd", "https://", ""] {
            let refused = of(&trail("novavms", "GET", url)).expect_err(url);
            assert!(
                refused.contains("not a URL that curl can request"),
                "{refused}"
            );
        }
        let mut nothing: Value =
            serde_json::from_str(&trail("novavms", "GET", "").to_json()).expect("JSON");
        nothing["attempts"] = json!([]);
        let nothing = Trail::from_json(&nothing.to_string()).expect("a trail");
        let refused = of(&nothing).expect_err("no attempt");
        assert!(refused.contains("sent no request"), "{refused}");
    }

    /// Returns the arguments that a shell passes to curl.
    #[cfg(unix)]
    fn arguments(command: &str) -> Vec<String> {
        let script = format!("TOKEN='a b'\ncurl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .output();
        let output = output.expect("a shell");
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{script}"
        );
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_shell_passes_the_sent_url_to_curl(path in "[!-~é ]{0,40}") {
            let url = format!("https://api.example:8443/{path}");
            let given = arguments(&curl("openstack", "GET", &url).command);
            prop_assert_eq!(given.last(), Some(&url));
            let credential = "X-Auth-Token: a b".to_owned();
            prop_assert!(given.contains(&credential));
        }
    }
}
