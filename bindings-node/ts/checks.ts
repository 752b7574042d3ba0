/** Checks of values that a program has passed. Errors say what is right, and what came. */

import { Secret } from "./secret.js";
import { refused } from "./stacks.js";

/** Makes the error of a wrong value: it names the option, what is right, and what came. */
export function expected(name: string, what: string, value: unknown): TypeError {
  return refused(`${name}: expected ${what}, not ${kindOf(value)}`);
}

/** Names the kind of a value. It does not show texts or the contents of objects, which may be secrets. */
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
    // Shows only the name.
    const name: unknown = value.constructor.name;
    return typeof name === "string" && name !== "" ? `an object (${name})` : "an object";
  } catch {
    return "an object";
  }
}

/** Whether it is an object that only holds values by name, not one such as a `Date` or a `Secret`. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (value instanceof Secret) return false;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Module]";
}

/** Checks options, which are an object. */
export function object<T extends object>(name: string, value: T): T {
  const given: unknown = value;
  if (!isRecord(given)) throw expected(name, "an object", given);
  return value;
}

/** Checks a duration: milliseconds, 0 or more; `Infinity` means no limit. */
export function millis(name: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) {
    throw expected(name, "milliseconds, 0 or more, or Infinity for no limit", value);
  }
  return value;
}

/** Checks a whole number that JavaScript can hold. The native half checks how large it may be. */
export function count(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw expected(name, "a whole number, 0 or more", value);
  }
  return value as number;
}

/** Checks for true or false, not for truthy or falsy values. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw expected(name, "true or false", value);
  return value;
}

/** Checks a text. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw expected(name, "a string", value);
  return wellFormed(name, value);
}

/** Refuses lone surrogates, which UTF-8 cannot hold. */
export function wellFormed(name: string, value: string): string {
  // Every supported Node has it; the compiler's library does not declare it.
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw refused(`${name}: expected text, not a string with half a surrogate pair`);
  }
  return value;
}

/** Reads a credential or another secret. */
export function secretText(name: string, value: unknown): string {
  if (value instanceof Secret) return wellFormed(name, value.expose());
  // The error shows no value, not even a number.
  if (typeof value === "number")
    throw refused(`${name}: expected a string or a Secret, not a number`);
  if (typeof value !== "string") throw expected(name, "a string or a Secret", value);
  return wellFormed(name, value);
}

export function aFunction(name: string, value: unknown): unknown {
  if (typeof value !== "function") throw expected(name, "a function", value);
  return value;
}

/** Reads one value, or each value of an array under its own name. */
export function each<T>(
  name: string,
  value: unknown,
  read: (name: string, value: unknown) => T,
): T[] {
  if (!Array.isArray(value)) return [read(name, value)];
  return value.map((one, index) => read(`${name}[${index}]`, one));
}

/** Reads the value of a header, and whether it is a secret, which is redacted wherever the server repeats it. */
export function header(name: string, value: unknown): [text: string, secret: boolean] {
  if (value instanceof Secret) return [wellFormed(name, value.expose()), true];
  if (typeof value === "string") return [wellFormed(name, value), false];
  if (typeof value === "number" || typeof value === "bigint") return [String(value), false];
  const wanted = "a string, a number, a bigint or a Secret (omit the key if there is none)";
  throw expected(name, wanted, value);
}

/**
 * Reads the pairs of an object, or of an iterable of pairs. An array of values becomes one pair for each, `undefined`
 * becomes none.
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
  const wanted = "an object, or an iterable of pairs";
  if (typeof value !== "object" || value === null) throw expected(name, wanted, value);
  if (!(Symbol.iterator in value)) {
    // A date or a promise has no entries, and nothing of it would be sent.
    if (!isRecord(value)) throw expected(name, wanted, value);
    yield* Object.entries(value);
    return;
  }
  for (const pair of value as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) throw expected(name, wanted, pair);
    yield pair as [unknown, unknown];
  }
}
