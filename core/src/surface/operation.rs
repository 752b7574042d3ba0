//! The operations of OpenStack's compute API, and their options.
//!
//! An operation is `NUMBER Kind name(parameters) -> Record: Set { Error: "when" };`. The first parameter names the server:
//! `server_id` by its UUID, `server_name` by its exact name, and `server` by either. The second names an action:
//! `request_id` by the ID of the request that started it, and `action` by that or by the request's response. What any
//! service accepted is named by a `resource`, which is its kind and its UUID, and by `accepted`, as an `action` is. `what`
//! names anything that the services of a connection have, so its operation needs the connection. The set says which
//! options the operation has. An operation with its own error types reports what it saw in them.

macro_rules! operation_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets the version of the API that all its requests ask for; the client's by default, or `latest` if that
                /// has none.
                1 microversion: String { };

                /// Sets the timeout of the whole call; the client's by default. A story of several services has no limit by
                /// default: its calls have the timeouts of their clients.
                2 timeout: Duration { expected: "a longer time", explainresource_only: "A story " };

                /// Sets the maximum number of actions, newest first. A history has 20 by default. A list has what the API
                /// returns, and takes a limit from microversion 2.58. A story has 20 actions, messages and tasks of each
                /// resource by default.
                3 limit: u32 {
                    go_expected: "1 to 4294967295, or 0 for the default", list_only: "A list ", explain_only: "A history ",
                    explainresource_only: "A story "
                };

                /// Sets the request ID of the action after which the list begins; from microversion 2.58.
                4 marker: String { };

                /// Sets the time at which, or later, the listed actions changed; from microversion 2.58.
                5 changes_since: SystemTime { };

                /// Sets the time at which, or earlier, the listed actions changed; from microversion 2.66.
                6 changes_before: SystemTime { };

                /// Sets the first wait between two polls. It doubles with each further poll.
                7 poll_interval: Duration { default: Duration::from_millis(500), go_expected: "a longer time" };

                /// Sets the longest wait between two polls.
                8 max_poll_interval: Duration { default: Duration::from_secs(10), c_in: "poll_interval", go_expected: "a longer time" };

                /// Sets how long the action is followed. One that still runs then is reported as `unknown`.
                9 deadline: Duration { default: Duration::from_secs(600), go_expected: "a longer time" };

                /// Sets how long an undecided state has to stay the same before it counts as the end, since an action looks
                /// idle between two of its steps. It is ten times as long while a step is not finished or has yet to begin.
                10 settle_time: Duration { default: Duration::from_secs(3), go_doc: "A negative value means none." };

                /// Sets the size that an extension of a volume asked for, in GiB. The response of a request that this
                /// process sent carries it; an ID alone does not.
                11 size: u32 { go_expected: "1 to 4294967295, or 0 for the default" };
            }
            by_hand {
                /// Sets what cancels the operation.
                cancel { rust: "cancel_token", node: "signal", c: "cancel_token", go: "ctx" };

                /// Sets the function that is called after every poll. It must be quick. The operation goes on if it fails.
                on_progress {
                    go_type: "func(*Progress)",
                    python_doc: "`Compute` calls it on the thread that follows, `AsyncCompute` on the event loop. What it \
                        raises goes to `sys.unraisablehook`, or to the loop's exception handler.",
                    node_doc: "What it throws becomes a warning of the process.",
                    go_doc: "The calls come in order, before the method returns. If the context ends, the method returns at once and does not wait for them."
                };
            }
        }
    };
}
pub(crate) use operation_options;

