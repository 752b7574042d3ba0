/** What OpenStack's reports have in common. */
import type { RawReport } from "./native.js";
import { type Trail } from "./trail.js";
/** The trails of the calls that a report rests on. */
export declare function trailsOf({ trails, trailCount }: RawReport): Trail[];
/** All of a report as JSON, and as a text for a person. */
export declare abstract class Report {
    #private;
    /** The trails of the calls that it rests on. */
    readonly trails: readonly Trail[];
    /** All of it as a new object, the same in every language. It has stack traces where the API gave them to this caller. */
    toJSON(): Record<string, unknown>;
    /** The text for a person: at most 100 columns, without secrets and stack traces. */
    report(): string;
    toString(): string;
}
