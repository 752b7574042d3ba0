//! The trusted certificate authorities: the system's, or those that the environment names instead, and those of the
//! option `extra_ca`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};

use super::unusable;

/// The system's authorities, once they have been read. No lock is held meanwhile, since a child that is forked in that
/// moment would find it locked for ever.
static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();

/// The authorities that the environment named last. The lock is only tried; a thread that does not get it reads the files
/// again.
static NAMED: Mutex<Option<(Named, Arc<RootCertStore>)>> = Mutex::new(None);

/// A language's own variables that name a file or a directory of authorities.
static BUNDLES: OnceLock<&'static [&'static str]> = OnceLock::new();

/// Makes a language's own environment variables replace the system's authorities, as `REQUESTS_CA_BUNDLE` does in Python;
/// they take precedence over `SSL_CERT_FILE` and `SSL_CERT_DIR`. Bindings call it once per process; later lists are
/// ignored.
#[cfg(feature = "unstable-host")]
pub fn honour_ca_bundle_variables(names: &'static [&'static str]) {
    let _ = BUNDLES.set(names);
}

/// The paths of authorities in the environment.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Named {
    variables: String,
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Named {
    /// Reads the variables; an empty one counts as none.
    fn by(bundles: &[&str], variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let variable = |name: &str| variable(name).filter(|path| !path.is_empty());
        for name in bundles {
            if let Some(path) = variable(name).map(PathBuf::from) {
                let is_directory = path.is_dir();
                return Some(Self {
                    variables: (*name).to_owned(),
                    directories: is_directory.then(|| path.clone()).into_iter().collect(),
                    file: (!is_directory).then_some(path),
                });
            }
        }
        let (file, directories) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
        let variables = match (&file, &directories) {
            (None, None) => return None,
            (Some(_), None) => "SSL_CERT_FILE",
            (None, Some(_)) => "SSL_CERT_DIR",
            (Some(_), Some(_)) => "SSL_CERT_FILE and SSL_CERT_DIR",
        };
        Some(Self {
            variables: variables.to_owned(),
            file: file.map(PathBuf::from),
            directories: directories
                .map(|all| std::env::split_paths(&all).collect())
                .unwrap_or_default(),
        })
    }

    fn load(&self) -> CertificateResult {
        let mut found = load_certs_from_paths(self.file.as_deref(), None);
        for directory in &self.directories {
            let more = load_certs_from_paths(None, Some(directory));
            found.certs.extend(more.certs);
            found.errors.extend(more.errors);
        }
        found
    }

    /// The values of the variables, for messages.
    fn paths(&self) -> String {
        let all = self.file.iter().chain(&self.directories);
        let all: Vec<_> = all.map(|path| Path::display(path).to_string()).collect();
        all.join(" and ")
    }
}

/// Returns the trusted authorities: those of the system or of the environment, and `extra`. The error says that there
/// are none.
pub(super) fn with_extra(extra: &[CertificateDer<'static>]) -> Result<Arc<RootCertStore>, String> {
    let bundles = BUNDLES.get().copied().unwrap_or_default();
    let store = match Named::by(bundles, |name| std::env::var_os(name)) {
        // A wrong path is an error, whatever else is trusted.
        Some(named) => Ok(from_environment(named)?),
        None => system(),
    };
    if extra.is_empty() {
        return store;
    }
    let mut roots = match store {
        Ok(roots) => RootCertStore::clone(&roots),
        // `extra` alone is enough.
        Err(_) => RootCertStore::empty(),
    };
    for (at, certificate) in extra.iter().enumerate() {
        roots
            .add(certificate.clone())
            .map_err(|e| unusable(at, &e))?;
    }
    Ok(Arc::new(roots))
}

/// Reads the system's authorities when they are first needed.
fn system() -> Result<Arc<RootCertStore>, String> {
    if let Some(roots) = SYSTEM.get() {
        return Ok(Arc::clone(roots));
    }
    let roots = store(load_native_certs()).map_err(|why| {
        format!(
            "this system has no trusted certificate authorities ({why}), so no https server can be verified; \
             install them (package ca-certificates), set SSL_CERT_FILE, or give them as extra_ca"
        )
    })?;
    Ok(Arc::clone(SYSTEM.get_or_init(|| roots)))
}

/// Reads the authorities that the environment names, and keeps them until it names others.
fn from_environment(named: Named) -> Result<Arc<RootCertStore>, String> {
    if let Ok(Some((last, roots))) = NAMED.try_lock().as_deref()
        && *last == named
    {
        return Ok(Arc::clone(roots));
    }
    let roots = store(named.load()).map_err(|why| {
        format!(
            "{} names {}, where no certificate authority was found ({why}), so no https server can be verified; \
             expected PEM text with `-----BEGIN CERTIFICATE-----` blocks",
            named.variables,
            named.paths()
        )
    })?;
    if let Ok(mut last) = NAMED.try_lock() {
        *last = Some((named, Arc::clone(&roots)));
    }
    Ok(roots)
}

/// A failure is not cached, since it may be temporary, like too many open files.
fn store(found: CertificateResult) -> Result<Arc<RootCertStore>, String> {
    let mut roots = RootCertStore::empty();
    // webpki cannot read some certificates; the others are still usable.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(match found.errors.first() {
            Some(error) => error.to_string(),
            None => "none was found".to_owned(),
        });
    }
    Ok(Arc::new(roots))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::hyper::dial::testing::certs::{Identity, authority};

    #[test]
    fn the_systems_authorities_are_read_once_and_extended() {
        let system = with_extra(&[]);
        let count = match &system {
            Ok(roots) => {
                let again = with_extra(&[]).expect("the same");
                assert!(Arc::ptr_eq(roots, &again));
                roots.len()
            }
            // A machine without any.
            Err(text) => {
                assert!(
                    text.contains("extra_ca") && text.contains("SSL_CERT_FILE"),
                    "{text}"
                );
                0
            }
        };
        let extra = [Identity::self_signed(authority("a CA")).der()];
        assert_eq!(with_extra(&extra).expect("roots").len(), count + 1);
    }

    #[test]
    fn variables_name_what_replaces_the_systems_authorities() {
        let named = |set: &[(&str, &str)]| {
            Named::by(&["REQUESTS_CA_BUNDLE"], |name| {
                let found = set.iter().find(|(of, _)| *of == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")]), None);
        let file = named(&[("SSL_CERT_FILE", "/a.pem")]).expect("a file");
        assert_eq!(file.file.as_deref(), Some(Path::new("/a.pem")));
        let both = named(&[("SSL_CERT_FILE", "/a.pem"), ("SSL_CERT_DIR", "/b:/c")]).expect("both");
        assert_eq!(both.paths(), "/a.pem and /b and /c");
        assert_eq!(both.variables, "SSL_CERT_FILE and SSL_CERT_DIR");
        let own = named(&[("SSL_CERT_FILE", "/a.pem"), ("REQUESTS_CA_BUNDLE", "/")]).expect("own");
        assert_eq!(
            (own.variables.as_str(), own.file, own.directories),
            ("REQUESTS_CA_BUNDLE", None, vec![PathBuf::from("/")])
        );
    }

    #[test]
    fn a_bundle_without_certificates_is_named() {
        let named = Named::by(&[], |name| {
            (name == "SSL_CERT_FILE").then(|| "/nowhere/ca.pem".into())
        });
        let error = from_environment(named.expect("a file")).expect_err("no file");
        assert!(
            error.starts_with("SSL_CERT_FILE names /nowhere/ca.pem, where no certificate"),
            "{error}"
        );
    }
}
