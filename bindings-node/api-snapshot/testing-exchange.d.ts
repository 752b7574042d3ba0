/** What a mock answers, as a program writes it and as the core takes it. */
import type { RawMock } from "./native.js";
import { type Reader } from "./testing-members.js";
/** How a request can fail. */
export type Failure = "timeout" | "connect" | "connect_timeout" | "dns" | "tls" | "reset" | "close" | "close_unread" | "reset_unread" | "stall_body" | "cut_body" | "reset_body" | (string & {});
/** An answer. Without `requestId`, or a header of that meaning, it has a request ID of the API's own form. */
export interface Reply {
    /** The status. Default: that of `code`, or 200. */
    status?: number | undefined;
    /** A body that is sent as JSON. */
    json?: unknown;
    /** A body that is a text. */
    text?: string | undefined;
    /** A body of bytes. */
    body?: ArrayBufferView | undefined;
    /** Headers by name; an array of values is that many headers. */
    headers?: Readonly<Record<string, string | number | readonly (string | number)[]>> | undefined;
    /** The code of an error, such as `rate_limited`: the body is an error as the client's dialect writes it. */
    code?: string | undefined;
    /** What that error says. */
    message?: string | undefined;
    /** The request ID; `null`: the answer has none, as a proxy's. */
    requestId?: string | null | undefined;
    /** `Retry-After`. In milliseconds. */
    retryAfterMs?: number | undefined;
    /** How long the answer takes. In milliseconds. */
    delayMs?: number | undefined;
    /** What the body is compressed with. */
    encoding?: "gzip" | "br" | "zstd" | "deflate" | undefined;
    /** How many requests it answers; `Infinity` is all that come. Default: 1. */
    times?: number | undefined;
    /** Whether it may be left over: {@link Mock.verify} does not miss its request. */
    optional?: boolean | undefined;
}
/**
 * What a request must look like: a value, or what it must match: a `RegExp`, or an operator of scripts such as `{ $any: true }`. A
 * request that looks otherwise is answered, and {@link Mock.verify} says so.
 */
export interface Want {
    /** Pairs that the query has to hold. A request without them is another one, as if it had another path. */
    query?: Readonly<Record<string, string | number | boolean>> | undefined;
    /** Headers by name; `null`: it must be absent. */
    headers?: Readonly<Record<string, string | RegExp | object | null>> | undefined;
    /** The body as JSON, whole. Values within may be operators. */
    json?: unknown;
    /** The body as a text. */
    text?: string | RegExp | object | undefined;
    /** The body as bytes. */
    body?: ArrayBufferView | undefined;
}
/** What an answer has, by how it is read. */
export declare const ANSWER: Readonly<Record<keyof Omit<Reply, "delayMs" | "encoding" | "times" | "optional">, Reader>>;
/** What a mock answers requests with. Made by {@link Mock.get} and its sisters. */
export declare class Exchange {
    #private;
    /** Answers with a status, or with all that an answer has. */
    replies(status: number, reply?: Reply): Replies;
    replies(reply: Reply): Replies;
    /**
     * Fails: `timeout` (the server has the request and never answers), `connect` (refused), `connect_timeout`, `dns`, `tls`, `reset`,
     * `close`, or amid a body `stall_body`, `cut_body` and `reset_body`.
     */
    fails(word: Failure, reply?: Reply): Replies;
}
/**
 * Takes answers for the requests that come after those that are answered. The method is not called `then`: what has one is a
 * promise to JavaScript.
 */
export declare class Replies {
    #private;
    /** Answers the next request with a status, or with all that an answer has. */
    thenReplies(status: number, reply?: Reply): this;
    thenReplies(reply: Reply): this;
    /** Lets the next request fail, by one of the words of {@link Exchange.fails}. */
    thenFails(word: Failure, reply?: Reply): this;
}
/** Begins an exchange of a mock. `answered` is called when it has its first answer. */
export declare function exchangeOf(mock: RawMock, method: unknown, path: unknown, want: unknown, answered: () => void): Exchange;
