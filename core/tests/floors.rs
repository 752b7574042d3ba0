//! The house plan: lower floors never import higher ones, and the lowest know neither reqwest nor tokio.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floors from the lowest to the highest, by top-level module.
const FLOORS: [&[&str]; 7] = [
    &[
        "backoff",
        "cancel",
        "charset",
        "closed_set",
        "codes",
        "coding",
        "fork",
        "http_date",
        "json",
        "lenient_json",
        "limits",
        "random",
        "rate_limit",
        "redact",
        "request_id",
        "retry_after",
        "signals",
        "target",
        "trace_context",
        "turn",
    ],
    &["dialect"],
    &["trail"],
    &["error", "response", "retry"],
    &["observe", "transport"],
    &["call"],
    &[
        "blocking",
        "client",
        "fuzzing",
        "host",
        "openstack",
        "request",
    ],
];

/// Modules above this floor may name tokio; `transport::hyper`, `transport::reqwest` and `host` are the ones that do.
const RUNTIME_FREE: usize = 4;

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the sources can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the name of its top-level module and its code, comments and unit tests left out.
fn modules() -> BTreeMap<PathBuf, (String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files
        .into_iter()
        .filter(|path| !path.ends_with("lib.rs") && !path.ends_with("tests.rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: Vec<&str> = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let inner = path.strip_prefix(&root).expect("below the root");
            let first = inner.iter().next().expect("a first part").to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            (inner.to_path_buf(), (module, code.join("\n")))
        })
        .collect()
}

fn floor(module: &str) -> usize {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&module))
        .unwrap_or_else(|| {
            panic!("the module `{module}` has no floor; give it one in tests/floors.rs and lib.rs")
        })
}

#[test]
fn no_module_looks_up() {
    for (path, (module, code)) in modules() {
        let own = floor(&module);
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            if name.is_empty() || !FLOORS.iter().any(|floor| floor.contains(&name.as_str())) {
                // An item of the root, such as the version.
                continue;
            }
            assert!(
                floor(&name) <= own,
                "{}: `{module}` is below `{name}` and may not use it",
                path.display()
            );
        }
    }
}

#[test]
fn the_rules_know_no_runtime() {
    for (path, (module, code)) in modules() {
        let allowed = module == "host"
            || path.starts_with("transport/hyper")
            || path.ends_with("transport/hyper.rs")
            || path.ends_with("transport/timers.rs")
            || path.starts_with("transport/reqwest")
            || path.ends_with("transport/reqwest.rs")
            || path.ends_with("transport/classify.rs")
            || path.ends_with("transport/timers.rs");
        // Our own module of that name.
        let mut code = code.replace("transport::hyper::", "transport::");
        if path.ends_with("transport.rs") {
            code = code.replace("hyper::HyperTransport", "");
        }
        if path.ends_with("client/builder.rs") {
            // What a program brings.
            code = code.replace("reqwest::ClientBuilder", "");
        }
        for library in [
            "tokio::",
            "hyper::",
            "hyper_util::",
            "reqwest::Client",
            "reqwest::Error",
        ] {
            assert!(
                allowed || !code.contains(library),
                "{}: only transport::hyper, transport::reqwest, transport::timers and host may use {library}",
                path.display()
            );
        }
        if floor(&module) < RUNTIME_FREE {
            assert!(
                !code.contains("reqwest"),
                "{}: the floors below the transport do not know reqwest",
                path.display()
            );
        }
    }
}
