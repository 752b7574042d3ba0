//! The URL of one request, parsed once.

use std::fmt;

use bytes::Bytes;
use url::Url;

/// An absolute http or https URL, without user info and fragment. Cloning is cheap.
///
/// # Examples
/// ```
/// # use reqtrail::RequestUrl;
/// fn log(url: &RequestUrl) {
///     println!("{} at {}", url.path_and_query(), url.origin());
/// }
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct RequestUrl {
    /// UTF-8, and ASCII only.
    text: Bytes,
    /// Where the path begins.
    path: usize,
}

impl RequestUrl {
    /// Makes a URL of an origin such as `https://api.example` and of a path and query that are already escaped.
    pub(crate) fn from_parts(origin: &str, prefix: &str, path: &str, query: &str) -> Self {
        let mark = usize::from(!query.is_empty());
        let length = origin.len() + prefix.len() + path.len() + mark + query.len();
        let mut text = String::with_capacity(length);
        text.push_str(origin);
        text.push_str(prefix);
        text.push_str(path);
        if mark > 0 {
            text.push('?');
            text.push_str(query);
        }
        Self {
            path: origin.len(),
            text: text.into(),
        }
    }

    /// Returns the whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Returns scheme, host and port, as in `https://api.example:8443`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.as_str()[..self.path]
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &str {
        let target = self.path_and_query();
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// Returns what follows the `?`, if there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.path_and_query()
            .split_once('?')
            .map(|(_, query)| query)
    }

    /// Returns path and query, as the request line has them.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.as_str()[self.path..]
    }

    /// Returns path and query without copying.
    pub(crate) fn target(&self) -> Bytes {
        self.text.slice(self.path..)
    }

    /// Returns the URL for code that works with [`url`].
    ///
    /// # Panics
    /// Never: the URL was parsed, or joined from parsed parts.
    #[must_use]
    pub fn to_url(&self) -> Url {
        #[expect(clippy::expect_used, reason = "a property test joins and parses")]
        Url::parse(self.as_str()).expect("it was joined from parsed parts")
    }
}

impl From<Url> for RequestUrl {
    /// Takes a parsed URL, its fragment left out.
    fn from(mut url: Url) -> Self {
        url.set_fragment(None);
        let path = url[..url::Position::BeforePath].len();
        Self {
            text: String::from(url).into(),
            path,
        }
    }
}

impl fmt::Display for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestUrl {
    // Path and query may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestUrl({}/…)", self.origin())
    }
}
