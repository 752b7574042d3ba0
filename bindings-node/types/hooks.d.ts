/** What is told besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */
import type { RawClient } from "./native.js";
import { type ClientOptions } from "./options.js";
export declare class Hooks {
    #private;
    /** What is told after each poll of the actions that are followed, by tag. */
    readonly onProgress: Map<number, (json: string) => void>;
    constructor(raw: RawClient, options: ClientOptions);
    /** Tells the native half what is wanted now. Subscribers come and go; without any, nothing is passed on. */
    look(): void;
    /** Whether anything may have been told. */
    get listens(): boolean;
    /** Passes on what has been told. */
    tell(): void;
    /** What a function of the program's threw. */
    readonly thrown: (number: number) => unknown;
}
