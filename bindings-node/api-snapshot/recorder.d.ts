/** The recorder, which remembers a client's calls. */
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
 * It answers at once, also after the client is closed.
 */
export declare class Recorder {
    #private;
    private constructor();
    /**
     * Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID. The newest call comes
     * first.
     *
     * If no call has this ID, returns those with an ID that begins with `id`, which then needs at least 6 characters.
     * UUIDs match with and without dashes, in any case. Calls in flight are not included; see {@link Recorder.inFlight}.
     */
    find(id: string): Trail[];
    /**
     * Returns the kept calls that match the whole filter, the newest first; without a filter, all of them.
     *
     * @example
     * ```ts
     * for (const trail of client.recorder.recent({ failed: true, limit: 10 })) console.log(trail.requestId);
     * ```
     */
    recent(filter?: RecentFilter): Trail[];
    /** Returns the calls under way, the oldest first. */
    inFlight(): InFlightCall[];
    /** How much it holds, and how much it had to leave out. */
    get stats(): RecorderStats;
    /**
     * Returns everything it holds as JSON Lines, each like a line of a journal (`schema/journal.schema.json`): the oldest
     * call first, calls in flight last.
     */
    dump(): string;
}
