/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It notifies the event loop once per batch of mail; the promises
 * are JavaScript's own.
 */
import { type ReqtrailError } from "./errors.js";
import { type Items, type Operation, type RawConnection, type RawOperationOptions, type RawReport } from "./native.js";
import { type ClientOptions } from "./options.js";
import type { Signal } from "./platform.js";
import { type RawCall, type Standing } from "./request.js";
import { type Response } from "./response.js";
import { type Site } from "./stacks.js";
/** A call or an operation that failed, as an item. */
export declare class Failed {
    readonly items: Items;
    readonly index: number;
    readonly signal: Signal | undefined;
    constructor(items: Items, index: number, signal: Signal | undefined);
}
/** How a call or an operation ended. */
export type Ended = Response | Failed | RawReport;
export declare class Driver {
    #private;
    /** What the client has for all its calls. */
    readonly standing: Standing;
    constructor(base: string | RawConnection, options: ClientOptions, site: Site);
    /** Starts a call. */
    call(method: string, target: string, link: boolean, call: Readonly<RawCall>): Promise<Ended>;
    /**
     * Starts an operation. `action` is what it is about, for those that are about an action; `onProgress` gets what each poll has
     * shown, as JSON.
     */
    operate(what: Operation, serverId: string, action: string | readonly [Items, number], options: RawOperationOptions, signal: Signal | undefined, onProgress?: (json: string) => void): Promise<Ended>;
    /** Takes what waits, publishes what happened in calls, and ends those that have ended. */
    drain(): void;
    /** Makes the error of what failed; its stack begins where the program called. */
    errorOf(failed: Failed, site: Site): ReqtrailError;
    setToken(token: string, site: Site): void;
    /** Cancels the calls under way, waits for their ends, and closes the connections; once, whoever asks. */
    close(): Promise<void>;
    describe(): string;
}
