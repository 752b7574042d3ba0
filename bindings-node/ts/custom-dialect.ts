/** Descriptions of APIs that reqtrail has no built-in dialect for. */

// Generated from core/src/dialect/custom.rs by `cargo run -p xtask -- codegen`; do not edit.

import type { Category } from "./codes.js";

/** The description of an API that reqtrail has no built-in dialect for. */
export interface CustomDialect {
  /** The name that trails show. */
  name: string;
  /** The response headers that may carry the request ID, in order of precedence. */
  requestIdHeaders?: readonly string[] | undefined;
  /** How the credential is sent. */
  auth?: CustomAuth | undefined;
  /** Where the parts of an error body are. */
  error?: ErrorPointers | undefined;
  /** What is known about the API's codes. They match exactly. */
  codes?: Readonly<Record<string, CustomCode>> | undefined;
  /** A request header that carries the call ID, the same on every attempt. */
  correlationHeader?: string | null | undefined;
  /** The request header of an idempotency key. */
  idempotencyHeader?: string | null | undefined;
  /** The response headers of a rate limit. */
  rateLimitHeaders?: CustomRateLimit | null | undefined;
}

/** How a custom dialect sends the credential: `header: prefix + token`. */
export interface CustomAuth {
  /** The header's name. */
  header: string;
  /** The text before the token, including its space. */
  prefix?: string | undefined;
}

/** JSON pointers (RFC 6901) into an error body. */
export interface ErrorPointers {
  /** The error code: a string or an integer. */
  code?: string | null | undefined;
  /** The text for people. */
  message?: string | null | undefined;
  /** The request ID. */
  requestId?: string | null | undefined;
}

/** What is known about one code. The status decides what is left out. */
export interface CustomCode {
  /** The meaning: the name of a `Category`. */
  category?: Category | null | undefined;
  /** Whether a request that got it may be repeated: `always`, as after a 429; `if_safe`, as after a 503; or `never`. */
  retry?: "always" | "if_safe" | "never" | null | undefined;
  /** How to fix the cause of the code. */
  hint?: string | null | undefined;
  /** The URL, http or https, of the page that explains the code. */
  documentationUrl?: string | null | undefined;
}

/** The response headers of a rate limit. */
export interface CustomRateLimit {
  /** The header of the limit. */
  limit: string;
  /** The header of the remaining requests. */
  remaining: string;
  /** The header of the reset. */
  reset: string;
  /** What the reset counts from: `epoch`, seconds since 1970, or `delta`, seconds from now. */
  resetIs: "epoch" | "delta";
}
