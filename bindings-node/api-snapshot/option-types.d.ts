/** The types of options, where JavaScript has no type for them. */
import type { BlobBody, FormBody } from "./platform.js";
import type { Secret } from "./secret.js";
/** A text, or a {@link Secret}, which is shown nowhere. */
export type SecretText = string | Secret;
/** The size of a client's retry budget. Omitted fields keep their defaults. */
export interface RetryBudget {
    /** The maximum number of tokens. */
    capacity?: number | undefined;
    /** The number of tokens that a retry costs; a success returns one. */
    retryCost?: number | undefined;
}
/** The value of a header. */
export type HeaderValue = string | number | bigint | Secret;
/** Header fields as an object, as pairs, or as `Headers`. `undefined` omits one. */
export type HeaderValues = Readonly<Record<string, HeaderValue | readonly (HeaderValue | undefined)[] | undefined>> | Iterable<readonly [string, HeaderValue]>;
/** A PEM text, or its bytes. */
export type Pem = string | Uint8Array;
/**
 * A body that is sent unchanged. `URLSearchParams` is sent as a form, and a `Blob` with its type, unless the call or
 * the client sets a `Content-Type`.
 */
export type Body = string | Uint8Array | ArrayBufferView | ArrayBuffer | BlobBody | FormBody;
