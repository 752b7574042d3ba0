/** Checks options that are values, and converts them for the native half, by their kinds. */

import {
  count,
  each,
  expected,
  flag,
  header,
  isRecord,
  millis,
  pairsOf,
  secretText,
  text,
} from "./checks.js";
import { dialectText, snakeName } from "./dialect.js";
import type { RawValue } from "./crossing.js";
import type { Kind } from "./option-values.js";
import { refused } from "./stacks.js";

/** Converts a value for the native half. */
type Reader = (name: string, value: unknown) => RawValue;

const READERS: Readonly<Record<Kind | "statuses", Reader>> = {
  flag,
  count,
  duration: millis,
  moment,
  text,
  secret: secretText,
  path: text,
  texts: (name, value) => each(name, value, text),
  pems: (name, value) => each(name, value, pem),
  statuses: (name, value) => each(name, value, count),
  headers: (name, value) =>
    pairsOf(name, value, header).flatMap(([key, [given, secret]]) => [
      key,
      secret ? [given] : given,
    ]),
  dialect: (_, value) => dialectText(value),
  retryBudget: budget,
};

/** Adds an option to those passed to the native half, unless its value leaves it unset. */
export function put(
  to: RawValue[],
  option: readonly [number, Kind, boolean],
  name: string,
  value: unknown,
): void {
  if (value === undefined || (value === null && !option[2])) return;
  to.push(option[0], value === null ? null : READERS[option[1]](name, value));
}

/** Reads a `Date` as milliseconds since 1970. */
function moment(name: string, value: unknown): number {
  // Accepts a `Date` of another realm too.
  const isDate = Object.prototype.toString.call(value) === "[object Date]";
  const time = isDate ? Number(value) : Number.NaN;
  if (!(time >= 0)) throw expected(name, "a Date in or after 1970", value);
  return time;
}

function budget(name: string, value: unknown): RawValue[] {
  const wanted = "an object such as { capacity: 500, retryCost: 5 }, or null for none";
  if (!isRecord(value)) throw expected(name, wanted, value);
  const out: RawValue[] = [];
  for (const [key, given] of Object.entries(value)) {
    if (key !== "capacity" && key !== "retryCost") {
      throw refused(`${name} has no "${key}"; it has capacity, retryCost`);
    }
    if (given !== undefined) out.push(snakeName(key), count(`${name}.${key}`, given));
  }
  return out;
}

function pem(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  throw expected(name, "PEM as a string or bytes", value);
}
