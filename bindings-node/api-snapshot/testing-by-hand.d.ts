/** Trails, responses and errors made by hand. */
import type { ErrorKind, StopReason } from "./codes.js";
import type { CustomDialect } from "./custom-dialect.js";
import type { ReqtrailError } from "./errors.js";
import { type Response } from "./response.js";
import { type Reply } from "./testing-exchange.js";
import { type Trail } from "./trail.js";
/** The description of a call. The default is a `GET /` of a NovaVMS client. */
export interface CallDescription {
    /** The dialect of the API; `null` is none. Default: `novavms`. */
    dialect?: "novavms" | "openstack" | CustomDialect | (string & {}) | null | undefined;
    /** The method. Default: GET. */
    method?: string | undefined;
    /** The path template. Default: `/`. */
    path?: string | undefined;
    /** The values of the path's `{name}`. */
    params?: Readonly<Record<string, string | number>> | undefined;
    /** Query parameters. */
    query?: Readonly<Record<string, string | number | boolean>> | undefined;
    /** Whether the request may be sent twice, whatever its method says. */
    idempotent?: boolean | undefined;
    /** The `Idempotency-Key`. */
    idempotencyKey?: string | undefined;
    /** The longest `Retry-After` that the call waits for. In milliseconds. */
    maxRetryAfterMs?: number | undefined;
    /** Why there was no further attempt, if the last one could have been repeated. Default: `attempts_exhausted`. */
    stopped?: StopReason | undefined;
}
/** The description of an attempt: an answer, or a failure. */
export interface AttemptDescription extends Omit<Reply, "delayMs" | "encoding" | "times" | "optional"> {
    /** How long the attempt took. In milliseconds. */
    elapsedMs?: number | undefined;
    /** What went wrong, if there was no usable answer. */
    failure?: "connect" | "timeout" | "transport" | "too_large" | "decode" | "redirect" | "cancelled" | undefined;
    /** How it failed, such as `ECONNRESET`. */
    failureCode?: string | null | undefined;
}
/** A call, described by its attempts. */
export interface TrailDescription extends CallDescription {
    attempts: readonly AttemptDescription[];
}
/** A response, described by its answer, or by all attempts of its call. */
export type ResponseDescription = CallDescription & (AttemptDescription | TrailDescription);
/** An error, described by its answer, its kind, or all attempts of its call. */
export type ErrorDescription = CallDescription & (AttemptDescription | TrailDescription) & {
    kind?: ErrorKind | undefined;
};
/**
 * Makes the trail of the call that is described. A mock plays the call, so that IDs, times, waits and the outcome fit
 * together.
 *
 * @example
 * ```ts
 * trail({ attempts: [{ code: "rate_limited", retryAfterMs: 2000 }, { status: 200 }] });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or the rule by which no call can be like that.
 */
export declare function trail(description: TrailDescription): Trail;
/**
 * Makes the response of the call that is described, as {@link trail} does.
 *
 * @example
 * ```ts
 * response({ json: { id: 7 }, requestId: "req_1" });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or the rule by which no call can be like that.
 */
export declare function response(description?: ResponseDescription): Response;
/**
 * Makes the error of the call that is described, as {@link trail} does.
 *
 * @example
 * ```ts
 * error({ code: "rate_limited", retryAfterMs: 60_000 });
 * error({ kind: "timeout", method: "POST", path: "/cameras/{id}/trigger", params: { id: 7 } });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or the rule by which no call can be like that.
 */
export declare function error(description: ErrorDescription): ReqtrailError;