macro_rules! operation_rows {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            sets {
                /// How something is read.
                Read: microversion timeout cancel;

                /// Which actions are listed.
                List: microversion timeout limit marker changes_since changes_before cancel;

                /// How an action is followed.
                Follow: microversion poll_interval max_poll_interval deadline settle_time cancel on_progress;

                /// How many actions of a server's history are read.
                Explain: microversion limit cancel;

                /// How much of each resource a story has, and how long it may take.
                ExplainResource: timeout limit cancel;

                /// How what a service accepted is followed.
                FollowResource: size poll_interval max_poll_interval deadline settle_time cancel on_progress;
            }
            operations {
                /// Reads a server, its fault included.
                1 Server server(server_id) -> Server: Read {};

                /// Reads an action of a server by the ID of the request that started it: the one that its response carried.
                ///
                /// A deleted server's actions can be read from microversion 2.21.
                2 Action action(server_id, request_id) -> ServerAction: Read {};

                /// Lists a server's actions, newest first, without their steps.
                3 Actions actions(server_id) -> ActionPage: List {};

                /// Follows what a request started until it has ended, and says how.
                ///
                /// `server` is the server's UUID, or its exact name, which is looked up first. `action` is the response of that
                /// request, or its request ID. A report may still say `unknown`: look at its verdict.
                4 Follow follow(server, action) -> ActionReport: Follow {
                    ActionFailedError: "the action failed",
                    ActionUnfollowedError: "a poll failed for good or it was cancelled",
                };

                /// Reads the history of a server: its actions, newest first, each with its request ID, its outcome and its
                /// steps, and the server's fault.
                ///
                /// `server` is the server's UUID, or its exact name, which is looked up first. A deleted server has a
                /// history, by its UUID, as long as its actions can be read, from microversion 2.21.
                5 Explain explain(server) -> ServerHistory: Explain {
                    ExplainError: "it cannot be read",
                };

                /// Reads the server that has exactly this name, including its fault: looks the name up, then reads the
                /// server, whose trail the result has. A timeout applies to each of the two calls.
                ///
                /// If no server has this name, the error is `api` with the category `not_found`; if several have it,
                /// `invalid`.
                6 ServerByName server_by_name(server_name) -> Server: Read {};

                /// Follows the work that a request began until it has ended, and says how: the creation or extension of a
                /// volume, the import of an image, an action of a server.
                ///
                /// The work is named by the response of that request; or by its kind, such as `volume.extend` or
                /// `image.import`, the UUID of the resource, and the request ID. A report may still say `unknown`: look at
                /// its verdict.
                7 FollowResource follow_resource(resource, accepted) -> ActionReport: FollowResource {
                    ActionFailedError: "the work failed",
                    ActionUnfollowedError: "a poll failed for good, it was cancelled, or nothing says what to follow",
                };

                /// Reads the story of a server, a volume, a snapshot or an image over the services of a cloud, or of what
                /// bears a request's ID: what became of it, why, and which request IDs to give to the operator.
                ///
                /// `what` is a UUID, an exact name, or a request ID; or one of them with its kind and a slash in front, as in
                /// `volume/data`: `server`, `volume`, `snapshot`, `image` or `request`. What a service does not tell is a note of
                /// the story.
                8 ExplainResource explain_resource(what) -> Story: ExplainResource {
                    ExplainError: "it cannot be read",
                };
            }
        }
    };
}
pub(crate) use operation_rows;

macro_rules! kinds {
    (
        sets { $($(#[$about:meta])* $set:ident: $($option:ident)+;)+ }
        operations {
            $($(#[$doc:meta])* $id:literal $kind:ident $name:ident($($parameter:ident),+)
                -> $record:ident: $of:ident $errors:tt;)+
        }
    ) => {
        /// What an [`Operation`](crate::openstack::Operation) does.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum OperationKind {
            $($(#[$doc])* $kind = $id,)+
        }

        enum OptionSet {
            $($set,)+
        }

        impl OptionSet {
            const fn options(self) -> &'static [&'static str] {
                match self {
                    $(Self::$set => &[$(stringify!($option)),+],)+
                }
            }
        }

        impl OperationKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Returns the name, the same in every language.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($name),)+
                }
            }

            /// Returns the names of the options that operations of this kind have.
            #[must_use]
            pub const fn options(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => OptionSet::$of.options(),)+
                }
            }

            /// Returns the names, in snake case, of the parameters that name the server and, if there is one, the action.
            #[cfg(feature = "unstable-host")]
            #[must_use]
            pub const fn parameters(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => &[$(kinds!(@spelt $parameter)),+],)+
                }
            }
        }
    };
    // The documentation says which of the two is meant.
    (@spelt server) => { "server_id" };
    (@spelt $parameter:ident) => { stringify!($parameter) };
}
operation_rows!(kinds);

impl OperationKind {
    /// Returns the kind of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Returns whether operations of this kind have an option, by its name in
    /// [`OperationOptions`](crate::openstack::OperationOptions), or `cancel`, or the callback `on_progress`.
    #[must_use]
    pub fn has(self, option: &str) -> bool {
        self.options().contains(&option)
    }
}

impl std::fmt::Display for OperationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
