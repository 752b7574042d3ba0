/** The record of a call: every HTTP attempt, in order, and how the call ended. */
import type { Items } from "./crossing.js";
import { type TrailFields, type TrailJson } from "./records.js";
export type { Attempt, AttemptJson, CallInfo, TrailJson } from "./records.js";
/** Makes the trail of an item, without the rest of it, a body for one. */
export declare let trailOf: (items: Items, index: number) => Trail;
export interface Trail extends TrailFields {
}
/**
 * The record of one call. `String(trail)` and `console.log(trail)` give the support report, `JSON.stringify(trail)` the
 * same as data. Times are milliseconds.
 *
 * What it has are properties of its own, so that two trails are compared by what they say, and that `structuredClone` and
 * `postMessage` take all of it along.
 */
export declare class Trail {
    #private;
    private constructor();
    /**
     * Reads a trail that was written as JSON, such as one in a log: the object, or its text. Fields of later releases are
     * passed over.
     *
     * @throws `TypeError` that says what is wrong, if it is not the JSON of a trail.
     */
    static fromJSON(json: TrailJson | string): Trail;
    /** The request IDs of all attempts that have one, in order. */
    get requestIds(): readonly string[];
    /** The request ID of the last attempt: the one to give to support first. */
    get requestId(): string | null;
    /** The trail as a new object of the schema `reqtrail.trail/1`, the same in every language; for `JSON.stringify`. */
    toJSON(): TrailJson;
    /** The support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets. */
    report(): string;
    toString(): string;
}
