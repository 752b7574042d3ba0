//! Names that are not options, and what to say about them.

use super::Spelling;
#[cfg(feature = "openstack")]
use super::operation::OperationKind;

/// Whose options are named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Owner {
    /// A client.
    Client,
    /// A request.
    Request,
    /// A query of a recorder.
    Recent,
    /// A cloud of OpenStack.
    #[cfg(feature = "openstack")]
    Cloud,
    /// An operation of OpenStack's compute API.
    #[cfg(feature = "openstack")]
    Operation(OperationKind),
}

/// An option of other libraries, and what this one has instead. Option names are in braces.
struct Foreign {
    owner: Owner,
    names: &'static [&'static str],
    advice: &'static str,
}

/// The options of requests, httpx, aiohttp, fetch, axios, undici, got, net/http and openstacksdk.
const FOREIGN: &[Foreign] = &[
    Foreign {
        owner: Owner::Client,
        names: &[
            "verify",
            "ssl",
            "verify_ssl",
            "rejectUnauthorized",
            "ca",
            "cafile",
            "RootCAs",
        ],
        advice: "certificates are always verified; {extra_ca} adds an authority, and {danger_accept_invalid_certs} turns the verification off",
    },
    Foreign {
        owner: Owner::Client,
        names: &["cert", "certificate", "key", "pfx"],
        advice: "{client_certificate} is one PEM text with the certificate and its key",
    },
    Foreign {
        owner: Owner::Client,
        names: &[
            "auth",
            "api_key",
            "apiKey",
            "key_id",
            "bearer",
            "credentials",
        ],
        advice: "{token} is the credential",
    },
    Foreign {
        owner: Owner::Client,
        names: &[
            "proxies",
            "agent",
            "httpAgent",
            "httpsAgent",
            "dispatcher",
            "trust_env",
        ],
        advice: "{proxy} is the URL of a proxy, and the environment names one by default",
    },
    Foreign {
        owner: Owner::Client,
        names: &["retries", "retry", "max_retries", "maxRetries", "total"],
        advice: "{max_attempts} counts the first attempt too",
    },
    Foreign {
        owner: Owner::Client,
        names: &[
            "limits",
            "max_connections",
            "pool_size",
            "connections",
            "maxSockets",
            "MaxIdleConns",
        ],
        advice: "{pool_max_idle} bounds the idle connections",
    },
    Foreign {
        owner: Owner::Client,
        names: &["http2", "allowH2", "http1"],
        advice: "HTTP/2 is used where the server offers it, unless {http1_only} is set",
    },
    Foreign {
        owner: Owner::Client,
        names: &[
            "follow_redirects",
            "allow_redirects",
            "redirect",
            "maxRedirections",
        ],
        advice: "{max_redirects} is how many are followed; 0 follows none",
    },
    Foreign {
        owner: Owner::Client,
        names: &["event_hooks", "hooks", "interceptors"],
        advice: "{on_attempt} and {on_call} are called with what happened",
    },
    Foreign {
        owner: Owner::Client,
        names: &["base_url", "baseURL", "baseUrl", "url", "prefixUrl"],
        advice: "the base URL is the first argument",
    },
    Foreign {
        owner: Owner::Client,
        names: &["lookup", "resolver", "dns", "hosts", "resolve_to_addrs"],
        advice: "{resolve} gives hosts their addresses",
    },
    Foreign {
        owner: Owner::Client,
        names: &["cookies", "jar"],
        advice: "there is no cookie jar; a `Cookie` goes into {headers}",
    },
    Foreign {
        owner: Owner::Client,
        names: &["connect", "connection_timeout"],
        advice: "{connect_timeout} is the time to connect",
    },
    Foreign {
        owner: Owner::Client,
        names: &[
            "read_timeout",
            "headersTimeout",
            "bodyTimeout",
            "request_timeout",
        ],
        advice: "{attempt_timeout} is the time of one attempt, and {timeout} that of the whole call",
    },
    Foreign {
        owner: Owner::Request,
        names: &["data", "content", "body", "payload"],
        advice: "{json} is sent as JSON, and {body} unchanged",
    },
    Foreign {
        owner: Owner::Request,
        names: &["form", "formData", "urlencoded"],
        advice: "{body} takes an encoded form; set its `Content-Type` in {headers}",
    },
    Foreign {
        owner: Owner::Request,
        names: &["files", "multipart"],
        advice: "multipart bodies are not encoded here; pass an encoded one as {body}, and set its `Content-Type` in {headers}",
    },
    Foreign {
        owner: Owner::Request,
        names: &["auth", "bearer", "token", "api_key", "apiKey"],
        advice: "the credential is the client's `token`; another one goes into {headers}",
    },
    Foreign {
        owner: Owner::Request,
        names: &["stream", "responseType", "preload_content", "raw"],
        advice: "a body is always read whole, up to the client's `max_body_bytes`",
    },
    Foreign {
        owner: Owner::Request,
        names: &[
            "searchParams",
            "search_params",
            "search",
            "qs",
            "args",
            "query_params",
        ],
        advice: "{query} are the query parameters",
    },
    Foreign {
        owner: Owner::Request,
        names: &[
            "validateStatus",
            "validate_status",
            "throwHttpErrors",
            "raise_for_status",
            "throwOnError",
        ],
        advice: "a status outside 2xx is an error unless {accept_statuses} has it",
    },
    Foreign {
        owner: Owner::Request,
        names: &["path_params", "pathParams", "path"],
        advice: "{params} are the values of the path's `{name}`",
    },
    Foreign {
        owner: Owner::Request,
        names: &["header"],
        advice: "{headers} are the headers",
    },
    Foreign {
        owner: Owner::Request,
        names: &["cookies"],
        advice: "a `Cookie` goes into {headers}",
    },
    Foreign {
        owner: Owner::Request,
        names: &["retries", "retry", "max_retries", "maxRetries"],
        advice: "{max_attempts} counts the first attempt too; 1 turns retries off",
    },
    Foreign {
        owner: Owner::Request,
        names: &[
            "verify",
            "rejectUnauthorized",
            "ca",
            "cert",
            "proxy",
            "proxies",
            "ssl",
            "follow_redirects",
            "allow_redirects",
            "maxRedirects",
            "max_redirects",
            "redirect",
            "agent",
            "dispatcher",
            "httpsAgent",
        ],
        advice: "it belongs to the client: its options are those of the wire, and its redirects stay on the origin",
    },
    Foreign {
        owner: Owner::Request,
        names: &["etag", "ifNoneMatchTag"],
        advice: "{if_none_match} is the entity tag of the response that the caller has",
    },
    Foreign {
        owner: Owner::Request,
        names: &["signal", "cancelToken", "cancel_token", "ctx", "context"],
        advice: "{cancel} is what cancels the call",
    },
    Foreign {
        owner: Owner::Request,
        names: &[
            "extensions",
            "read_timeout",
            "headersTimeout",
            "bodyTimeout",
        ],
        advice: "{attempt_timeout} is the time of one attempt, and {timeout} that of the whole call",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Operation(OperationKind::Follow),
        names: &["timeout", "timeoutMs", "timeout_ms", "Timeout", "max_wait"],
        advice: "{deadline} is how long the action is followed",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &[
            "auth_url",
            "username",
            "user_id",
            "user_domain_name",
            "user_domain_id",
            "password",
            "passcode",
            "receipt",
            "trust_id",
            "project_name",
            "project_id",
            "project_domain_name",
            "project_domain_id",
            "domain_name",
            "domain_id",
            "tenant_name",
            "system_scope",
            "application_credential_id",
            "application_credential_secret",
            "token",
            "endpoint",
        ],
        advice: "it is a key of `auth`, as in `clouds.yaml`",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &["region", "region_id"],
        advice: "`region_name` is the region of the endpoint",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &["insecure", "rejectUnauthorized", "ssl"],
        advice: "a `verify` that is false turns the verification of certificates off",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &["microversion", "default_microversion"],
        advice: "`compute_default_microversion` is the version that requests ask for",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &["cloud", "name", "profile", "load_yaml_config"],
        advice: "these options describe a cloud; one of `clouds.yaml` is found by its name",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Cloud,
        names: &[
            "timeout",
            "api_timeout",
            "app_name",
            "user_agent",
            "proxies",
        ],
        advice: "it belongs to the clients that the connection begins",
    },
    #[cfg(feature = "openstack")]
    Foreign {
        owner: Owner::Operation(OperationKind::Explain),
        names: &["timeout", "timeoutMs", "timeout_ms", "Timeout"],
        advice: "each of its calls has the time of the client's calls",
    },
];

