//! Reads YAML as configuration files use it: maps, lists and text, within bounds.
//!
//! Scalars keep their written text, so that a password of digits is not changed; a value without quotes is read as YAML
//! 1.1 where it matters, as Python programs read the same file.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

/// The most nodes of a file, including those that aliases repeat.
const MAX_NODES: usize = 100_000;

/// How deep nodes may be nested.
const MAX_DEPTH: usize = 64;

/// A node of a file. `Debug` is left out: values may be secrets.
#[derive(Clone, Eq, PartialEq)]
pub(crate) enum Yaml {
    Null,
    Text { text: String, quoted: bool },
    List(Vec<Yaml>),
    Map(Map),
}

/// A mapping; keys that are not text are refused.
pub(crate) type Map = BTreeMap<String, Yaml>;

impl Yaml {
    /// Reads a file of one document. The error names the place, and repeats no part of the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut loader = Loader {
            events: Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text)),
            anchors: HashMap::new(),
            left: MAX_NODES,
        };
        let mut document = None;
        loop {
            match loader.next()? {
                (Event::StreamEnd, _) => return Ok(document.unwrap_or(Self::Null)),
                (Event::DocumentStart(_), span) if document.is_some() => {
                    return Err(at(span, "a second document; expected one"));
                }
                (Event::DocumentStart(_), _) => {
                    let first = loader.next()?;
                    document = Some(loader.node(first, 0)?);
                }
                _ => {}
            }
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of an environment variable.
    pub(crate) fn quoted(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Text { text, quoted: true }
    }

    /// How many nodes it has.
    fn size(&self) -> usize {
        1 + match self {
            Self::Null | Self::Text { .. } => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Map(map) => map.values().map(Self::size).sum(),
        }
    }

    fn is_merge_key(&self) -> bool {
        matches!(self, Self::Text { text, quoted: false } if text == "<<")
    }
}

impl From<serde_json::Value> for Yaml {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        let plain = |text: String| Self::Text {
            text,
            quoted: false,
        };
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => plain(value.to_string()),
            Value::Number(value) => plain(value.to_string()),
            Value::String(text) => Self::quoted(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(map) => Self::Map(
                map.into_iter()
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}

/// Makes nodes of events.
struct Loader<'a> {
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Yaml>,
    /// How many more nodes there may be.
    left: usize,
}

impl<'a> Loader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), String> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(scan_error(&error)),
            None => Err("the file ends within a value".to_owned()),
        }
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Yaml, String> {
        if depth > MAX_DEPTH {
            return Err(at(span, "nested too deep"));
        }
        self.spend(1, span)?;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), anchor),
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let size = self.anchors.get(&anchor).map_or(0, Yaml::size);
                // Aliases of aliases can grow without bound. The parser does not expand them, so their size is counted
                // here.
                self.spend(size, span)?;
                let known = self.anchors.get(&anchor).cloned();
                return known.ok_or_else(|| at(span, "an alias of what encloses it"));
            }
            _ => return Err(at(span, "expected a value")),
        };
        if anchor > 0 {
            self.spend(node.size(), span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Yaml, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Yaml::List(items)),
                first => items.push(self.node(first, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Yaml, String> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.node((event, span), depth + 1)?;
            let first = self.next()?;
            let value = self.node(first, depth + 1)?;
            if key.is_merge_key() {
                merged.push((value, span));
            } else if let Yaml::Text { text, .. } = key {
                map.insert(text, value);
            } else {
                return Err(at(span, "a key that is not text"));
            }
        }
        for (value, span) in merged {
            let sources = match value {
                Yaml::List(items) => items,
                one => vec![one],
            };
            for source in sources {
                let Yaml::Map(source) = source else {
                    return Err(at(span, "`<<` takes a mapping or a list of them"));
                };
                for (key, value) in source {
                    // The mapping's own values, and earlier ones, take precedence.
                    map.entry(key).or_insert(value);
                }
            }
        }
        Ok(Yaml::Map(map))
    }

    fn spend(&mut self, nodes: usize, span: Span) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(nodes)
            .ok_or_else(|| at(span, "too many values, those that aliases repeat included"))?;
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Yaml {
    let quoted = style != ScalarStyle::Plain;
    if !quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Yaml::Null;
    }
    Yaml::Text {
        text: text.to_owned(),
        quoted,
    }
}

