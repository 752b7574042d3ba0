/** What OpenStack's reports have in common. */

import { inspect } from "node:util";

import type { RawReport } from "./native.js";
import { type Trail, trailOf } from "./trail.js";

/** The trails of the calls that a report rests on. */
export function trailsOf({ trails, trailCount }: RawReport): Trail[] {
  return Array.from({ length: trailCount }, (_, index) => trailOf(trails, index));
}

/** All of a report as JSON, and as a text for a person. */
export abstract class Report {
  /** The trails of the calls that it rests on. */
  readonly trails: readonly Trail[];
  readonly #json: string;
  readonly #report: string;

  /** @internal */
  constructor(raw: RawReport) {
    this.#json = raw.json;
    this.#report = raw.report;
    this.trails = Object.freeze(trailsOf(raw));
  }

  /** All of it as a new object, the same in every language. It has stack traces where the API gave them to this caller. */
  toJSON(): Record<string, unknown> {
    return JSON.parse(this.#json) as Record<string, unknown>;
  }

  /** The text for a person: at most 100 columns, without secrets and stack traces. */
  report(): string {
    return this.#report;
  }

  toString(): string {
    return this.#report;
  }

  /** @internal */
  [inspect.custom](): string {
    return this.#report;
  }
}
