//! The closed sets of names and numbers that every language shares.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

/// What went wrong with a call, the same in every language.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with a final status outside 2xx.
    Api,
    /// No connection came about (DNS, refused, TLS, connect timeout); nothing was sent.
    Connect,
    /// The attempt's or the call's time ran out.
    Timeout,
    /// The connection broke, the protocol was violated or a 2xx body was cut short.
    Transport,
    /// A 2xx body or a header block is over its limit.
    TooLarge,
    /// A 2xx body cannot be decoded or is not what the caller asked to parse.
    Decode,
    /// A redirect was refused: another origin, a downgrade, too many, or a method it must not change.
    Redirect,
    /// The caller cancelled.
    Cancelled,
    /// The request cannot be built; nothing was sent and the trail has no attempts.
    InvalidRequest,
    /// The client cannot be built.
    Config,
    /// A bug in reqtrail: a caught panic.
    Internal,
}

impl ErrorKind {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Api,
        Self::Connect,
        Self::Timeout,
        Self::Transport,
        Self::TooLarge,
        Self::Decode,
        Self::Redirect,
        Self::Cancelled,
        Self::InvalidRequest,
        Self::Config,
        Self::Internal,
    ];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::TooLarge => "too_large",
            Self::Decode => "decode",
            Self::Redirect => "redirect",
            Self::Cancelled => "cancelled",
            Self::InvalidRequest => "invalid_request",
            Self::Config => "config",
            Self::Internal => "internal",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Api => 1,
            Self::Connect => 2,
            Self::Timeout => 3,
            Self::Transport => 4,
            Self::TooLarge => 5,
            Self::Decode => 6,
            Self::Redirect => 7,
            Self::Cancelled => 8,
            Self::InvalidRequest => 9,
            Self::Config => 10,
            Self::Internal => 11,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for ErrorKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What an API error means, across dialects.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Category {
    /// The credential is missing or was not accepted.
    Authentication,
    /// The credential is good but may not do this.
    Permission,
    /// The resource does not exist, or is hidden from this caller.
    NotFound,
    /// The request itself is wrong.
    Invalid,
    /// The request conflicts with the resource's current state.
    Conflict,
    /// Too many requests in too short a time.
    RateLimited,
    /// A quota is used up; waiting alone does not help.
    Quota,
    /// The service, or something it depends on, is temporarily unavailable.
    Unavailable,
    /// The server failed.
    Server,
    /// The status and the code say nothing that is known.
    Unknown,
}

impl Category {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Authentication,
        Self::Permission,
        Self::NotFound,
        Self::Invalid,
        Self::Conflict,
        Self::RateLimited,
        Self::Quota,
        Self::Unavailable,
        Self::Server,
        Self::Unknown,
    ];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::Unavailable => "unavailable",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Authentication => 1,
            Self::Permission => 2,
            Self::NotFound => 3,
            Self::Invalid => 4,
            Self::Conflict => 5,
            Self::RateLimited => 6,
            Self::Quota => 7,
            Self::Unavailable => 8,
            Self::Server => 9,
            Self::Unknown => 10,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Category {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Why a call made no further attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StopReason {
    /// A usable 2xx response arrived.
    Succeeded,
    /// Repeating the request would not help.
    NotRetryable,
    /// The server may have acted on the request, and repeating it is not safe.
    UnsafeToRetry,
    /// The allowed number of attempts was used up.
    AttemptsExhausted,
    /// The server asked for a longer wait than the client allows.
    RetryAfterTooLong,
    /// The call's time ran out, or the next wait would not fit in what is left.
    Deadline,
    /// The client's retry budget is empty.
    BudgetExhausted,
    /// The caller cancelled.
    Cancelled,
    /// Reserved: the request body cannot be sent twice.
    BodyNotReplayable,
}

impl StopReason {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Succeeded,
        Self::NotRetryable,
        Self::UnsafeToRetry,
        Self::AttemptsExhausted,
        Self::RetryAfterTooLong,
        Self::Deadline,
        Self::BudgetExhausted,
        Self::Cancelled,
        Self::BodyNotReplayable,
    ];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::NotRetryable => "not_retryable",
            Self::UnsafeToRetry => "unsafe_to_retry",
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::RetryAfterTooLong => "retry_after_too_long",
            Self::Deadline => "deadline",
            Self::BudgetExhausted => "budget_exhausted",
            Self::Cancelled => "cancelled",
            Self::BodyNotReplayable => "body_not_replayable",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Succeeded => 1,
            Self::NotRetryable => 2,
            Self::UnsafeToRetry => 3,
            Self::AttemptsExhausted => 4,
            Self::RetryAfterTooLong => 5,
            Self::Deadline => 6,
            Self::BudgetExhausted => 7,
            Self::Cancelled => 8,
            Self::BodyNotReplayable => 9,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for StopReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What caused an attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// The first request of the call.
    Initial,
    /// A repetition after a failure.
    Retry,
    /// A repetition with a refreshed credential after a 401.
    Reauth,
    /// A hop that a redirect response asked for.
    Redirect,
}

