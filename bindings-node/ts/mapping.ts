/** Makes error objects of the parts that the native half gives. */

import { BY_CATEGORY, BY_KIND } from "./error-classes.js";
import type { Category, ErrorKind } from "./codes.js";
import { ApiError, type ApiErrorFields, type ReqtrailError } from "./errors.js";
import { native } from "./loader.js";
import type { ErrorParts, Items } from "./native.js";
import { rateLimitOf } from "./response.js";
import { trailOf } from "./trail.js";

/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/**
 * Makes the error of an item. Its stack begins above the function `above`, in the program's own code.
 *
 * @param thrown finds what a function of the program's threw, by its number.
 * @param reason why the call was cancelled, if it was.
 */
export function errorOf(
  items: Items,
  index: number,
  above: Above,
  thrown?: (number: number) => unknown,
  reason?: unknown,
): ReqtrailError {
  const parts = native.errorParts(items, index);
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
    cause: causeOf(parts, above, thrown) ?? (kind === "cancelled" ? reason : undefined),
  };
  const api = parts.api;
  if (api !== undefined) {
    fields.rawCode = api.rawCode ?? null;
    fields.title = api.title ?? null;
    fields.details = api.details ?? null;
    fields.hint = api.hint ?? null;
    fields.microversion = api.microversion ?? null;
    fields.rateLimit = rateLimitOf(api.rateLimit);
    fields.headers = api.headers;
    fields.body = new Uint8Array(api.body.buffer, api.body.byteOffset, api.body.length);
  }
  let cls = BY_KIND[kind];
  if (cls === ApiError && category !== null) cls = BY_CATEGORY[category];
  const error = new cls(parts.display, fields);
  beginAbove(error, above);
  return error;
}

/** What a function of the program's threw, the error of another call, such as a sign-in, or why a token is unusable. */
function causeOf(
  parts: ErrorParts,
  above: Above,
  thrown: ((number: number) => unknown) | undefined,
): unknown {
  if (parts.thrown !== undefined) return thrown?.(parts.thrown);
  if (parts.source !== undefined) return errorOf(parts.source, 0, above, thrown);
  if (parts.sourceText === undefined) return undefined;
  const cause = new Error(parts.sourceText);
  beginAbove(cause, above);
  return cause;
}

/** Lets the stack of an error begin above a function. A program that awaits nothing has no frame of its own there. */
export function beginAbove(error: Error, above: Above): void {
  const full = error.stack;
  Error.captureStackTrace(error, above);
  if (!error.stack?.includes("\n    at ") && full !== undefined) {
    Object.defineProperty(error, "stack", { value: full, writable: true, configurable: true });
  }
}
