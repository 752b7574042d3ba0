/**
 * The errors that every call can end with.
 *
 * The generated `categories.ts` has the classes by kind and by category that add nothing.
 */
import type { Category, ErrorKind } from "./codes.js";
import { type ApiErrorValues, type ErrorValues } from "./error-fields.js";
import type { HeaderFields } from "./platform.js";
import type { RateLimit } from "./records.js";
import type { Trail, TrailJson } from "./trail.js";
/** The fields of an error. Omitted fields are `null`. */
export interface ErrorFields extends Partial<ErrorValues> {
    trail?: Trail | null;
    cause?: unknown;
}
/** The fields that only an API's answer has. Omitted fields are `null`, or empty. */
export interface ApiErrorFields extends ErrorFields, Partial<ApiErrorValues> {
    details?: string | null;
    headers?: readonly string[];
    body?: Uint8Array;
    /** The text of the body; `null` if it is the body as UTF-8. */
    text?: string | null;
    /** The JSON of the body; `null` if it is the text. */
    json?: string | null;
}
/** An error as JSON. */
export interface ErrorJson extends ErrorValues {
    name: string;
    message: string;
    requestIds: readonly string[];
    trail: TrailJson | null;
}
/**
 * The base class of errors: why a call returned no response, or why a client could not be built.
 *
 * `message` is one line that is enough for support: what failed, status, code, every request ID, the number of attempts
 * and the call ID. `status`, `code`, `category`, `requestId` and `retryAfterMs` describe the last attempt, and are
 * `null` if it has none. `console.log` adds the support report, `JSON.stringify` the trail.
 */
export declare class ReqtrailError extends Error {
    /** What went wrong with the call. */
    readonly kind: ErrorKind;
    /**
     * What the API error of the last attempt means. For a look-up that found nothing or several resources, and for a call
     * that had no credential to send, it says why.
     */
    readonly category: Category | null;
    /**
     * The API's error code of the last attempt, in its canonical spelling. See `novavms.hasKnownCode` and
     * `openstack.hasKnownCode`.
     */
    readonly code: string | null;
    /** The status of the last attempt. */
    readonly status: number | null;
    /** The request ID of the last attempt. */
    readonly requestId: string | null;
    /** The wait that the server asked for in its last response. In milliseconds. */
    readonly retryAfterMs: number | null;
    /** What went wrong, in words. For an `api` error it is the server's message, if there is one. */
    readonly reason: string | null;
    /**
     * The option that a `config` or `invalid_request` error is about, in this language's spelling; `null` if the error is
     * about something else.
     */
    readonly option: string | null;
    /** Whether any attempt's request may have reached the server. */
    readonly mayHaveBeenSent: boolean;
    /** The call's trail; `null` only if the client could not be built, or was closed before the call. */
    readonly trail: Trail | null;
    constructor(message?: string, given?: ErrorFields);
    /** The request IDs of all attempts, in order. */
    get requestIds(): readonly string[];
    /** Returns the error with its trail, without its stack and its cause, for `JSON.stringify`. */
    toJSON(): ErrorJson;
}
/** The server answered with a final status outside 2xx. There is a subclass for each category. */
export declare class ApiError extends ReqtrailError {
    #private;
    readonly kind: "api";
    readonly category: Category;
    readonly status: number;
    readonly trail: Trail;
    /** The API's error code as the server wrote it. */
    readonly rawCode: string | null;
    /** The heading of the server's text, if the API writes one. OpenStack's middleware writes one instead of a code. */
    readonly title: string | null;
    /** How to fix the cause of the code, if the dialect knows. */
    readonly hint: string | null;
    /**
     * The URL of the page that explains the code, or of the API's status page, if the dialect knows one. It never comes
     * from the server.
     */
    readonly documentationUrl: string | null;
    /** The version of the API that the server answered with, as in `2.90`; `null` if the API has no versions. */
    readonly microversion: string | null;
    /** The rate limit that the response reported. */
    readonly rateLimit: RateLimit | null;
    constructor(message?: string, given?: ApiErrorFields);
    /** The server's details for operators, such as a stack trace. They are not for end users. */
    get details(): string | null;
    /** The answer's headers. */
    get headers(): HeaderFields;
    /** The first 64 KiB of the answer's body, decoded. */
    get body(): Uint8Array;
    /**
     * The first 64 KiB of the answer's body as text, decoded by the charset of its `Content-Type`, else as UTF-8 with
     * replacement characters for bytes that cannot be decoded.
     */
    get text(): string;
    /**
     * Returns the answer's body as JSON; `null` if it is not JSON, or longer than the 64 KiB that are kept. It does not
     * throw, because the program is already handling an error. `T` is the expected type; it is not checked.
     */
    json<T = unknown>(): T | null;
}
/**
 * The time of the attempt, of the call or of its `AbortSignal` ran out. If it was the signal's, `cause` is its reason,
 * the platform's `TimeoutError`.
 */
export declare class TimeoutError extends ReqtrailError {
    readonly kind: "timeout";
}
/**
 * The call's `AbortSignal` was aborted, or its client closed. `name` is `AbortError`, like the platform's, and `cause`
 * is the signal's reason.
 */
export declare class CancelledError extends ReqtrailError {
    readonly kind: "cancelled";
}
/** The request cannot be built; the text says why, or that the client is closed. Nothing was sent. */
export declare class RequestBuildError extends ReqtrailError {
    readonly kind: "invalid_request";
}
