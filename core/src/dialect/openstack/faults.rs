//! The error codes of OpenStack Nova.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

use crate::codes::Category;
use crate::dialect::{CodeEntry, DialectCodes};

/// An error code of OpenStack Nova. Codes that this release does not know keep their text in `Unknown`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is malformed or breaks the API's schema.
    BadRequest,
    /// The token is missing, wrong or expired.
    Unauthorized,
    /// Policy does not allow it, or a quota is exceeded.
    Forbidden,
    /// The resource does not exist, or belongs to another project.
    ItemNotFound,
    /// The resource does not take this method.
    BadMethod,
    /// The server's state does not allow the action, or it is locked or busy with another.
    ConflictingRequest,
    /// A quota is used up (413), or there were too many requests (429).
    OverLimit,
    /// The content type of the body is not supported.
    BadMediaType,
    /// The cloud's hypervisor or configuration does not support it.
    NotImplemented,
    /// The service, or one that it needs, is temporarily unavailable.
    ServiceUnavailable,
    /// Any fault without a more specific name: an unexpected error, but also 406 and 410.
    ComputeFault,
    /// A code that this release does not know, as the server wrote it.
    Unknown(String),
}

impl Fault {
    /// Returns the code of this canonical name; any other text is `Unknown`.
    #[must_use]
    pub fn from_canonical(name: &str) -> Self {
        match name {
            "badRequest" => Self::BadRequest,
            "unauthorized" => Self::Unauthorized,
            "forbidden" => Self::Forbidden,
            "itemNotFound" => Self::ItemNotFound,
            "badMethod" => Self::BadMethod,
            "conflictingRequest" => Self::ConflictingRequest,
            "overLimit" => Self::OverLimit,
            "badMediaType" => Self::BadMediaType,
            "notImplemented" => Self::NotImplemented,
            "serviceUnavailable" => Self::ServiceUnavailable,
            "computeFault" => Self::ComputeFault,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the canonical name, or the raw text of an unknown code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::BadRequest => "badRequest",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::ItemNotFound => "itemNotFound",
            Self::BadMethod => "badMethod",
            Self::ConflictingRequest => "conflictingRequest",
            Self::OverLimit => "overLimit",
            Self::BadMediaType => "badMediaType",
            Self::NotImplemented => "notImplemented",
            Self::ServiceUnavailable => "serviceUnavailable",
            Self::ComputeFault => "computeFault",
            Self::Unknown(raw) => raw,
        }
    }

