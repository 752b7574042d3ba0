/** The base class of OpenStack's reports. */

import { inspect } from "node:util";

import type { RawReport } from "./native.js";
import { type Trail, trailOf } from "./trail.js";

/** Returns the trails of a report's calls. */
export function trailsOf({ trails, trailCount }: RawReport): Trail[] {
  return Array.from({ length: trailCount }, (_, index) => trailOf(trails, index));
}

/** A report, as JSON and as text for people. */
export abstract class Report {
  /** The trails of the report's calls. */
  readonly trails: readonly Trail[];
  readonly #json: string;
  readonly #report: string;

  /** @internal */
  constructor(raw: RawReport) {
    this.#json = raw.json;
    this.#report = raw.report;
    this.trails = Object.freeze(trailsOf(raw));
  }

  /** Returns the whole report as a new object, the same in every language. It has stack traces if the API sent them. */
  toJSON(): Record<string, unknown> {
    return JSON.parse(this.#json) as Record<string, unknown>;
  }

  /** Returns the report as text: at most 100 columns, without secrets and stack traces. */
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
