//! Which headers hold a credential, and which parts of their values a server might repeat.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use super::Secret;

/// Endings of names whose values are credentials by custom, as in `X-Auth-Token` and `Ocp-Apim-Subscription-Key`.
const SECRET_ENDINGS: [&str; 10] = [
    "authorization",
    "token",
    "secret",
    "password",
    "passphrase",
    "apikey",
    "api-key",
    "access-key",
    "subscription-key",
    // Of OpenStack's multi-factor sign-in.
    "auth-receipt",
];

/// Further endings of names of form fields, without hyphens and underscores: those of OAuth's assertions (RFC 7521) and
/// proof keys (RFC 7636), and other names of passwords and keys.
const SECRET_FIELD_ENDINGS: [&str; 7] = [
    "assertion",
    "codeverifier",
    "passwd",
    "passcode",
    "pwd",
    "privatekey",
    "secretkey",
];

/// Further endings of names of JSON's members.
#[cfg(feature = "testing")]
const SECRET_MEMBER_ENDINGS: [&str; 5] = ["cookie", "jwt", "otp", "sessionid", "signature"];

/// Whole names of form fields. As endings they would match too much, such as `country_code`.
const SECRET_FIELDS: [&str; 4] = ["code", "authorizationcode", "devicecode", "samlresponse"];

/// The shortest part of a credential that is hidden as a secret. Shorter text is not searched for in server text anyway.
const MIN_PART: usize = 4;

/// JSON's own words, as in `Cookie: seen=true`: hiding them would spoil the JSON of error bodies.
const JSON_WORDS: [&str; 3] = ["true", "false", "null"];

/// Parameters of a credential that describe it and are not secret (RFC 7616, AWS's signatures).
const OPEN_PARAMETERS: [&str; 10] = [
    "realm",
    "username",
    "uri",
    "algorithm",
    "qop",
    "nc",
    "charset",
    "userhash",
    "signedheaders",
    "version",
];

/// Base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns whether a header's value is a credential by the header's name.
pub(crate) fn is_secret_header(name: &HeaderName) -> bool {
    let has_ending = |ending: &&str| name.as_str().ends_with(ending);
    *name == AUTHORIZATION
        || *name == COOKIE
        || *name == PROXY_AUTHORIZATION
        || SECRET_ENDINGS.iter().any(has_ending)
}

/// Returns whether a field of a form holds a credential by its name, as `client_secret` and `user[password]` do.
fn is_secret_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let name = name.trim_end_matches(']');
    let joined = name.replace('-', "");
    SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || SECRET_FIELD_ENDINGS
            .iter()
            .any(|ending| joined.ends_with(ending))
        || SECRET_FIELDS.contains(&&*joined)
}

/// The secrets of a form field: its value, also in the form's encoding, if the name says that it is one. A flag such as
/// `return_secure_token=true` is not a secret.
pub(crate) fn of_field(name: &str, value: &str) -> Vec<Secret> {
    if !is_secret_field(name) || !is_part(value) {
        return Vec::new();
    }
    let mut secrets = vec![Secret::from(value)];
    let sent: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    if sent != value {
        secrets.push(sent.into());
    }
    // The search for secrets decodes percent-encoding but not this, since elsewhere a `+` is a `+`.
    if value.contains(' ') {
        secrets.push(value.replace(' ', "+").into());
    }
    secrets
}

/// Whole names of JSON members. As endings they would match too much, such as `bypass`.
#[cfg(feature = "testing")]
const SECRET_MEMBERS: [&str; 2] = ["pass", "pin"];

/// Returns whether a member of JSON holds a credential by its name, as `access_token`, `apiKey` and `passwords` do. `code` does
/// not: errors have one.
#[cfg(feature = "testing")]
pub(crate) fn is_secret_member(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let joined = name.replace(['_', '-', ' '], "");
    let one = joined.trim_end_matches(']').trim_end_matches('s');
    let ends = |ending: &&str| one.ends_with(&ending.replace('-', ""));
    SECRET_ENDINGS.iter().any(&ends)
        || SECRET_FIELD_ENDINGS.iter().any(&ends)
        || SECRET_MEMBER_ENDINGS.iter().any(ends)
        || SECRET_MEMBERS.contains(&&*joined)
}

