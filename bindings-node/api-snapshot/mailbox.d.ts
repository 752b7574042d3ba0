/** Takes mail from the native half's mailboxes, in order, with one native call per batch. */
import type { Items } from "./crossing.js";
/** The codes of items. The code of a response is its status, which is greater than these. */
export declare const FAILED = 0;
/** The result of an operation or a sign-in. The codes below it are of events, which end nothing. */
export declare const OUTPUT = -1;
export declare const ATTEMPT = -2;
export declare const CALL = -3;
export declare const PROGRESS = -4;
export declare const REFRESH = -5;
/** A mailbox of the native half. */
interface RawMailbox {
    drain(out: Float64Array): Items | null;
}
/** Gets an item, with the tag of its call and its code. */
export type Receiver = (tag: number, code: number, items: Items, index: number) => void;
/** Takes all mail of a mailbox. Throws what a receiver threw after that, because other calls wait for the rest. */
export declare function drain(raw: RawMailbox, receive: Receiver): void;
export {};
