/** Writes descriptions for the core, as members of JSON objects. */

import { expected, isRecord, pairsOf, text } from "./checks.js";
import { checkJson } from "./json.js";
import { wireJson } from "./secret.js";
import { refused } from "./stacks.js";

/** The members of a JSON object, as texts by their names. */
export type Members = Record<string, string>;

/** Reads a member. Returns its name in the core, and its JSON. */
export type Reader = (name: string, value: unknown) => readonly [string, string];

/** Reads members by a table; `undefined` omits one. `others` names further members that the owner has. */
export function members(
  owner: string,
  given: object,
  table: Readonly<Record<string, Reader>>,
  others: readonly string[] = [],
): Members {
  const out: Members = {};
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    const reader = Object.hasOwn(table, name) ? table[name] : undefined;
    if (reader === undefined) {
      const known = [...Object.keys(table), ...others].join(", ");
      throw refused(`${owner} has no "${name}"; it has ${known}`);
    }
    if (value === undefined) continue;
    const [key, json] = reader(`${owner}.${name}`, value);
    out[key] = json;
  }
  return out;
}

/** Makes a reader that checks a value, and writes it unchanged. */
export function as(key: string, read: (name: string, value: unknown) => unknown): Reader {
  return (name, value) => [key, JSON.stringify(read(name, value))];
}

/** Makes a JSON object of members. */
export function objectOf(given: Members): string {
  const pairs = Object.entries(given).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
  return `{${pairs.join(",")}}`;
}

/** Reads any value that JSON can hold. */
export const json: Reader = (_, value) => {
  const json = wireJson(value);
  if (json === undefined) throw expected("json", "a value that JSON can hold", value);
  checkJson(value, json);
  return ["json", json];
};

/** Reads bytes. */
export const bytes: Reader = (name, value) => {
  if (!ArrayBuffer.isView(value)) throw expected(name, "bytes", value);
  const { buffer, byteOffset, byteLength } = value;
  const text = Buffer.from(buffer, byteOffset, byteLength).toString("base64");
  return ["base64", JSON.stringify(text)];
};

/** Makes a reader of pairs of names and values. Numbers become texts. */
export function pairs(key: string): Reader {
  return as(key, (name, value) => pairsOf(name, value, plain));
}

function plain(name: string, value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // An object is an operator of scripts, such as a moment or a link to the server.
  return isRecord(value) ? value : text(name, value);
}
