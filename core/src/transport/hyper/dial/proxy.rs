//! A proxy's URL: its parts, checked. No text repeats the URL, which may hold a password.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

use super::endpoint::HostPort;

const WANTED: &str = "expected a URL such as http://proxy.example:3128";

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scheme {
    Http,
    Https,
    Socks(Socks),
}

/// A version of SOCKS, and who looks up the API's addresses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Socks {
    /// `socks4`: this client does; IPv4 only.
    V4,
    /// `socks4a`: the proxy does.
    V4A,
    /// `socks5`: this client does.
    V5,
    /// `socks5h`: the proxy does.
    V5H,
}

impl Socks {
    pub(super) fn is_version_5(self) -> bool {
        matches!(self, Self::V5 | Self::V5H)
    }

    pub(super) fn looks_up_here(self) -> bool {
        matches!(self, Self::V4 | Self::V5)
    }
}

/// A proxy.
#[derive(Clone)]
pub(super) struct ProxyUrl {
    pub(super) scheme: Scheme,
    pub(super) at: HostPort,
    /// User and password.
    credentials: Option<(Vec<u8>, Vec<u8>)>,
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyUrl")
            .field("scheme", &self.scheme)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl ProxyUrl {
    /// Reads a proxy's URL. `name` is that of the option or variable, for the error.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|e| format!("{name} is not a URL ({e}); {WANTED}"))?;
        if !text.contains("://") {
            return Err(format!("{name} has no scheme such as `http://`; {WANTED}"));
        }
        let (scheme, default_port) = match url.scheme() {
            "http" => (Scheme::Http, 80),
            "https" => (Scheme::Https, 443),
            "socks4" => (Scheme::Socks(Socks::V4), 1080),
            "socks4a" => (Scheme::Socks(Socks::V4A), 1080),
            "socks5" => (Scheme::Socks(Socks::V5), 1080),
            "socks5h" => (Scheme::Socks(Socks::V5H), 1080),
            other => {
                return Err(format!(
                    "{name} has the scheme `{other}`; {WANTED}, or with the scheme https, socks4, socks4a, socks5 or \
                     socks5h"
                ));
            }
        };
        let at = HostPort::of_url(&url, default_port)
            .ok_or_else(|| format!("{name} has no usable host; {WANTED}"))?;
        if at.port == 0 {
            return Err(format!("{name} has the port 0; {WANTED}"));
        }
        // A password with an unescaped `/`, `?` or `#` leads here too.
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!(
                "{name} continues after host and port; {WANTED}, with `/`, `?` and `#` in a password as %2F, %3F and %23"
            ));
        }
        let credentials = (!url.username().is_empty() || url.password().is_some()).then(|| {
            let decode = |text| percent_decode_str(text).collect::<Vec<u8>>();
            (
                decode(url.username()),
                decode(url.password().unwrap_or_default()),
            )
        });
        let proxy = Self {
            scheme,
            at,
            credentials,
        };
        proxy.check_socks_credentials(name)?;
        Ok(proxy)
    }

    fn check_socks_credentials(&self, name: &str) -> Result<(), String> {
        let (Scheme::Socks(version), Some((user, password))) = (self.scheme, &self.credentials)
        else {
            return Ok(());
        };
        if !version.is_version_5() {
            return Err(format!(
                "{name} has a user or password, which SOCKS 4 does not know; expected a socks5 or socks5h URL"
            ));
        }
        if [user, password]
            .iter()
            .any(|part| part.len() > 255 || std::str::from_utf8(part).is_err())
        {
            return Err(format!(
                "{name} has a user or password that SOCKS 5 cannot send; expected at most 255 bytes of UTF-8 each"
            ));
        }
        Ok(())
    }

    pub(super) fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Returns the value of `Proxy-Authorization`, if the URL has a user or password.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let (user, password) = self.credentials.as_ref()?;
        let coded = BASE64_STANDARD.encode([user, &b":"[..], password].concat());
        let mut value = HeaderValue::try_from(format!("Basic {coded}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns user and password as SOCKS 5 sends them.
    pub(super) fn socks_credentials(&self) -> Option<(String, String)> {
        let (user, password) = self.credentials.as_ref()?;
        let text = |part: &Vec<u8>| String::from_utf8(part.clone()).ok();
        Some((text(user)?, text(password)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (text, scheme, at) in [
            (
                "http://proxy.example:3128",
                Scheme::Http,
                "proxy.example:3128",
            ),
            ("HTTP://Proxy.Example/", Scheme::Http, "proxy.example:80"),
            (
                "https://u:p@proxy.example",
                Scheme::Https,
                "proxy.example:443",
            ),
            ("http://[::1]:3128", Scheme::Http, "[::1]:3128"),
            (
                "socks5://127.0.0.1",
                Scheme::Socks(Socks::V5),
                "127.0.0.1:1080",
            ),
            ("socks5h://[::1]:80", Scheme::Socks(Socks::V5H), "[::1]:80"),
            (
                "socks4://p.example",
                Scheme::Socks(Socks::V4),
                "p.example:1080",
            ),
            (
                "socks4a://p.example:9",
                Scheme::Socks(Socks::V4A),
                "p.example:9",
            ),
        ] {
            let proxy = ProxyUrl::parse("proxy", text).expect(text);
            assert_eq!((proxy.scheme, &*proxy.at.to_string()), (scheme, at));
        }
    }

    #[test]
    fn credentials_are_decoded() {
        let header = |text| {
            ProxyUrl::parse("proxy", text)
                .expect(text)
                .authorization()
                .map(|value| {
                    assert!(value.is_sensitive());
                    let coded = value.to_str().expect("text");
                    let coded = coded.strip_prefix("Basic ").expect("Basic");
                    String::from_utf8(BASE64_STANDARD.decode(coded).expect("base64")).expect("text")
                })
        };
        for (text, wanted) in [
            (
                "http://squid:hun%2Fter2%40@proxy.example",
                Some("squid:hun/ter2@"),
            ),
            ("http://squid@proxy.example", Some("squid:")),
            ("http://:secret@proxy.example", Some(":secret")),
            ("http://proxy.example", None),
        ] {
            assert_eq!(header(text).as_deref(), wanted, "{text}");
        }
        let socks = ProxyUrl::parse("proxy", "socks5://us%40er:p%3Aw@p.example").expect("a proxy");
        let wanted = ("us@er".to_owned(), "p:w".to_owned());
        assert_eq!(socks.socks_credentials(), Some(wanted));
    }

    #[test]
    fn errors_name_the_option_and_no_secret() {
        for text in [
            "",
            "squid:hunter2",
            "http://squid:hunter2@",
            "http://squid:hunter2@:3128",
            "http://squid:hunter2@proxy.example:port",
            "http://squid:hunter2@proxy.example:0",
            "http://squid:hunter2@[::1",
            "http://squid:hunter2@proxy example:3128",
            "ftp://squid:hunter2@proxy.example:3128",
            "squid:hunter2@proxy.example:3128",
            "http://squid:2/hunter2@proxy.example:3128",
            "http://squid:2?hunter2@proxy.example:3128",
            "http://squid:2#hunter2@proxy.example:3128",
            "socks4://squid:hunter2@proxy.example",
            "socks5://squid:hunter2%FF@proxy.example",
            "socks5://hunter2@:1080",
            "socks5:///hunter2",
        ] {
            let error = ProxyUrl::parse("proxy", text).expect_err(text);
            assert!(error.starts_with("proxy "), "{text}: {error}");
            assert!(error.contains("expected"), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let proxy =
            ProxyUrl::parse("proxy", "http://squid:hunter2@proxy.example").expect("a proxy");
        let shown = format!("{proxy:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("squid"),
            "{shown}"
        );
    }
}
