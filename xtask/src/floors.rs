//! The house plan: which modules may use which, in the core and in each face, and no circles.
//!
//! Every house is a folder of one language with a declared order of its modules. A module uses its own floor and those
//! below. Circles exist only between a module and the modules within it.

mod files;
mod graph;
mod houses;
mod rust;

use std::path::Path;

use graph::{Floors, Graph, is_within};
use houses::{CGO_FILES, GO_FOLDER, GO_PACKAGES, HOUSES};
pub(crate) use rust::is_test_condition;

/// How the modules of a house are read.
#[derive(Clone, Copy, Debug)]
enum Language {
    Rust,
    Python,
    TypeScript,
}

/// A folder with a declared order of its modules.
#[derive(Debug)]
struct House {
    folder: &'static str,
    language: Language,
    floors: &'static Floors,
    exceptions: &'static [Exception],
    libraries: &'static [Library],
}

/// A use that the plan forbids and that is allowed for now.
#[derive(Debug)]
struct Exception {
    user: &'static str,
    used: &'static str,
    why: &'static str,
}

/// Modules that alone may use another crate.
#[derive(Debug)]
struct Library {
    name: &'static str,
    users: &'static [&'static str],
}

/// Checks every house against its plan.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut problems = Vec::new();
    for house in HOUSES {
        let found = house.problems(root)?;
        problems.extend(
            found
                .iter()
                .map(|problem| format!("{}: {problem}", house.folder)),
        );
    }
    problems.extend(cgo(root)?);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the house plan (xtask/src/floors/houses.rs) does not hold:\n  {}",
        problems.join("\n  ")
    ))
}

impl House {
    fn problems(&self, root: &Path) -> Result<Vec<String>, String> {
        let (graph, foreign) = match self.language {
            Language::Rust => {
                let read = rust::read(root, self.folder)?;
                (read.graph, read.foreign)
            }
            Language::Python => (files::python(root, self.folder)?, Vec::new()),
            Language::TypeScript => (files::typescript(root, self.folder)?, Vec::new()),
        };
        let mut problems = self.excepted(&graph).problems(self.floors);
        problems.extend(self.needless(&graph));
        for (module, path, place) in &foreign {
            let library = self
                .libraries
                .iter()
                .find(|library| path[0] == library.name);
            if let Some(library) = library
                && !library.users.iter().any(|user| is_within(module, user))
            {
                let path = path.join("::");
                problems.push(format!("{place}: `{module}` may not use `{path}`"));
            }
        }
        Ok(problems)
    }

    /// Returns the graph without the uses that are exceptions.
    fn excepted(&self, graph: &Graph) -> Graph {
        let exceptions = self.exceptions.iter();
        exceptions.fold(graph.clone(), |graph, it| graph.without(it.user, it.used))
    }

    /// Returns the exceptions that hide no problem.
    fn needless(&self, graph: &Graph) -> Vec<String> {
        let excepted = self.excepted(graph).problems(self.floors);
        let needless = self.exceptions.iter().filter(|exception| {
            let others = self
                .exceptions
                .iter()
                .filter(|it| !std::ptr::eq(*it, *exception));
            let rest = others.fold(graph.clone(), |graph, it| graph.without(it.user, it.used));
            rest.problems(self.floors) == excepted
        });
        needless
            .map(|it| {
                let Exception { user, used, why } = it;
                format!("the exception of `{user}` that uses `{used}` ({why}) is no longer needed; take it out")
            })
            .collect()
    }
}

/// Go's compiler forbids circles of packages, and within a package a file is not a module. What can be held is which files
/// know C.
fn cgo(root: &Path) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    for package in GO_PACKAGES {
        let listed = std::fs::read_dir(root.join(GO_FOLDER).join(package))
            .map_err(|e| format!("cannot list {GO_FOLDER}/{package}: {e}"))?;
        files.extend(listed.filter_map(Result::ok).map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (entry, format!("{package}{name}"))
        }));
    }
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for (entry, name) in files {
        if !name.ends_with(".go") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path())
            .map_err(|e| format!("cannot read {GO_FOLDER}/{name}: {e}"))?;
        if text.lines().any(|line| line.trim() == "import \"C\"") {
            found.push(name);
        }
    }
    found.sort();
    for name in &found {
        if !CGO_FILES.contains(&name.as_str()) {
            problems.push(format!(
                "{GO_FOLDER}/{name} imports C; only {} do",
                CGO_FILES.join(", ")
            ));
        }
    }
    for name in CGO_FILES {
        if !found.iter().any(|it| it == name) {
            problems.push(format!(
                "{GO_FOLDER}/{name} no longer imports C; take it off the list"
            ));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn house(exceptions: &'static [Exception]) -> House {
        House {
            folder: "",
            language: Language::Rust,
            floors: &[&["low"], &["high"]],
            exceptions,
            libraries: &[],
        }
    }

    #[test]
    fn every_house_stands() {
        if let Err(problems) = check(&crate::root()) {
            panic!("{problems}");
        }
    }

    #[test]
    fn an_exception_must_be_needed() {
        let climbs = {
            let mut graph = Graph::default();
            graph.add_module("low");
            graph.add_module("high");
            graph.add_use("low", "high", "f:1".to_owned());
            graph
        };
        const EXCEPTED: House = house(&[Exception {
            user: "low",
            used: "high",
            why: "for now",
        }]);
        assert_eq!(EXCEPTED.needless(&climbs), [""; 0]);
        assert_eq!(
            EXCEPTED.excepted(&climbs).problems(EXCEPTED.floors),
            [""; 0]
        );
        let mended = climbs.without("low", "high");
        assert!(EXCEPTED.needless(&mended)[0].contains("is no longer needed"));
    }
}
