/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It wakes the event loop once per batch of results; the promises
 * are JavaScript's own.
 */
import { type ReqtrailError } from "./errors.js";
import { type Above } from "./mapping.js";
import type { FlowOptions, Items, RawConnection, RawReport } from "./native.js";
import { type ClientOptions } from "./options.js";
import type { RawCall } from "./request.js";
import { Response } from "./response.js";
/** A call or a flow that failed, as an item. */
export declare class Failed {
    readonly items: Items;
    readonly index: number;
    readonly signal: AbortSignal | undefined;
    constructor(items: Items, index: number, signal: AbortSignal | undefined);
}
/** How a call or a flow ended. */
export type Ended = Response | Failed | RawReport;
export declare class Driver {
    #private;
    /** The query parameters whose values trails show, in lower case. */
    readonly shown: ReadonlySet<string>;
    constructor(base: string | RawConnection, options: ClientOptions, above: Above);
    /** Starts a call. */
    call(method: string, target: string, link: boolean, call: Readonly<RawCall>): Promise<Ended>;
    /** Starts following an action; `onProgress` gets what each poll has shown, as JSON. */
    follow(serverId: string, action: string | readonly [Items, number], options: FlowOptions, signal: AbortSignal | undefined, onProgress: ((json: string) => void) | undefined): Promise<Ended>;
    /** Starts reading something of a server: `server`, `action`, `actions`, or its story, `explain`. */
    look(what: "server" | "action" | "actions" | "explain", serverId: string, requestId: string, options: FlowOptions, signal: AbortSignal | undefined): Promise<Ended>;
    /** Takes the results that are there, ends what waits for them, and tells the hooks. */
    drain(): void;
    /** Makes the error of what failed; its stack begins above a function. */
    errorOf(failed: Failed, above: Above): ReqtrailError;
    setToken(token: string, above: Above): void;
    /** Cancels the calls under way, waits for their ends, and closes the connections; once, whoever asks. */
    close(): Promise<void>;
    describe(): string;
}
