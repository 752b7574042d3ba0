/** What a server says about the caller's rate limit. */
import { type RateLimitParts } from "./native.js";
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
export declare function rateLimitOf(parts: RateLimitParts | null | undefined): RateLimit | null;
