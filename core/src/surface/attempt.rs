//! The fields of an attempt, in the order of their JSON.

macro_rules! attempt_fields {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            fields {
                /// The number of the attempt within the call, from 1.
                number: u32 { schema: r#"{"minimum": 1}"# } = |attempt| attempt.number;

                /// Why the attempt was made.
                cause: Cause {} = |attempt| attempt.cause;

                /// The method that was sent; a redirect may have changed it.
                method: &Method {} = |attempt| &attempt.method;

                /// The parent-id of the attempt's `traceparent`: 16 hex digits.
                span_id: String { schema: r#"{"pattern": "^[0-9a-f]{16}$"}"# } = |attempt| attempt.span_id.to_string();

                /// The URL, with secret parameters as `{name}` and query values redacted.
                url: &str {} = |attempt| &attempt.url;

                /// The address and port that the request's connection led to, as in `10.0.0.7:443` or `[::1]:443`: the
                /// server's or a proxy's. `None` without a connection, over a Unix socket, and for a transport that does not
                /// report it.
                remote_address: Option<SocketAddr> {} = |attempt| attempt.remote;

                /// The response's status, if a response arrived.
                status: Option<StatusCode> { go: "StatusCode", schema: r#"{"minimum": 100, "maximum": 999}"# } = |attempt| attempt.status;

                /// The server's ID of this request.
                request_id: Option<&RequestId> {} = |attempt| attempt.request_id.as_ref();

                /// Where the request ID was found.
                request_id_source: Option<&RequestIdSource> { schema: r#"{"pattern": "^(body|header:.+)$"}"# } = |attempt| attempt.request_id_source.as_ref();

                /// What was unusual about the request ID.
                request_id_notes: &[RequestIdNote] {} = |attempt| &attempt.request_id_notes;

                /// The request ID in the body, if it differs from the header's.
                body_request_id: Option<&RequestId> {} = |attempt| attempt.body_request_id.as_ref();

                /// The API's error code, in its canonical spelling.
                error_code: Option<&str> { go_type: "Code" } = |attempt| attempt.error_code.as_deref();

                /// What the API error means; `None` if the attempt is not an API error.
                category: Option<Category> {} = |attempt| attempt.category;

                /// What went wrong, if there was no complete, usable response.
                failure: Option<ErrorKind> {} = |attempt| attempt.failure;

                /// The well-known code of the failure, as in `ECONNREFUSED`, `ENOTFOUND` or `CERT_HAS_EXPIRED`; `None` if
                /// none fits.
                failure_code: Option<&str> {} = |attempt| attempt.failure_code.as_deref();

                /// The failure in words: one line of at most 200 characters, without secrets. It names the peer or the proxy
                /// if known. A timeout names its limit.
                failure_reason: Option<&str> {
                    schema: r#"{"minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000-\\u001f\\u007f]*$"}"#
                } = |attempt| attempt.failure_reason.as_deref();

                /// Whether the request went out.
                sent: Sent {} = |attempt| attempt.sent;

                /// Whether the server processed the request. `Some(true)`: it answered. `Some(false)`: nothing left the
                /// client, or the server guaranteed that it did not process the request; it may be sent again whatever its
                /// method is. `None`: unknown.
                processed: Option<bool> {} = |attempt| match attempt.sent {
            Sent::Yes => Some(true),
            Sent::No => Some(false),
            Sent::Unknown => attempt.unprocessed.then_some(false),
            Sent::Other(_) if attempt.unprocessed => Some(false),
            Sent::Other(_) => attempt.status.map(|_| true),
        };

                /// When the attempt started, relative to the start of the call.
                started: Duration { json: "started_ms" } = |attempt| attempt.started;

                /// How long the attempt took, including the body.
                elapsed: Duration { json: "elapsed_ms" } = |attempt| attempt.elapsed;

                /// The wait that the server asked for.
                retry_after: Option<Duration> { json: "retry_after_ms" } = |attempt| attempt.retry_after;

                /// The wait that was chosen after this attempt.
                wait: Option<Duration> { json: "wait_ms" } = |attempt| attempt.wait;

                /// What decided the wait.
                wait_reason: Option<WaitReason> {} = |attempt| attempt.wait_reason;
            }
        }
    };
}
pub(crate) use attempt_fields;
