/** Makes error objects from the native half's records. */

import { BY_CATEGORY, BY_KIND } from "./error-classes.js";
import { ApiError, type ApiErrorFields, type ReqtrailError } from "./errors.js";
import { native } from "./loader.js";
import { type ErrorRecord, type Items, bare } from "./crossing.js";
import { rateLimitOf } from "./records.js";
import { type Site, beginAt } from "./stacks.js";
import { trailOf } from "./trail.js";

/**
 * Makes the error of an item. Its stack begins at `site`, in the program's code.
 *
 * @param thrown finds the value that a function of the program threw, by its number.
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
  // The constructor takes the other fields unchanged.
  const fields = record as unknown as ApiErrorFields;
  fields.rateLimit = rateLimit === undefined ? null : rateLimitOf(rateLimit);
  if (body !== undefined) {
    // Programs get bytes, not Node's `Buffer`.
    fields.body = new Uint8Array(body.buffer, body.byteOffset, body.length);
  }
  fields.trail = record.hasTrail ? trailOf(items, index) : null;
  // A call that was not ended by the caller ended before its signal was aborted.
  fields.cause = causeOf(record, site, thrown) ?? (record.byCaller ? reason : undefined);
  const { kind = "internal", category = null } = fields;
  let cls = BY_KIND[kind];
  if (cls === ApiError && category !== null) cls = BY_CATEGORY[category];
  const error = new cls(record.display, fields);
  beginAt(error, site);
  return error;
}

/**
 * Returns what a function of the program threw, the error of another call such as a sign-in, or why there is no token.
 */
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
