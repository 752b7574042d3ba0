/** The clock of a mock, and what stops it. */
import type { MockBase } from "./driver.js";
import type { RawMock } from "./native.js";
import { type Site } from "./stacks.js";
/**
 * A mock's clock. It does not move during a turn of the event loop in which a call begins or mail arrives, so that
 * everything a program does in one turn belongs to one moment. The native half starts the next turn, because a test may
 * move timers by hand.
 */
export declare class Clock {
    #private;
    readonly raw: RawMock;
    constructor(seed: number, isManual: boolean);
    /** Makes the base of a client whose calls use this clock. */
    base(url: string): MockBase;
    /** Advances the time by some milliseconds. */
    advance(millis: number, site: Site): Promise<void>;
    /** Waits until every call waits for the time. */
    untilWaiting(site: Site): Promise<void>;
}
