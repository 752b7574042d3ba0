/** Trails, responses and errors made by hand. */
import type { ErrorKind, StopReason } from "./codes.js";
import type { CustomDialect } from "./custom-dialect.js";
import type { ReqtrailError } from "./errors.js";
import { type Response } from "./response.js";
import { type Reply } from "./testing-exchange.js";
import { type Trail } from "./trail.js";
/** A call that is described. What is left out is as a NovaVMS client makes `GET /`. */
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
    /** Whether the request may be sent twice, in place of what its method says. */
    idempotent?: boolean | undefined;
    /** The `Idempotency-Key`. */
    idempotencyKey?: string | undefined;
    /** The longest `Retry-After` that is waited for. In milliseconds. */
    maxRetryAfterMs?: number | undefined;
    /** Why there was no further attempt, where the last one could have been repeated. Default: `attempts_exhausted`. */
    stopped?: StopReason | undefined;
}
/** An attempt that is described: an answer, or a failure. */
export interface AttemptDescription extends Omit<Reply, "delayMs" | "encoding" | "times" | "optional"> {
    /** How long the attempt took. In milliseconds. */
    elapsedMs?: number | undefined;
    /** What went wrong, where there was no answer that could be used. */
    failure?: "connect" | "timeout" | "transport" | "too_large" | "decode" | "redirect" | "cancelled" | undefined;
    /** How it failed, as in `ECONNRESET`. */
    failureCode?: string | null | undefined;
}
/** A call by its attempts. */
export interface TrailDescription extends CallDescription {
    attempts: readonly AttemptDescription[];
}
/** A response by its answer, or by all attempts of its call. */
export type ResponseDescription = CallDescription & (AttemptDescription | TrailDescription);
/** An error by its answer, by its kind, or by all attempts of its call. */
export type ErrorDescription = CallDescription & (AttemptDescription | TrailDescription) & {
    kind?: ErrorKind | undefined;
};
/**
 * Makes the trail of a call that is described: a call is played as the description says, so that IDs, times, waits and how it
 * ended fit together.
 *
 * @example
 * ```ts
 * trail({ attempts: [{ code: "rate_limited", retryAfterMs: 2000 }, { status: 200 }] });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or by which rule no call goes so.
 */
export declare function trail(description: TrailDescription): Trail;
/**
 * Makes the response of a call that is described, as {@link trail} does.
 *
 * @example
 * ```ts
 * response({ json: { id: 7 }, requestId: "req_1" });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or by which rule no call goes so.
 */
export declare function response(description?: ResponseDescription): Response;
/**
 * Makes the error of a call that is described, as {@link trail} does.
 *
 * @example
 * ```ts
 * error({ code: "rate_limited", retryAfterMs: 60_000 });
 * error({ kind: "timeout", method: "POST", path: "/cameras/{id}/trigger", params: { id: 7 } });
 * ```
 *
 * @throws `TypeError` that names what is wrong, or by which rule no call goes so.
 */
export declare function error(description: ErrorDescription): ReqtrailError;
