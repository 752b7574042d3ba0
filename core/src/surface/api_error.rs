//! The fields that only an API's error response has.

macro_rules! api_error_fields {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            fields {
                /// The API's error code as the server wrote it.
                raw_code: Option<&str> {} = |api| api.0.raw_code.as_deref();

                /// The heading of the server's text, if the API writes one. OpenStack's middleware writes one instead of a
                /// code.
                title: Option<&str> {} = |api| api.0.title.as_deref();

                /// What the server says to operators, such as a stack trace. It is not meant for end users, and no error
                /// text, log or report repeats it.
                details: Option<&str> { hand: "node" } = |api| api.0.details.as_deref();

                /// How to fix the cause of the code, if the dialect knows.
                hint: Option<&str> {} = |api| api.0.hint.as_deref();

                /// The URL of the page that explains the code, or of the API's status page, if the dialect knows one.
                /// It never comes from the server.
                documentation_url: Option<&str> {} = |api| api.0.documentation_url.as_deref();

                /// The version of the API that the server answered with, as in `2.90`; `None` if the API has no
                /// versions.
                #[cfg(feature = "openstack")]
                microversion: Option<&str> {} = |api| answered_version(api.headers(), api.0.service.as_deref());

                /// The rate limit that the response reported.
                rate_limit: Option<RateLimit> { hand: "c" } = |api| api.0.rate_limit;

                /// The headers of the response.
                headers: &HeaderMap { go: "Header", hand: "node c" } = |api| &api.0.headers;

                /// The first 64 KiB of the response's body, decoded.
                body: &Bytes { hand: "node c" } = |api| &api.0.body;
            }
        }
    };
}
pub(crate) use api_error_fields;
