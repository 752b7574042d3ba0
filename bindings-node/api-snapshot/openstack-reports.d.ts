/** The base class of OpenStack's reports. */
import type { RawReport } from "./native.js";
import { type Trail } from "./trail.js";
/** Returns the trails of a report's calls. */
export declare function trailsOf({ trails, trailCount }: RawReport): Trail[];
/** A report, as JSON and as text for people. */
export declare abstract class Report {
    #private;
    /** The trails of the report's calls. */
    readonly trails: readonly Trail[];
    /** Returns the whole report as a new object, the same in every language. It has stack traces if the API sent them. */
    toJSON(): Record<string, unknown>;
    /** Returns the report as text: at most 100 columns, without secrets and stack traces. */
    report(): string;
    toString(): string;
}
