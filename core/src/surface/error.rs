//! The fields that every error has. Its trail is not among them: it crosses to other languages as a handle.
//!
//! `from: record` takes the value that crosses from the error's record instead of the error; `optional: true` says that
//! there may be none. `from: record_if_any` leaves the field out if there is none.

macro_rules! error_fields {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            fields {
                /// What went wrong with the call.
                kind: ErrorKind { hand: "c" } = |error| error.0.kind;

                /// What the API error of the last attempt means. For a look-up that found nothing or several resources, and
                /// for a call that had no credential to send, it says why.
                category: Option<Category> {} = |error| error.0.category.or_else(|| error.last().and_then(Attempt::category));

                /// The API's error code of the last attempt, in its canonical spelling.
                code: Option<&str> {
                    go_type: "Code",
                    python_doc: "A member of the dialect's enum if the code is known.",
                    node_doc: "See `novavms.hasKnownCode` and `openstack.hasKnownCode`.",
                } = |error| error.described().and_then(Attempt::error_code);

                /// The status of the last attempt.
                status: Option<StatusCode> { go: "StatusCode" } = |error| error.described().and_then(Attempt::status);

                /// The request ID of the last attempt.
                request_id: Option<&RequestId> { hand: "c" } = |error| error.last().and_then(Attempt::request_id);

                /// The wait that the server asked for in its last response.
                retry_after: Option<Duration> { json: "retry_after_ms" } = |error| error.last().and_then(Attempt::retry_after);

                /// What went wrong, in words. For an `api` error it is the server's message, if there is one.
                message: &str { from: record, optional: true, node: "reason", hand: "c" } = |error| error.words();

                /// The option that a `config` or `invalid_request` error is about, in this language's spelling; `None` if
                /// the error is about something else.
                ///
                /// # Examples
                /// ```
                /// use reqtrail::Client;
                ///
                /// let error = Client::builder("https://api.example").max_attempts(0).build().unwrap_err();
                /// assert_eq!(error.option(), Some("max_attempts"));
                /// ```
                option: Option<&'static str> { from: record_if_any, hand: "c go" } = |error| error.wrong_option();

                /// Whether any attempt's request may have reached the server.
                may_have_been_sent: bool { hand: "c" } = |error| error.attempts().iter().any(|attempt| attempt.sent() != Sent::No);
            }
        }
    };
}
pub(crate) use error_fields;