impl Cause {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::Initial, Self::Retry, Self::Reauth, Self::Redirect];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Retry => "retry",
            Self::Reauth => "reauth",
            Self::Redirect => "redirect",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Initial => 1,
            Self::Retry => 2,
            Self::Reauth => 3,
            Self::Redirect => 4,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Cause {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Why a call waited before its next attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WaitReason {
    /// The client's own exponential backoff.
    Backoff,
    /// The server's Retry-After.
    RetryAfter,
}

impl WaitReason {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::Backoff, Self::RetryAfter];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backoff => "backoff",
            Self::RetryAfter => "retry_after",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Backoff => 1,
            Self::RetryAfter => 2,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for WaitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for WaitReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Whether an attempt's request went out. `Unknown` decides like `Yes`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Sent {
    /// Nothing of the request left the client.
    No,
    /// The server received the request.
    Yes,
    /// The request, or a part of it, may have reached the server.
    Unknown,
}

impl Sent {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::No, Self::Yes, Self::Unknown];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes => "yes",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::No => 1,
            Self::Yes => 2,
            Self::Unknown => 3,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Sent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a reader of a whole trail should know.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TrailNote {
    /// The client does not verify TLS certificates.
    TlsUnverified,
    /// The call went through a proxy.
    ViaProxy,
    /// An earlier attempt of unknown outcome may have succeeded on the server.
    MayHaveSucceeded,
}

impl TrailNote {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[Self::TlsUnverified, Self::ViaProxy, Self::MayHaveSucceeded];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsUnverified => "tls_unverified",
            Self::ViaProxy => "via_proxy",
            Self::MayHaveSucceeded => "may_have_succeeded",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::TlsUnverified => 1,
            Self::ViaProxy => 2,
            Self::MayHaveSucceeded => 3,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for TrailNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for TrailNote {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What was odd about an attempt's request ID.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RequestIdNote {
    /// The response carries no request ID.
    Missing,
    /// The response carries several differing request IDs; the first one counts.
    Duplicate,
    /// The request ID holds bytes outside printable ASCII, shown escaped.
    Malformed,
    /// The request ID is longer than 256 bytes and was cut.
    Truncated,
    /// The body names another request ID than the header.
    BodyMismatch,
}

impl RequestIdNote {
    /// All values, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Duplicate,
        Self::Malformed,
        Self::Truncated,
        Self::BodyMismatch,
    ];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::BodyMismatch => "body_mismatch",
        }
    }

    /// Returns the number, which never changes between releases.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Missing => 1,
            Self::Duplicate => 2,
            Self::Malformed => 3,
            Self::Truncated => 4,
            Self::BodyMismatch => 5,
        }
    }

    /// Returns the value of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == name)
    }
}

impl std::fmt::Display for RequestIdNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for RequestIdNote {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
