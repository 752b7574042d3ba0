//! The client of a scenario.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqtrail::testing::Mock;
use reqtrail::{Client, ClientBuilder, Secret};

use crate::input::Input;
use crate::options;
#[cfg(feature = "reqwest")]
use crate::values;
use crate::values::OptionError;

/// Makes the builder of a scenario's client, without the network options.
///
/// # Errors
/// Names the option that reqtrail refuses.
pub fn builder(input: &Input, mock: Option<&Mock>) -> Result<ClientBuilder, OptionError> {
    let given = &input.client;
    let mut base = input.base_url.clone();
    if let Some(path) = &given.base_path {
        base = format!(
            "{}/{}",
            base.trim_end_matches('/'),
            path.trim_start_matches('/')
        );
    }
    let mut builder = Client::builder(base);
    if let Some(mock) = mock {
        builder = mock.attach(builder);
    }
    if let Some(tokens) = &given.tokens {
        let left: Mutex<VecDeque<String>> = Mutex::new(tokens.iter().cloned().collect());
        builder = builder.token_refresher_blocking(move || {
            let next = left
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            next.map(Secret::from)
                .ok_or_else(|| "no token is left".into())
        });
    }
    for (name, value) in &given.named {
        let name = if name == "call_timeout_ms" {
            "timeout"
        } else {
            name
        };
        builder = options::client(builder, name, value)?;
    }
    for (name, value) in &given.options {
        if !is_network_option(name) {
            builder = options::client(builder, name, value)?;
        }
    }
    Ok(builder)
}

/// Returns whether an option belongs to the transport, which may be that of another library.
fn is_network_option(name: &str) -> bool {
    options::NETWORK_OPTIONS.contains(&name.strip_suffix("_ms").unwrap_or(name))
}

/// Adds the network options, for the library's own transport.
///
/// # Errors
/// Names the option whose value has another type.
pub fn with_network_options(
    mut builder: ClientBuilder,
    input: &Input,
) -> Result<ClientBuilder, OptionError> {
    if let Some(pem) = input.authority() {
        builder = builder.extra_ca(pem);
    }
    for (name, value) in &input.client.options {
        if is_network_option(name) {
            builder = options::client(builder, name, value)?;
        }
    }
    Ok(builder)
}

/// Makes the builder of a reqwest client with the same network options.
///
/// # Errors
/// Says that the authority is not PEM.
#[cfg(feature = "reqwest")]
pub fn reqwest_builder(input: &Input) -> Result<reqwest::ClientBuilder, OptionError> {
    let mut builder = reqwest::Client::builder();
    if let Some(pem) = input.authority() {
        let found = reqwest::Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| OptionError::Refused(format!("ca_pem: {error}")))?;
        builder = builder.tls_certs_only(found);
    }
    for (name, value) in &input.client.options {
        let plain = name.strip_suffix("_ms").unwrap_or(name);
        builder = match plain {
            "http1_only" if values::flag(name, value)? => builder.http1_only(),
            "pool_max_idle" => builder.pool_max_idle_per_host(values::count(name, value)?),
            "pool_idle_timeout" => builder.pool_idle_timeout(values::duration(name, value)?),
            "http2_ping_interval" => {
                builder.http2_keep_alive_interval(values::nullable(values::duration, name, value)?)
            }
            "http2_ping_timeout" => {
                builder.http2_keep_alive_timeout(values::duration(name, value)?)
            }
            #[cfg(unix)]
            "unix_socket" => builder.unix_socket(values::text(name, value)?),
            "danger_accept_invalid_certs" => {
                builder.tls_danger_accept_invalid_certs(values::flag(name, value)?)
            }
            _ => builder,
        };
    }
    Ok(builder)
}

/// Converts milliseconds to a duration.
pub(crate) fn millis(value: f64) -> Duration {
    // A time that is too long means no limit. One that is not a time is refused like 0.
    let too_long = if value > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    };
    Duration::try_from_secs_f64(value / 1e3).unwrap_or(too_long)
}
