/** What a server says about the caller's rate limit. */

import { type RateLimitParts, bare } from "./native.js";

/** What a response said about the caller's rate limit. It is a report, not a licence: do not pace requests by it. */
export interface RateLimit {
  /** Requests allowed in the server's window. */
  readonly limit: number | null;
  /** Requests left in the window. */
  readonly remaining: number | null;
  /** When the window is full again. */
  readonly resetAt: Date | null;
}

/** Makes a rate limit of its parts. */
export function rateLimitOf(parts: RateLimitParts | null | undefined): RateLimit | null {
  if (parts == null) return null;
  const { limit = null, remaining = null, resetAt } = bare(parts);
  // Further away than a date can be.
  const reset = resetAt === undefined ? null : new Date(Math.min(resetAt, 8.64e15));
  return Object.freeze({ limit, remaining, resetAt: reset });
}
