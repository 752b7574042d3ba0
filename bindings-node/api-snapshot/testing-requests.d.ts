/** The requests that a mock has received. */
import type { HeaderFields, QueryFields } from "./platform.js";
/** A request that a mock has received. */
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
    /** The body, if it is text that is not JSON. */
    readonly text: string | null;
    /** The body, if it is neither. */
    readonly body: Uint8Array | null;
    /** The number of the exchange that answered it, from 0; `null` if none did. */
    readonly exchange: number | null;
    /** When it arrived, in milliseconds since the mock was made. */
    readonly atMs: number;
    /** Returns the request as an object that is the same in every language, for `JSON.stringify`. */
    toJSON(): object;
}
/** Reads the requests that the native half reports. */
export declare function requestsOf(json: string): readonly MockRequest[];
