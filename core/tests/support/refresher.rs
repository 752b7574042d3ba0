//! A refresher of tokens, and a server that expects them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqtrail::{ClientBuilder, Secret};

use super::{ScriptedTransport, reply};

/// The first token that a [`Refresher`] returns.
pub(crate) const FRESH: &str = "sk_live_fresh";

/// Counts its calls, waits, and then answers.
#[derive(Clone, Default)]
pub(crate) struct Refresher {
    pub(crate) asked: Arc<AtomicUsize>,
    pub(crate) takes: Duration,
    pub(crate) fails: bool,
}

impl Refresher {
    pub(crate) fn taking(takes: Duration) -> Self {
        Self {
            takes,
            ..Self::default()
        }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn option(&self, builder: ClientBuilder) -> ClientBuilder {
        let this = self.clone();
        builder.token_refresher(move || {
            let this = this.clone();
            async move {
                let number = this.asked.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(this.takes).await;
                if this.fails {
                    return Err("the vault is sealed".into());
                }
                let suffix = if number == 1 {
                    String::new()
                } else {
                    number.to_string()
                };
                Ok(Secret::from(format!("{FRESH}{suffix}")))
            }
        })
    }
}

/// A server that knows one token.
pub(crate) fn knowing(token: &'static str) -> ScriptedTransport {
    let bearer = format!("Bearer {token}");
    ScriptedTransport::answering(move |_, sent| {
        let good = sent.header("authorization") == Some(&*bearer);
        reply(if good { 200 } else { 401 })
    })
}
