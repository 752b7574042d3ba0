/** The types of options that are no type of JavaScript's own. */

import type { BlobBody, FormBody } from "./platform.js";
import type { Secret } from "./secret.js";

/** A text, or one that is shown nowhere. */
export type SecretText = string | Secret;

/** The size of a client's retry budget: what is left out keeps its default. */
export interface RetryBudget {
  /** How many tokens there are at most. */
  capacity?: number | undefined;
  /** What a retry costs; a success gives one back. */
  retryCost?: number | undefined;
}

/** The value of a header. */
export type HeaderValue = string | number | bigint | Secret;

/** Header fields as an object, as pairs, or as `Headers`. `undefined` is what is left out. */
export type HeaderValues =
  | Readonly<Record<string, HeaderValue | readonly (HeaderValue | undefined)[] | undefined>>
  | Iterable<readonly [string, HeaderValue]>;

/** A PEM text, or its bytes. */
export type Pem = string | Uint8Array;

/**
 * A body that is sent as it is. `URLSearchParams` is sent as a form, and a `Blob` with its type, unless the call or the
 * client has a `Content-Type` of its own.
 */
export type Body = string | Uint8Array | ArrayBufferView | ArrayBuffer | BlobBody | FormBody;
