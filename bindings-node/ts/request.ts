/** The options of one call, and their checks. */

import { expected, header, isRecord, object, pairsOf, wellFormed } from "./checks.js";
import { checkJson } from "./json.js";
import { native } from "./loader.js";
import type { RawValue } from "./crossing.js";
import type { RawClient, RawExtras } from "./native.js";
import { put } from "./option-kinds.js";
import { REQUEST_VALUES, type RequestParts, type RequestValues } from "./option-values.js";
import type { Params } from "./paths.js";
import type { BlobBody, Signal } from "./platform.js";
import { Secret, wireJson } from "./secret.js";
import { refused } from "./stacks.js";

/** A value of the query. */
export type QueryValue = string | number | bigint | boolean | Secret;

/** The value of a name in the query: one, or several, each of which is a pair; `undefined` is none. */
export type QueryValues = QueryValue | readonly (QueryValue | undefined)[] | undefined;

/** The query as an object, as pairs, or as `URLSearchParams`. */
export type Query =
  Readonly<Record<string, QueryValues>> | Iterable<readonly [string, QueryValue | undefined]>;

/**
 * A query of any type that holds only what a {@link Query} may hold. A program's interfaces are such types, although
 * they have no index signature.
 */
export type QueryOf<Q> =
  Q extends Iterable<infer Pair>
    ? [Pair] extends [readonly [string, QueryValue | undefined]]
      ? Q
      : never
    : Q extends (...args: never[]) => unknown
      ? never
      : { readonly [Name in keyof Q]: Q[Name] extends QueryValues ? Q[Name] : QueryValues };

/** The options of one call, except the parameters of its path. Times are in milliseconds. */
export interface CallOptions<Q = Query> extends RequestValues, RequestParts {
  /**
   * Query parameters. Trails redact their values unless the client shows them. `undefined` omits one; `null`, dates,
   * maps and functions are refused.
   */
  query?: (Q & QueryOf<Q>) | null | undefined;
}

/** The options of one call to a path. The template's type has its parameters. */
export type RequestOptions<Path extends string = string, Q = Query> = CallOptions<Q> & Params<Path>;

/** The argument list that a path requires. Options may be omitted if the path has no parameters. */
export type RequestArgs<Path extends string, Q = Query> =
  // biome-ignore lint/complexity/noBannedTypes: the question is whether an object without a property will do.
  {} extends Params<Path>
    ? [options?: RequestOptions<Path, Q>]
    : [options: RequestOptions<Path, Q>];

/** A call as the native half takes it. Pairs are names and values in turn. */
export class RawCall {
  params: string[] | undefined;
  query: string[] | undefined;
  headers: string[] | undefined;
  body: string | Uint8Array | undefined;
  extras: RawExtras | undefined;
  /** The options that are values. */
  options: RawValue[] | undefined;
  signal: Signal | undefined;
  /** A body that must be read first. */
  blob: BlobBody | undefined;
}

/** A call without options. */
export const NO_OPTIONS: Readonly<RawCall> = Object.freeze(new RawCall());

/** The kinds of bodies, for the native half. */
const JSON_BODY = 1;
const FORM_BODY = 2;

/** The part of a client that checks need. */
type Standing = Pick<RawClient, "showsQuery">;

/** Reads an option into a call. `null` is a value for `json`, and omits every other option. */
type Reader = (value: unknown, call: RawCall, standing: Standing) => void;

/** The options of a call that are not values. */
const OTHERS: Readonly<Record<Exclude<keyof CallOptions | "params", keyof RequestValues>, Reader>> =
  {
    params: paramsOf,
    query(value, call, standing) {
      const read = (at: string, one: unknown, name: string): string =>
        queryValue(at, name, one, standing);
      call.query = pairsOf("query", value, read).flat();
    },
    headers: headersOf,
    json(value, call) {
      onlyOne(call);
      call.body = jsonText(value);
      extrasOf(call).bodyKind = JSON_BODY;
    },
    body: bodyOf,
    signal(value, call) {
      call.signal = signalOf(value);
    },
  };

