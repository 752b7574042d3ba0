/** What is published besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */
import type { Items } from "./crossing.js";
import type { RawClient } from "./native.js";
import type { ClientFunctions } from "./option-values.js";
/** The functions of a program that hear of the calls of a client. */
type Functions = Readonly<ClientFunctions>;
/** A call or an operation, for those who publish what happens in it. */
export interface Audience {
    /** Where it was begun. */
    readonly context: {
        runInAsyncScope(publish: () => void): void;
    } | undefined;
    /** Gets what each poll of the action that is followed has shown, as JSON. */
    readonly onProgress: ((json: string) => void) | undefined;
}
export declare class Hooks {
    #private;
    constructor(raw: RawClient, functions: Functions);
    /** Passes on which events are wanted now. Subscribers come and go; without any, there are none. */
    look(): void;
    /**
     * The context of a call that begins here, if anything may be published of it: hooks, and a refresher that is asked for it,
     * see its `AsyncLocalStorage`.
     */
    context(hasProgress: boolean): Audience["context"];
    /** Publishes what happened in a call, or in none. Nothing that a hook does keeps it from the rest. */
    publish(call: Audience | undefined, what: number, items: Items, index: number): void;
    /** What a function of the program's threw. */
    readonly thrown: (number: number) => unknown;
}
/** What hooks and channels want to hear of now: attempts, calls. */
export declare function wanted({ onAttempt, onCall }: Functions): [attempts: boolean, calls: boolean];
/** Publishes an attempt or the end of a call. */
export declare function publish(what: number, items: Items, index: number, { onAttempt, onCall }: Functions): void;
export {};
