/** Describes why a token refresher returned no token. */

import { ReqtrailError } from "./errors.js";
import { bare } from "./crossing.js";
import type { RefreshFailure } from "./native.js";
import { kindOf } from "./checks.js";

/** The maximum number of errors of a chain of causes that are read. */
const DEEPEST = 8;

/**
 * Describes a value that a refresher threw, for the call: its text and, if it is an error of this package or was caused
 * by one, its kind and request ID. Nothing that the value does keeps the call from ending.
 *
 * @param number finds the value itself.
 */
export function failureOf(thrown: unknown, number: number): RefreshFailure {
  try {
    const chain = chainOf(thrown);
    const texts = chain.map(textOf).filter((text) => text !== undefined);
    // A value that is not an error may hold anything.
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

/** Returns a value and its causes, down to the first error of this package, whose text includes its cause. */
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

/** Returns the text of an error. */
function textOf(thrown: unknown): string | undefined {
  if (thrown instanceof ReqtrailError) return ownText(thrown);
  if (typeof thrown === "string") return thrown;
  const { name, message } = Object(thrown) as { name?: unknown; message?: unknown };
  if (typeof message !== "string") return undefined;
  const known = typeof name === "string" ? name : "";
  return known !== "" && message !== "" ? `${known}: ${message}` : known || message;
}

/** Says what failed in the refresher's own call. The whole message would be too long inside another one. */
function ownText({ kind, status, code, reason, message, trail }: ReqtrailError): string {
  let what: string = kind;
  if (kind === "api" && status !== null) what = code === null ? `${status}` : `${status} ${code}`;
  // An error that the program made has only its message.
  const text = reason ?? (trail === null ? message : null);
  return text === null || text === "" ? what : `${what}: ${text}`;
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