/** Checks the options of a call. */
export function rawCall(options: object, standing: Standing): RawCall {
  const call: RawCall = { ...NO_OPTIONS };
  for (const name of Object.keys(object("options", options))) {
    const value: unknown = (options as Record<string, unknown>)[name];
    if (Object.hasOwn(REQUEST_VALUES, name)) {
      put((call.options ??= []), REQUEST_VALUES[name as keyof RequestValues], name, value);
    } else if (!Object.hasOwn(OTHERS, name)) {
      const known = [...Object.keys(OTHERS), ...Object.keys(REQUEST_VALUES)];
      throw refused(native.unknownOption("request", name, known));
    } else if (value !== undefined && (value !== null || name === "json")) {
      OTHERS[name as keyof typeof OTHERS](value, call, standing);
    }
  }
  return call;
}

/** Makes extras without a prototype, so that nothing is read that the program has not given to this call. */
function extrasOf(call: RawCall): RawExtras {
  return (call.extras ??= Object.create(null) as RawExtras);
}

function paramsOf(value: unknown, call: RawCall): void {
  if (!isRecord(value)) throw expected("params", "an object", value);
  const params: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    if (given instanceof Secret) {
      (extrasOf(call).secretParams ??= []).push(name);
      params.push(name, given.expose());
    } else {
      params.push(name, queryText(`params.${name}`, given));
    }
  }
  call.params = params;
}

function headersOf(value: unknown, call: RawCall): void {
  const headers: string[] = [];
  for (const [name, [given, secret]] of pairsOf("headers", value, header)) {
    if (secret) (extrasOf(call).secretHeaders ??= []).push(headers.length / 2);
    headers.push(name, given);
  }
  call.headers = headers;
}

/** Reads a value as text. Refuses `null` and `undefined`, which rarely mean the text "null". */
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
    "a string, a finite number, a bigint or a boolean (omit the key if there is none)",
    value,
  );
}

/** Reads a value of the query. Trails hide these values, except those of some names. */
function queryValue(at: string, name: string, value: unknown, standing: Standing): string {
  if (!(value instanceof Secret)) return queryText(at, value);
  if (standing.showsQuery(name)) {
    throw refused(`query: trails show the value of "${name}", so it cannot be a Secret`);
  }
  return value.expose();
}

function jsonText(value: unknown): string {
  const json = wireJson(value);
  if (json === undefined) throw expected("json", "a value that JSON can hold", value);
  checkJson(value, json);
  return json;
}

/** Takes a body, with its media type if it has one, as `fetch` does. */
function bodyOf(value: unknown, call: RawCall): void {
  onlyOne(call);
  if (typeof value === "string") {
    call.body = wellFormed("body", value);
  } else if (ArrayBuffer.isView(value)) {
    call.body = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } else {
    // Compares tags, because the object may be of another realm.
    switch (Object.prototype.toString.call(value)) {
      case "[object ArrayBuffer]":
      case "[object SharedArrayBuffer]":
        call.body = new Uint8Array(value as ArrayBuffer);
        break;
      case "[object URLSearchParams]":
        call.body = String(value);
        extrasOf(call).bodyKind = FORM_BODY;
        break;
      case "[object Blob]":
      case "[object File]":
        call.blob = value as BlobBody;
        break;
      case "[object FormData]":
        throw expected("body", `${BODIES} (multipart is not in this release)`, value);
      case "[object ReadableStream]":
        throw expected("body", `${BODIES} (streaming bodies are not in this release)`, value);
      default:
        throw expected("body", `${BODIES} (for an object, json)`, value);
    }
  }
}

function onlyOne({ body, blob }: RawCall): void {
  if ((body ?? blob) !== undefined)
    throw refused("a request has one body: expected json or body, not both");
}

const BODIES = "a string or bytes, an ArrayBuffer, a Blob or URLSearchParams";

/** Checks a signal, which may be of another realm. */
export function signalOf(value: unknown): Signal {
  const signal = value as Partial<Signal> | null;
  if (
    typeof signal !== "object" ||
    typeof signal?.aborted !== "boolean" ||
    typeof signal.addEventListener !== "function" ||
    typeof signal.removeEventListener !== "function"
  ) {
    throw expected("signal", "an AbortSignal", value);
  }
  return value as Signal;
}

/** Returns why a signal was aborted; `undefined` if it was not. */
export function reasonOf(signal: Signal | undefined): unknown {
  return signal?.aborted === true ? signal.reason : undefined;
}

/** Whether a signal was aborted because its time ran out, as `AbortSignal.timeout` does. */
export function isLate(signal: Signal): boolean {
  try {
    return (signal.reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
  } catch {
    // The reason comes from the program, and may be anything.
    return false;
  }
}
