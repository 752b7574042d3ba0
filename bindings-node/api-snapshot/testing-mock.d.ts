/// <reference lib="esnext.disposable" preserve="true" />
import { type Client } from "./client.js";
import type { ClientOptions } from "./options.js";
import type { Url } from "./platform.js";
import { type Exchange, type Want } from "./testing-exchange.js";
import { type MockRequest } from "./testing-requests.js";
/** The options of a mock. */
export interface MockOptions {
    /** The seed of IDs and random waits: two runs with the same seed have equal trails. Default: 0. */
    seed?: number | undefined;
    /** `manual`: only {@link Mock.advance} moves the time. Default: `auto`. */
    clock?: "auto" | "manual" | undefined;
    /** Whether answers may stay unused. Default: false. */
    allowUnused?: boolean | undefined;
}
/** The options of a mock's client: those of any client, and its base URL. */
export interface MockClientOptions extends ClientOptions {
    /** The URL of the API. Default: `https://api.example`. */
    baseUrl?: string | Url | undefined;
}
/** The calls of a test did not go as arranged. */
export declare class MockError extends Error {
    /** What did not go as arranged, each as text. */
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}
/**
 * Answers the calls of its clients as a test arranges, on a virtual clock. Retries, errors, trails and hooks are real;
 * no port is opened, and a wait of a minute takes no time.
 *
 * The time starts at 2026-01-01T00:00:00Z. It moves to the next timer when every call waits for it and no hook or
 * refresher runs. Node's timers, faked or not, do not move it, and it does not move them.
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
    /** @throws `TypeError` for an option that is unknown or wrong. */
    constructor(options?: MockOptions);
    /**
     * Adds an exchange for GET requests. `path` is a template such as `/cameras/{id}` of the whole path, or of the part
     * after the client's base URL; pairs after a `?` must be in the query. A mock tries exchanges in the order in which
     * they were added.
     */
    get(path: string, want?: Want): Exchange;
    /** Adds an exchange for POST requests, as {@link Mock.get} does. */
    post(path: string, want?: Want): Exchange;
    /** Adds an exchange for PUT requests, as {@link Mock.get} does. */
    put(path: string, want?: Want): Exchange;
    /** Adds an exchange for PATCH requests, as {@link Mock.get} does. */
    patch(path: string, want?: Want): Exchange;
    /** Adds an exchange for DELETE requests, as {@link Mock.get} does. */
    delete(path: string, want?: Want): Exchange;
    /** Adds an exchange for HEAD requests, as {@link Mock.get} does. */
    head(path: string, want?: Want): Exchange;
    /** Adds an exchange for OPTIONS requests, as {@link Mock.get} does. */
    options(path: string, want?: Want): Exchange;
    /** Adds an exchange for requests with a method, or with any method if it is `null`, as {@link Mock.get} does. */
    on(method: string | null, path: string, want?: Want): Exchange;
    /**
     * Adds the exchanges of a script (`reqtrail.script/1`), as an object or its JSON text, such as a recording or the
     * script of a test in another language.
     *
     * @throws `TypeError` that names the place where the script is not valid.
     */
    load(script: string | object): this;
    /** Makes an ordinary client whose calls this mock answers. Its dialect is NovaVMS's by default. */
    client(options?: MockClientOptions): Client;
    /** The requests that the mock has received, in order. */
    get requests(): readonly MockRequest[];
    /** The time since the mock was made, in milliseconds. */
    get elapsedMs(): number;
    /**
     * Advances the time, from timer to timer. Resolves when everything that follows from that has come to rest; calls
     * that ended by then have resolved or rejected.
     */
    advance(ms: number): Promise<void>;
    /** Resolves when every call waits for the time, and at least one does. */
    waitUntilWaiting(): Promise<void>;
    /**
     * What has not gone as arranged so far, each as text: requests that no exchange answers, with the nearest exchange
     * and what differs; requests that differ from what was wanted; and unused answers, unless `allowUnused` is set.
     */
    get problems(): readonly string[];
    /**
     * Throws if there are {@link Mock.problems}. Call it at the end of a test, as in `afterEach(() => mock.verify())`.
     *
     * @throws {@link MockError} with all of them.
     */
    verify(): void;
    /**
     * Verifies at the end of a `using` block. If the block itself has thrown, JavaScript throws a `SuppressedError` with
     * both errors.
     */
    [Symbol.dispose](): void;
}
