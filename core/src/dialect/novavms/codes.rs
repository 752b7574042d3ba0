//! The error codes of NovaVMS.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

use crate::codes::Category;
use crate::dialect::{CodeEntry, DialectCodes, RetryRule};

/// An error code of NovaVMS. Codes that this release does not know keep their text in `Unknown`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request carried no credential.
    AuthRequired,
    /// The token is malformed, expired or signed by another key.
    InvalidToken,
    /// The e-mail address or password of a login is wrong.
    InvalidCredentials,
    /// The user account is disabled.
    AccountDisabled,
    /// The caller is known but its role does not allow this, or the resource belongs to another organisation.
    Forbidden,
    /// The resource does not exist, or it belongs to another organisation.
    NotFound,
    /// A field of the request is invalid; the message names the first one.
    ValidationFailed,
    /// The request conflicts with the resource's current state, such as a name that is taken.
    Conflict,
    /// The caller sent more requests than its limit allows.
    RateLimited,
    /// A webhook's signature could not be verified.
    WebhookSignatureInvalid,
    /// The webhook's URL cannot be reached over TLS.
    WebhookEndpointUnreachable,
    /// The server failed in a way it did not expect.
    InternalError,
    /// Something that the API depends on is temporarily unavailable.
    ServiceUnavailable,
    /// The API called the webhook's endpoint and got no 2xx answer in time.
    WebhookDeliveryFailed,
    /// A code that this release does not know, as the server wrote it.
    Unknown(String),
}

impl ErrorCode {
    /// Returns the code of this canonical name; any other text is `Unknown`.
    #[must_use]
    pub fn from_canonical(name: &str) -> Self {
        match name {
            "auth_required" => Self::AuthRequired,
            "invalid_token" => Self::InvalidToken,
            "invalid_credentials" => Self::InvalidCredentials,
            "account_disabled" => Self::AccountDisabled,
            "forbidden" => Self::Forbidden,
            "not_found" => Self::NotFound,
            "validation_failed" => Self::ValidationFailed,
            "conflict" => Self::Conflict,
            "rate_limited" => Self::RateLimited,
            "webhook_signature_invalid" => Self::WebhookSignatureInvalid,
            "webhook_endpoint_unreachable" => Self::WebhookEndpointUnreachable,
            "internal_error" => Self::InternalError,
            "service_unavailable" => Self::ServiceUnavailable,
            "webhook_delivery_failed" => Self::WebhookDeliveryFailed,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the canonical name, or the raw text of an unknown code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AuthRequired => "auth_required",
            Self::InvalidToken => "invalid_token",
            Self::InvalidCredentials => "invalid_credentials",
            Self::AccountDisabled => "account_disabled",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::ValidationFailed => "validation_failed",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::WebhookSignatureInvalid => "webhook_signature_invalid",
            Self::WebhookEndpointUnreachable => "webhook_endpoint_unreachable",
            Self::InternalError => "internal_error",
            Self::ServiceUnavailable => "service_unavailable",
            Self::WebhookDeliveryFailed => "webhook_delivery_failed",
            Self::Unknown(raw) => raw,
        }
    }

