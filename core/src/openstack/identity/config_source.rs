//! The source of a configuration: the environment and files. Tests replace it by their own.

use std::io;
use std::path::{Path, PathBuf};

use super::yaml::{Map, Yaml};
use crate::error::Error;

/// The largest file that is read as configuration.
const MAX_BYTES: usize = 1024 * 1024;

/// The environment and the files of a program.
pub(super) trait ConfigSource {
    /// All variables.
    fn vars(&self) -> Vec<(String, String)>;

    /// A file's content. A relative path starts at the working directory.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// One variable; an empty one counts as missing.
    fn var(&self, name: &str) -> Option<String> {
        let found = self.vars().into_iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value).filter(|v| !v.is_empty())
    }
}

/// Those of this process.
pub(super) struct SystemEnv;

impl ConfigSource for SystemEnv {
    fn vars(&self) -> Vec<(String, String)> {
        // A variable that is not Unicode is ignored.
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

/// A path as a shell would read it: `~` is the home directory.
pub(super) fn expanded(source: &dyn ConfigSource, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), source.var("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}

/// A configuration file that was found.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) content: Map,
}

/// The paths at which files of this name are searched for, in order: `clouds`, `secure` or `clouds-public`.
pub(super) fn candidates(
    source: &dyn ConfigSource,
    name: &str,
    variable: Option<&str>,
) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    paths.extend(variable.and_then(|v| source.var(v)).map(PathBuf::from));
    let home = |rest: &str| source.var("HOME").map(|home| Path::new(&home).join(rest));
    let config = source.var("XDG_CONFIG_HOME").map(PathBuf::from);
    let site = source.var("XDG_CONFIG_DIRS");
    let mut directories = vec![PathBuf::new()];
    directories.extend(config.map(|path| path.join("openstack")));
    directories.extend(home(".config/openstack"));
    for directory in site.as_deref().unwrap_or("/etc/xdg").split(':') {
        directories.push(Path::new(directory).join("openstack"));
    }
    directories.push("/etc/openstack".into());
    for directory in directories {
        for suffix in ["yaml", "yml", "json"] {
            paths.push(directory.join(format!("{name}.{suffix}")));
        }
    }
    paths
}

/// Reads the first of the files that exists and may be read.
pub(super) fn first(source: &dyn ConfigSource, paths: &[PathBuf]) -> Result<Option<File>, Error> {
    for path in paths {
        let bytes = match source.read(path) {
            Ok(bytes) => bytes,
            // openstacksdk skips files that it may not read, too.
            Err(e) if is_passed_over(&e) => continue,
            Err(e) => {
                return Err(Error::config(format!(
                    "{} cannot be read: {e}",
                    path.display()
                )));
            }
        };
        let content = parse(&bytes)
            .map_err(|what| Error::config(format!("{} is not usable: {what}", path.display())))?;
        return Ok(Some(File {
            path: path.clone(),
            content,
        }));
    }
    Ok(None)
}

fn is_passed_over(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
    )
}

fn parse(bytes: &[u8]) -> Result<Map, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    match Yaml::parse(text)? {
        Yaml::Map(map) => Ok(map),
        Yaml::Null => Ok(Map::new()),
        _ => Err("it is not a mapping; expected one with the key `clouds`".to_owned()),
    }
}
