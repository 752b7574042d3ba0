/** A text that is shown nowhere. */

import { inspect } from "node:util";

/**
 * A text that is shown nowhere: not in logs, trails, reports, error texts, `JSON.stringify` or `console.log`.
 *
 * As a path parameter it stays `{name}` wherever the path is shown.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    if (typeof text !== "string") throw new TypeError("a Secret is made of a string");
    this.#text = text;
  }

  /** The text itself. Do not log it. */
  expose(): string {
    return this.#text;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  /** @internal */
  [inspect.custom](): string {
    return "Secret([redacted])";
  }
}
