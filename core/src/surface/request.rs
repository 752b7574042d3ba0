//! The options of a request.

macro_rules! request_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets the timeout of the whole call, including all attempts and waits. A value above the client's
                /// `attempt_timeout` raises that for this call too.
                1 timeout: Duration { expected: "a longer time" };

                /// Sets the timeout of one attempt, including its body.
                2 attempt_timeout: Duration { expected: "a longer time" };

                /// Sets the timeout of connecting.
                3 connect_timeout: Duration { expected: "a longer time" };

                /// Sets the maximum number of attempts, 1 to 32; 1 turns retries off.
                4 max_attempts: u32 { expected: "1 to 32" };

                /// Sets whether the request may be sent twice. By default its method decides.
                5 idempotent: bool { };

                /// Sets the `Idempotency-Key`, the same on every attempt. A request with a key is safe to repeat.
                6 idempotency_key: String { setter: into, expected: "the key, or none" };

                /// Sets the correlation ID, the ID of the request that this call serves, instead of one made from the call
                /// ID. For OpenStack it is the global request ID, `req-` and a UUID in lower case, which appears in the logs
                /// of every service on the way. A malformed one is an `invalid_request` error, since the server would drop
                /// it silently.
                7 correlation_id: String { setter: into };

                /// Sets the version of the API to ask for, such as `2.90` or `latest`, instead of the client's
                /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions
                /// take it.
                8 microversion: String { setter: into };

                /// Sets the entity tag of a response that the caller has: the `ETag` header of an earlier response, sent
                /// unchanged, including the quotes. If it is still current, the call succeeds with a 304 without a body.
                /// Without this option a 304 is an `api` error, even if the caller sets the header `If-None-Match`.
                ///
                /// # Examples
                /// ```no_run
                /// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
                /// let first = client.get("/cameras/7").send().await?;
                /// let mut request = client.get("/cameras/7");
                /// if let Some(Ok(tag)) = first.headers().get("etag").map(|tag| tag.to_str()) {
                ///     request = request.if_none_match(tag);
                /// }
                /// let second = request.send().await?;
                /// let current = if second.not_modified() { first } else { second };
                /// # Ok(())
                /// # }
                /// ```
                9 if_none_match: String { setter: into, expected: "an entity tag" };

                /// Sets further statuses, 300 to 599, that are not errors. A response with one of them is the result of the
                /// call, like a 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not
                /// followed.
                10 accept_statuses: Vec<http::StatusCode> {
                    setter: [http::StatusCode], c: "accept_status", expected: "300 to 599"
                };
            }
            by_hand {
                /// Sets the values of the `{name}` parts of the path; each is percent-encoded as a whole. A secret stays
                /// `{name}` in trails, logs and errors.
                params {
                    c: "param",
                    python_type: "Mapping[str, object] | Iterable[tuple[str, object]]",
                    go_type: "Params"
                };

                /// Sets query parameters. Trails redact their values unless the client shows them.
                query {
                    python_type: "Query",
                    go_type: "url.Values",
                    python_doc: "A list of values sends the name once for each. `None` is left out, as a value and \
                        within a list.",
                    go_doc: "They are sent sorted by name."
                };

                /// Sets headers; one replaces the client's header of the same name.
                headers { c: "header", go: "Header", python_type: "Headers", node_type: "HeaderValues", go_type: "http.Header" };

                /// Sets a body that is sent as JSON.
                json {
                    python_type: "Any",
                    python_doc: "`None` is sent as `null`.",
                    node_type: "unknown",
                    go_type: "any",
                    node_doc: "What JSON would lose (maps, sets, promises, bytes) is refused; the error names its place.",
                    go_doc: "It then has the type application/json; nil means no body. What JSON would change is refused: \
                        a [Secret], which has to be converted to string to be sent, a stream, \
                        and a text that is not UTF-8. A finished body is sent unchanged: []byte, *bytes.Buffer, \
                        *bytes.Reader and *strings.Reader from their position, as application/octet-stream unless \
                        Header says otherwise, and [url.Values] as a form. Any other [io.Reader] is refused: read it \
                        first, so that a retry can send it again."
                };

                /// Sets a body that is sent unchanged.
                body {
                    python: "content",
                    python_type: "bytes | bytearray | memoryview | str",
                    node_type: "Body",
                    go_type: "[]byte",
                    go_doc: "Header may set its type. It cannot be combined with JSON."
                };

                /// Sets what cancels the call.
                cancel {
                    rust: "cancel_token",
                    node: "signal",
                    c: "cancel_token",
                    go: "ctx",
                    python_type: "CancelToken",
                    node_type: "Signal",
                    python_doc: "It works from any thread and at once, also during a wait or a body.",
                    node_doc: "It works at once, also during a wait or a body."
                };
            }
        }
    };
}
pub(crate) use request_options;
