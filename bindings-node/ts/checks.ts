/** Checks of what a program gave: each says what would be right, and what came. */

import { Secret } from "./secret.js";
import { refused } from "./stacks.js";

/** A wrong value, in words: the option, what would be right, and what came. */
export function expected(name: string, what: string, value: unknown): TypeError {
  return refused(`${name}: expected ${what}, not ${kindOf(value)}`);
}

/** What a value is. A text may be a secret, and so may what an object holds. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : classOf(value);
    default:
      return `a ${typeof value}`;
  }
}

function classOf(value: object): string {
  if (Array.isArray(value)) return "an array";
  try {
    // The name alone.
    const name: unknown = value.constructor.name;
    return typeof name === "string" && name !== "" ? `an object (${name})` : "an object";
  } catch {
    return "an object";
  }
}

/** Whether it is an object that holds values by name, and nothing with a meaning of its own. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (value instanceof Secret) return false;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Module]";
}

/** Options: an object, or none. */
export function object<T extends object>(name: string, value: T): T {
  const given: unknown = value;
  if (!isRecord(given)) throw expected(name, "an object", given);
  return value;
}

/** A time: milliseconds, 0 or more; `Infinity` is no limit. */
export function millis(name: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) {
    throw expected(name, "milliseconds, 0 or more, or Infinity for no limit", value);
  }
  return value;
}

/** A whole number that JavaScript holds. How large it may be, the native half knows. */
export function count(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw expected(name, "a whole number, 0 or more", value);
  }
  return value as number;
}

/** True or false, and nothing that is merely like them. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw expected(name, "true or false", value);
  return value;
}

/** A text. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw expected(name, "a string", value);
  return wellFormed(name, value);
}

/** Half a character cannot be sent: it has no UTF-8. */
export function wellFormed(name: string, value: string): string {
  // In every Node that this package runs on; the compiler's library does not know it.
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw refused(`${name}: expected text, not a string with half a surrogate pair`);
  }
  return value;
}

/** A credential or another secret. */
export function secretText(name: string, value: unknown): string {
  if (value instanceof Secret) return wellFormed(name, value.expose());
  // Not even a number is repeated.
  if (typeof value === "number")
    throw refused(`${name}: expected a string or a Secret, not a number`);
  if (typeof value !== "string") throw expected(name, "a string or a Secret", value);
  return wellFormed(name, value);
}

export function aFunction(name: string, value: unknown): unknown {
  if (typeof value !== "function") throw expected(name, "a function", value);
  return value;
}

/** One value, or the values of an array, each by its own name. */
export function each<T>(
  name: string,
  value: unknown,
  read: (name: string, value: unknown) => T,
): T[] {
  if (!Array.isArray(value)) return [read(name, value)];
  return value.map((one, index) => read(`${name}[${index}]`, one));
}

/** The value of a header, and whether it is a secret: what the server repeats of it is then shown nowhere either. */
export function header(name: string, value: unknown): [text: string, secret: boolean] {
  if (value instanceof Secret) return [wellFormed(name, value.expose()), true];
  if (typeof value === "string") return [wellFormed(name, value), false];
  if (typeof value === "number" || typeof value === "bigint") return [String(value), false];
  throw expected(name, "a string, a number, a bigint or a Secret; leave out what has none", value);
}

/**
 * Pairs of an object, of pairs, or of anything that gives pairs; an array of values is that many pairs, and `undefined`
 * none.
 */
export function pairsOf<T>(
  name: string,
  value: unknown,
  read: (name: string, value: unknown, key: string) => T,
): [string, T][] {
  const out: [string, T][] = [];
  for (const [key, given] of entries(name, value)) {
    if (typeof key !== "string") throw expected(name, "names that are strings", key);
    wellFormed(name, key);
    const one = (at: string, single: unknown): void => {
      if (single !== undefined) out.push([key, read(at, single, key)]);
    };
    each(`${name}.${key}`, given, one);
  }
  return out;
}

function* entries(name: string, value: unknown): Iterable<readonly [unknown, unknown]> {
  const wanted = "an object, pairs, or what gives pairs";
  if (typeof value !== "object" || value === null) throw expected(name, wanted, value);
  if (!(Symbol.iterator in value)) {
    // A date or a promise has no entries, and would be sent as nothing.
    if (!isRecord(value)) throw expected(name, wanted, value);
    yield* Object.entries(value);
    return;
  }
  for (const pair of value as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) throw expected(name, wanted, pair);
    yield pair as [unknown, unknown];
  }
}
