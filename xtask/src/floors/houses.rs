//! The plan of every house. CONTRIBUTING describes the core's floors in words.

use super::Language::{Python, Rust, TypeScript};
use super::{House, Library};

pub(super) const HOUSES: &[House] = &[
    House {
        folder: "core/src",
        language: Rust,
        floors: &[
            // Rules: no I/O, no runtime.
            &[
                "backoff",
                "call_id",
                "cancel",
                "charset",
                "closed_set",
                "codes",
                "coding",
                "fork",
                "http_date",
                "journal::files",
                "json",
                "lenient_json",
                "limits",
                "random",
                "rate_limit",
                "redact",
                "request_id",
                "retry_after",
                "set_uid",
                "signals",
                "surface",
                "target",
                "trace_context",
                "turn",
                "virtual_clock",
            ],
            &["dialect"],
            &["trail"],
            &["error", "response", "retry"],
            &["observe", "transport"],
            &["recorder"],
            &["journal"],
            &["record"],
            &["chaos"],
            &["call"],
            &["client", "request"],
            &["host"],
            &["blocking"],
            // Its houses: sign-in, the loop that follows anything, what is followed, and what programs ask for.
            &["openstack::accepted", "openstack::identity"],
            &["openstack::image", "openstack::volume"],
            &["openstack::compute"],
            &["openstack::resources"],
            &["openstack::story"],
            &["openstack"],
            &["testing::script"],
            &["testing"],
            &["fuzzing"],
        ],
        exceptions: &[],
        libraries: &[
            Library {
                name: "tokio",
                users: &[
                    "host",
                    "testing::transport",
                    "transport::hyper",
                    "transport::timers",
                    "virtual_clock",
                ],
            },
            Library {
                name: "hyper",
                users: &["transport::hyper"],
            },
            Library {
                name: "hyper_util",
                users: &["transport::hyper"],
            },
            Library {
                // The builder takes what a program brings, and hands it on.
                name: "reqwest",
                users: &["transport::reqwest", "client::builder"],
            },
        ],
    },
    House {
        folder: "cli/src",
        language: Rust,
        floors: &[
            // Rules: texts, times and exit codes.
            &["common", "exit", "interrupt", "shell", "time", "words"],
            // The process around the command.
            &["environment"],
            &["terminal"],
            &["cloud", "table"],
            // The journals of a folder, from the bytes of a file up to searches.
            &["journal::blocks", "journal::line"],
            &["journal::call", "journal::id", "journal::process"],
            &[
                "journal::filter",
                "journal::order",
                "journal::read",
                "journal::scan",
            ],
            &["journal::unfinished"],
            &["journal::merge", "journal::search", "journal::summary"],
            &["journal"],
            &["call_table"],
            // The subcommands, and what starts them.
            &["commands"],
            &["arguments"],
            &["run"],
            &["interpreter"],
        ],
        exceptions: &[],
        libraries: &[
            Library {
                name: "clap",
                users: &["arguments", "cloud", "commands", "common"],
            },
            Library {
                name: "libc",
                users: &["environment::descriptor", "interpreter"],
            },
            Library {
                name: "nix",
                users: &["commands::tail", "interrupt"],
            },
        ],
    },
    House {
        folder: "bindings-c/src",
        language: Rust,
        floors: &[
            // What C has: codes, pointers, numbers, texts.
            &["codes", "headers", "lock", "uncancelled"],
            &["numbers", "usage"],
            &["memory"],
            &["rate_limit", "text"],
            // The records that handles hold.
            &["attempt"],
            &["trail"],
            &["error"],
            // Why a function failed, and the form of every function.
            &["fault"],
            &["export"],
            // Handles.
            &[
                "cancel",
                "hooks",
                "recorder",
                "report",
                "response",
                "trail_reading",
                "version",
            ],
            &[
                "cloud",
                "inbox",
                "log",
                "operation_spec",
                "refresh",
                "request",
            ],
            &["ended", "options"],
            // What is driven.
            &["script"],
            &["client"],
            &["call"],
            &["operation"],
            &["queue"],
            // What the Go package asks beside the header.
            &["go::text"],
            &["go::error_fields"],
            &["go::error", "go::records", "go::steps"],
            &["go"],
        ],
        exceptions: &[],
        libraries: &[],
    },
    House {
        folder: "bindings-node/src",
        language: Rust,
        floors: &[
            // What crosses the border.
            &["command", "header_pairs", "items", "loop_handle", "values"],
            &["failure", "mailbox", "openstack", "request", "testing"],
            // What the TypeScript half calls.
            &["reading", "recorder"],
            &["cloud", "config"],
            &["client"],
        ],
        exceptions: &[],
        libraries: &[],
    },
    House {
        folder: "bindings-node/ts",
        language: TypeScript,
        floors: &[
            // Generated tables, the native half, and what asks nothing of the package.
            &[
                "codes",
                "crossing",
                "custom-dialect",
                "environment",
                "keepalive",
                "native",
                "platform",
                "properties",
                "records",
                "serial",
                "stacks",
                "version",
            ],
            &[
                "error-fields",
                "json",
                "loader",
                "mailbox",
                "secret",
                "serving",
            ],
            &["checks", "command", "option-types", "paths", "trail"],
            &[
                "dialect",
                "errors",
                "novavms-codes",
                "openstack-faults",
                "openstack-reports",
            ],
            &["openstack-records", "option-values"],
            &["option-kinds"],
            &["categories", "options", "recorder", "refresh"],
            &["error-classes", "hooks", "request"],
            &["mapping"],
            &["response"],
            // What programs touch.
            &["driver"],
            &["client"],
            &["operations"],
            &[
                "openstack-compute",
                "openstack-resources",
                "openstack-stories",
            ],
            &["openstack-cloud"],
            &["openstack"],
            // The kit for tests.
            &["testing-clock", "testing-members", "testing-requests"],
            &["testing-exchange"],
            &["testing-by-hand", "testing-mock"],
            &["testing"],
            &["error-exports"],
        ],
        exceptions: &[],
        libraries: &[],
    },
    House {
        folder: "bindings-python/src",
        language: Rust,
        floors: &[
            // What crosses the border.
            &[
                "command",
                "convert",
                "fork",
                "header_pairs",
                "logging",
                "python",
                "trail",
            ],
            &["events", "failure", "interrupt", "options", "request"],
            &["connection", "response"],
            &["recorder", "testing"],
            &["config"],
            &["fork_safe", "refresh", "watch"],
            // What the Python half calls.
            &["cloud", "openstack", "outcome"],
            &["client", "lane"],
            &["async_client"],
            &["_native"],
        ],
        exceptions: &[],
        libraries: &[],
    },
    House {
        folder: "bindings-python/python/reqtrail",
        language: Python,
        floors: &[
            // Generated tables, and what asks nothing of the package.
            &[
                "_codes",
                "_command",
                "_document",
                "_greenlets",
                "_json",
                "_novavms_codes",
                "_openstack_faults",
                "_option_docs",
                "_option_types",
                "_response",
            ],
            &["__main__", "_records"],
            &["_trail", "novavms"],
            &["_option_values"],
            &["_exceptions", "_openstack_records", "_options", "_recorder"],
            &["_categories", "_client", "_logging", "_openstack"],
            &["_mapping"],
            &["_loop"],
            // What programs touch.
            &["_async_client"],
            &["_cloud", "_operations"],
            &["_compute", "_resources"],
            &["openstack"],
            // The kit for tests.
            &["_testing_requests", "_testing_routes"],
            &["_testing_by_hand", "_testing_mock"],
            &["testing"],
        ],
        exceptions: &[],
        libraries: &[],
    },
];

pub(super) const GO_FOLDER: &str = "bindings-c/go";

/// The packages of Go, as folders of it.
pub(super) const GO_PACKAGES: &[&str] = &["", "reqtrailtest/"];

/// The Go files that know C. All others are Go alone.
pub(super) const CGO_FILES: &[&str] = &[
    "cloud.go",
    "convert.go",
    "core.go",
    "encode.go",
    "error_fields.go",
    "events.go",
    "link.go",
    "link_pkgconfig.go",
    "operation.go",
    "options.go",
    "queue.go",
    "recorder.go",
    "refresher.go",
    "reqtrailtest/native.go",
    "service.go",
    "trail.go",
    "version.go",
];
