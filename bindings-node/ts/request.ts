/** The options of one call, and how they are checked. */

import type { RawOptions } from "./native.js";
import {
  type HeaderValues,
  count,
  expected,
  flag,
  headerText,
  millis,
  pairsOf,
  text,
  wellFormed,
} from "./options.js";
import type { Params } from "./paths.js";
import { Secret, wireJson } from "./secret.js";

/** A value of the query. */
export type QueryValue = string | number | bigint | boolean | Secret;

/**
 * The query as an object (an array is that many pairs, `undefined` none), as pairs, or as `URLSearchParams`. An object may
 * be of an interface of the program's own; its values are looked at when the call is made.
 */
export type Query =
  | Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>
  | Iterable<readonly [string, QueryValue]>
  | object;

/** The options of one call, but for the parameters of its path. Times are milliseconds. */
export interface CallOptions {
  query?: Query | null | undefined;
  headers?: HeaderValues | null | undefined;
  /** A body that is sent as JSON. */
  json?: unknown;
  /** A body that is sent as it is. */
  body?: string | Uint8Array | null | undefined;
  /** How long the call may take, with all attempts and waits. */
  timeoutMs?: number | null | undefined;
  /** How long an attempt may take, its body included. */
  attemptTimeoutMs?: number | null | undefined;
  /** How long connecting may take. */
  connectTimeoutMs?: number | null | undefined;
  /** How many attempts the call makes at most, 1 to 32. */
  maxAttempts?: number | null | undefined;
  /** Whether the request may be repeated though the server may have acted on it. Left out, the method decides. */
  idempotent?: boolean | null | undefined;
  /** Sent with every attempt, so that the server can tell a repetition; makes repeating safe. */
  idempotencyKey?: string | null | undefined;
  /** Sent with every attempt, in the header that the dialect has for it, in the place of the call's own ID. */
  correlationId?: string | null | undefined;
  /** The version of the API to ask for, where the API has versions. */
  microversion?: string | null | undefined;
  /**
   * Asks for the response only if it is not the one with this entity tag: the `ETag` header of an earlier response, sent as
   * it is. Where it is still current, `response.notModified` is true; without this option a 304 is an error.
   */
  ifNoneMatch?: string | null | undefined;
  /** Cancels the call: at once, also in a wait or a body. */
  signal?: AbortSignal | null | undefined;
}

/** The options of one call to a path: its parameters are told by the template's type. */
export type RequestOptions<Path extends string = string> = CallOptions & Params<Path>;

/** The argument list that a path wants: options may be left out where the path has no parameters. */
export type RequestArgs<Path extends string> =
  {} extends Params<Path> ? [options?: RequestOptions<Path>] : [options: RequestOptions<Path>];

/** A call as the native half takes it. Pairs are names and values in turn. */
export interface RawCall {
  params: string[] | undefined;
  query: string[] | undefined;
  headers: string[] | undefined;
  body: string | Uint8Array | undefined;
  options: RawOptions | undefined;
  signal: AbortSignal | undefined;
}

/** A call without options. */
export const NO_OPTIONS: Readonly<RawCall> = Object.freeze({
  params: undefined,
  query: undefined,
  headers: undefined,
  body: undefined,
  options: undefined,
  signal: undefined,
});

const NAMES: Record<keyof CallOptions | "params", true> = {
  params: true,
  query: true,
  headers: true,
  json: true,
  body: true,
  timeoutMs: true,
  attemptTimeoutMs: true,
  connectTimeoutMs: true,
  maxAttempts: true,
  idempotent: true,
  idempotencyKey: true,
  correlationId: true,
  microversion: true,
  ifNoneMatch: true,
  signal: true,
};

/** Checks the options of a call. */
export function rawCall(
  options: CallOptions & { params?: unknown },
  shown: ReadonlySet<string>,
): RawCall {
  const out: RawCall = { ...NO_OPTIONS };
  const rare = (): RawOptions => (out.options ??= {});
  for (const name of Object.keys(options)) {
    const value: unknown = options[name as keyof CallOptions];
    // `null` is JSON, and else what is left out.
    if (value === undefined || (value === null && name !== "json")) {
      if (Object.hasOwn(NAMES, name)) continue;
    }
    switch (name) {
      case "params":
        out.params = paramsOf(value, rare);
        break;
      case "query":
        out.query = pairsOf(name, value, (_, one, key) => queryValue(key, one, shown)).flat();
        break;
      case "headers":
        out.headers = pairsOf(name, value, headerText).flat();
        break;
      case "json":
        out.body = jsonText(value);
        rare().json = true;
        break;
      case "body":
        out.body = bodyOf(value);
        rare().json = false;
        break;
      case "timeoutMs":
      case "attemptTimeoutMs":
      case "connectTimeoutMs":
        rare()[name] = millis(name, value);
        break;
      case "maxAttempts":
        rare().maxAttempts = count(name, value);
        break;
      case "idempotent":
        rare().idempotent = flag(name, value);
        break;
      case "idempotencyKey":
      case "correlationId":
      case "microversion":
      case "ifNoneMatch":
        rare()[name] = text(name, value);
        break;
      case "signal":
        out.signal = signalOf(value);
        break;
      default:
        throw new TypeError(
          `a request has no option "${name}"; there are ${Object.keys(NAMES).join(", ")}`,
        );
    }
  }
  if (options.json !== undefined && options.body !== undefined) {
    throw new TypeError("a request has one body: give json or body");
  }
  return out;
}

function paramsOf(value: unknown, rare: () => RawOptions): string[] {
  if (typeof value !== "object" || value === null) throw expected("params", "an object", value);
  const out: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    if (given instanceof Secret) {
      (rare().secretParams ??= []).push(name);
      out.push(name, given.expose());
    } else {
      out.push(name, queryText(`params.${name}`, given));
    }
  }
  return out;
}

/** `null` and `undefined` are refused: they are sooner a mistake than the text "null". */
function queryText(name: string, value: unknown): string {
  switch (typeof value) {
    case "string":
      return wellFormed(name, value);
    case "number":
      if (Number.isFinite(value)) return String(value);
      break;
    case "bigint":
    case "boolean":
      return String(value);
  }
  throw expected(
    name,
    "a string, a finite number, a bigint or a boolean; leave out what has none",
    value,
  );
}

/** Trails hide the values of the query, but for those of some names. */
function queryValue(name: string, value: unknown, shown: ReadonlySet<string>): string {
  if (!(value instanceof Secret)) return queryText("query", value);
  if (shown.has(name.toLowerCase())) {
    throw new TypeError(`query: trails show the value of "${name}", so it cannot be a Secret`);
  }
  return value.expose();
}

function jsonText(value: unknown): string {
  const json = wireJson(value);
  if (json === undefined) throw expected("json", "what JSON can hold", value);
  return json;
}

function bodyOf(value: unknown): string | Uint8Array {
  if (typeof value === "string") return value;
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw expected("body", "a string or bytes (for an object, json)", value);
}

/** Whether it is a signal, also one of another realm. */
export function signalOf(value: unknown): AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  if (
    typeof signal !== "object" ||
    typeof signal?.aborted !== "boolean" ||
    typeof signal.addEventListener !== "function" ||
    typeof signal.removeEventListener !== "function"
  ) {
    throw expected("signal", "an AbortSignal", value);
  }
  return value as AbortSignal;
}
