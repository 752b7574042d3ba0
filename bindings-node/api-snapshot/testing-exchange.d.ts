/** The answers of a mock, as a program writes them and as the core takes them. */
import type { RawMock } from "./native.js";
import { type Reader } from "./testing-members.js";
/** How a request can fail. */
export type Failure = "timeout" | "connect" | "connect_timeout" | "dns" | "tls" | "reset" | "close" | "close_unread" | "reset_unread" | "stall_body" | "cut_body" | "reset_body" | (string & {});
/** An answer. Without `requestId` or a request ID header, it has a request ID in the API's form. */
export interface Reply {
    /** The status. Default: that of `code`, or 200. */
    status?: number | undefined;
    /** A body that is sent as JSON. */
    json?: unknown;
    /** A text body. */
    text?: string | undefined;
    /** A body of bytes. */
    body?: ArrayBufferView | undefined;
    /** Headers by name; an array of values is one header for each. */
    headers?: Readonly<Record<string, string | number | readonly (string | number)[]>> | undefined;
    /** The code of an error, such as `rate_limited`. The body is an error in the form of the client's dialect. */
    code?: string | undefined;
    /** The text of that error. */
    message?: string | undefined;
    /** The request ID; `null` for none, as in a proxy's answer. */
    requestId?: string | null | undefined;
    /** `Retry-After`. In milliseconds. */
    retryAfterMs?: number | undefined;
    /** How long the answer takes. In milliseconds. */
    delayMs?: number | undefined;
    /** The content encoding of the body. */
    encoding?: "gzip" | "br" | "zstd" | "deflate" | undefined;
    /** How many requests it answers; `Infinity` for all. Default: 1. */
    times?: number | undefined;
    /** Whether it may stay unused, without a problem in {@link Mock.verify}. */
    optional?: boolean | undefined;
}
/**
 * What a request must be like: values, or what they must match, as a `RegExp` or an operator of scripts such as
 * `{ $any: true }`. A request that differs is answered, and {@link Mock.verify} reports it.
 */
export interface Want {
    /** Pairs that must be in the query. A request without them does not match, as if it had another path. */
    query?: Readonly<Record<string, string | number | boolean>> | undefined;
    /** Headers by name. `null`: the header must be absent. */
    headers?: Readonly<Record<string, string | RegExp | object | null>> | undefined;
    /** The whole body as JSON. Values in it may be operators. */
    json?: unknown;
    /** The body as text. */
    text?: string | RegExp | object | undefined;
    /** The body as bytes. */
    body?: ArrayBufferView | undefined;
}
/** The readers of an answer's fields. */
export declare const ANSWER: Readonly<Record<keyof Omit<Reply, "delayMs" | "encoding" | "times" | "optional">, Reader>>;
/** The answers of a mock to some requests. Made by {@link Mock.get} and its siblings. */
export declare class Exchange {
    #private;
    /** Answers with a status, or with a whole {@link Reply}. */
    replies(status: number, reply?: Reply): Replies;
    replies(reply: Reply): Replies;
    /**
     * Fails: `timeout` (the server has the request and never answers), `connect` (refused), `connect_timeout`, `dns`,
     * `tls`,
     * `reset`, `close`, or, in the middle of a body, `stall_body`, `cut_body` or `reset_body`.
     */
    fails(word: Failure, reply?: Reply): Replies;
}
/**
 * Takes answers for later requests. Its method is not called `then`, because JavaScript treats an object with that
 * method as a promise.
 */
export declare class Replies {
    #private;
    /** Answers the next request with a status, or with a whole {@link Reply}. */
    thenReplies(status: number, reply?: Reply): this;
    thenReplies(reply: Reply): this;
    /** Makes the next request fail, with one of the words of {@link Exchange.fails}. */
    thenFails(word: Failure, reply?: Reply): this;
}
/** Makes an exchange of a mock. `answered` is called when it has its first answer. */
export declare function exchangeOf(mock: RawMock, method: unknown, path: unknown, want: unknown, answered: () => void): Exchange;
