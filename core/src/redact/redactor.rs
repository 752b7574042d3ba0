//! Removes a call's secrets from what a server sent.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use smallvec::SmallVec;

use super::views::{Escapes, View};
use super::{REDACTED, Secret};

/// The shortest secret that is searched for in a server's text; shorter ones would match parts of its codes and IDs.
const MIN_SECRET: usize = 4;

/// Removes a call's credentials from text that a server sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    /// Most calls have one, the client's token. The longest comes first, so that a secret that is part of another does
    /// not break that up before it is found.
    secrets: SmallVec<[(Secret, Cow<'static, str>); 1]>,
}

impl Redactor {
    /// Adds a secret that is shown as `[redacted]`. Returns whether it is new.
    pub(crate) fn add(&mut self, secret: &Secret) -> bool {
        self.add_as(secret, Cow::Borrowed(REDACTED))
    }

    /// Adds a secret that is shown as `shown`. Returns whether it is new.
    pub(crate) fn add_as(&mut self, secret: &Secret, shown: Cow<'static, str>) -> bool {
        let is_known = self.secrets.iter().any(|(known, _)| known == secret);
        if secret.expose().is_empty() || is_known {
            return false;
        }
        self.secrets.push((secret.clone(), shown));
        self.secrets
            .sort_by_key(|(known, _)| usize::MAX - known.expose().len());
        true
    }

    /// The secrets, each with its replacement.
    #[cfg(feature = "testing")]
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &(Secret, Cow<'static, str>)> {
        self.secrets.iter()
    }

    /// Returns the text without the secrets, however JSON, URLs and HTML escape them.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        as_text(self.bytes(text.as_bytes()), text)
    }

    /// Returns the bytes without the secrets, however JSON, URLs and HTML escape them.
    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let views = [
            None,
            Some(Escapes::Percent),
            Some(Escapes::Json),
            Some(Escapes::Html),
        ];
        let mut out = Cow::Borrowed(bytes);
        for view in views {
            self.replace(&mut out, view, Find::Anywhere);
        }
        out
    }

    /// Returns a URL without the secrets. A short one is removed only as a whole word, such as a path segment.
    pub(crate) fn url<'a>(&self, url: &'a str) -> Cow<'a, str> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(url);
        }
        let mut out = Cow::Borrowed(url.as_bytes());
        for view in [None, Some(Escapes::Percent)] {
            self.replace(&mut out, view, Find::Anywhere);
        }
        if !self.secrets.iter().any(|(secret, _)| is_short(secret)) {
            return as_text(out, url);
        }
        // A short secret would match in many hosts and ports.
        let path = path_of(&out);
        let mut rest = Cow::Borrowed(&out[path..]);
        for view in [None, Some(Escapes::Percent)] {
            self.replace(&mut rest, view, Find::Alone);
        }
        if let Cow::Owned(rest) = rest {
            out = Cow::Owned([&out[..path], &rest].concat());
        }
        as_text(out, url)
    }

    /// Replaces each secret that is found in the view.
    fn replace(&self, out: &mut Cow<'_, [u8]>, view: Option<Escapes>, find: Find) {
        let wanted = |secret: &Secret| is_short(secret) == (find == Find::Alone);
        for (secret, shown) in self.secrets.iter().filter(|(secret, _)| wanted(secret)) {
            let needle = secret.expose().as_bytes();
            let places: Vec<Range<usize>> = match view {
                None => find
                    .all(out, needle)
                    .map(|at| at..at + needle.len())
                    .collect(),
                Some(escapes) => match View::of(out, escapes) {
                    Some(view) => find
                        .all(&view.bytes, needle)
                        .map(|at| view.place(at, at + needle.len()))
                        .collect(),
                    None => return,
                },
            };
            if places.is_empty() {
                continue;
            }
            let mut clean = Vec::with_capacity(out.len());
            let mut done = 0;
            for place in places {
                clean.extend_from_slice(&out[done..place.start]);
                clean.extend_from_slice(shown.as_bytes());
                done = place.end;
            }
            clean.extend_from_slice(&out[done..]);
            *out = Cow::Owned(clean);
        }
    }
}

/// Whether a secret is too short to be searched for anywhere in a text.
fn is_short(secret: &Secret) -> bool {
    secret.expose().len() < MIN_SECRET
}

