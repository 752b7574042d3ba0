/** What is told besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */
import { type RawClient, type RawEvent } from "./native.js";
import type { ClientOptions } from "./options.js";
export declare class Hooks {
    #private;
    constructor(raw: RawClient, functions: Readonly<Pick<ClientOptions, "tokenRefresher" | "onAttempt" | "onCall">>);
    /** Tells the native half what is wanted now. Subscribers come and go; without any, nothing is passed on. */
    look(): void;
    /** Whether anything may have been told. */
    get listens(): boolean;
    /** Takes what has been told. */
    take(): RawEvent[];
    /**
     * From here on what is told of a call is told in the context of whoever began it: hooks, and a refresher that is asked for
     * it, see its `AsyncLocalStorage`.
     */
    begin(tag: number, onProgress?: (json: string) => void): void;
    /** Nothing more is told of a call. */
    end(tag: number): void;
    /** Passes on what has been told. Nothing that a hook does keeps it from the rest. */
    tell(events: readonly RawEvent[]): void;
    /** What a function of the program's threw. */
    readonly thrown: (number: number) => unknown;
}
/** What the channels want to be told now: attempts, calls. */
export declare function channelsWant(): [attempts: boolean, calls: boolean];
/** Tells the channels of a sign-in. */
export declare function tellChannels(events: readonly RawEvent[]): void;
