/** What crosses to the native part and back, as far as `native.ts`, which is generated, cannot say it. */

import type { HeaderFields } from "./platform.js";
import type { RateLimitJson } from "./records.js";

/** Parts of the native half, without what they have not: nothing is read from a prototype that a program may have changed. */
export function bare<T extends object>(parts: T): T {
  return Object.setPrototypeOf(parts, null) as T;
}

/** Headers of names and values in turn. */
export function headersOf(flat: readonly string[]): HeaderFields {
  const headers = new Headers();
  for (let at = 0; at + 1 < flat.length; at += 2) headers.append(flat[at]!, flat[at + 1]!);
  return headers;
}

/** What tools that look for open handles ask. */
export interface Handle {
  hasRef(): boolean;
}

/** Some results in native memory. */
export interface Items {
  readonly __items: unique symbol;
}

/** A question for a token. A call on its behalf that would wait for the answer is refused. */
export interface RefreshRequest {
  readonly __refresh: unique symbol;
}

/** An error as one flat record; what the error does not have is left out. */
export interface ErrorRecord {
  display: string;
  byCaller: boolean;
  hasTrail: boolean;
  /** The number of what a function of the program's threw and what is behind the error. */
  thrown?: number;
  /** The error that is behind it, if it is one of a call: that of a sign-in, for one. */
  source?: Items;
  /** If it is neither, why there was no new credential. */
  sourceText?: string;
  rateLimit?: RateLimitJson;
  body?: Uint8Array;
  /** The other fields, by the names that the constructors of errors take. */
  [field: string]: unknown;
}

/**
 * A value of an option, or its number: options are numbers and values in turn. Arrays are texts, or names and values in
 * turn, where a secret stands in an array of its own.
 */
export type RawValue = null | boolean | number | string | readonly RawValue[];
