//! The schemas of journals and of the command's output.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use jsonschema::{Registry, Validator};
use serde_json::Value;

/// The schemas of a journal's lines and of the command's `--json` output.
#[derive(Debug)]
pub struct Schemas {
    line: Validator,
    /// The schemas by the name in the documents that they describe.
    printed: HashMap<String, Validator>,
}

impl Schemas {
    /// Reads the schemas of this repository.
    ///
    /// # Errors
    /// If a schema is not valid.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let trail = "json-schema:///trail.schema.json";
        let registry = Registry::new().add(trail, read("trail")?)?.prepare()?;
        let of = |name: &str| -> Result<Validator, Box<dyn Error>> {
            let options = jsonschema::options().with_registry(&registry);
            Ok(options.build(&read(name)?)?)
        };
        let printed = ["find", "list", "status", "code"].map(|name| {
            let schema = of(name)?;
            Ok::<_, Box<dyn Error>>((format!("reqtrail.{name}/1"), schema))
        });
        Ok(Self {
            line: of("journal")?,
            printed: printed.into_iter().collect::<Result<_, _>>()?,
        })
    }

    /// Checks every line of every segment of a folder, and returns the number of lines.
    ///
    /// With `may_be_torn` it skips partial lines, whose writer was killed or had no disk space.
    ///
    /// # Errors
    /// If a line violates the schema, or the folder cannot be read.
    pub fn check_folder(&self, folder: &Path, may_be_torn: bool) -> Result<u64, Box<dyn Error>> {
        let mut count = 0;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|end| end != "jsonl") {
                continue;
            }
            let mut segment = BufReader::new(fs::File::open(&path)?);
            let mut line = Vec::new();
            while segment.read_until(b'\n', &mut line)? > 0 {
                let is_torn = || serde_json::from_slice::<Value>(&line).is_err();
                if !(may_be_torn && is_torn()) {
                    self.check_line(&line)
                        .map_err(|why| format!("{}: {why}", path.display()))?;
                    count += 1;
                }
                line.clear();
            }
        }
        Ok(count)
    }

    /// Checks a line of a journal or of a recorder's dump.
    ///
    /// # Errors
    /// If it violates the schema.
    pub fn check_line(&self, line: &[u8]) -> Result<(), String> {
        let line = String::from_utf8_lossy(line);
        let value = serde_json::from_str(&line).map_err(|error| format!("{error} in {line}"))?;
        said(&self.line, &value)
    }

    /// Checks a line of the command's `--json` output by the schema that it names.
    ///
    /// # Errors
    /// If it names no schema, or violates it.
    pub fn check_printed(&self, line: &Value) -> Result<(), String> {
        let name = line["schema"].as_str().unwrap_or_default();
        let schema = self.printed.get(name);
        said(schema.ok_or_else(|| format!("no schema of {line}"))?, line)
    }
}

fn said(schema: &Validator, value: &Value) -> Result<(), String> {
    let faults: Vec<_> = schema
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{faults:?} in {value}")),
    }
}

fn read(name: &str) -> Result<Value, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../schema")
        .join(format!("{name}.schema.json"));
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}
