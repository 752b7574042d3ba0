/** A call whose body has to be read before it is sent. It is under way already: it may end while the body is read. */
import type { BlobBody } from "./platform.js";
/** Starts the call: with its body, or ended from the start. */
type Start = (body: Uint8Array, ended: boolean | undefined) => void;
export declare class Reading {
    #private;
    /**
     * @param timeoutMs how long the call may take.
     * @param failed is told of what kept the body from being read.
     */
    constructor(blob: BlobBody, timeoutMs: number, start: Start, failed: (error: unknown) => void);
    /** Ends the call if its body is still being read; `late` if a time has run out. */
    end(late: boolean): void;
}
export {};
