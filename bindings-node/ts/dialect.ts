/** Converts dialects for the native half. */

import { expected, isRecord } from "./checks.js";

/** Returns a dialect as the native half takes it: a name, or JSON. The core checks the JSON. */
export function dialectText(dialect: unknown): string {
  if (typeof dialect === "string") return dialect;
  if (!isRecord(dialect)) throw expected("dialect", "a name, a description or JSON", dialect);
  const out = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(dialect) as [string, unknown][]) {
    out[snakeName(name)] = name === "codes" ? codes(value) : snake(value);
  }
  return JSON.stringify(out);
}

/** Converts codes. The codes are the API's and stay unchanged; the names in their descriptions are converted. */
function codes(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([code, known]) => [code, snake(known)]));
}

function snake(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snakeName(name), snake(inner)]),
  );
}

/** Converts a name to the core's spelling. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
