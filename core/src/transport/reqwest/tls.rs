//! TLS options: verification, additional authorities, a client certificate.

use super::WireOptions;

/// Adds the options to the builder; the error names the option that is wrong.
pub(super) fn configure(
    mut builder: reqwest::ClientBuilder,
    options: &WireOptions,
) -> Result<reqwest::ClientBuilder, String> {
    let mut authorities = Vec::new();
    for pem in &options.extra_ca {
        let found = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| {
            "extra_ca is not PEM; expected `-----BEGIN CERTIFICATE-----` blocks".to_owned()
        })?;
        if found.is_empty() {
            return Err(
                "extra_ca holds no certificate; expected `-----BEGIN CERTIFICATE-----` blocks"
                    .to_owned(),
            );
        }
        authorities.extend(found);
    }
    if !authorities.is_empty() {
        builder = builder.tls_certs_merge(authorities);
    }
    if let Some(pem) = &options.client_certificate {
        let identity = reqwest::Identity::from_pem(pem.expose().as_bytes()).map_err(|_| {
            "client_certificate is not usable; expected PEM text with the certificate and its private key".to_owned()
        })?;
        builder = builder.identity(identity);
    }
    if !options.verify_tls {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    Ok(builder)
}
