/** What the native half's mailboxes hold, and how it is taken: one call for a batch, in order. */
import type { Items } from "./crossing.js";
/** What an item is. A response is known by its status, which is greater. */
export declare const FAILED = 0;
/** What an operation or a sign-in gave. The next ones are of what has not ended. */
export declare const OUTPUT = -1;
export declare const ATTEMPT = -2;
export declare const CALL = -3;
export declare const PROGRESS = -4;
export declare const REFRESH = -5;
/** What is drained. */
interface RawMailbox {
    drain(out: Float64Array): Items | null;
}
/** Gets an item: the tag of its call, and what it is. */
export type Receiver = (tag: number, what: number, items: Items, index: number) => void;
/** Takes what waits in a mailbox. What a receiver throws is thrown when all is taken: the others wait for the rest. */
export declare function drain(raw: RawMailbox, receive: Receiver): void;
export {};
