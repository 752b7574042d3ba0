//! The certificate authorities that are trusted: the system's, and those of the option `extra_ca`.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// The system's authorities, once they have been read. No lock is held meanwhile: a child that is forked in that moment
/// would find it held by nobody.
static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();

/// Returns the system's authorities and `extra`; the error says that there are none.
pub(super) fn with_extra(extra: &[CertificateDer<'static>]) -> Result<Arc<RootCertStore>, String> {
    let system = system();
    if extra.is_empty() {
        return match system {
            Ok(roots) => Ok(roots),
            Err(why) => Err(format!(
                "this system has no trusted certificate authorities ({why}), so no https server can be verified; \
                 install them (package ca-certificates), set SSL_CERT_FILE, or give them as extra_ca"
            )),
        };
    }
    let mut roots = match system {
        Ok(roots) => RootCertStore::clone(&roots),
        Err(_) => RootCertStore::empty(),
    };
    for certificate in extra {
        roots
            .add(certificate.clone())
            .map_err(|e| format!("extra_ca is not usable ({e})"))?;
    }
    Ok(Arc::new(roots))
}

/// Reads the system's authorities the first time that they are needed. `SSL_CERT_FILE` and `SSL_CERT_DIR` count then.
///
/// A failure is not kept: it may pass, as too many open files do.
fn system() -> Result<Arc<RootCertStore>, String> {
    if let Some(roots) = SYSTEM.get() {
        return Ok(Arc::clone(roots));
    }
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems have certificates that webpki does not read; those of others are good all the same.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(match found.errors.first() {
            Some(error) => error.to_string(),
            None => "none was found".to_owned(),
        });
    }
    Ok(Arc::clone(SYSTEM.get_or_init(|| Arc::new(roots))))
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
}
