//! The closed sets of names and numbers that every language shares.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

use crate::closed_set::closed_set;

closed_set! {
    /// What went wrong with a call, the same in every language.
    ErrorKind {
        /// The server answered with a final status outside 2xx.
        Api = "api", 1;
        /// No connection was made (DNS, refused, TLS, connect timeout); nothing was sent.
        Connect = "connect", 2;
        /// The attempt's or the call's time ran out.
        Timeout = "timeout", 3;
        /// The connection broke, the protocol was violated or a 2xx body was cut short.
        Transport = "transport", 4;
        /// A 2xx body or a header block is over its limit.
        TooLarge = "too_large", 5;
        /// A 2xx body cannot be decoded or is not what the caller asked to parse.
        Decode = "decode", 6;
        /// A redirect was refused: another origin, a downgrade, too many, or a method it must not change.
        Redirect = "redirect", 7;
        /// The caller cancelled.
        Cancelled = "cancelled", 8;
        /// The request cannot be built; nothing was sent and the trail has no attempts.
        InvalidRequest = "invalid_request", 9;
        /// The client cannot be built.
        Config = "config", 10;
        /// A bug in reqtrail: a caught panic.
        Internal = "internal", 11;
    }
}

closed_set! {
    /// What an API error means, across dialects.
    Category {
        /// The credential is missing or was not accepted.
        Authentication = "authentication", 1;
        /// The credential is good but may not do this.
        Permission = "permission", 2;
        /// The resource does not exist, or is hidden from this caller.
        NotFound = "not_found", 3;
        /// The request itself is wrong.
        Invalid = "invalid", 4;
        /// The request conflicts with the resource's current state.
        Conflict = "conflict", 5;
        /// Too many requests in too short a time.
        RateLimited = "rate_limited", 6;
        /// A quota is used up; waiting alone does not help.
        Quota = "quota", 7;
        /// The service, or something it depends on, is temporarily unavailable.
        Unavailable = "unavailable", 8;
        /// The server failed.
        Server = "server", 9;
        /// Neither the status nor the code has a known meaning.
        Unknown = "unknown", 10;
    }
}

closed_set! {
    /// Why a call made no further attempt.
    StopReason {
        /// A usable 2xx response arrived.
        Succeeded = "succeeded", 1;
        /// Repeating the request would not help.
        NotRetryable = "not_retryable", 2;
        /// The server may have acted on the request, and repeating it is not safe.
        UnsafeToRetry = "unsafe_to_retry", 3;
        /// The allowed number of attempts was used up.
        AttemptsExhausted = "attempts_exhausted", 4;
        /// The server asked for a longer wait than the client allows.
        RetryAfterTooLong = "retry_after_too_long", 5;
        /// The call's time ran out, or the next wait would not fit in what is left.
        Deadline = "deadline", 6;
        /// The client's retry budget is empty.
        BudgetExhausted = "budget_exhausted", 7;
        /// The caller cancelled.
        Cancelled = "cancelled", 8;
        /// Reserved: the request body cannot be sent twice.
        BodyNotReplayable = "body_not_replayable", 9;
    }
}

closed_set! {
    /// What caused an attempt.
    Cause {
        /// The first request of the call.
        Initial = "initial", 1;
        /// A repetition after a failure.
        Retry = "retry", 2;
        /// A repetition with a refreshed credential after a 401.
        Reauth = "reauth", 3;
        /// A hop that a redirect response asked for.
        Redirect = "redirect", 4;
        /// A repetition of a request that the server said it did not process.
        Resend = "resend", 5;
    }
}

closed_set! {
    /// Why a call waited before its next attempt.
    WaitReason {
        /// The client's own exponential backoff.
        Backoff = "backoff", 1;
        /// The server's Retry-After.
        RetryAfter = "retry_after", 2;
    }
}

closed_set! {
    /// Whether an attempt's request went out. `Unknown` decides like `Yes`, unless the server guaranteed that it did not process the request.
    Sent {
        /// Nothing of the request left the client.
        No = "no", 1;
        /// The server received the request.
        Yes = "yes", 2;
        /// The request, or a part of it, may have reached the server.
        Unknown = "unknown", 3;
    }
}

closed_set! {
    /// What a reader of a whole trail should know.
    TrailNote {
        /// The client does not verify TLS certificates.
        TlsUnverified = "tls_unverified", 1;
        /// The call went through a proxy.
        ViaProxy = "via_proxy", 2;
        /// An earlier attempt of unknown outcome may have succeeded on the server.
        MayHaveSucceeded = "may_have_succeeded", 3;
        /// A script answered the call, not a network.
        Scripted = "scripted", 4;
        /// The client injected faults into the call.
        Chaos = "chaos", 5;
    }
}

closed_set! {
    /// What was odd about an attempt's request ID.
    RequestIdNote {
        /// The response carries no request ID.
        Missing = "missing", 1;
        /// The response carries several differing request IDs; the first one counts.
        Duplicate = "duplicate", 2;
        /// The request ID holds bytes outside printable ASCII, shown escaped.
        Malformed = "malformed", 3;
        /// The request ID is longer than 256 bytes and was cut.
        Truncated = "truncated", 4;
        /// The body names another request ID than the header.
        BodyMismatch = "body_mismatch", 5;
        /// The request ID equals the correlation ID that the attempt carried.
        AsSent = "as_sent", 6;
    }
}
