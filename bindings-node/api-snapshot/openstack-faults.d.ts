/** The error codes of OpenStack Nova. */
import { ApiError } from "./errors.js";
/** An error code of OpenStack Nova. Codes that this release does not know stay plain strings. */
export type Fault = 
/** The request is malformed or breaks the API's schema. */
"badRequest"
/** The token is missing, wrong or expired. */
 | "unauthorized"
/** Policy does not allow it, or a quota is exceeded. */
 | "forbidden"
/** The resource does not exist, or belongs to another project. */
 | "itemNotFound"
/** The resource does not take this method. */
 | "badMethod"
/** The server's state does not allow the action, or it is locked or busy with another. */
 | "conflictingRequest"
/** A quota is used up (413), or there were too many requests (429). */
 | "overLimit"
/** The content type of the body is not supported. */
 | "badMediaType"
/** The cloud's hypervisor or configuration does not support it. */
 | "notImplemented"
/** The service, or one that it needs, is temporarily unavailable. */
 | "serviceUnavailable"
/** Any fault without a more specific name: an unexpected error, but also 406 and 410. */
 | "computeFault";
/** The error codes of OpenStack Nova that this release knows. */
export declare const FAULTS: readonly Fault[];
/**
 * Whether it is an error of OpenStack Nova with a code that this release knows; then `switch (error.code)` narrows. Other codes
 * keep their text in `error.code`.
 */
export declare function hasKnownCode(error: unknown): error is ApiError & {
    readonly code: Fault;
};
/** How a server action ended, as far as the API tells. */
export type Verdict = 
/** It did what was asked for. */
"succeeded"
/** It did not do what was asked for. */
 | "failed"
/** The API does not say. */
 | "unknown";
