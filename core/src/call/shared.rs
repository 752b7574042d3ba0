//! The state that all calls of a client share, whichever face or thread they are made from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, Method};
use uuid::Uuid;

use super::credential::Credentials;
use super::keeper::CallKeeper;
#[cfg(feature = "testing")]
use crate::chaos::Chaos;
use crate::codes::TrailNote;
use crate::dialect::Dialect;
use crate::fork::ForkSafe;
use crate::limits::Limits;
use crate::observe::Observers;
use crate::random;
#[cfg(feature = "testing")]
use crate::record::Recorded;
use crate::redact::Redactor;
use crate::retry::budget::Bucket;
use crate::target::BaseUrl;
use crate::trace_context::{SpanId, TraceId};
use crate::trail::Opening;
use crate::trail::late::KeeperNumber;

/// Client state shared by all calls; everything except the transport.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dialect: Dialect,
    pub(crate) base: BaseUrl,
    pub(crate) credentials: Credentials,
    /// The default headers, including the user agent and the accepted codings.
    pub(crate) default_headers: Arc<HeaderMap>,
    /// The same with room for each header that every attempt sets, so that its copy of the map does not have to grow.
    pub(crate) standing_headers: Arc<HeaderMap>,
    /// The secrets among the default headers.
    pub(crate) secrets: Redactor,
    /// Whether the caller's own credential is among the default headers.
    pub(crate) has_default_credential: bool,
    pub(crate) retry: RetryOptions,
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) budget: Option<Bucket>,
    pub(crate) observers: Observers,
    /// Where the trails of the client's calls are kept.
    pub(crate) keeper: Arc<CallKeeper>,
    pub(crate) keeper_number: KeeperNumber,
    /// The name of the program in its journal, if an option sets one.
    pub(crate) service_name: Option<String>,
    /// Query parameters that are shown in addition to the default ones.
    pub(crate) shown_query: Vec<String>,
    /// The notes of every trail of the client.
    pub(crate) notes: Vec<TrailNote>,
    pub(crate) traceparent: bool,
    pub(crate) decompress: bool,
    pub(crate) jitter: ForkSafe<Mutex<fastrand::Rng>>,
    /// The source of the IDs, if they have to be the same in each run.
    #[cfg(feature = "testing")]
    pub(crate) seeded_ids: Option<Arc<Mutex<fastrand::Rng>>>,
    /// Where the exchanges are recorded.
    #[cfg(feature = "testing")]
    pub(crate) recording: Option<Recorded>,
    /// The faults that are injected into the client's calls.
    #[cfg(feature = "testing")]
    pub(crate) chaos: Option<Arc<Chaos>>,
    /// The warnings from building the client.
    pub(crate) warnings: Vec<String>,
}

/// How often and how soon a call is repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryOptions {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) attempt: Duration,
    pub(crate) call: Duration,
}

impl Shared {
    /// The beginning of a call's trail. A call that is sent adds what its attempts carry.
    pub(crate) fn opening(
        &self,
        call_id: Uuid,
        trace_id: TraceId,
        method: Method,
        path: String,
        (started, started_at): (Instant, SystemTime),
    ) -> Opening {
        Opening {
            call_id,
            trace_id,
            traced: false,
            dialect: Arc::clone(&self.dialect.0.name),
            service: self.dialect.0.service.clone(),
            method,
            origin: Arc::clone(self.base.origin()),
            path,
            correlation_id: None,
            notes: self.notes.clone(),
            started_at,
            started,
            keeper: self.keeper_number,
            #[cfg(feature = "openstack")]
            asked: None,
        }
    }

    /// Draws two numbers from [0, 1): for the jitter on a Retry-After, and for the backoff.
    pub(crate) fn draw(&self) -> (f64, f64) {
        let mut random = self
            .jitter
            .get()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        (random.f64(), random.f64())
    }

    /// Draws a call's ID and the ID of its first span.
    pub(crate) fn random_ids(&self) -> (Uuid, SpanId) {
        let bytes: [u8; 24] = self.random_bytes();
        let (mut id, mut span) = ([0; 16], [0; 8]);
        id.copy_from_slice(&bytes[..16]);
        span.copy_from_slice(&bytes[16..]);
        (
            uuid::Builder::from_random_bytes(id).into_uuid(),
            SpanId::new(u64::from_ne_bytes(span)),
        )
    }

    /// Draws the ID of a further span.
    pub(crate) fn random_span(&self) -> SpanId {
        SpanId::new(u64::from_ne_bytes(self.random_bytes()))
    }

    fn random_bytes<const N: usize>(&self) -> [u8; N] {
        #[cfg(feature = "testing")]
        if let Some(seeded) = &self.seeded_ids {
            let mut bytes = [0; N];
            let mut seeded = seeded.lock().unwrap_or_else(PoisonError::into_inner);
            seeded.fill(&mut bytes);
            return bytes;
        }
        random::bytes(Instant::now())
    }

    /// Returns what removes the client's secrets from text, including its current token.
    pub(crate) fn redactor(&self) -> Redactor {
        let mut redactor = self.secrets.clone();
        if let Some(current) = self.credentials.current() {
            redactor.add(current.secret());
        }
        redactor
    }

    /// Whether every request asks for a version of the API.
    pub(crate) fn has_microversion(&self) -> bool {
        let header = self.dialect.0.version.as_ref();
        header.is_some_and(|version| self.default_headers.contains_key(&version.header))
    }

    /// Takes a retry from the budget, if there is one.
    pub(crate) fn withdraw(&self) -> bool {
        self.budget.as_ref().is_none_or(Bucket::withdraw)
    }

    /// Returns to the budget what a success returns.
    pub(crate) fn refund(&self) {
        if let Some(budget) = &self.budget {
            budget.refund();
        }
    }
}
