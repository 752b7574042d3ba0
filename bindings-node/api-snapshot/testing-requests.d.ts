/** The requests that came to a mock. */
import type { HeaderFields, QueryFields } from "./platform.js";
/** A request that came to a mock. */
export interface MockRequest {
    /** The method. */
    readonly method: string;
    /** The path and the query, as sent. */
    readonly target: string;
    /** The path, as sent. */
    readonly path: string;
    /** The query. */
    readonly query: QueryFields;
    /** The headers. */
    readonly headers: HeaderFields;
    /** The body, if it is JSON. */
    readonly json: unknown;
    /** The body, if it is a text that is not JSON. */
    readonly text: string | null;
    /** The body, if it is neither. */
    readonly body: Uint8Array | null;
    /** Which exchange took it, counted from 0; `null`: none did. */
    readonly exchange: number | null;
    /** When it came, in milliseconds since the mock began. */
    readonly atMs: number;
    /** It as an object that is the same in every language; for `JSON.stringify`. */
    toJSON(): object;
}
/** Reads the requests that the native half tells of. */
export declare function requestsOf(json: string): readonly MockRequest[];