    /// Returns the number, which never changes between releases; 0 for an unknown code.
    #[must_use]
    pub const fn number(&self) -> u32 {
        match self {
            Self::BadRequest => 1,
            Self::Unauthorized => 2,
            Self::Forbidden => 3,
            Self::ItemNotFound => 4,
            Self::BadMethod => 5,
            Self::ConflictingRequest => 6,
            Self::OverLimit => 7,
            Self::BadMediaType => 8,
            Self::NotImplemented => 9,
            Self::ServiceUnavailable => 10,
            Self::ComputeFault => 11,
            Self::Unknown(_) => 0,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of each code.
pub(crate) static CODES: DialectCodes = DialectCodes {
    name: "openstack",
    title: "OpenStack Nova",
    documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
    codes: &[
        CodeEntry {
            code: "badRequest",
            aliases: &[],
            status: 400,
            category: Category::Invalid,
            retry: None,
            meaning: "The request is malformed or breaks the API's schema.",
            fix: "Read the message: it names the field. Compare the body with the API reference of the microversion that was sent.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "unauthorized",
            aliases: &[],
            status: 401,
            category: Category::Authentication,
            retry: None,
            meaning: "The token is missing, wrong or expired.",
            fix: "Sign in again; a client that signs in by itself does so once per call.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "forbidden",
            aliases: &[],
            status: 403,
            category: Category::Permission,
            retry: None,
            meaning: "Policy does not allow it, or a quota is exceeded.",
            fix: "Read the message: it names the policy rule or the quota. The operator grants roles and quotas.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "itemNotFound",
            aliases: &[],
            status: 404,
            category: Category::NotFound,
            retry: None,
            meaning: "The resource does not exist, or belongs to another project.",
            fix: "Check the ID and the project of the token.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "badMethod",
            aliases: &[],
            status: 405,
            category: Category::Invalid,
            retry: None,
            meaning: "The resource does not take this method.",
            fix: "Check the method and the path.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "conflictingRequest",
            aliases: &[],
            status: 409,
            category: Category::Conflict,
            retry: None,
            meaning: "The server's state does not allow the action, or it is locked or busy with another.",
            fix: "Read the message for the state; wait until task_state is null, or unlock the server.",
            documentation_url: Some(
                "https://docs.openstack.org/api-guide/compute/server_concepts.html",
            ),
        },
        CodeEntry {
            code: "overLimit",
            aliases: &[],
            status: 413,
            category: Category::Quota,
            retry: None,
            meaning: "A quota is used up (413), or there were too many requests (429).",
            fix: "At 413 free resources or ask the operator for quota: waiting does not help. At 429 wait as Retry-After says.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/limits.html"),
        },
        CodeEntry {
            code: "badMediaType",
            aliases: &[],
            status: 415,
            category: Category::Invalid,
            retry: None,
            meaning: "The content type of the body is not supported.",
            fix: "Send JSON with Content-Type: application/json.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "notImplemented",
            aliases: &[],
            status: 501,
            category: Category::Server,
            retry: None,
            meaning: "The cloud's hypervisor or configuration does not support it.",
            fix: "Another flavor, image or host type may support it; ask the operator.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "serviceUnavailable",
            aliases: &[],
            status: 503,
            category: Category::Unavailable,
            retry: None,
            meaning: "The service, or one that it needs, is temporarily unavailable.",
            fix: "Try again later.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "computeFault",
            aliases: &[],
            status: 500,
            category: Category::Server,
            retry: None,
            meaning: "Any fault without a more specific name: an unexpected error, but also 406 and 410.",
            fix: "Go by the status. For a 500, give the request ID to the operator: the reason is in the service's log.",
            documentation_url: Some("https://docs.openstack.org/api-guide/compute/faults.html"),
        },
        CodeEntry {
            code: "OverQuota",
            aliases: &[],
            status: 409,
            category: Category::Quota,
            retry: None,
            meaning: "A quota of Neutron is used up.",
            fix: "Read the message: it names the resource. Delete what is not needed any more, or ask the operator for quota: waiting does not help.",
            documentation_url: Some(
                "https://docs.openstack.org/api-ref/network/v2/#quotas-extension-quotas",
            ),
        },
        CodeEntry {
            code: "SubnetPoolQuotaExceeded",
            aliases: &[],
            status: 409,
            category: Category::Quota,
            retry: None,
            meaning: "The project's quota of addresses of a Neutron subnet pool is used up.",
            fix: "Delete subnets that are not needed any more, ask for a longer prefix, or ask the pool's owner for quota.",
            documentation_url: Some(
                "https://docs.openstack.org/api-ref/network/v2/#subnet-pools-extension-subnetpools",
            ),
        },
        CodeEntry {
            code: "IpAddressGenerationFailure",
            aliases: &[],
            status: 409,
            category: Category::Conflict,
            retry: None,
            meaning: "No address is left in a Neutron subnet.",
            fix: "Delete ports that are not needed any more, or use another subnet or network.",
            documentation_url: Some("https://docs.openstack.org/api-ref/network/v2/#ports"),
        },
        CodeEntry {
            code: "over_quota",
            aliases: &[],
            status: 413,
            category: Category::Quota,
            retry: None,
            meaning: "A quota of Designate is used up.",
            fix: "Delete zones or recordsets that are not needed any more, or ask the operator for quota: waiting does not help.",
            documentation_url: Some(
                "https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#quotas",
            ),
        },
        CodeEntry {
            code: "placement.concurrent_update",
            aliases: &[],
            status: 409,
            category: Category::Conflict,
            retry: None,
            meaning: "Another request changed the resource in Placement in between.",
            fix: "Read the resource again for its new generation, and repeat the request with that.",
            documentation_url: Some("https://docs.openstack.org/api-ref/placement/#errors"),
        },
    ],
};
