/** The options of a connection's operations. */
import type { OptionTable } from "./operations.js";
import type { Signal } from "./platform.js";
/** How much of each resource a story has, and how long it may take. What is left out keeps its default. */
export interface ExplainResourceOptions {
    /**
     * The timeout of the whole call; the client's by default. A story of several services has no limit by default: its
     * calls have the timeouts of their clients. In milliseconds.
     */
    timeoutMs?: number | null | undefined;
    /**
     * The maximum number of actions, newest first. A story has 20 actions, messages and tasks of each resource by
     * default.
     */
    limit?: number | null | undefined;
    /** What cancels the operation. */
    signal?: Signal | null | undefined;
}
export declare const STORY: OptionTable;
