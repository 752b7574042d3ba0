/** Trails, responses and errors made by hand. */

import { count, expected, flag, isRecord, millis, object, text } from "./checks.js";
import type { ErrorKind, StopReason } from "./codes.js";
import type { CustomDialect } from "./custom-dialect.js";
import { dialectText } from "./dialect.js";
import type { ReqtrailError } from "./errors.js";
import type { Items } from "./crossing.js";
import { native } from "./loader.js";
import { errorOf } from "./mapping.js";
import { type Response, responseOf } from "./response.js";
import { type Site, placed, refused, siteOf } from "./stacks.js";
import { ANSWER, type Reply } from "./testing-exchange.js";
import { type Members, type Reader, as, members, objectOf, pairs } from "./testing-members.js";
import { type Trail, trailOf } from "./trail.js";

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
export interface AttemptDescription extends Omit<
  Reply,
  "delayMs" | "encoding" | "times" | "optional"
> {
  /** How long the attempt took. In milliseconds. */
  elapsedMs?: number | undefined;
  /** What went wrong, if there was no usable answer. */
  failure?:
    | "connect"
    | "timeout"
    | "transport"
    | "too_large"
    | "decode"
    | "redirect"
    | "cancelled"
    | undefined;
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
export type ErrorDescription = CallDescription &
  (AttemptDescription | TrailDescription) & { kind?: ErrorKind | undefined };

const CALL: Readonly<Record<keyof CallDescription, Reader>> = {
  dialect: as("dialect", (_, value) => {
    const given = value === null || typeof value === "string";
    return given ? value : (JSON.parse(dialectText(value)) as unknown);
  }),
  method: as("method", text),
  path: as("path", text),
  params: as("params", (name, value) => {
    if (!isRecord(value)) throw expected(name, "an object", value);
    return value;
  }),
  query: pairs("query"),
  idempotent: as("idempotent", flag),
  idempotencyKey: as("idempotency_key", text),
  // JSON has no infinity; the largest number means the same to every reader.
  maxRetryAfterMs: as("max_retry_after", (name, value) =>
    Math.min(millis(name, value) / 1000, Number.MAX_VALUE),
  ),
  stopped: as("stopped", text),
};

const ATTEMPT: Readonly<Record<keyof AttemptDescription, Reader>> = {
  ...ANSWER,
  elapsedMs: as("elapsed_ms", count),
  failure: as("failure", text),
  failureCode: as("failure_code", (name, value) => (value === null ? null : text(name, value))),
};

const ATTEMPTS: Reader = (name, value) => {
  if (!Array.isArray(value)) throw expected(name, "an array", value);
  const attempts = value.map((one: unknown, index) => {
    const at = `${name}[${index}]`;
    return objectOf(members(at, object(at, one as object), ATTEMPT));
  });
  return ["attempts", `[${attempts.join(",")}]`];
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
export function trail(description: TrailDescription): Trail {
  return trailOf(made("trail", description, {}, siteOf(trail)), 0);
}

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
export function response(description: ResponseDescription = {}): Response {
  const items = made("response", description, ATTEMPT, siteOf(response));
  return responseOf(items, 0, trailOf(items, 0).attempts.at(-1)?.status ?? 0);
}

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
export function error(description: ErrorDescription): ReqtrailError {
  const site = siteOf(error);
  const items = made("error", description, { ...ATTEMPT, kind: as("kind", text) }, site);
  return errorOf(items, 0, site);
}

/** Makes what is described. `own` has the fields that it may have if its attempts are not described one by one. */
function made(
  what: "trail" | "response" | "error",
  description: object,
  own: Readonly<Record<string, Reader>>,
  site: Site,
): Items {
  return placed(site, () => {
    const items = native.madeByHand(what, described(what, object(what, description), own));
    if (typeof items === "string") throw refused(items);
    return items;
  });
}

/** Returns the description as the core takes it, with the fields in `own` in an object named `what`. */
function described(what: string, given: object, own: Readonly<Record<string, Reader>>): string {
  const isOwn = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(own, name);
  const entries = Object.entries(given) as [string, unknown][];
  const call = Object.fromEntries(entries.filter((entry) => !isOwn(entry)));
  const all: Members = members(what, call, { ...own, ...CALL, attempts: ATTEMPTS });
  const mine = members(what, Object.fromEntries(entries.filter(isOwn)), own);
  const isAlone = all["attempts"] === undefined;
  if (isAlone && what === "trail") throw expected("trail.attempts", "an array", undefined);
  // Beside attempts, they say how the call must end.
  if (isAlone || Object.keys(mine).length > 0) all[what] = objectOf(mine);
  return objectOf(all);
}