/// Where a secret is searched for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Find {
    Anywhere,
    /// Not within a word.
    Alone,
}

impl Find {
    /// The positions of a secret; they do not overlap.
    fn all<'a>(self, text: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        memmem::find_iter(text, needle).filter(move |&at| {
            let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
            let before = at.checked_sub(1).and_then(|at| text.get(at));
            self == Self::Anywhere || !is_word(before) && !is_word(text.get(at + needle.len()))
        })
    }
}

/// Where a URL's path begins.
fn path_of(url: &[u8]) -> usize {
    let host = memmem::find(url, b"://").map_or(0, |at| at + 3);
    memchr::memchr(b'/', &url[host..]).map_or(url.len(), |at| host + at)
}

/// The result is text, since the secrets and their replacements are text.
fn as_text<'a>(bytes: Cow<'a, [u8]>, text: &'a str) -> Cow<'a, str> {
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_a_few_characters_does_not_spoil_what_a_server_says() {
        let mut redactor = Redactor::default();
        redactor.add(&Secret::new("tok"));
        redactor.add(&Secret::new("toke"));
        assert_eq!(redactor.text("a token, a tok"), "a [redacted]n, a tok");
    }

    #[test]
    fn server_text_loses_the_token() {
        let mut redactor = Redactor::default();
        redactor.add(&"token".into());
        redactor.add(&"token-long".into());
        assert_eq!(
            redactor.text("a token-long b token"),
            "a [redacted] b [redacted]"
        );
        let bytes = redactor.bytes(b"\xfftoken-longtoken");
        assert_eq!(&bytes[..], b"\xff[redacted][redacted]");
        assert_eq!(redactor.text("nothing"), "nothing");
    }

    #[test]
    fn a_token_is_found_in_its_url_forms() {
        let mut redactor = Redactor::default();
        redactor.add(&"a{b}/c^".into());
        for text in ["a{b}/c^", "a%7Bb%7D/c^", "a%7Bb%7D/c%5E", "a%7Bb%7D%2Fc%5E"] {
            assert_eq!(redactor.text(text), REDACTED, "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_its_json_forms() {
        let mut redactor = Redactor::default();
        redactor.add(&"pä/\"\u{1f511}".into());
        for text in [
            "pä/\"\u{1f511}",
            "pä/\\\"\u{1f511}",
            "pä\\/\\\"\u{1f511}",
            "p\\u00e4/\\\"\\ud83d\\udd11",
        ] {
            assert_eq!(redactor.text(text), REDACTED, "{text}");
        }
    }

    #[test]
    fn escapes_that_no_rule_asks_for_hide_nothing() {
        let mut redactor = Redactor::default();
        redactor.add(&"tok/en&1".into());
        for text in [
            "tok%2fen%261",
            "%74ok%2Fen&1",
            "tok\\u002Fen\\u00261",
            "\\u0074ok\\/en&1",
            "tok/en&amp;1",
            "tok&#x2f;en&#38;1",
        ] {
            assert_eq!(redactor.text(text), REDACTED, "{text}");
            assert_eq!(&redactor.bytes(text.as_bytes())[..], REDACTED.as_bytes());
        }
        // Not what merely looks like it.
        for text in ["tok%2xen%261", "tok\\u00zzen", "100% &amp; \\n"] {
            assert_eq!(redactor.text(text), text);
        }
    }

    #[test]
    fn a_short_secret_is_found_in_urls_where_it_stands_alone() {
        let mut redactor = Redactor::default();
        redactor.add_as(&"abc".into(), "{key}".into());
        redactor.add(&"é/".into());
        for (url, shown) in [
            ("https://h/x/abc/more", "https://h/x/{key}/more"),
            ("https://h/x/abc", "https://h/x/{key}"),
            ("https://h/x/abc.json", "https://h/x/{key}.json"),
            ("https://h/x/%61bc/y", "https://h/x/{key}/y"),
            ("https://h/abcd/xabc/abc1", "https://h/abcd/xabc/abc1"),
            ("https://abc:80/abc", "https://abc:80/{key}"),
            ("https://h/abc/abc", "https://h/{key}/{key}"),
            ("https://h/%C3%A9%2F/x", "https://h/[redacted]/x"),
        ] {
            assert_eq!(redactor.url(url), shown);
        }
        assert_eq!(redactor.text("abc"), "abc");
    }
}