fn at(span: Span, what: &str) -> String {
    format!("line {}: {what}", span.start.line())
}

/// The parser's text only names syntax and single characters.
fn scan_error(error: &ScanError) -> String {
    let marker = error.marker();
    format!(
        "line {}, column {}: {}",
        marker.line(),
        marker.col() + 1,
        error.info()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A node as JSON would show it; plain text has a `'` before it.
    fn shown(yaml: &Yaml) -> String {
        match yaml {
            Yaml::Null => "null".to_owned(),
            Yaml::Text { text, quoted } => format!("{}{text}", if *quoted { "" } else { "'" }),
            Yaml::List(items) => {
                let items: Vec<String> = items.iter().map(shown).collect();
                format!("[{}]", items.join(","))
            }
            Yaml::Map(map) => {
                let pair = |(key, value): (&String, &Yaml)| format!("{key}:{}", shown(value));
                let pairs: Vec<String> = map.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(","))
            }
        }
    }

    fn read(text: &str) -> Result<String, String> {
        Yaml::parse(text).map(|yaml| shown(&yaml))
    }

    #[test]
    fn values_stay_what_was_written() {
        for (text, wanted) in [
            ("", "null"),
            ("# nothing\n", "null"),
            ("---\na: 1\n", "{a:'1}"),
            ("\u{feff}a: 0123", "{a:'0123}"),
            (
                "a: 'x'\nb: \"null\"\nc: ~\nd:\ne: no",
                "{a:x,b:null,c:null,d:null,e:'no}",
            ),
            ("a: [1, {b: c}]", "{a:['1,{b:'c}]}"),
            (r#"{"a": {"b": [true, null]}}"#, "{a:{b:['true,null]}}"),
            ("a: |\n  x\n  y\n", "{a:x\ny\n}"),
            ("1: x\ntrue: y", "{1:'x,true:'y}"),
            ("a: 1\na: 2", "{a:'2}"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn anchors_and_merge_keys() {
        let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\none: {<<: *x, b: 5}\nboth:\n  <<: [*x, *y]\nall: *x\n";
        let yaml = read(text).expect("YAML");
        for part in [
            "one:{a:'1,b:'5}",
            "both:{a:'1,b:'2,c:'4}",
            "all:{a:'1,b:'2}",
        ] {
            assert!(yaml.contains(part), "{part} in {yaml}");
        }
    }

    #[test]
    fn mistakes_are_placed_and_not_repeated() {
        for (text, place) in [
            ("a: [hunter2", "line "),
            ("a: hunter2\n b: c", "line 2"),
            ("a: 'hunter2", "line "),
            ("? [hunter2]\n: b", "line 1"),
            ("a: *hunter2", "line 1"),
            ("a: &a [*a]", "line 1"),
            ("<<: hunter2", "line 1"),
            ("a: 1\n---\nb: hunter2", "line 2"),
            ("\thunter2: x: y", "line 1"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(place), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn hostile_files_end_early() {
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..20 {
            let before = vec![format!("*a{}", n - 1); 9].join(", ");
            laughs += &format!("a{n}: &a{n} [{before}]\n");
        }
        assert!(read(&laughs).unwrap_err().contains("too many"));
        for deep in ["[".repeat(5000), "a: ".repeat(5000), "{a: ".repeat(5000)] {
            assert!(read(&deep).is_err());
        }
        let lines: String = (0..5000)
            .map(|n| format!("{}a:\n", " ".repeat(n)))
            .collect();
        assert!(read(&lines).unwrap_err().contains("too deep"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-c:\\-\\[\\]{}&*?!|>%@'\" \t\n#,<~]{0,60}|\\PC{0,40}") {
            let _ = Yaml::parse(&text);
        }
    }
}
