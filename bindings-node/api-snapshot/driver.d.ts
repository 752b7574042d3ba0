/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half, which notifies the event loop once per batch of mail. This
 * module makes the promises.
 */
import { type Audience } from "./hooks.js";
import { type Items, type RawValue } from "./crossing.js";
import type { RawConnection, RawMock, RawReport } from "./native.js";
import { type ClientOptions } from "./options.js";
import { type Recorder } from "./recorder.js";
import type { Signal } from "./platform.js";
import { type Response } from "./response.js";
import { type Site } from "./stacks.js";
/** What a client of a mock needs of the mock. */
export interface MockBase {
    readonly url: string;
    readonly mock: RawMock;
    /** Shows the collector the memory of a client. */
    readonly weight: Items;
    /** Stops the mock's time for this turn of the event loop. */
    holdTurn(): void;
    /** Stops the mock's time until the returned function is called. */
    holdTime(): () => void;
    /** Adds a driver that may have mail. */
    add(driver: Driver): void;
}
export declare class Driver {
    #private;
    /** The client's recorder, which works after the client is closed. */
    readonly recorder: Recorder;
    constructor(base: string | RawConnection | MockBase, options: ClientOptions, site: Site);
    /** Makes a call. The stack of an error begins at `site`. */
    call(method: string, target: string, link: boolean, given: object | undefined, site: Site): Promise<Response>;
    /**
     * Runs an operation. `action` is the action that it is about, if it is about one, and `connection` the cloud;
     * `onProgress` gets the result of each poll, as JSON.
     */
    operate(what: string, server: string, action: string | readonly [Items, number], options: readonly RawValue[], signal: Signal | undefined, onProgress: Audience["onProgress"], site: Site, connection: RawConnection | undefined): Promise<RawReport>;
    /** Takes the mail, publishes events, and settles the promises of calls that have ended. */
    drain(): void;
    setToken(token: string, site: Site): void;
    /** Cancels the calls under way, waits for their ends, and closes the connections. Always returns the same promise. */
    close(): Promise<void>;
    describe(): string;
}