    /// Returns the number, which never changes between releases; 0 for an unknown code.
    #[must_use]
    pub const fn number(&self) -> u32 {
        match self {
            Self::AuthRequired => 1,
            Self::InvalidToken => 2,
            Self::InvalidCredentials => 3,
            Self::AccountDisabled => 4,
            Self::Forbidden => 5,
            Self::NotFound => 6,
            Self::ValidationFailed => 7,
            Self::Conflict => 8,
            Self::RateLimited => 9,
            Self::WebhookSignatureInvalid => 10,
            Self::WebhookEndpointUnreachable => 11,
            Self::InternalError => 12,
            Self::ServiceUnavailable => 13,
            Self::WebhookDeliveryFailed => 14,
            Self::Unknown(_) => 0,
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of each code.
pub(crate) static CODES: DialectCodes = DialectCodes {
    name: "novavms",
    title: "NovaVMS",
    documentation_url: Some(
        "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
    ),
    codes: &[
        CodeEntry {
            code: "auth_required",
            aliases: &[],
            status: 401,
            category: Category::Authentication,
            retry: None,
            meaning: "The request carried no credential.",
            fix: "Give the client a token: an API key, or the access token of a login. If one is set, check that a proxy does not strip the Authorization header.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/getting-started/auth/",
            ),
        },
        CodeEntry {
            code: "invalid_token",
            aliases: &[],
            status: 401,
            category: Category::Authentication,
            retry: None,
            meaning: "The token is malformed, expired or signed by another key.",
            fix: "Refresh the token, or log in again if refreshing fails. A token refresher on the client does this automatically.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
            ),
        },
        CodeEntry {
            code: "invalid_credentials",
            aliases: &[],
            status: 401,
            category: Category::Authentication,
            retry: Some(RetryRule::Never),
            meaning: "The e-mail address or password of a login is wrong.",
            fix: "Check the login's e-mail address and password. Do not try again unchanged: logins are limited to a few per quarter of an hour.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/rest/auth-endpoints/",
            ),
        },
        CodeEntry {
            code: "account_disabled",
            aliases: &[],
            status: 403,
            category: Category::Permission,
            retry: None,
            meaning: "The user account is disabled.",
            fix: "Ask an administrator of the organisation to enable the account again.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/rest/auth-endpoints/",
            ),
        },
        CodeEntry {
            code: "forbidden",
            aliases: &[],
            status: 403,
            category: Category::Permission,
            retry: None,
            meaning: "The caller is known but its role does not allow this, or the resource belongs to another organisation.",
            fix: "Compare the role of the key or user with the one that the endpoint needs, and check that the resource is in the caller's organisation and sites.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/reference/roles-and-permissions/",
            ),
        },
        CodeEntry {
            code: "not_found",
            aliases: &[],
            status: 404,
            category: Category::NotFound,
            retry: None,
            meaning: "The resource does not exist, or it belongs to another organisation.",
            fix: "Check the ID, and that the key belongs to the organisation that owns the resource.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
            ),
        },
        CodeEntry {
            code: "validation_failed",
            aliases: &["validation_error", "validation"],
            status: 400,
            category: Category::Invalid,
            retry: None,
            meaning: "A field of the request is invalid; the message names the first one.",
            fix: "Correct the field that the message names. Only the first bad field is reported, so another may follow.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
            ),
        },
        CodeEntry {
            code: "conflict",
            aliases: &[],
            status: 409,
            category: Category::Conflict,
            retry: None,
            meaning: "The request conflicts with the resource's current state, such as a name that is taken.",
            fix: "Fetch the resource again and repeat the change on its fresh state.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
            ),
        },
        CodeEntry {
            code: "rate_limited",
            aliases: &["too_many_requests"],
            status: 429,
            category: Category::RateLimited,
            retry: None,
            meaning: "The caller sent more requests than its limit allows.",
            fix: "Send fewer requests, or wait as long as Retry-After says. Camera triggers, logins and pairing codes have separate rate limits that a retry does not lift.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/rate-limit-handling/",
            ),
        },
        CodeEntry {
            code: "webhook_signature_invalid",
            aliases: &[],
            status: 400,
            category: Category::Invalid,
            retry: None,
            meaning: "A webhook's signature could not be verified.",
            fix: "Check that both sides use the webhook's whole current secret and sign the raw body.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/webhooks/signature-verification/",
            ),
        },
        CodeEntry {
            code: "webhook_endpoint_unreachable",
            aliases: &[],
            status: 400,
            category: Category::Invalid,
            retry: None,
            meaning: "The webhook's URL cannot be reached over TLS.",
            fix: "Make the endpoint reachable from the internet with a valid certificate, and let it answer a POST with 2xx.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/",
            ),
        },
        CodeEntry {
            code: "internal_error",
            aliases: &[],
            status: 500,
            category: Category::Server,
            retry: None,
            meaning: "The server failed in a way it did not expect.",
            fix: "Try again later. If it persists, send the request IDs of the trail to support.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/request-tracing/",
            ),
        },
        CodeEntry {
            code: "service_unavailable",
            aliases: &[],
            status: 503,
            category: Category::Unavailable,
            retry: None,
            meaning: "Something that the API depends on is temporarily unavailable.",
            fix: "Try again later, and look at the API's status page.",
            documentation_url: Some("https://status.novalien.com"),
        },
        CodeEntry {
            code: "webhook_delivery_failed",
            aliases: &[],
            status: 502,
            category: Category::Unavailable,
            retry: Some(RetryRule::Never),
            meaning: "The API called the webhook's endpoint and got no 2xx answer in time.",
            fix: "Look at the webhook's delivery log and fix the endpoint. Repeating this request does not deliver the event.",
            documentation_url: Some(
                "https://novavms-manual.novalien.com/developer/troubleshooting/webhook-delivery-failures/",
            ),
        },
    ],
};
