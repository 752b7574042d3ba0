/// <reference lib="esnext.disposable" preserve="true" />
import { type Client } from "./client.js";
import type { ClientOptions } from "./options.js";
import type { Url } from "./platform.js";
import { type Exchange, type Want } from "./testing-exchange.js";
import { type MockRequest } from "./testing-requests.js";
/** The options of a mock. */
export interface MockOptions {
    /** What IDs and random waits are drawn from: two runs with one seed give equal trails. Default: 0. */
    seed?: number | undefined;
    /** `manual`: only {@link Mock.advance} moves the time. Default: `auto`. */
    clock?: "auto" | "manual" | undefined;
    /** Whether answers may be left over. Default: false. */
    allowUnused?: boolean | undefined;
}
/** The options of a client of a mock: those of any client, and where it seems to go. */
export interface MockClientOptions extends ClientOptions {
    /** The URL of the API. Default: `https://api.example`. */
    baseUrl?: string | Url | undefined;
}
/** The calls of a test were not as its mock's script has them. */
export declare class MockError extends Error {
    /** What was not, each in words. */
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}
/**
 * Answers the calls of its clients by a script, on a clock that is not real. Retries, errors, trails and hooks are those of
 * every call; no port is opened, and a wait of a minute takes no time.
 *
 * The time begins at 2026-01-01T00:00:00Z. It moves to the next timer when every call waits for it and no hook or refresher runs.
 * Timers of Node's, faked or not, neither move it nor are moved by it.
 *
 * @example
 * ```ts
 * const mock = new Mock();
 * mock
 *   .get("/cameras/{id}")
 *   .replies(429, { code: "rate_limited", retryAfterMs: 60_000 })
 *   .thenReplies(200, { json: { id: 7 } });
 * const camera = await mock.client().get("/cameras/{id}", { params: { id: 7 } });
 * assert.equal(camera.trail.attempts.length, 2);
 * mock.verify();
 * ```
 */
export declare class Mock implements Disposable {
    #private;
    /** @throws `TypeError` for an option that there is not, or that is wrong. */
    constructor(options?: MockOptions);
    /**
     * Begins what answers GET requests. `path` is a template such as `/cameras/{id}` of the whole path, or of what follows the
     * client's base URL; pairs behind a `?` have to be in the query. Exchanges are tried in the order in which they were given.
     */
    get(path: string, want?: Want): Exchange;
    /** Begins what answers POST requests, as {@link Mock.get} does. */
    post(path: string, want?: Want): Exchange;
    /** Begins what answers PUT requests, as {@link Mock.get} does. */
    put(path: string, want?: Want): Exchange;
    /** Begins what answers PATCH requests, as {@link Mock.get} does. */
    patch(path: string, want?: Want): Exchange;
    /** Begins what answers DELETE requests, as {@link Mock.get} does. */
    delete(path: string, want?: Want): Exchange;
    /** Begins what answers HEAD requests, as {@link Mock.get} does. */
    head(path: string, want?: Want): Exchange;
    /** Begins what answers OPTIONS requests, as {@link Mock.get} does. */
    options(path: string, want?: Want): Exchange;
    /** Begins what answers requests with any method, `null` for all of them, as {@link Mock.get} does. */
    on(method: string | null, path: string, want?: Want): Exchange;
    /**
     * Adds the exchanges of a script (`reqtrail.script/1`), an object or its JSON text, as a recording or a test in another
     * language has it.
     *
     * @throws `TypeError` that names the place where it is not a script.
     */
    load(script: string | object): this;
    /** Makes an ordinary client whose calls this mock answers. Its dialect is NovaVMS's, unless another is given. */
    client(options?: MockClientOptions): Client;
    /** The requests that came, in order. */
    get requests(): readonly MockRequest[];
    /** The time since the mock began, in milliseconds. */
    get elapsedMs(): number;
    /**
     * Moves the time on, from timer to timer. Resolves when all has come to rest that follows from it; calls that ended by then
     * have resolved or rejected.
     */
    advance(ms: number): Promise<void>;
    /** Resolves when every call waits for the time, and at least one does. */
    waitUntilWaiting(): Promise<void>;
    /**
     * What is wrong so far, each in words: requests that nothing answers, with the nearest exchange and what differed; requests
     * that looked other than wanted; and what is left over, unless `allowUnused` is set.
     */
    get problems(): readonly string[];
    /**
     * Throws if there are any {@link Mock.problems}. For the end of a test, as in `afterEach(() => mock.verify())`.
     *
     * @throws {@link MockError} with all of them.
     */
    verify(): void;
    /**
     * Verifies at the end of a `using` block. Where the block itself has thrown, JavaScript throws a `SuppressedError` with both
     * errors.
     */
    [Symbol.dispose](): void;
}
