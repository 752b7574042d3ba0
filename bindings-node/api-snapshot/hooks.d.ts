/** Publishes events to the program's hooks and `node:diagnostics_channel`, and calls the token refresher. */
import type { Items } from "./crossing.js";
import type { RawClient } from "./native.js";
import type { ClientFunctions } from "./option-values.js";
/** The program's functions that a client calls. */
type Functions = Readonly<ClientFunctions>;
/** The parts of a call or an operation that publishing its events needs. */
export interface Audience {
    /** The async context in which it began. */
    readonly context: {
        runInAsyncScope(publish: () => void): void;
    } | undefined;
    /** Gets the result of each poll of the followed action, as JSON. */
    readonly onProgress: ((json: string) => void) | undefined;
}
export declare class Hooks {
    #private;
    constructor(raw: RawClient, functions: Functions);
    /** Passes to the native half which events are wanted now, because subscribers come and go. */
    look(): void;
    /**
     * Returns the context of a call that begins here, if it may have events: its hooks and its refresher see its
     * `AsyncLocalStorage`.
     */
    context(hasProgress: boolean): Audience["context"];
    /** Publishes an event of a call, or of none. A failing hook does not keep the others from running. */
    publish(call: Audience | undefined, code: number, items: Items, index: number): void;
    /** Finds the value that a function of the program threw. */
    readonly thrown: (number: number) => unknown;
}
/** Returns which events hooks and channels want now: attempts, calls. */
export declare function wanted({ onAttempt, onCall }: Functions): [attempts: boolean, calls: boolean];
/** Publishes an attempt or the end of a call. */
export declare function publish(code: number, items: Items, index: number, { onAttempt, onCall }: Functions): void;
export {};
