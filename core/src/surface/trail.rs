//! The fields of a trail, in the order of their JSON.

macro_rules! trail_fields {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            fields {
                /// The library that wrote the trail, and its version, as in `reqtrail/0.1.0`.
                client: &str { schema: r#"{"pattern": "^reqtrail/[0-9]+\\.[0-9]+\\.[0-9]+"}"# } = |trail| trail.0.client.as_deref().unwrap_or(CLIENT);

                /// The call's own random ID, made before the first attempt.
                call_id: CallId {
                    schema: r#"{"pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}"#
                } = |trail| CallId::new(trail.0.opening.call_id);

                /// The W3C trace ID that every attempt's `traceparent` carried: 32 hex digits.
                trace_id: String { schema: r#"{"pattern": "^[0-9a-f]{32}$"}"# } = |trail| trail.0.opening.trace_id.to_string();

                /// The value that every attempt carried in the dialect's correlation header. For OpenStack it is the global
                /// request ID, which is `req-` and the call ID unless the caller set another. It appears in the logs of
                /// every service on the way.
                correlation_id: Option<&str> {} = |trail| trail.0.opening.correlation_id.as_deref();

                /// The name of the API's dialect.
                dialect: &str {} = |trail| &trail.0.opening.dialect;

                /// The service that was called, if one sign-in serves several. For OpenStack it is the service type, as in
                /// `compute`.
                service: Option<&str> {} = |trail| trail.0.opening.service.as_deref();

                /// The method that the caller asked for.
                method: &Method {} = |trail| &trail.0.opening.method;

                /// Scheme, host and port of the API.
                origin: &str {} = |trail| &trail.0.opening.origin;

                /// The path template, as in `/cameras/{id}`.
                path: &str {} = |trail| &trail.0.opening.path;

                /// When the call started, by this machine's clock.
                started_at: SystemTime {} = |trail| trail.0.opening.started_at;

                /// How long the call took, including all attempts and waits.
                elapsed: Duration { json: "elapsed_ms" } = |trail| trail.0.elapsed;

                /// How the call ended.
                outcome: Outcome {} = |trail| trail.0.outcome;

                /// Why no further attempt was made.
                stopped: StopReason {} = |trail| trail.0.stopped;

                /// What a reader of the trail should know.
                notes: &[TrailNote] {} = |trail| &trail.0.opening.notes;

                /// The attempts, in the order in which they were made.
                attempts: &[Attempt] {} = |trail| &trail.0.attempts;
            }
        }
    };
}
pub(crate) use trail_fields;