/// The similarity from which one name is suggested for another.
const ALIKE: f64 = 0.8;

impl Owner {
    /// Returns the text that says that a name is not an option: with what this library has instead, or the likely intended
    /// name, or else every option. `known` are the options as the language spells them; those of an operation and of a cloud
    /// are known here, and for a cloud `known` are further keys that may be meant.
    #[must_use]
    pub fn unknown(self, name: &str, known: &[&str], spelling: Spelling) -> String {
        #[cfg(feature = "openstack")]
        let spelt: Vec<&str>;
        let (owner, all) = match self {
            Self::Client => ("a client".to_owned(), known),
            Self::Request => ("a request".to_owned(), known),
            Self::Recent => ("`recent`".to_owned(), known),
            #[cfg(feature = "openstack")]
            Self::Cloud => ("a cloud".to_owned(), super::cloud::NAMES),
            #[cfg(feature = "openstack")]
            Self::Operation(kind) => {
                let options = kind.options().iter();
                spelt = options.map(|option| spelling.option(option)).collect();
                let method = match kind {
                    // What users call is a method of another class.
                    OperationKind::FollowResource => "follow",
                    OperationKind::ExplainResource => "explain",
                    _ => kind.as_str(),
                };
                (format!("`{}`", spelling.method(method)), spelt.as_slice())
            }
        };
        let said = format!("{owner} has no option `{}`", name.escape_debug());
        let foreign = FOREIGN
            .iter()
            .find(|foreign| foreign.owner == self && foreign.names.contains(&name));
        let near = (all.iter().chain(known))
            .map(|known| (strsim::jaro_winkler(&plain(known), &plain(name)), known))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .filter(|(likeness, _)| *likeness >= ALIKE);
        match (foreign, near) {
            (_, Some((likeness, known))) if likeness > 0.99 => {
                format!("{said}; did you mean `{known}`?")
            }
            (Some(foreign), _) => format!("{said}: {}", advice(foreign.advice, spelling)),
            (None, Some((_, known))) => format!("{said}; did you mean `{known}`?"),
            (None, None) => {
                let all = all.join(", ");
                let more = match self {
                    #[cfg(feature = "openstack")]
                    Self::Cloud => ", and keys of services such as `volume_interface`",
                    _ => "",
                };
                format!("{said}; it has {all}{more}")
            }
        }
    }
}

