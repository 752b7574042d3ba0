/** Makes error objects of the parts that the native half gives. */

import { BY_CATEGORY, BY_KIND } from "./error-classes.js";
import type { Category, ErrorKind } from "./codes.js";
import { ApiError, type ApiErrorFields, type ReqtrailError } from "./errors.js";
import { native } from "./loader.js";
import { type ErrorParts, type Items, bare } from "./native.js";
import { rateLimitOf } from "./rate-limit.js";
import { type Site, beginAt } from "./stacks.js";
import { trailOf } from "./trail.js";

/**
 * Makes the error of an item. Its stack begins at `site`, in the program's own code.
 *
 * @param thrown finds what a function of the program's threw, by its number.
 * @param reason why the signal of the call was aborted, if it was.
 */
export function errorOf(
  items: Items,
  index: number,
  site: Site,
  thrown?: (number: number) => unknown,
  reason?: unknown,
): ReqtrailError {
  const parts = bare(native.errorParts(items, index));
  const kind = parts.kind as ErrorKind;
  const category = (parts.category ?? null) as Category | null;
  const fields: ApiErrorFields = {
    kind,
    category,
    code: parts.code ?? null,
    status: parts.status ?? null,
    requestId: parts.requestId ?? null,
    retryAfterMs: parts.retryAfterMs ?? null,
    reason: parts.reason ?? null,
    mayHaveBeenSent: parts.mayHaveBeenSent,
    trail: parts.hasTrail ? trailOf(items, index) : null,
    // A call that ended in another way did so before its signal was aborted.
    cause: causeOf(parts, site, thrown) ?? (parts.byCaller ? reason : undefined),
  };
  if (parts.api !== undefined) {
    const api = bare(parts.api);
    fields.rawCode = api.rawCode ?? null;
    fields.title = api.title ?? null;
    fields.details = api.details ?? null;
    fields.hint = api.hint ?? null;
    fields.microversion = api.microversion ?? null;
    fields.rateLimit = rateLimitOf(api.rateLimit);
    fields.headers = api.headers;
    fields.body = new Uint8Array(api.body.buffer, api.body.byteOffset, api.body.length);
    fields.text = api.text ?? null;
    fields.json = api.json ?? null;
  }
  let cls = BY_KIND[kind];
  if (cls === ApiError && category !== null) cls = BY_CATEGORY[category];
  if (kind === "config" || kind === "invalid_request") {
    // It is about an option, which the core calls by another name.
    if (fields.reason != null) fields.reason = ownNames(fields.reason);
    parts.display = ownNames(parts.display);
  }
  const error = new cls(parts.display, fields);
  beginAt(error, site);
  return error;
}

/** The core's names of options that are not merely in another spelling here. */
const NAMES: Readonly<Record<string, string>> = {
  base_delay: "baseDelayMs",
  max_delay: "maxDelayMs",
  max_retry_after: "maxRetryAfterMs",
  timeout: "timeoutMs",
  attempt_timeout: "attemptTimeoutMs",
  connect_timeout: "connectTimeoutMs",
  pool_idle_timeout: "poolIdleTimeoutMs",
  http2_ping_interval: "http2PingIntervalMs",
  http2_ping_timeout: "http2PingTimeoutMs",
  default_header: "headers",
  show_query_param: "showQueryParams",
};

/** The options that are in another spelling. */
const SPELT =
  /\b(?:base_url|max_attempts|user_agent|extra_ca|client_certificate|token_refresher|retry_budget|max_body_bytes|max_redirects|jitter_seed|http1_only|http2_ping_(?:interval|timeout)|pool_max_idle|unix_socket|idempotency_key|correlation_id|if_none_match|(?:base|max)_delay|max_retry_after|(?:attempt|connect|pool_idle)_timeout|default_header|show_query_param|timeout(?= is ))\b/g;

/** A text of the core with the options as they are called here. */
function ownNames(text: string): string {
  return text.replace(
    SPELT,
    (name) => NAMES[name] ?? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}

/** What a function of the program's threw, the error of another call, such as a sign-in, or why a token is unusable. */
function causeOf(
  parts: ErrorParts,
  site: Site,
  thrown: ((number: number) => unknown) | undefined,
): unknown {
  if (parts.thrown !== undefined) return thrown?.(parts.thrown);
  if (parts.source !== undefined) return errorOf(parts.source, 0, site, thrown);
  if (parts.sourceText === undefined) return undefined;
  const cause = new Error(parts.sourceText);
  beginAt(cause, site);
  return cause;
}
