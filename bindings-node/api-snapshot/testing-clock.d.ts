/** The time of a mock, and who keeps it where it is. */
import type { MockBase } from "./driver.js";
import type { RawMock } from "./native.js";
import { type Site } from "./stacks.js";
/**
 * The clock stands still during each turn of the event loop in which a call begins or something of one is heard of, so that
 * what a program does in one turn belongs to one moment. The next turn comes by the native half: a timer might be one that
 * a test moves by hand.
 */
export declare class Clock {
    #private;
    readonly raw: RawMock;
    constructor(seed: number, isManual: boolean);
    /** What a client stands on whose calls are to go by this clock. */
    base(url: string): MockBase;
    /** Moves the time on by some milliseconds. */
    advance(millis: number, site: Site): Promise<void>;
    /** Waits until every call waits for the time. */
    untilWaiting(site: Site): Promise<void>;
}