/// Normalises a name: removes what languages spell differently.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| *letter != '_');
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    plain.strip_suffix("ms").unwrap_or(&plain).to_owned()
}

/// Replaces the options in braces by their names in the language.
fn advice(text: &'static str, spelling: Spelling) -> String {
    let mut out = String::new();
    for (at, part) in text.split(['{', '}']).enumerate() {
        match at % 2 {
            0 => out.push_str(part),
            // `{name}` of a path is not an option.
            _ if part == "name" => out.push_str("{name}"),
            _ => {
                out.push('`');
                out.push_str(spelling.option(part));
                out.push('`');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "timeout",
        "attempt_timeout",
        "max_attempts",
        "headers",
        "json",
        "content",
    ];

    #[test]
    fn a_slip_gets_the_name_that_was_meant() {
        for (slip, meant) in [
            ("timout", "`timeout`"),
            ("max_attemps", "`max_attempts`"),
            ("attemptTimeoutMs", "`attempt_timeout`"),
        ] {
            let said = Owner::Client.unknown(slip, KNOWN, Spelling::Python);
            assert!(
                said.contains("did you mean") && said.contains(meant),
                "{said}"
            );
        }
    }

    #[test]
    fn what_other_libraries_have_gets_advice_in_the_languages_words() {
        assert_eq!(
            Owner::Client.unknown("verify", KNOWN, Spelling::Node),
            "a client has no option `verify`: certificates are always verified; `extraCa` adds an authority, and \
             `dangerAcceptInvalidCerts` turns the verification off"
        );
        assert_eq!(
            Owner::Request.unknown("path_params", &["json"], Spelling::Python),
            "a request has no option `path_params`: `params` are the values of the path's `{name}`"
        );
    }

    #[test]
    fn anything_else_gets_the_list() {
        assert_eq!(
            Owner::Request.unknown("fruit\n", &["json", "query"], Spelling::Go),
            "a request has no option `fruit\\n`; it has json, query"
        );
    }

    #[test]
    #[cfg(feature = "openstack")]
    fn an_operation_has_the_options_of_its_kind() {
        use OperationKind::{Actions, Explain, ExplainResource, Follow, FollowResource, Server};
        for (kind, name, spelling, said) in [
            (
                Server,
                "limit",
                Spelling::C,
                "`server` has no option `limit`; it has microversion, timeout_ms, cancel_token",
            ),
            (
                Actions,
                "changesSinc",
                Spelling::Node,
                "`actions` has no option `changesSinc`; did you mean `changesSince`?",
            ),
            (
                Explain,
                "colour",
                Spelling::Node,
                "`explain` has no option `colour`; it has microversion, limit, signal",
            ),
            (
                ExplainResource,
                "colour",
                Spelling::Node,
                "`explain` has no option `colour`; it has timeoutMs, limit, signal",
            ),
            (
                FollowResource,
                "colour",
                Spelling::Node,
                "`follow` has no option `colour`; it has size, pollIntervalMs, maxPollIntervalMs, deadlineMs, settleTimeMs, \
                 signal, onProgress",
            ),
            (
                Follow,
                "timeout",
                Spelling::Python,
                "`follow` has no option `timeout`: `deadline` is how long the action is followed",
            ),
        ] {
            assert_eq!(Owner::Operation(kind).unknown(name, &[], spelling), said);
        }
    }

    #[test]
    fn advice_names_options_that_there_are() {
        for foreign in FOREIGN {
            for option in foreign.advice.split(['{', '}']).skip(1).step_by(2) {
                let known = super::super::names::is_option(option) || option == "name";
                assert!(known, "{option}");
            }
        }
    }
}
