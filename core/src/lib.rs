//! An API client whose every call leaves a **trail**: each HTTP attempt that was really sent, in order, with the
//! server's request ID, the status, the typed error code, the times, why it was retried and why it stopped.
//!
//! There is a trail after a success, an API error, a timeout, a broken connection and a cancellation alike, so "what is
//! the request ID?" always has an answer.
//!
//! ```no_run
//! # async fn example() -> Result<(), reqtrail::Error> {
//! let client = reqtrail::Client::novavms("https://novavms.example/api/v1")
//!     .token("sk_live_…")
//!     .build()?;
//!
//! let response = client
//!     .get("/cameras/{id}")
//!     .param("id", "7")
//!     .send()
//!     .await;
//! match response {
//!     Ok(response) => println!("{:?} {:?}", response.request_id(), response.bytes()),
//!     // One line: status, code, every request ID, the number of attempts.
//!     Err(error) => {
//!         eprintln!("{error}");
//!         if let Some(trail) = error.trail() {
//!             eprintln!("{}", trail.report()); // what support wants
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Where to go from here
//! * [`Client`] and [`blocking::Client`] make calls; [`ClientBuilder`] and [`RequestBuilder`] have the options, and
//!   [`Request`] is a request as data.
//! * [`Trail`] and [`Attempt`] are the record; [`Error`] carries it, and so does [`Response`].
//! * [`Dialect`] is what reqtrail knows about an API; [`CustomDialect`] describes another API as data.
//! * [`Transport`] sends requests; the feature `reqwest` adds `ClientBuilder::reqwest`, for a program with its own
//!   `reqwest::ClientBuilder`.
//! * [`Observer`] watches calls; every call also writes [`tracing`] events with the target `reqtrail`. Without a
//!   subscriber, the variable `REQTRAIL_LOG` (`debug`, `info` or `warn`) writes them to standard error, as text or, with
//!   `REQTRAIL_LOG_FORMAT=json`, as JSON.
//!
//! # Features
//! Features only add. On by default are:
//!
//! * `blocking`: [`blocking::Client`], for programs without async.
//! * `http2`: HTTP/2, if a server negotiates it over TLS.
//! * `rustls-ring`: https by rustls, with ring as its cryptography provider. Without it an https URL is a `config` error
//!   for every client without its own transport.
//! * `journal`: on Unix, notable calls leave a record in a folder, if one is set, where the command `reqtrail` finds them.
//! * `gzip` (also `deflate`), `brotli` and `zstd`: bodies in these codings. `Accept-Encoding` offers the codings that
//!   are on.
//!
//! Off by default are:
//!
//! * `openstack`: sign-in at Keystone, clients of every service of OpenStack, follow and explain.
//! * `reqwest`: calls go through the program's own reqwest client, which then handles TLS and HTTP/2.
//! * `testing`: [`testing`], for tests of programs that use this library; and random faults, for staging
//!   (`ClientBuilder::chaos`, and the variable `REQTRAIL_CHAOS`).
//! * `unstable-host`: the seam by which bindings to other languages drive calls; it may change in any release.
//!
//! # How a call behaves
//! A request that may be sent twice (GET, HEAD, OPTIONS, PUT, DELETE, or marked as idempotent, or with an idempotency
//! key) is repeated after a lost connection, a timeout and the statuses 408, 429, 500, 502, 503 and 504; any other
//! request only if the server cannot have acted on it. Waits honour `Retry-After` and never end early. By default a
//! call makes at most four attempts and takes at most a minute.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(feature = "unstable-host"),
    allow(unreachable_pub, reason = "`host` exports types from lower modules")
)]

