/** The record of a call: every HTTP attempt, in order, and how the call ended. */

import { inspect } from "node:util";

import { native } from "./loader.js";
import type { Items } from "./crossing.js";
import { type TrailFields, type TrailJson, trailFieldsOf } from "./records.js";
import { placed, refused, siteOf } from "./stacks.js";

export type { Attempt, AttemptJson, CallInfo, TrailJson } from "./records.js";

/** Makes the trail of an item, without the rest of the item, such as a body. */
export let trailOf: (items: Items, index: number) => Trail;

export interface Trail extends TrailFields {}

/**
 * The record of one call. `String(trail)` and `console.log(trail)` print the support report, `JSON.stringify(trail)`
 * the same as data. Times are in milliseconds.
 *
 * Its fields are own properties, so two trails can be compared by value, and `structuredClone` and `postMessage` copy
 * all of them.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every field.
export class Trail {
  /** Only the trail in native memory, without a body. */
  readonly #items: Items;

  private constructor(items: Items) {
    this.#items = items;
    Object.assign(this, trailFieldsOf(this.toJSON()));
    Object.freeze(this);
  }

  static {
    trailOf = (items, index) => new Trail(native.ownTrail(items, index));
  }

  /**
   * Reads a trail from JSON, such as one in a log: the object, or its text. Ignores fields of later releases.
   *
   * @throws `TypeError` that says what is wrong, if it is not the JSON of a trail.
   */
  static fromJSON(json: TrailJson | string): Trail {
    const site = siteOf(Trail.fromJSON);
    return placed(site, () => {
      const read = native.trailFromJson(trailText(json));
      if (typeof read === "string") throw refused(`json: ${read}`);
      return new Trail(read);
    });
  }

  /** The request IDs of all attempts that have one, in order. */
  get requestIds(): readonly string[] {
    return this.attempts.flatMap(({ requestId }) => requestId ?? []);
  }

  /** The request ID of the last attempt, which is the first one to give to support. */
  get requestId(): string | null {
    return this.attempts.at(-1)?.requestId ?? null;
  }

  /**
   * Returns the trail as a new object of the schema `reqtrail.trail/1`, the same in every language, for
   * `JSON.stringify`.
   */
  toJSON(): TrailJson {
    return JSON.parse(native.trailJson(this.#items, 0)) as TrailJson;
  }

  /** Returns the support report, to paste into a ticket: plain text of at most 100 columns, without secrets. */
  report(): string {
    return native.trailReport(this.#items, 0);
  }

  toString(): string {
    return this.report();
  }

  /** @internal */
  [inspect.custom](): string {
    return this.report();
  }
}

function trailText(json: unknown): string {
  const text = typeof json === "string" ? json : (JSON.stringify(json) as string | undefined);
  if (text === undefined)
    throw refused("json: expected the JSON of a trail, as an object or a text");
  return text;
}
