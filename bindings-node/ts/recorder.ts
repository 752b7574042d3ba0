/** The recorder, which remembers a client's calls. */

import { inspect } from "node:util";

import { object, text } from "./checks.js";
import { native } from "./loader.js";
import type { RawValue } from "./crossing.js";
import type { RawRecorder, RawTrails } from "./native.js";
import { put } from "./option-kinds.js";
import { RECENT_VALUES, type RecentFilter } from "./option-values.js";
import {
  type InFlightCall,
  type InFlightCallJson,
  type RecorderStats,
  type RecorderStatsJson,
  inFlightCallOf,
  recorderStatsOf,
} from "./records.js";
import { placed, refused, siteOf } from "./stacks.js";
import { type Trail, trailOf } from "./trail.js";

/** Makes the recorder of a client. */
export let recorderOf: (raw: RawRecorder) => Recorder;

/**
 * Keeps the trails of a client's last calls in memory, and knows its calls in flight: `client.recorder`.
 *
 * It is on by default. It keeps up to 64 failed calls, 64 notable ones (slow, retried, redirected, authenticated again, or one
 * that may have succeeded although an attempt failed) and 64 others, in at most 1 MiB per client and 16 MiB per process.
 * Successes never displace failures. A trail has no bodies and no secrets.
 *
 * It answers at once, also after the client is closed.
 */
export class Recorder {
  readonly #raw: RawRecorder;

  private constructor(raw: RawRecorder) {
    this.#raw = raw;
  }

  static {
    recorderOf = (raw) => new Recorder(raw);
  }

  /**
   * Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID. The newest call comes
   * first.
   *
   * If no call has this ID, returns those with an ID that begins with `id`, which then needs at least 6 characters.
   * UUIDs match with and without dashes, in any case. Calls in flight are not included; see {@link Recorder.inFlight}.
   */
  find(id: string): Trail[] {
    const site = siteOf(Recorder.prototype.find);
    return placed(site, () => trailsOf(this.#raw.find(text("id", id))));
  }

  /**
   * Returns the kept calls that match the whole filter, the newest first; without a filter, all of them.
   *
   * @example
   * ```ts
   * for (const trail of client.recorder.recent({ failed: true, limit: 10 })) console.log(trail.requestId);
   * ```
   */
  recent(filter: RecentFilter = {}): Trail[] {
    const site = siteOf(Recorder.prototype.recent);
    return placed(site, () => {
      const found = this.#raw.recent(valuesOf(filter));
      if (typeof found === "string") throw refused(found);
      return trailsOf(found);
    });
  }

  /** Returns the calls under way, the oldest first. */
  inFlight(): InFlightCall[] {
    const calls = JSON.parse(this.#raw.inFlight()) as InFlightCallJson[];
    return calls.map((call) => inFlightCallOf(call));
  }

  /** How much it holds, and how much it had to leave out. */
  get stats(): RecorderStats {
    return recorderStatsOf(JSON.parse(this.#raw.stats()) as RecorderStatsJson);
  }

  /**
   * Returns everything it holds as JSON Lines, each like a line of a journal (`schema/journal.schema.json`): the oldest
   * call first, calls in flight last.
   */
  dump(): string {
    return this.#raw.dump();
  }

  /** @internal */
  [inspect.custom](): string {
    const { failed, notable, recent, inFlight } = this.stats;
    return `Recorder of ${failed} failed, ${notable} notable and ${recent} other calls, ${inFlight} in flight`;
  }
}

function valuesOf(filter: RecentFilter): RawValue[] {
  const values: RawValue[] = [];
  for (const [name, value] of Object.entries(object("filter", filter)) as [string, unknown][]) {
    if (!Object.hasOwn(RECENT_VALUES, name)) {
      throw refused(native.unknownOption("recent", name, Object.keys(RECENT_VALUES)));
    }
    put(values, RECENT_VALUES[name as keyof RecentFilter], name, value);
  }
  return values;
}

function trailsOf({ trails, trailCount }: RawTrails): Trail[] {
  return Array.from({ length: trailCount }, (_, index) => trailOf(trails, index));
}
