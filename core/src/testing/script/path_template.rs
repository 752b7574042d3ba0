//! `match.path`: a path with placeholders, such as `/cameras/{id}`.

use std::fmt;

/// A template of paths. `{name}` matches a non-empty part of one segment; everything else is compared literally, including
/// percent-encoding and a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    segments: Vec<Segment>,
    /// Pairs that the query must contain, as written in a target.
    query: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Placeholder { before: String, after: String },
}

impl PathTemplate {
    /// Reads a template, such as `/cameras/{id}` or `/events?limit=10`. A part after `?` requires pairs among those of the
    /// query.
    ///
    /// # Errors
    /// The text says what is wrong with the template, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (path, query) = match text.split_once('?') {
            None => (text, ""),
            Some((path, query)) => (path, query),
        };
        let Some(path) = path.strip_prefix('/') else {
            return Err(format!(
                "`{text}` is not a path; expected one such as /cameras/{{id}}"
            ));
        };
        let mut segments = Vec::new();
        for segment in path.split('/') {
            segments.push(Segment::parse(segment, text)?);
        }
        refuse_unsendable(text)?;
        if query.contains(['{', '}']) {
            return Err(format!(
                "`{text}` has a placeholder in its query; expected pairs such as limit=10, or none"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            segments,
            query: pairs(query).map(str::to_owned).collect(),
        })
    }

    /// Returns the template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether a request's target fits: its whole path, or the path below the client's base path, and its
    /// query.
    #[must_use]
    pub fn fits(&self, target: &str, base_path: &str) -> bool {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let below_base = path
            .strip_prefix(base_path.trim_end_matches('/'))
            .filter(|rest| rest.starts_with('/'));
        let mut paths = [Some(path), below_base].into_iter().flatten();
        paths.any(|path| self.fits_path(path)) && self.fits_query(query)
    }

    fn fits_path(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else {
            return false;
        };
        let mut parts = path.split('/');
        self.segments
            .iter()
            .all(|segment| parts.next().is_some_and(|part| segment.fits(part)))
            && parts.next().is_none()
    }

    /// A pair that is required twice must occur twice.
    fn fits_query(&self, query: &str) -> bool {
        let mut left: Vec<&str> = pairs(query).collect();
        self.query.iter().all(|asked| {
            let found = left.iter().position(|pair| pair == asked);
            found.map(|at| left.swap_remove(at)).is_some()
        })
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Segment {
    #[inline(never)]
    fn parse(segment: &str, template: &str) -> Result<Self, String> {
        let Some((before, rest)) = segment.split_once('{') else {
            return if segment.contains('}') {
                Err(unpaired(template))
            } else {
                Ok(Self::Literal(segment.to_owned()))
            };
        };
        let (name, after) = rest.split_once('}').ok_or_else(|| unpaired(template))?;
        if name.is_empty() || name.contains('{') || before.contains('}') {
            return Err(unpaired(template));
        }
        if after.contains(['{', '}']) {
            return Err(format!(
                "`{template}` has two placeholders in one segment; expected at most one"
            ));
        }
        Ok(Self::Placeholder {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }

    fn fits(&self, part: &str) -> bool {
        match self {
            Self::Literal(text) => text == part,
            Self::Placeholder { before, after } => part
                .strip_prefix(before.as_str())
                .and_then(|rest| rest.strip_suffix(after.as_str()))
                .is_some_and(|taken| !taken.is_empty()),
        }
    }
}

/// A template with a character that no target holds would never fit.
fn refuse_unsendable(text: &str) -> Result<(), String> {
    match text.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
        None => Ok(()),
        Some('#') => Err(format!("`{text}` has a fragment, which is never sent")),
        Some(found) => Err(format!(
            "`{text}` has the character {found:?}, which a request's target holds only percent-encoded; expected it so"
        )),
    }
}

fn unpaired(template: &str) -> String {
    format!("`{template}` has an unpaired or empty brace; expected placeholders as {{name}}")
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, target: &str) -> bool {
        let template = PathTemplate::parse(template).expect(template);
        template.fits(target, "/api/v1")
    }

    #[test]
    fn a_placeholder_takes_one_segment() {
        assert!(fits("/cameras/{id}", "/cameras/7"));
        assert!(fits("/cameras/{id}/clips/{clip}", "/cameras/7/clips/a%2Fb"));
        for other in [
            "/cameras",
            "/cameras/",
            "/cameras/7/",
            "/cameras/7/clips",
            "/camera/7",
            "/Cameras/7",
            "cameras/7",
            "*",
            "",
        ] {
            assert!(!fits("/cameras/{id}", other), "{other}");
        }
    }

    #[test]
    fn a_segment_may_have_text_around_its_placeholder() {
        assert!(fits("/clips/{name}.mp4", "/clips/door.mp4"));
        assert!(!fits("/clips/{name}.mp4", "/clips/.mp4"));
        assert!(!fits("/clips/{name}.mp4", "/clips/door.avi"));
        // The parts before and after do not overlap.
        assert!(!fits("/a{x}a", "/a"));
        assert!(!fits("/aa{x}aa", "/aaa"));
    }

    #[test]
    fn a_slash_at_the_end_counts() {
        assert!(fits("/cameras/", "/cameras/"));
        assert!(!fits("/cameras/", "/cameras"));
        assert!(!fits("/cameras", "/cameras/"));
        assert!(fits("/", "/"));
        assert!(!fits("/", "//"));
    }

    #[test]
    fn escapes_are_compared_as_they_stand() {
        assert!(fits("/a%20b", "/a%20b"));
        assert!(!fits("/a%2fb", "/a%2Fb"));
        assert!(!fits("/%61", "/a"));
    }

    #[test]
    fn the_base_path_may_be_left_out() {
        assert!(fits("/cameras/{id}", "/api/v1/cameras/7"));
        assert!(fits("/api/v1/cameras/{id}", "/api/v1/cameras/7"));
        assert!(!fits("/v1/cameras/{id}", "/api/v1/cameras/7"));
        assert!(!fits("/0/cameras", "/api/v10/cameras"));
        assert!(!fits("/", "/api/v1"));
        assert!(fits("/", "/api/v1/"));
        let template = PathTemplate::parse("/cameras").expect("a template");
        assert!(template.fits("/cameras", ""));
        assert!(template.fits("/cameras", "/"));
        assert!(template.fits("/api/cameras", "/api/"));
    }

    #[test]
    fn pairs_are_looked_for_among_those_of_the_query() {
        assert!(fits("/events", "/events?limit=10"));
        assert!(fits("/events?limit=10", "/events?a=b&limit=10"));
        assert!(fits("/events?b=2&a=1", "/events?a=1&b=2&c=3"));
        assert!(!fits("/events?limit=10", "/events?limit=100"));
        assert!(!fits("/events?limit=10", "/events"));
        assert!(!fits("/events?limit=10", "/events/limit=10"));
        assert!(fits("/events?a=1&a=1", "/events?a=1&a=1"));
        assert!(!fits("/events?a=1&a=1", "/events?a=1"));
        assert!(fits("/events?", "/events?a=1"));
        assert!(!fits("/events?flag", "/events?flag="));
    }

    #[test]
    fn what_is_not_a_template_is_refused() {
        for (text, part) in [
            ("", "is not a path"),
            ("cameras", "is not a path"),
            ("https://h/cameras", "is not a path"),
            ("/{}", "brace"),
            ("/{id", "brace"),
            ("/id}", "brace"),
            ("/}{", "brace"),
            ("/{a{b}}", "brace"),
            ("/{a}{b}", "two placeholders"),
            ("/{a}}", "two placeholders"),
            ("/a?b={c}", "query"),
            ("/a#b", "fragment"),
            ("/a b", "' '"),
            ("/höhe", "'ö'"),
            ("/{id}\n", "'\\n'"),
        ] {
            let error = PathTemplate::parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
