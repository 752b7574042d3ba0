/** Descriptions of APIs that reqtrail has no built-in dialect for. */
import type { Category } from "./codes.js";
/** What is known of one code; what is left out is decided by the status. */
export interface CustomCode {
    category?: Category | undefined;
    /** `always` as a 429 is, `if_safe` as a 503 is, `never`. */
    retry?: "always" | "if_safe" | "never" | undefined;
    /** How to fix what the code complains of. */
    hint?: string | undefined;
}
/** The description of an API, as in the JSON that every language reads, with names in camelCase. */
export interface CustomDialect {
    name: string;
    /** The response headers that may hold the request ID, the best one first. */
    requestIdHeaders?: readonly string[] | undefined;
    /** How the credential is sent: `header: prefix + token`. */
    auth?: {
        header: string;
        prefix?: string | undefined;
    } | undefined;
    /** JSON pointers (RFC 6901) into an error body. */
    error?: {
        code?: string | null | undefined;
        message?: string | null | undefined;
        requestId?: string | null | undefined;
    } | undefined;
    /** The codes of the API, matched exactly. */
    codes?: Readonly<Record<string, CustomCode>> | undefined;
    /** The request header that carries the call ID. */
    correlationHeader?: string | null | undefined;
    /** The request header of idempotency keys. */
    idempotencyHeader?: string | null | undefined;
    /** The response headers of a rate limit. */
    rateLimitHeaders?: {
        limit: string;
        remaining: string;
        reset: string;
        resetIs: "epoch" | "delta";
    } | null | undefined;
}
/** A dialect as the native half takes it: a name, or JSON. What is wrong with the JSON is for the core to say. */
export declare function dialectText(dialect: unknown): string;
/** A name as the core writes it. */
export declare function snakeName(name: string): string;