/// The secret of a JSON member whose position says that it is one.
#[cfg(feature = "testing")]
pub(crate) fn of_member(value: &str) -> Option<Secret> {
    is_part(value).then(|| value.into())
}

/// The secrets of a credential header: its value, and the value without its scheme, in any case and spacing. `prefix` is the
/// dialect's prefix, if the header is the dialect's.
pub(crate) fn of_header(name: &HeaderName, value: &[u8], prefix: Option<&str>) -> Vec<Secret> {
    let value = String::from_utf8_lossy(value);
    let value = value.trim();
    let mut secrets = vec![Secret::from(value)];
    if let Some(rest) = prefix.and_then(|prefix| without_prefix(value, prefix)) {
        secrets.push(rest.into());
    }
    if *name == COOKIE {
        secrets.extend(value.split(';').flat_map(cookie));
        return secrets;
    }
    let Some((scheme, rest)) = value.split_once(|c: char| c.is_ascii_whitespace()) else {
        return secrets;
    };
    let rest = rest.trim();
    secrets.push(rest.into());
    if scheme.eq_ignore_ascii_case("basic") {
        secrets.extend(basic(rest));
    }
    secrets.extend(rest.split(',').filter_map(parameter));
    secrets
}

fn without_prefix<'a>(value: &'a str, prefix: &str) -> Option<&'a str> {
    let prefix = prefix.trim();
    let (start, rest) = value.split_at_checked(prefix.len())?;
    (!prefix.is_empty() && start.eq_ignore_ascii_case(prefix)).then(|| rest.trim())
}

/// User and password, together and separately. Many APIs take their key as the user.
fn basic(encoded: &str) -> Vec<Secret> {
    let decoded = BASE64.decode(encoded).unwrap_or_default();
    let decoded = String::from_utf8_lossy(&decoded);
    let Some((user, password)) = decoded.split_once(':') else {
        return Vec::new();
    };
    // A server may repeat it without its padding, too.
    let unpadded = encoded.trim_end_matches('=');
    let mut secrets = vec![(*decoded).into(), password.into(), unpadded.into()];
    if is_part(user) {
        secrets.push(user.into());
    }
    secrets
}

/// Returns whether a part of a credential is a secret by itself.
fn is_part(value: &str) -> bool {
    value.len() >= MIN_PART && !JSON_WORDS.contains(&value)
}

/// The value of a cookie, as it is sent and as a server reads it.
fn cookie(pair: &str) -> Vec<Secret> {
    let value = pair.split_once('=').map_or(pair, |(_, value)| value);
    let value = value.trim().trim_matches('"');
    if !is_part(value) {
        return Vec::new();
    }
    let decoded = percent_decode_str(value).decode_utf8_lossy();
    vec![value.into(), (*decoded).into()]
}

