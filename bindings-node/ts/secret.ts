/** A text that is shown nowhere. */

import { createHmac, randomBytes } from "node:crypto";
import { inspect } from "node:util";

import { refused } from "./stacks.js";

let redactions = 0;

/** A key of this process only, so that marks made with it reveal nothing about the text elsewhere. */
const KEY = randomBytes(32);

/** Writes JSON for the wire, with the texts of its secrets. */
export function wireJson(value: unknown): string | undefined {
  const before = redactions;
  const json = JSON.stringify(value) as string | undefined;
  if (redactions === before) return json;
  // It has a secret, which this JSON has redacted.
  return JSON.stringify(value, exposed);
}

/** Replaces a Secret by its text, before its `toJSON` redacts it. */
export function exposed(this: unknown, name: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[name];
  if (own instanceof Secret) return own.expose();
  return value instanceof Secret ? value.expose() : value;
}

/**
 * A text that is shown nowhere: not in logs, trails, reports, error texts, `JSON.stringify` or `console.log`.
 *
 * As a path parameter, it appears as `{name}` wherever the path is shown.
 */
export class Secret {
  readonly #text: string;
  /** @internal Differs if the texts differ, for code that compares own properties. It does not reveal the text. */
  readonly mark: string;

  constructor(text: string) {
    // The error shows no value, not even a number.
    if (typeof text !== "string")
      throw refused(`a Secret's text: expected a string, not ${a(text)}`);
    this.#text = text;
    this.mark = createHmac("sha256", KEY).update(text).digest("base64url");
  }

  /** The text itself. Do not log it. */
  expose(): string {
    return this.#text;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    redactions++;
    return "[redacted]";
  }

  /** @internal */
  [inspect.custom](): string {
    return "Secret([redacted])";
  }
}

function a(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
