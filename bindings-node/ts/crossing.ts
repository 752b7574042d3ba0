/** Types and helpers for values that cross to the native part and back, beyond those in the generated `native.ts`. */

import type { HeaderFields } from "./platform.js";
import type { RateLimitJson } from "./records.js";

/**
 * Removes the prototype of an object from the native half, so that nothing is read from one that a program has changed.
 */
export function bare<T extends object>(parts: T): T {
  return Object.setPrototypeOf(parts, null) as T;
}

/** Makes headers of names and values in turn. */
export function headersOf(flat: readonly string[]): HeaderFields {
  const headers = new Headers();
  for (let at = 0; at + 1 < flat.length; at += 2) headers.append(flat[at]!, flat[at + 1]!);
  return headers;
}

/** The object that tools that look for open handles ask. */
export interface Handle {
  hasRef(): boolean;
}

/** A handle of some items in native memory. */
export interface Items {
  readonly __items: unique symbol;
}

/** A request for a token. A call on its behalf that would wait for the answer is refused. */
export interface RefreshRequest {
  readonly __refresh: unique symbol;
}

/** An error as one flat record, without the fields that the error does not have. */
export interface ErrorRecord {
  display: string;
  byCaller: boolean;
  hasTrail: boolean;
  /** If a function of the program caused the error: the number of the value that it threw. */
  thrown?: number;
  /** If another call, such as a sign-in, caused the error: that call's error. */
  source?: Items;
  /** If neither did: why there was no new credential. */
  sourceText?: string;
  rateLimit?: RateLimitJson;
  body?: Uint8Array;
  /** The other fields, by the names that the constructors of errors take. */
  [field: string]: unknown;
}

/**
 * A value of an option, or its number: options are passed as numbers and values in turn. Arrays hold texts, or names
 * and values in turn, with a secret in an array by itself.
 */
export type RawValue = null | boolean | number | string | readonly RawValue[];
