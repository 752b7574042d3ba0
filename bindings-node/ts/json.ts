/** Refuses values that JSON would silently lose: maps, sets, promises, bytes and others that it writes as `{}`. */

import { refused } from "./stacks.js";

/** What to pass instead of a value, by its tag. */
const REMEDIES: Readonly<Record<string, string>> = {
  Map: "an object (for a Map, Object.fromEntries)",
  Set: "an array (for a Set, [...set])",
  Promise: "a value (for a promise, await it)",
  URLSearchParams: "an object (for a form, Object.fromEntries, or body to send it as one)",
  FormData: "an object (for a form, Object.fromEntries)",
  Headers: "an object (for Headers, Object.fromEntries)",
  Blob: "text (for a Blob, body)",
  File: "text (for a File, body)",
  Error: "an object (for an error, what is to be sent of it)",
  RegExp: "text (for a RegExp, its source)",
};

const ITERATOR = "an array (for an iterator, [...it])";

const BYTES = "text (for bytes, body, or base64 within JSON)";

/** The tags of values that JSON writes as strings, numbers, booleans, arrays or plain objects. */
const PLAIN: ReadonlySet<string> = new Set([
  "Object",
  "Array",
  "Arguments",
  "Module",
  "String",
  "Number",
  "Boolean",
  "BigInt",
]);

/** Refuses a value whose JSON loses something. Objects with `toJSON` decide for themselves. */
export function checkJson(value: unknown, json: string): void {
  // Lost values are written as one of these, which few bodies hold; other bodies are not checked further.
  if (!json.includes("{}") && !json.includes('{"0":')) return;
  const paths = new Map<unknown, string>();
  JSON.stringify(value, function (this: unknown, key: string, one: unknown) {
    if (typeof one !== "object" || one === null) return one;
    const holder = paths.get(this);
    const at = holder === undefined ? "json" : `${holder}${step(this, key)}`;
    const tag = Object.prototype.toString.call(one).slice("[object ".length, -1);
    const wanted = PLAIN.has(tag) ? undefined : lost(one, tag);
    if (wanted !== undefined) throw refused(`${at}: expected ${wanted}, not an object (${tag})`);
    paths.set(one, at);
    return one;
  });
}

/** Returns what to pass instead, if JSON would lose the contents of a value. */
function lost(value: object, tag: string): string | undefined {
  if (ArrayBuffer.isView(value) || tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    return BYTES;
  }
  if (Object.hasOwn(REMEDIES, tag)) {
    // JSON keeps the own properties of an error.
    return tag === "Error" && Object.keys(value).length > 0 ? undefined : REMEDIES[tag];
  }
  if (Object.keys(value).length > 0) return undefined;
  return /Iterator|Generator/.test(tag) ? ITERATOR : "a value that JSON can hold";
}

function step(holder: unknown, key: string): string {
  if (Array.isArray(holder)) return `[${key}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
