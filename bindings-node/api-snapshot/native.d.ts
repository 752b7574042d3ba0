/** What the native part exports. It is private to the package. */
import type { ErrorRecord, Handle, Items, RawValue, RefreshRequest } from "./crossing.js";
import type { RateLimitJson } from "./records.js";
export interface RawClient {
    /**
     * Builds the client. `notify` is called on the event loop when there is something to drain; `handle` says by `hasRef`
     * that it keeps no process alive. A `mock` answers its calls. If the client cannot be built, gives the error, or the
     * text of a `TypeError`.
     */
    open(base: string | RawConnection, options: readonly RawValue[], refresher: boolean, notify: () => void, handle: Handle, mock: RawMock | undefined): string | Items | null;
    /**
     * Starts a call, and gives its tag, under which its result comes out of `drain`, or the text of a `TypeError`. With
     * `hold` it begins and waits: it keeps the token that the client has now, and goes on by `send` or ends by `cancel`.
     * A call of a refresher names its `refresh` and is refused where it would wait for it.
     */
    start(method: string, target: string, link: boolean, params: readonly string[] | undefined, query: readonly string[] | undefined, headers: readonly string[] | undefined, body: string | Uint8Array | undefined, extras: RawExtras | undefined, options: readonly RawValue[] | undefined, hold: boolean, refresh: RefreshRequest | undefined): number | string;
    /** What the program is warned of. */
    warnings(): string[];
    /** What remembers its calls, which may outlive it; `null` once it is closed. */
    recorder(): RawRecorder | null;
    /** How long a call that is held may take, in milliseconds. */
    heldTimeout(tag: number): number | null;
    /** Whether trails show the values of a query parameter. */
    showsQuery(name: string): boolean;
    /** Sends a call that was held, with its body, unless it was cancelled meanwhile. The media type may be empty. */
    send(tag: number, body: Uint8Array, mediaType: string): void;
    /** Forgets a call that was held, and gives whether it was: nothing comes of it. */
    forget(tag: number): boolean;
    /**
     * Starts the operation that `what` names, as `start` does. `action` is the ID of the request that started it, or its
     * response at `index`.
     */
    operate(what: string, server: string, action: string | Items, index: number, options: readonly RawValue[], progress: boolean, refresh: RefreshRequest | undefined): number | string;
    /** Cancels a call, because a deadline of the program's has passed if it is `late`; its result comes all the same. */
    cancel(tag: number, late: boolean): void;
    /**
     * Takes some mail: events for hooks, channels and the refresher, and results. Writes to `out` how much it is, whether
     * there is more, then of each its tag and what it is; gives the handle of the contents.
     */
    drain(out: Float64Array): Items | null;
    /** Says that hooks have run for what was drained: a mock's time may go on. */
    handled(): void;
    /** Says which events are wanted: attempts, calls. */
    want(attempts: boolean, calls: boolean): void;
    /** Answers a refresh with a token, or with why there is none. */
    answer(refresh: RefreshRequest, token: string | undefined, failure: RefreshFailure | undefined): void;
    /** Puts a new credential in the place of the old. */
    setToken(token: string): Items | null;
    /** Ends the client and its thread; calls under way are dropped. */
    close(): void;
    /** What is safe to show of it; `null` once it is closed. */
    describe(): string | null;
}
export interface RawCloud {
    /** What is odd about the configuration without being wrong. */
    notes(): string[];
    /**
     * Signs in on a thread of its own: that is done once in a program's life. `notify` is called when it has ended, and
     * when there are events, of which `attempts` and `calls` say what is wanted. `extra_ca` is PEM that is trusted
     * besides.
     */
    connect(notify: () => void, handle: Handle, attempts: boolean, calls: boolean, extraCa: string): RawSignIn;
    /** What is safe to show of it. */
    describe(): string;
}
export interface RawSignIn {
    /** Ends it, because a deadline of the program's has passed if it is `late`. */
    cancel(late: boolean): void;
    /** Takes events for the channels, and then the connection or the error, as a client's `drain` does. */
    drain(out: Float64Array): Items | null;
}
export interface RawConnection {
    /**
     * Finds a service on a new thread, which may ask the service for its versions. If interface or region is empty, the
     * cloud decides; the other arguments are those of `connect`.
     */
    service(notify: () => void, handle: Handle, attempts: boolean, calls: boolean, service: string, endpointInterface: string, region: string): RawSignIn;
    /** The compute API at another interface or in another region, where nothing has to be asked. */
    compute(endpointInterface: string, region: string): RawConnection | Items;
    /** The endpoints of the catalog, as JSON. */
    services(): string;
    /** The URL of the service, or the error if there is none. */
    endpoint(): string | Items;
    /** What Keystone answered; `null` without a sign-in. */
    session(): RawReport | null;
    describe(): string;
}
/** Why a refresher gave no token; `kind`, `category` and the request ID are those of an error of this library. */
export interface RefreshFailure {
    /** The number of what it threw. */
    thrown: number;
    message: string;
    kind?: string | undefined;
    category?: string | undefined;
    requestId?: string | undefined;
}
/** The number of calls whose trails a report rests on comes with it; they are read one by one from `report_trails`. */
export interface RawReport {
    json: string;
    report: string;
    /** The trails, as items of a handle of their own. */
    trails: Items;
    trailCount: number;
    /** If the operation failed: its text, what went wrong, and the error that is behind it, if it is one of a call. */
    failed?: string;
    kind?: string;
    cause?: Items;
}
/** Trails that were found: the items of a handle. */
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
    /** What it holds, as JSON. */
    stats(): string;
    dump(): string;
}
/** What few calls have: one argument, since each costs every call. */
export interface RawExtras {
    /** What the body is: 1 for JSON, 2 for a form. */
    bodyKind?: number | undefined;
    /** The names of the parameters whose values are secrets. */
    secretParams?: string[] | undefined;
    /** The places of the headers whose values are secrets, counted from 0. */
    secretHeaders?: number[] | undefined;
}
/** A wait that has ended. */
export interface RawWait {
    number: number;
    /** Why it did not come to its end. */
    failed?: string;
}
export interface RawMock {
    /** What a client holds as long as it lives, so that it goes soon after its test. */
    clientWeight(): Items;
    /** Adds an exchange in short form, a JSON text. Gives what is wrong with it, if anything is. */
    addExchange(json: string): string | null;
    /** Adds the exchanges of a script, a JSON text. Gives what is wrong with it, if anything is. */
    addScript(json: string): string | null;
    /** The requests that came, as a JSON array. */
    requests(): string;
    /** What is wrong with the requests that came, and with those that did not. */
    problems(allowUnused: boolean): string[];
    /** The time since the mock began, in milliseconds; to the microsecond, as trails have it. */
    elapsed(): number;
    /** Keeps the time where it is, until `release`. */
    hold(): void;
    /** Lets the time go on. */
    release(): void;
    /** Lets `notify` be called in a later turn of the event loop. */
    notifyLater(): void;
    /**
     * Moves the clock on by some milliseconds, as the wait of this number: on a thread of its own, for calls and hooks go
     * on meanwhile.
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
    /** Says what is wrong with the names of a cloud's options; `null` if nothing is. */
    unknownOfCloud(names: readonly string[]): string | null;
    /** Finds the cloud of a name, or the one that the environment means. */
    findCloud(name: string | undefined, region: string | undefined): RawCloud | Items;
    RawCloud: abstract new () => RawCloud;
    RawSignIn: abstract new () => RawSignIn;
    /** Takes what a sign-in gave, once. */
    takeConnection(items: Items, index: number): RawConnection;
    RawConnection: abstract new () => RawConnection;
    /** Runs the command with these arguments and returns its exit code. */
    runCommand(args: readonly string[]): number;
    /** The version of the core, which the TypeScript half compares with its own. */
    version(): string;
    responseHeaders(items: Items, index: number): string[];
    responseRequestId(items: Items, index: number): string | null;
    /** The body as text, or the error if it holds bytes that its charset does not have. */
    responseText(items: Items, index: number): string | Items;
    /** The body as a reader of JSON wants it; `null` if it is not UTF-8. */
    responseJsonText(items: Items, index: number): string | null;
    responseBytes(items: Items, index: number): Uint8Array;
    /** The error of a body that JavaScript's JSON reader refused. */
    responseNotJson(items: Items, index: number): Items;
    responseRateLimit(items: Items, index: number): RateLimitJson | null;
    responseMicroversion(items: Items, index: number): string | null;
    /** The item's trail alone: whoever keeps it keeps no body, and nothing of the other items of a batch. */
    ownTrail(items: Items, index: number): Items;
    /** Reads the JSON of a trail, or says what is wrong with it. */
    trailFromJson(json: string): Items | string;
    trailJson(items: Items, index: number): string;
    trailReport(items: Items, index: number): string;
    errorRecord(items: Items, index: number): ErrorRecord;
    /** Takes the report of an operation, once. */
    takeReport(items: Items, index: number): RawReport;
    /** Takes an attempt with its call, or what a poll has shown, as JSON. */
    takeJson(items: Items, index: number): string;
    /** Takes a question for a token. A call on its behalf that would wait for the answer is refused. */
    takeRefresh(items: Items, index: number): RefreshRequest;
    RawRecorder: abstract new () => RawRecorder;
    /**
     * Makes a mock. `notify` is called on the event loop after `notify_later`, and when a wait has ended; `handle` says
     * by `hasRef` that it keeps no process alive.
     */
    openMock(seed: number, isManual: boolean, notify: () => void, handle: Handle): RawMock;
    RawMock: abstract new () => RawMock;
    /**
     * Makes the `trail`, the `response` or the `error` of a call that a JSON text describes, or says what is wrong with
     * it.
     */
    madeByHand(what: string, description: string): Items | string;
    /**
     * Says that `owner`, which is `client`, `request`, `recent` or an operation, has no option of this name: what was
     * meant, what there is instead, or all of `known`.
     */
    unknownOption(owner: string, name: string, known: readonly string[]): string;
}
