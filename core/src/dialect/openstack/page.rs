//! Error responses that are HTML pages, as Swift, WebOb and proxies write them.
//!
//! The text is found as the HTML standard defines it (<https://html.spec.whatwg.org/multipage/parsing.html>), as far as
//! error pages need it.

#[cfg(test)]
mod tests;

use super::markup::{self, INLINE};
use crate::dialect::Decoded;

/// How a page begins, after blanks and comments.
const BEGINNINGS: [&str; 14] = [
    "!doctype html",
    "html",
    "head",
    "body",
    "title",
    "meta",
    "style",
    "center",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
];

/// Elements whose content is not markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Elements that separate no words, in addition to those of messages.
const MORE_INLINE: [&str; 15] = [
    "abbr", "acronym", "big", "cite", "del", "ins", "label", "mark", "q", "s", "samp", "sup",
    "time", "var", "wbr",
];

/// Elements whose start ends a heading that nothing else ended.
const AFTER_HEADING: [&str; 7] = ["address", "hr", "ol", "p", "pre", "table", "ul"];

/// Returns whether a text begins as a page does.
pub(super) fn begins(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let skipped = match rest.strip_prefix("<!--") {
            Some(comment) => comment.split_once("-->"),
            None => rest
                .strip_prefix("<?xml")
                .and_then(|it| it.split_once("?>")),
        };
        match skipped {
            Some((_, after)) => rest = after.trim_start(),
            None => break,
        }
    }
    let Some(tag) = rest.strip_prefix('<') else {
        return false;
    };
    BEGINNINGS.iter().any(|name| {
        let (head, after) = tag.split_at_checked(name.len()).unwrap_or_default();
        let ends = after.is_empty() || after.starts_with(|c: char| !c.is_ascii_alphanumeric());
        head.eq_ignore_ascii_case(name) && ends && !after.starts_with([':', '-'])
    })
}

/// Reads a page: the message is its text without its first heading. If there is no other text, the heading is the message,
/// and the title replaces a missing heading.
pub(super) fn read(page: &str) -> Decoded {
    let mut reader = Reader {
        rest: page,
        text: String::new(),
        heading: String::new(),
        title: None,
        progress: Heading::Awaited,
        quotes_end: true,
    };
    reader.run();
    let title = reader.title.as_deref().map(folded).unwrap_or_default();
    let [text, heading] = [folded(&reader.text), folded(&reader.heading)];
    let texts = [text, heading, title];
    let filled = |texts: &[String]| texts.iter().find(|text| !text.is_empty()).cloned();
    Decoded {
        message: filled(&texts),
        title: filled(&texts[1..]),
        ..Decoded::default()
    }
}

/// A text on one line.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a page once from beginning to end: what it inspects is consumed, so that a hostile page costs no more than its
/// length.
struct Reader<'a> {
    rest: &'a str,
    text: String,
    heading: String,
    title: Option<String>,
    progress: Heading,
    /// Whether every quote so far has an end.
    quotes_end: bool,
}

/// How far the first heading has been read.
#[derive(Eq, PartialEq)]
enum Heading {
    Awaited,
    Open,
    Closed,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(at) = memchr::memchr2(b'<', b'&', self.rest.as_bytes()) {
            let text = self.skip(at);
            self.target().push_str(text);
            if self.rest.starts_with('&') {
                let rest = self.rest;
                let length = markup::entity(rest, self.target());
                self.skip(length);
            } else if self.rest.starts_with("<!--") {
                // The dashes that begin a comment may also end it: `<!-->`.
                self.skip("<!".len());
                self.skip_past("-->");
            } else if self.rest[1..].starts_with(['!', '?']) {
                self.skip_past(">");
            } else {
                self.tag();
            }
        }
        let rest = self.rest;
        self.target().push_str(rest);
    }

    /// The part that text is added to.
    fn target(&mut self) -> &mut String {
        match self.progress {
            Heading::Open => &mut self.heading,
            Heading::Awaited | Heading::Closed => &mut self.text,
        }
    }

    fn skip<'b>(&mut self, length: usize) -> &'b str
    where
        Self: 'b,
    {
        let (skipped, rest) = self.rest.split_at(length);
        self.rest = rest;
        skipped
    }

    /// Skips up to and including a mark, or to the end of a page that was cut before it.
    fn skip_past(&mut self, mark: &str) {
        let end = memchr::memmem::find(self.rest.as_bytes(), mark.as_bytes());
        self.skip(end.map_or(self.rest.len(), |end| end + mark.len()));
    }

    /// Reads a tag, or a `<` that begins none.
    fn tag(&mut self) {
        let inner = &self.rest[1..];
        let is_end = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let text = self.skip(1);
            self.target().push_str(text);
            return;
        }
        let length = inner.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'));
        let name = inner[..length.unwrap_or(inner.len())].to_ascii_lowercase();
        let end = self.tag_end().unwrap_or(self.rest.len());
        let is_empty = self.skip(end).ends_with("/>");
        self.track_heading(&name, is_end);
        if !INLINE.iter().chain(&MORE_INLINE).any(|it| *it == name) {
            self.target().push(' ');
        }
        if !is_end && !is_empty && RAW.contains(&&*name) {
            let content = self.raw(&name);
            if name == "title" && self.title.is_none() {
                self.title = Some(markup::unescaped(content));
            }
        }
    }

    /// The length of the tag at the start of the rest. A `>` within a quoted value does not end it.
    fn tag_end(&mut self) -> Option<usize> {
        let bytes = self.rest.as_bytes();
        if self.quotes_end {
            let mut quote = None;
            let mut before = b'<';
            for (at, &byte) in bytes.iter().enumerate() {
                match quote {
                    Some(open) if open == byte => quote = None,
                    Some(_) => {}
                    None if byte == b'>' => return Some(at + 1),
                    None if before == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
                    None => {}
                }
                if !byte.is_ascii_whitespace() {
                    before = byte;
                }
            }
            self.quotes_end = quote.is_none();
        }
        memchr::memchr(b'>', bytes).map(|at| at + 1)
    }

    fn track_heading(&mut self, name: &str, is_end: bool) {
        let is_heading = matches!(name.as_bytes(), [b'h', b'1'..=b'6']);
        match self.progress {
            Heading::Awaited if is_heading && !is_end => self.progress = Heading::Open,
            Heading::Open if is_heading || !is_end && AFTER_HEADING.contains(&name) => {
                // A heading without words does not count.
                let is_blank = self.heading.trim().is_empty();
                if is_blank {
                    self.heading.clear();
                }
                self.progress = match (is_blank, is_heading && !is_end) {
                    (true, true) => Heading::Open,
                    (true, false) => Heading::Awaited,
                    (false, _) => Heading::Closed,
                };
            }
            _ => {}
        }
    }

    /// Takes the content of an element that holds no markup, up to the tag that ends it.
    fn raw<'b>(&mut self, name: &str) -> &'b str
    where
        Self: 'b,
    {
        let bytes = self.rest.as_bytes();
        let mut ends = memchr::memmem::find_iter(bytes, "</");
        let end = ends.find(|at| {
            let tail = &bytes[at + 2..];
            tail.get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
        });
        self.skip(end.unwrap_or(bytes.len()))
    }
}
