//! The options of an OpenStack cloud: the keys of an entry of `clouds.yaml` that every language takes by name.
//!
//! They cross as JSON with those keys, so that the rows are names, types and documentation; `openstack/identity` reads the
//! values, as it does those of the file.

macro_rules! cloud_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets the URL of Keystone, `auth_url`, and what the way to sign in takes: `username`, `password`,
                /// `passcode`, `project_name` and domains, or `application_credential_id` and
                /// `application_credential_secret`, or `token`. `trust_id` replaces the project, and `receipt` continues a
                /// multi-factor sign-in. `http_basic` takes `endpoint`, `username` and `password`.
                1 auth: Keys {
                    python_type: "Mapping[str, str | Secret]",
                    node_type: "Readonly<Record<string, SecretText>>",
                    go_type: "map[string]Secret",
                };

                /// Sets the way to sign in: `password` (the default), `v3totp`, `v3multifactor`, `v3applicationcredential`,
                /// `token`, `http_basic`, `admin_token` or `none`. A passcode serves one sign-in, so a client that had one
                /// does not renew its token.
                2 auth_type: String { node: "auth_type" };

                /// Sets the region of the endpoint; the default is the first endpoint of the catalog that fits.
                3 region_name: String { node: "region_name" };

                /// Sets the interface of the endpoint: `public` (the default), `internal` or `admin`.
                4 interface: Vec<String> { go_type: "string" };

                /// Sets the compute endpoint, instead of the catalog's.
                5 compute_endpoint_override: String { node: "compute_endpoint_override" };

                /// Sets the version of the API that requests ask for, such as `2.90`.
                6 compute_default_microversion: String { node: "compute_default_microversion" };

                /// Sets whether TLS certificates are verified.
                7 verify: bool { default: true, go: "InsecureSkipVerify" };

                /// Sets the path of a PEM file with more certificate authorities.
                8 cacert: String { go: "CACert" };

                /// Sets the path of a PEM file with a client certificate.
                9 cert: String { };

                /// Sets the path of a PEM file with the private key of the client certificate.
                10 key: String { };

                /// Sets the methods of `v3multifactor`, such as `v3password` and `v3totp`.
                11 auth_methods: Vec<String> { node: "auth_methods" };
            }
            by_hand { }
        }
    };
}
/// Makes the list of the names.
macro_rules! cloud_names {
    (
        options { $($(#[$doc:meta])* $id:literal $name:ident: $type:ty { $($detail:tt)* };)+ }
        by_hand { }
    ) => {
        /// The options of a cloud, in the spelling of the languages that name options by strings.
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}
cloud_options!(cloud_names);
