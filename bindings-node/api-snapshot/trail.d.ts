/** The record of a call: every HTTP attempt, in order, and how the call ended. */
import type { Items } from "./crossing.js";
import { type TrailFields, type TrailJson } from "./records.js";
export type { Attempt, AttemptJson, CallInfo, TrailJson } from "./records.js";
/** Makes the trail of an item, without the rest of the item, such as a body. */
export declare let trailOf: (items: Items, index: number) => Trail;
export interface Trail extends TrailFields {
}
/**
 * The record of one call. `String(trail)` and `console.log(trail)` print the support report, `JSON.stringify(trail)`
 * the same as data. Times are in milliseconds.
 *
 * Its fields are own properties, so two trails can be compared by value, and `structuredClone` and `postMessage` copy
 * all of them.
 */
export declare class Trail {
    #private;
    private constructor();
    /**
     * Reads a trail from JSON, such as one in a log: the object, or its text. Ignores fields of later releases.
     *
     * @throws `TypeError` that says what is wrong, if it is not the JSON of a trail.
     */
    static fromJSON(json: TrailJson | string): Trail;
    /** The request IDs of all attempts that have one, in order. */
    get requestIds(): readonly string[];
    /** The request ID of the last attempt, which is the first one to give to support. */
    get requestId(): string | null;
    /**
     * Returns the trail as a new object of the schema `reqtrail.trail/1`, the same in every language, for
     * `JSON.stringify`.
     */
    toJSON(): TrailJson;
    /** Returns the support report, to paste into a ticket: plain text of at most 100 columns, without secrets. */
    report(): string;
    toString(): string;
}
