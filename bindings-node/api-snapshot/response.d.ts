/** What a successful call gives. */
import { type Items } from "./crossing.js";
import type { HeaderFields } from "./platform.js";
import { type RateLimit } from "./records.js";
import { type Trail } from "./trail.js";
/** Makes the response of an item. */
export declare let responseOf: (items: Items, index: number, status: number) => Response;
/** Where a response is in native memory. */
export declare let itemOf: (response: Response) => readonly [Items, number];
/**
 * A 2xx response whose whole body is here, so that reading it waits for nothing; an `await` does no harm. With `ifNoneMatch`
 * it can be a 304, which has no body.
 */
export declare class Response {
    #private;
    /** The status. */
    readonly status: number;
    private constructor();
    /** Whether the status is 200 to 299, as with `fetch`. A response with another status is one that the request allowed. */
    get ok(): boolean;
    /** Whether what `ifNoneMatch` named is still current: a 304, which has no body. */
    get notModified(): boolean;
    /** The headers. Where the body was decoded, `Content-Encoding` and `Content-Length` are gone. */
    get headers(): HeaderFields;
    /** The server's ID of the request that succeeded. */
    get requestId(): string | null;
    /** The call's trail. */
    get trail(): Trail;
    /** The rate limit that the response reported. */
    get rateLimit(): RateLimit | null;
    /** The version of the API that the server answered with, as in `2.90`; `null` where the API has none. */
    get microversion(): string | null;
    /**
     * The body as JSON. `T` is what the program expects; it is not checked. JSON is UTF-8 whatever the charset says; a
     * byte-order mark before it is passed over.
     *
     * @throws {@link DecodeError} with the trail, if it is not JSON.
     */
    json<T = unknown>(): T;
    /**
     * The body as text, decoded by the charset of its `Content-Type`: a label of the WHATWG Encoding Standard, or UTF-8 where
     * there is none or an unknown one. A byte-order mark is not part of it.
     *
     * @throws {@link DecodeError} with the trail, if it holds bytes that the charset does not have.
     */
    text(): string;
    /** The body, decoded: a copy of its own. */
    bytes(): Uint8Array;
    /** Status, request ID and trail, without headers and body, which may hold anything. */
    toJSON(): {
        status: number;
        requestId: string | null;
        trail: ReturnType<Trail["toJSON"]>;
    };
}
