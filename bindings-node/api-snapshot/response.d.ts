/** The response of a successful call. */
import { type Items } from "./crossing.js";
import type { HeaderFields } from "./platform.js";
import { type RateLimit } from "./records.js";
import { type Trail } from "./trail.js";
/** Makes the response of an item. */
export declare let responseOf: (items: Items, index: number, status: number) => Response;
/** Returns the item of a response in native memory. */
export declare let itemOf: (response: Response) => readonly [Items, number];
/**
 * A 2xx response with its whole body, so its methods are synchronous; an `await` does no harm. With `ifNoneMatch`, it
 * can be a 304, which has no body.
 */
export declare class Response {
    #private;
    /** The status. */
    readonly status: number;
    private constructor();
    /** Whether the status is 200 to 299, as in `fetch`. A response has another status only if the request accepted it. */
    get ok(): boolean;
    /** Whether the version that `ifNoneMatch` named is still current: a 304, which has no body. */
    get notModified(): boolean;
    /** The headers, without `Content-Encoding` and `Content-Length` if the body was decoded. */
    get headers(): HeaderFields;
    /** The server's ID for the request that succeeded. */
    get requestId(): string | null;
    /** The call's trail. */
    get trail(): Trail;
    /** The rate limit that the response reported. */
    get rateLimit(): RateLimit | null;
    /** The microversion of the API that the server used, such as `2.90`; `null` if the API has none. */
    get microversion(): string | null;
    /**
     * The body as JSON. `T` is the expected type; it is not checked. The body is read as UTF-8, whatever its charset; a
     * byte-order mark at its start is skipped.
     *
     * @throws {@link DecodeError} with the trail, if it is not JSON.
     */
    json<T = unknown>(): T;
    /**
     * The body as text, decoded by the charset of its `Content-Type`: a label of the WHATWG Encoding Standard, or UTF-8
     * if it has none or an unknown one. A byte-order mark is not part of the text.
     *
     * @throws {@link DecodeError} with the trail, if it has bytes that are not valid in the charset.
     */
    text(): string;
    /** Returns a new copy of the body, decoded. */
    bytes(): Uint8Array;
    /** Returns status, request ID and trail, without headers and body, which may hold anything. */
    toJSON(): {
        status: number;
        requestId: string | null;
        trail: ReturnType<Trail["toJSON"]>;
    };
}
