//! Extracts the plain text of messages with markup, as WebOb writes them: `Not found.<br /><br />`.

use std::borrow::Cow;

/// Elements whose tags are removed and whose content is kept. Anything else in angle brackets, such as the class of a
/// Python exception, is text.
pub(super) const INLINE: [&str; 13] = [
    "a", "b", "code", "em", "font", "i", "kbd", "small", "span", "strong", "sub", "tt", "u",
];

/// Elements whose tags are replaced by a blank.
const BLOCKS: [&str; 26] = [
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "td",
    "title",
    "tr",
    "ul",
];

/// Beginnings that mark a message as markup, and not as text that happens to quote an element.
const BEGINNINGS: [&str; 5] = ["<!doctype", "<html", "<h1", "<p>", "<!--"];

/// Signs that do so anywhere in a message: WebOb's line breaks, and the ends of elements that hold whole texts.
const SIGNS: [&str; 6] = ["<br />", "<br/>", "<br>", "</p>", "</body>", "</html>"];

/// The longest tag that is recognised, in bytes.
const MAX_TAG: usize = 512;

/// The longest message that is searched, in bytes. No service writes a longer one, and every call waits for this.
const MAX_MESSAGE: usize = 64 * 1024;

/// Returns a message without its markup, on one line; a message without markup is unchanged.
pub(crate) fn plain(message: &str) -> Cow<'_, str> {
    if message.len() > MAX_MESSAGE
        || !message.contains('<')
        || !is_markup(&message.to_ascii_lowercase())
    {
        return Cow::Borrowed(message);
    }
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    // The last end of a comment.
    let last = message.rfind("-->");
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let has_comment_end = last.is_some_and(|end| message.len() - rest.len() < end);
        let length = if rest.starts_with('<') {
            let (text, length) = tag(rest, has_comment_end);
            out.push_str(text);
            length
        } else {
            entity(rest, &mut out)
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a message in small letters is markup.
fn is_markup(message: &str) -> bool {
    let start = message.trim_start();
    BEGINNINGS.iter().any(|sign| start.starts_with(sign))
        || SIGNS.iter().any(|sign| message.contains(sign))
}

/// Returns the replacement of the tag at the start of the text, and the tag's length. `has_comment_end` saves the search for
/// the end of a comment, which would read the whole text for each beginning of one.
fn tag(text: &str, has_comment_end: bool) -> (&'static str, usize) {
    if text.starts_with("<!--") {
        return match has_comment_end.then(|| text.find("-->")).flatten() {
            Some(end) => (" ", end + "-->".len()),
            None => ("<", 1),
        };
    }
    let end = text.bytes().take(MAX_TAG).position(|b| b == b'>');
    let Some(end) = end else {
        return ("<", 1);
    };
    let inner = text[1..end].trim_start_matches('/');
    let name = inner.split([' ', '\t', '\n', '\r', '/']).next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    if BLOCKS.contains(&&*name) || name == "!doctype" {
        (" ", end + 1)
    } else if INLINE.contains(&&*name) {
        ("", end + 1)
    } else {
        ("<", 1)
    }
}

/// Returns a text with its character references decoded.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[entity(rest, &mut out)..];
    }
    out.push_str(rest);
    out
}

/// Decodes the character reference at the start of the text, and returns its length. Unknown ones stay.
pub(super) fn entity(text: &str, out: &mut String) -> usize {
    const KNOWN: [(&str, char); 18] = [
        ("lt", '<'),
        ("gt", '>'),
        ("amp", '&'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("copy", '©'),
        ("reg", '®'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("middot", '·'),
        ("bull", '•'),
        ("hellip", '…'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("rarr", '→'),
    ];
    // The longest of these, and any number.
    let end = text.bytes().take(12).position(|byte| byte == b';');
    let known = end.and_then(|end| {
        let name = &text[1..end];
        let means = match name.strip_prefix('#') {
            Some(number) => character(number),
            None => {
                let mut known = KNOWN.iter();
                known
                    .find(|(known, _)| *known == name)
                    .map(|(_, means)| *means)
            }
        };
        Some((means?, end + 1))
    });
    let (means, length) = known.unwrap_or(('&', 1));
    out.push(means);
    length
}

/// The character of a number such as `39` or `x27`.
fn character(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let is_number = digits.chars().all(|digit| digit.is_digit(radix));
    let number = is_number.then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(number).filter(|means| *means != '\0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_messages_cost_no_more_than_their_length() {
        // Each of these took seconds when every beginning of a comment was searched for its end.
        for hostile in ["<!--", "<!--<", "<br>&<", "<<<<"] {
            let message = hostile.repeat(MAX_MESSAGE / hostile.len());
            let ends = format!("{}-->", &message[..MAX_MESSAGE - 8]);
            for message in [message, ends] {
                plain(&message);
            }
        }
        let long = "<br />".repeat(MAX_MESSAGE);
        assert!(matches!(plain(&long), Cow::Borrowed(same) if same == long));
    }

    #[test]
    fn markup_becomes_plain_words() {
        for (message, wanted) in [
            (
                "The resource could not be found.<br /><br />\n\n\n",
                "The resource could not be found.",
            ),
            (
                "The server is currently unavailable.<br /><br />\nThe Keystone service is temporarily unavailable.\n\n",
                "The server is currently unavailable. The Keystone service is temporarily unavailable.",
            ),
            ("one<br>two<BR/>three", "one two three"),
            (
                "<p>Flavor <b>m1</b> &amp; &lt;image&gt; do&#32;not&#x20;&#39;fit&#X27;.</p>",
                "Flavor m1 & <image> do not 'fit'.",
            ),
            (
                "a<br/>b <!-- comment --> c &unknown; &#0; &#x110000; &#; &amp;lt; &",
                "a b c &unknown; &#0; &#x110000; &#; &lt; &",
            ),
            (
                "<html><head><title>503</title></head><body><h1>503</h1>no server</body></html>",
                "503 503 no server",
            ),
            (
                "x<br /><class 'nova.exception.NovaException'>",
                "x <class 'nova.exception.NovaException'>",
            ),
            ("<br /> 1 < 2 <", "1 < 2 <"),
            ("One.<BR />Two.<Br>Three.", "One. Two. Three."),
            ("Failed: <P>no\tquota</P>", "Failed: no quota"),
            ("<br /><br />\n", ""),
        ] {
            assert_eq!(plain(message), wanted, "{message}");
        }
    }

    #[test]
    fn text_that_is_not_markup_stays() {
        for text in [
            "",
            "No valid host was found. ",
            "Unexpected API Error.\n<class 'nova.exception.NovaException'>",
            "Invalid input for attribute name. Value: <b>x</b> &amp; y",
            "1 < 2 > 0",
            "&lt;",
        ] {
            assert!(
                matches!(plain(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<|>|&|/|<br />|<!--|-->|&amp;|é|p| |\\PC){0,30}") {
            let _ = plain(&text);
        }
    }
}
