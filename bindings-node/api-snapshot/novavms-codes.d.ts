/** The error codes of NovaVMS. */
import { ApiError } from "./errors.js";
/** An error code of NovaVMS. Codes that this release does not know stay plain strings. */
export type ErrorCode = 
/** The request carried no credential. */
"auth_required"
/** The token is malformed, expired or signed by another key. */
 | "invalid_token"
/** The e-mail address or password of a login is wrong. */
 | "invalid_credentials"
/** The user account is disabled. */
 | "account_disabled"
/** The caller is known but its role does not allow this, or the resource belongs to another organisation. */
 | "forbidden"
/** The resource does not exist, or it belongs to another organisation. */
 | "not_found"
/** A field of the request is invalid; the message names the first one. */
 | "validation_failed"
/** The request conflicts with the resource's current state, such as a name that is taken. */
 | "conflict"
/** The caller sent more requests than its limit allows. */
 | "rate_limited"
/** A webhook's signature could not be verified. */
 | "webhook_signature_invalid"
/** The webhook's URL cannot be reached over TLS. */
 | "webhook_endpoint_unreachable"
/** The server failed in a way it did not expect. */
 | "internal_error"
/** Something that the API depends on is temporarily unavailable. */
 | "service_unavailable"
/** The API called the webhook's endpoint and got no 2xx answer in time. */
 | "webhook_delivery_failed";
/** The error codes of NovaVMS that this release knows. */
export declare const ERROR_CODES: readonly ErrorCode[];
/**
 * Whether it is an error of NovaVMS with a code that this release knows; then `switch (error.code)` narrows. Other codes
 * keep their text in `error.code`.
 */
export declare function hasKnownCode(error: unknown): error is ApiError & {
    readonly code: ErrorCode;
};
