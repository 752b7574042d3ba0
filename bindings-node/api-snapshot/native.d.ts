/** What the native part exports. It is private to the package. */
import type { ErrorRecord, Handle, Items, RawValue, RefreshRequest } from "./crossing.js";
import type { RateLimitJson } from "./records.js";
export interface RawClient {
    /**
     * Builds the client. `notify` is called on the event loop when there is mail to drain; `hasRef` of `handle` says that
     * it does not keep the process alive. A `mock` answers its calls. Returns the error, or the text of a `TypeError`, if
     * the client cannot be built.
     */
    open(base: string | RawConnection, options: readonly RawValue[], refresher: boolean, notify: () => void, handle: Handle, mock: RawMock | undefined): string | Items | null;
    /**
     * Starts a call, and returns its tag, under which `drain` returns its result, or the text of a `TypeError`. With
     * `hold`, the call keeps the token that the client has now and waits for `send`, `cancel` or `forget`. A call of a
     * refresher names its `refresh`, and is refused if it would wait for that refresh.
     */
    start(method: string, target: string, link: boolean, params: readonly string[] | undefined, query: readonly string[] | undefined, headers: readonly string[] | undefined, body: string | Uint8Array | undefined, extras: RawExtras | undefined, options: readonly RawValue[] | undefined, hold: boolean, refresh: RefreshRequest | undefined): number | string;
    /** The warnings for the program. */
    warnings(): string[];
    /** The client's recorder, which may outlive it; `null` once the client is closed. */
    recorder(): RawRecorder | null;
    /** The timeout of a held call, in milliseconds. */
    heldTimeout(tag: number): number | null;
    /** Whether trails show the values of a query parameter. */
    showsQuery(name: string): boolean;
    /** Sends a held call with its body, unless it was cancelled meanwhile. The media type may be empty. */
    send(tag: number, body: Uint8Array, mediaType: string): void;
    /** Drops a held call, which has no result. Returns whether the call was held. */
    forget(tag: number): boolean;
    /**
     * Starts the operation that `what` names, as `start` does. `action` is the ID of the request that started it, or its
     * response at `index`. `connection` is the one that an operation about a whole cloud is about.
     */
    operate(what: string, server: string, action: string | Items, index: number, options: readonly RawValue[], progress: boolean, refresh: RefreshRequest | undefined, connection: RawConnection | undefined): number | string;
    /** Cancels a call; `late` if a deadline of the program has passed. `drain` still returns its result. */
    cancel(tag: number, late: boolean): void;
    /**
     * Takes some mail: events for hooks, channels and the refresher, and results. Writes to `out` the number of items and
     * whether there are more, then the tag and the code of each item. Returns the handle of the items.
     */
    drain(out: Float64Array): Items | null;
    /** Reports that hooks have run for the drained mail, so a mock's time may go on. */
    handled(): void;
    /** Sets which events are wanted: attempts, calls. */
    want(attempts: boolean, calls: boolean): void;
    /** Answers a refresh with a token, or with the reason why there is none. */
    answer(refresh: RefreshRequest, token: string | undefined, failure: RefreshFailure | undefined): void;
    /** Replaces the credential. Returns the error if the token is not valid. */
    setToken(token: string): Items | null;
    /** Ends the client and its thread, and drops calls under way. */
    close(): void;
    /** A text that is safe to show; `null` once the client is closed. */
    describe(): string | null;
}
export interface RawCloud {
    /** Notes on what is unusual in the configuration but not wrong. */
    notes(): string[];
    /**
     * Signs in on a new thread, which a program does once. `notify` is called when the sign-in has ended, and when there
     * are events; `attempts` and `calls` say which events are wanted. `extra_ca` is additional trusted PEM.
     */
    connect(notify: () => void, handle: Handle, attempts: boolean, calls: boolean, extraCa: string): RawSignIn;
    /** A text that is safe to show. */
    describe(): string;
}
export interface RawSignIn {
    /** Cancels it; `late` if a deadline of the program has passed. */
    cancel(late: boolean): void;
    /** Takes events for the channels, and then the connection or the error, as a client's `drain` does. */
    drain(out: Float64Array): Items | null;
}
export interface RawConnection {
    /**
     * Finds a service on a new thread, which may ask the service for its versions. The cloud's interface or region
     * applies if the argument is empty; the other arguments are those of `connect`.
     */
    service(notify: () => void, handle: Handle, attempts: boolean, calls: boolean, service: string, endpointInterface: string, region: string): RawSignIn;
    /** Returns the compute API at another interface or in another region, without asking the service. */
    compute(endpointInterface: string, region: string): RawConnection | Items;
    /** Returns the connection for a client that makes no calls: it drives the operations about the whole cloud. */
    driver(): RawConnection;
    /** The endpoints of the catalog, as JSON. */
    services(): string;
    /** The URL of the service, or the error if there is none. */
    endpoint(): string | Items;
    /** Keystone's answer; `null` without a sign-in. */
    session(): RawReport | null;
}
/** Why a refresher returned no token. An error of this library has `kind`, `category` and the request ID. */
export interface RefreshFailure {
    /** The number of the value that it threw. */
    thrown: number;
    message: string;
    kind?: string | undefined;
    category?: string | undefined;
    requestId?: string | undefined;
}
/** A report, and the trails of its calls, which are read one by one. */
export interface RawReport {
    json: string;
    report: string;
    /** The trails, as items of a separate handle. */
    trails: Items;
    trailCount: number;
    /** If the operation failed: the error's text, its kind, and the error of the call that caused it, if there is one. */
    failed?: string;
    kind?: string;
    cause?: Items;
}
/** The trails that were found, as the items of a handle. */
export interface RawTrails {
    trails: Items;
    trailCount: number;
}
export interface RawRecorder {
    find(id: string): RawTrails;
    /** The calls that match a filter, or the text of a `TypeError`. */
    recent(options: readonly RawValue[]): RawTrails | string;
    /** The calls under way, as JSON. */
    inFlight(): string;
    /** How much it holds, as JSON. */
    stats(): string;
    dump(): string;
}
/** Options that few calls have. They share one argument, because each argument costs every call. */
export interface RawExtras {
    /** What the body is: 1 for JSON, 2 for a form. */
    bodyKind?: number | undefined;
    /** The names of the parameters whose values are secrets. */
    secretParams?: string[] | undefined;
    /** The positions of the headers whose values are secrets, counted from 0. */
    secretHeaders?: number[] | undefined;
}
/** A wait that has ended. */
export interface RawWait {
    number: number;
    /** Why the wait failed, if it did. */
    failed?: string;
}
export interface RawMock {
    /** Returns a weight for a client to hold as long as it lives, so that it is collected soon after its test. */
    clientWeight(): Items;
    /** Adds an exchange in short form, a JSON text. Returns the error text if it is not valid. */
    addExchange(json: string): string | null;
    /** Adds the exchanges of a script, a JSON text. Returns the error text if it is not valid. */
    addScript(json: string): string | null;
    /** The requests that the mock has received, as a JSON array. */
    requests(): string;
    /** What did not go as arranged. */
    problems(allowUnused: boolean): string[];
    /** The time since the mock was made, in milliseconds, to the microsecond as in trails. */
    elapsed(): number;
    /** Stops time until `release`. */
    hold(): void;
    /** Lets the time go on. */
    release(): void;
    /** Has `notify` called in a later turn of the event loop. */
    notifyLater(): void;
    /**
     * Advances the clock by some milliseconds, as the wait with this number. It runs on a new thread, because calls and
     * hooks go on meanwhile.
     */
    advance(number: number, time: number): void;
    /** Waits until every call waits for the clock, as `advance` does. */
    untilWaiting(number: number): void;
    /** Takes the waits that have ended. */
    ended(): RawWait[];
}
export interface Native {
    RawClient: new () => RawClient;
    /** Reads a description: an entry of `clouds.yaml` as JSON. */
    cloudFromJson(json: string): RawCloud | Items;
    /** Returns the error text for names that are not options of a cloud; `null` if all names are options. */
    unknownOfCloud(names: readonly string[]): string | null;
    /** Finds the cloud with this name, or the one that the environment selects. */
    findCloud(name: string | undefined, region: string | undefined): RawCloud | Items;
    RawCloud: abstract new () => RawCloud;
    RawSignIn: abstract new () => RawSignIn;
    /** Takes the connection that a sign-in made, once. */
    takeConnection(items: Items, index: number): RawConnection;
    RawConnection: abstract new () => RawConnection;
    /** Runs the command with these arguments and returns its exit code. */
    runCommand(args: readonly string[]): number;
    /** The version of the core, which the TypeScript half compares with its own. */
    version(): string;
    responseHeaders(items: Items, index: number): string[];
    responseRequestId(items: Items, index: number): string | null;
    /** The body as text, or the error if it has bytes that are not valid in its charset. */
    responseText(items: Items, index: number): string | Items;
    /** The body as text for a JSON reader; `null` if it is not UTF-8. */
    responseJsonText(items: Items, index: number): string | null;
    responseBytes(items: Items, index: number): Uint8Array;
    /** Makes the error of a body that JavaScript's JSON reader refused. */
    responseNotJson(items: Items, index: number): Items;
    responseRateLimit(items: Items, index: number): RateLimitJson | null;
    responseMicroversion(items: Items, index: number): string | null;
    /** Returns a handle of only the item's trail, which keeps neither a body nor the batch's other items alive. */
    ownTrail(items: Items, index: number): Items;
    /** Reads the JSON of a trail. Returns the error text if it is not valid. */
    trailFromJson(json: string): Items | string;
    trailJson(items: Items, index: number): string;
    trailReport(items: Items, index: number): string;
    errorRecord(items: Items, index: number): ErrorRecord;
    /** Takes the report of an operation, once. */
    takeReport(items: Items, index: number): RawReport;
    /** Takes an attempt with its call, or the progress of an operation, as JSON. */
    takeJson(items: Items, index: number): string;
    /** Takes a request for a token. A call on its behalf that would wait for the answer is refused. */
    takeRefresh(items: Items, index: number): RefreshRequest;
    RawRecorder: abstract new () => RawRecorder;
    /**
     * Makes a mock. `notify` is called on the event loop after `notify_later`, and when a wait has ended; `hasRef` of
     * `handle` says that it does not keep the process alive.
     */
    openMock(seed: number, isManual: boolean, notify: () => void, handle: Handle): RawMock;
    RawMock: abstract new () => RawMock;
    /**
     * Makes the `trail`, the `response` or the `error` of a call that a JSON text describes. Returns the error text if it
     * is not valid.
     */
    madeByHand(what: string, description: string): Items | string;
    /**
     * Returns the error text for an unknown option of `owner` (`client`, `request`, `recent` or an operation): it names
     * the option that was meant, what to use instead, or all of `known`.
     */
    unknownOption(owner: string, name: string, known: readonly string[]): string;
}
