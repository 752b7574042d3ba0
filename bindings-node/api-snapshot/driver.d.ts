/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It notifies the event loop once per batch of mail; the promises
 * are JavaScript's own.
 */
import { type Audience } from "./hooks.js";
import { type Items, type RawValue } from "./crossing.js";
import type { RawConnection, RawMock, RawReport } from "./native.js";
import { type ClientOptions } from "./options.js";
import { type Recorder } from "./recorder.js";
import type { Signal } from "./platform.js";
import { type Response } from "./response.js";
import { type Site } from "./stacks.js";
/** What a client of a mock stands on. */
export interface MockBase {
    readonly url: string;
    readonly mock: RawMock;
    /** Lets the collector see what a client weighs. */
    readonly weight: Items;
    /** Keeps the mock's time where it is for this turn of the event loop. */
    holdTurn(): void;
    /** Keeps it there until what is given is called. */
    holdTime(): () => void;
    /** Remembers who may have mail. */
    add(driver: Driver): void;
}
export declare class Driver {
    #private;
    /** It outlives a client that is closed. */
    readonly recorder: Recorder;
    constructor(base: string | RawConnection | MockBase, options: ClientOptions, site: Site);
    /** Makes a call. An error's stack begins at `site`. */
    call(method: string, target: string, link: boolean, given: object | undefined, site: Site): Promise<Response>;
    /**
     * Does an operation. `action` is what it is about, for those that are about an action; `onProgress` gets what each poll has
     * shown, as JSON.
     */
    operate(what: string, server: string, action: string | readonly [Items, number], options: readonly RawValue[], signal: Signal | undefined, onProgress: Audience["onProgress"], site: Site): Promise<RawReport>;
    /** Takes what waits, publishes what happened in calls, and ends those that have ended. */
    drain(): void;
    setToken(token: string, site: Site): void;
    /** Cancels the calls under way, waits for their ends, and closes the connections; once, whoever asks. */
    close(): Promise<void>;
    describe(): string;
}
