/** Why a token refresher gave no token. */

import { ReqtrailError } from "./errors.js";
import { bare } from "./crossing.js";
import type { RefreshFailure } from "./native.js";
import { kindOf } from "./checks.js";

/** How many errors of a chain of causes are looked at. */
const DEEPEST = 8;

/**
 * What the call is told of a value that a refresher threw: its kind and request ID, where it is an error of this package or
 * was caused by one, and its text. Nothing that the value does keeps the call from its end.
 *
 * @param number finds the value itself.
 */
export function failureOf(thrown: unknown, number: number): RefreshFailure {
  try {
    const chain = chainOf(thrown);
    const texts = chain.map(textOf).filter((text) => text !== undefined);
    // What is no error may hold anything.
    const message = texts.length > 0 ? texts.join(": ") : `it threw ${kindOf(thrown)}`;
    const last = chain.at(-1);
    if (!(last instanceof ReqtrailError)) return bare({ thrown: number, message });
    const kind = string(last.kind);
    const category = string(last.category);
    const requestId = string(last.requestId);
    return bare({ thrown: number, message, kind, category, requestId });
  } catch {
    return bare({ thrown: number, message: "it threw a value that cannot be shown" });
  }
}

/** A value and its causes, down to the first error of this package, which says itself what was behind it. */
function chainOf(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  let next = thrown;
  do {
    chain.push(next);
    next = next instanceof ReqtrailError ? undefined : causeOf(next);
  } while (next != null && chain.length < DEEPEST && !chain.includes(next));
  return chain;
}

function causeOf(thrown: unknown): unknown {
  if (typeof thrown !== "object" || thrown === null || !Object.hasOwn(thrown, "cause")) return null;
  return (thrown as { cause: unknown }).cause;
}

/** What an error says. */
function textOf(thrown: unknown): string | undefined {
  if (thrown instanceof ReqtrailError) return ownText(thrown);
  if (typeof thrown === "string") return thrown;
  const { name, message } = Object(thrown) as { name?: unknown; message?: unknown };
  if (typeof message !== "string") return undefined;
  const known = typeof name === "string" ? name : "";
  return known !== "" && message !== "" ? `${known}: ${message}` : known || message;
}

/** What failed in the refresher's own call. Its whole line would be too long for another's. */
function ownText({ kind, status, code, reason, message, trail }: ReqtrailError): string {
  let what: string = kind;
  if (kind === "api" && status !== null) what = code === null ? `${status}` : `${status} ${code}`;
  // An error that the program made itself has nothing but its message.
  const text = reason ?? (trail === null ? message : null);
  return text === null || text === "" ? what : `${what}: ${text}`;
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