// From the lowest floor to the highest. `xtask/src/floors/houses.rs` declares the floors, and a test there checks the
// modules.
mod backoff;
mod call_id;
mod cancel;
mod charset;
mod closed_set;
mod codes;
mod coding;
mod fork;
mod http_date;
mod json;
mod lenient_json;
mod limits;
mod random;
mod rate_limit;
mod redact;
mod request_id;
mod retry_after;
mod set_uid;
#[cfg_attr(
    not(feature = "blocking"),
    allow(dead_code, reason = "half of it serves waiting threads")
)]
mod signals;
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(
        dead_code,
        unused_imports,
        reason = "the bindings' half of it is missing"
    )
)]
mod surface;
mod target;
mod trace_context;
mod turn;
#[cfg(feature = "testing")]
mod virtual_clock;

mod dialect;

mod trail;

mod error;
mod response;
mod retry;

mod observe;
mod transport;

mod recorder;

#[cfg(all(feature = "journal", unix))]
mod journal;

#[cfg(feature = "testing")]
mod chaos;
#[cfg(feature = "testing")]
mod record;

mod call;

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
#[cfg(all(fuzzing, feature = "brotli", feature = "gzip", feature = "zstd"))]
pub mod fuzzing;
#[cfg(feature = "unstable-host")]
pub mod host;
#[cfg(all(feature = "blocking", not(feature = "unstable-host")))]
#[allow(
    dead_code,
    unused_imports,
    reason = "the bindings' half of it is missing"
)]
mod host;
#[cfg(feature = "openstack")]
pub mod openstack;
mod request;
#[cfg(feature = "testing")]
pub mod testing;

pub use call::refresh::RefreshError;
pub use call::token::Token;
pub use call_id::{CallId, InvalidCallId};
pub use cancel::{CancelReason, CancelToken};
pub use client::{AnyClient, Client, ClientBuilder};
pub use closed_set::UnknownWord;
pub use codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
pub use dialect::custom::{
    CustomAuth, CustomCode, CustomDialect, CustomDialectBuilder, CustomRateLimit, DialectError,
    ErrorPointers,
};
pub use dialect::{Dialect, RetryRule, novavms};
pub use error::{ApiError, Error};
pub use observe::{AttemptFinished, AttemptStarted, CallFinished, CallInfo, Observer};
pub use rate_limit::{RateLimit, ResetUnit};
#[cfg(feature = "journal")]
pub use recorder::JournalStats;
pub use recorder::{
    InFlightCall, JournalPolicy, JournalSync, JournalUrls, RecentFilter, Recorder, RecorderStats,
};
pub use redact::Secret;
pub use request::{Attached, Request, RequestBuilder};
pub use request_id::{RequestId, RequestIdSource};
pub use response::{Response, ResponseParts};
pub use retry::RetryBudget;
pub use target::RequestUrl;
pub use trail::{Attempt, Outcome, Trail};
pub use transport::{
    BuiltInTransport, Connection, Failure, Phase, Proxy, Reply, SentMark, Sleep, Transport,
    TransportError, WireRequest,
};

// Their types are part of this library's API; importing them from here keeps the versions equal.
pub use bytes;
pub use http;
pub use http_body;
#[cfg(feature = "reqwest")]
pub use reqwest;
pub use serde;
#[cfg(feature = "openstack")]
pub use serde_json;
pub use url;

/// The version of this library, as in `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The examples of the crate's README, so that they are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the repository's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct RepositoryReadme;

/// The examples of the page for those who come from reqwest.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust/from-reqwest.md")]
struct FromReqwest;

/// The examples of the page on OpenStack.
#[cfg(all(doctest, feature = "openstack"))]
#[doc = include_str!("../../docs/rust/openstack.md")]
struct OpenStackPage;

/// The examples of the page on server actions.
#[cfg(all(doctest, feature = "openstack"))]
#[doc = include_str!("../../docs/why-did-my-server-action-fail.md")]
struct WhyDidMyServerActionFail;

/// The examples of the page on volumes and images.
#[cfg(all(doctest, feature = "openstack"))]
#[doc = include_str!("../../docs/why-did-my-volume-fail.md")]
struct WhyDidMyVolumeFail;

/// The example of the page on the recorder.
#[cfg(doctest)]
#[doc = include_str!("../../docs/recorder.md")]
struct RecorderPage;
