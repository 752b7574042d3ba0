/** What a client remembers of its calls. */
import type { RawRecorder } from "./native.js";
import { type RecentFilter } from "./option-values.js";
import { type InFlightCall, type RecorderStats } from "./records.js";
import { type Trail } from "./trail.js";
/** Makes the recorder of a client. */
export declare let recorderOf: (raw: RawRecorder) => Recorder;
/**
 * Keeps the trails of a client's last calls in memory, and knows its calls in flight: `client.recorder`.
 *
 * It is on by default. It keeps up to 64 failed calls, 64 notable ones (slow, retried, redirected, authenticated again, or one
 * that may have succeeded although an attempt failed) and 64 others, in at most 1 MiB per client and 16 MiB per process.
 * Successes never displace failures. A trail has no bodies and no secrets.
 *
 * It answers at once, also after the client was closed.
 */
export declare class Recorder {
    #private;
    private constructor();
    /**
     * Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID. The newest call comes
     * first.
     *
     * If no call has this ID, those with an ID that begins with `id` are given, from 6 characters on. UUIDs match with and
     * without dashes, in any case. Calls in flight are not among them; see {@link Recorder.inFlight}.
     */
    find(id: string): Trail[];
    /**
     * Returns the kept calls that match the whole filter, the newest first; without one, all that are kept.
     *
     * @example
     * ```ts
     * for (const trail of client.recorder.recent({ failed: true, limit: 10 })) console.log(trail.requestId);
     * ```
     */
    recent(filter?: RecentFilter): Trail[];
    /** Returns the calls under way, the oldest first. */
    inFlight(): InFlightCall[];
    /** What it holds, and what it had to leave out. */
    get stats(): RecorderStats;
    /**
     * Returns all that is kept as JSON Lines, the oldest call first: each line as a journal has it
     * (`schema/journal.schema.json`), calls in flight at the end.
     */
    dump(): string;
}
