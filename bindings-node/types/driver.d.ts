/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It wakes the event loop once per batch of results; the promises
 * are JavaScript's own.
 */
import type { ReqtrailError } from "./errors.js";
import { type Above } from "./mapping.js";
import type { FlowOptions, Items, RawReport } from "./native.js";
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
    constructor(baseUrl: string, options: ClientOptions, above: Above);
    /** Starts a call. */
    call(method: string, target: string, link: boolean, call: Readonly<RawCall>): Promise<Ended>;
    /** Starts following an action. */
    follow(serverId: string, action: string | readonly [Items, number], options: FlowOptions, signal: AbortSignal | undefined): Promise<Ended>;
    /** Starts telling a server's story. */
    explain(serverId: string, options: FlowOptions, signal: AbortSignal | undefined): Promise<Ended>;
    /** Takes the results that are there and ends what waits for them. */
    drain(): void;
    /** Makes the error of what failed; its stack begins above a function. */
    errorOf(failed: Failed, above: Above): ReqtrailError;
    setToken(token: string, above: Above): void;
    /** Cancels the calls under way, waits for their ends, and closes the connections. */
    close(): Promise<void>;
    describe(): string;
}
