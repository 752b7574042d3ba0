/** A text that is shown nowhere. */

import { createHmac, randomBytes } from "node:crypto";
import { inspect } from "node:util";

import { refused } from "./stacks.js";

let redactions = 0;

/** Of this process alone: what is made with it says nothing about a text to anybody else. */
const KEY = randomBytes(32);

/** Writes JSON for the wire: with the texts of the secrets in it. */
export function wireJson(value: unknown): string | undefined {
  const before = redactions;
  const json = JSON.stringify(value) as string | undefined;
  if (redactions === before) return json;
  // There is a secret in it, and the text has it redacted.
  return JSON.stringify(value, exposed);
}

/** A Secret writes itself redacted, so that it is looked at before that. */
export function exposed(this: unknown, name: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[name];
  if (own instanceof Secret) return own.expose();
  return value instanceof Secret ? value.expose() : value;
}

/**
 * A text that is shown nowhere: not in logs, trails, reports, error texts, `JSON.stringify` or `console.log`.
 *
 * As a path parameter it stays `{name}` wherever the path is shown.
 */
export class Secret {
  readonly #text: string;
  /** @internal Differs where the texts do, and tells nothing of them: what compares objects sees own properties alone. */
  readonly mark: string;

  constructor(text: string) {
    // Not even a number is repeated.
    if (typeof text !== "string") throw refused(`a Secret is made of a string, not of ${a(text)}`);
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
