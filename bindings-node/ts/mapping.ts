/** Makes error objects of the records that the native half gives. */

import { BY_CATEGORY, BY_KIND } from "./error-classes.js";
import { ApiError, type ApiErrorFields, type ReqtrailError } from "./errors.js";
import { native } from "./loader.js";
import { type ErrorRecord, type Items, bare } from "./native.js";
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
  const record = bare(native.errorRecord(items, index));
  const { rateLimit, body } = record;
  // The other fields are as the constructor takes them.
  const fields = record as unknown as ApiErrorFields;
  fields.rateLimit = rateLimitOf(rateLimit);
  if (body !== undefined) {
    // A program gets bytes, and no Buffer of Node's.
    fields.body = new Uint8Array(body.buffer, body.byteOffset, body.length);
  }
  fields.trail = record.hasTrail ? trailOf(items, index) : null;
  // A call that ended in another way did so before its signal was aborted.
  fields.cause = causeOf(record, site, thrown) ?? (record.byCaller ? reason : undefined);
  const { kind = "internal", category = null } = fields;
  let cls = BY_KIND[kind];
  if (cls === ApiError && category !== null) cls = BY_CATEGORY[category];
  if (kind === "config" || kind === "invalid_request") {
    // It is about an option, which the core calls by another name.
    if (fields.reason != null) fields.reason = ownNames(fields.reason);
    record.display = ownNames(record.display);
  }
  const error = new cls(record.display, fields);
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
  record: ErrorRecord,
  site: Site,
  thrown: ((number: number) => unknown) | undefined,
): unknown {
  if (record.thrown !== undefined) return thrown?.(record.thrown);
  if (record.source !== undefined) return errorOf(record.source, 0, site, thrown);
  if (record.sourceText === undefined) return undefined;
  const cause = new Error(record.sourceText);
  beginAt(cause, site);
  return cause;
}