/// The value of a parameter, as in `response="…"`, unless it is known to be open.
fn parameter(text: &str) -> Option<Secret> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim().trim_matches('"');
    let is_open = |open: &&str| open.eq_ignore_ascii_case(name.trim());
    (is_part(value) && !OPEN_PARAMETERS.iter().any(is_open)).then(|| value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: HeaderName, value: &str, prefix: Option<&str>) -> Vec<String> {
        let secrets = of_header(&name, value.as_bytes(), prefix);
        secrets.iter().map(|s| s.expose().to_owned()).collect()
    }

    #[test]
    fn names_of_fields() {
        for name in [
            "password",
            "client_secret",
            "refresh_token",
            "apiKey",
            "API_KEY",
            "passwd",
            "user[password]",
            "assertion",
            "client_assertion",
            "code",
            "codeVerifier",
            "code_verifier",
            "device_code",
            "SAMLResponse",
        ] {
            assert!(is_secret_field(name), "{name}");
        }
        for name in [
            "grant_type",
            "token_type",
            "user",
            "scope",
            "country_code",
            "client_assertion_type",
            "code_challenge",
        ] {
            assert!(!is_secret_field(name), "{name}");
        }
    }

    #[test]
    fn a_field_is_a_secret_as_it_is_sent_too() {
        let of = |name, value| -> Vec<String> {
            let secrets = of_field(name, value);
            secrets.iter().map(|s| s.expose().to_owned()).collect()
        };
        assert_eq!(of("password", "hunter2"), ["hunter2"]);
        assert_eq!(of("password", "a b/c"), ["a b/c", "a+b%2Fc", "a+b/c"]);
        assert!(of("scope", "a b/c").is_empty());
        // A server also writes these itself.
        for word in ["true", "false", "null", "42"] {
            assert!(of("return_secure_token", word).is_empty(), "{word}");
        }
    }

    #[test]
    fn names_of_credentials() {
        for name in [
            "authorization",
            "proxy-authorization",
            "cookie",
            "x-auth-token",
            "x-api-key",
            "apikey",
            "private-token",
            "x-amz-security-token",
            "client-secret",
        ] {
            assert!(is_secret_header(&HeaderName::from_static(name)), "{name}");
        }
        for name in ["accept", "x-request-id", "idempotency-key", "x-tokens-left"] {
            assert!(!is_secret_header(&HeaderName::from_static(name)), "{name}");
        }
    }

    #[test]
    fn a_scheme_is_cut_off_in_any_case_and_spacing() {
        for value in [
            "Bearer tok-1",
            "bearer tok-1",
            "BEARER \t tok-1 ",
            "Token tok-1",
        ] {
            let found = of(AUTHORIZATION, value, Some("Bearer "));
            assert!(found.contains(&"tok-1".to_owned()), "{value}: {found:?}");
        }
        assert_eq!(of(AUTHORIZATION, "tok-1", Some("Bearer ")), ["tok-1"]);
        let own = HeaderName::from_static("x-key");
        assert!(of(own, "v1:tok-1", Some("V1:")).contains(&"tok-1".to_owned()));
    }

    #[test]
    fn basic_is_known_to_its_server_by_its_password() {
        for value in ["Basic bWU6aHVudGVyMg==", "basic  bWU6aHVudGVyMg"] {
            let found = of(AUTHORIZATION, value, Some("Bearer "));
            for secret in ["me:hunter2", "hunter2"] {
                assert!(found.contains(&secret.to_owned()), "{value}: {found:?}");
            }
        }
    }

    #[test]
    fn a_key_may_be_the_user_of_basic() {
        for text in ["s3cr3t-key:", "s3cr3t-key:x", "s3cr3t-key:x-oauth-basic"] {
            let value = format!("Basic {}", BASE64.encode(text));
            let found = of(AUTHORIZATION, &value, Some("Bearer "));
            assert!(found.contains(&"s3cr3t-key".to_owned()), "{found:?}");
        }
        // A name this short would be found within other words.
        assert!(!of(AUTHORIZATION, "Basic bWU6aHVudGVyMg==", None).contains(&"me".to_owned()));
    }

    #[test]
    fn parameters_and_cookies_count_one_by_one() {
        let digest =
            r#"Digest username="someone", uri="/events", response="0123456789", nc=00000001"#;
        let found = of(AUTHORIZATION, digest, Some("Bearer "));
        assert!(found.contains(&"0123456789".to_owned()), "{found:?}");
        assert!(!found.contains(&"/events".to_owned()) && !found.contains(&"someone".to_owned()));
        let found = of(
            COOKIE,
            "session=a%20secret; seen=true; s=tok-1; v=3.1; other=\"quoted-1\"",
            None,
        );
        for secret in ["a%20secret", "a secret", "quoted-1", "tok-1"] {
            assert!(found.contains(&secret.to_owned()), "{found:?}");
        }
        // JSON's own words, which servers also write themselves.
        assert!(!found.contains(&"true".to_owned()) && !found.contains(&"3.1".to_owned()));
    }
}
