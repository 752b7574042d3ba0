/** The options of a client, and how they are checked. */

import {
  aFunction,
  count,
  each,
  expected,
  flag,
  header,
  isRecord,
  millis,
  object,
  pairsOf,
  secretText,
  text,
} from "./checks.js";
import { type CustomDialect, dialectText } from "./dialect.js";
import type { Secret } from "./secret.js";
import { refused } from "./stacks.js";
import type { Attempt, CallInfo, Trail } from "./trail.js";

/** A text, or one that is shown nowhere. */
export type SecretText = string | Secret;

/** The size of a client's retry budget: what is left out keeps its default (500 and 5). */
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

/** The options of a client. What is left out keeps its default. Times are milliseconds. */
export interface ClientOptions {
  /**
   * What reqtrail knows of the API: `"novavms"`, `"openstack"`, or the description of another API as an object or as JSON.
   * Without it the request ID is read from `X-Request-Id`, the token goes out as `Authorization: Bearer`, and statuses
   * alone tell what an error means.
   */
  dialect?: "novavms" | "openstack" | CustomDialect | (string & {}) | null | undefined;
  /** The credential. */
  token?: SecretText | null | undefined;
  /**
   * Gives a new credential after a 401. One refresh serves all calls that met the same 401; it runs in the
   * `AsyncLocalStorage` context of the call that asked first. Give it a client of its own: a call through the client it
   * serves that would wait for it is refused. What it throws is the `cause` of the call's error. A call that
   * has no credential at all repeats its text, and ends with its kind and category if it is an error of this package.
   */
  tokenRefresher?: (() => SecretText | PromiseLike<SecretText>) | null | undefined;
  /** Headers of every request. */
  headers?: HeaderValues | null | undefined;
  /** What is added to the `User-Agent`, as in `my-app/1.2`. */
  userAgent?: string | null | undefined;
  /** The version of the API to ask for, where the API has versions. */
  microversion?: string | null | undefined;
  /** How many attempts a call makes at most, 1 to 32 (4). */
  maxAttempts?: number | null | undefined;
  /** The first backoff at most (500). */
  baseDelayMs?: number | null | undefined;
  /** The longest backoff (8,000). */
  maxDelayMs?: number | null | undefined;
  /** The longest `Retry-After` that is waited for (60,000). */
  maxRetryAfterMs?: number | null | undefined;
  /** The retry budget, which keeps an outage from being multiplied; `null` turns it off. */
  retryBudget?: RetryBudget | null | undefined;
  /** How long a call may take, with all attempts and waits (60,000). */
  timeoutMs?: number | null | undefined;
  /** How long an attempt may take, its body included (10,000). */
  attemptTimeoutMs?: number | null | undefined;
  /** How long connecting may take (5,000). */
  connectTimeoutMs?: number | null | undefined;
  /** The largest body of a success, after decoding (64 MiB). */
  maxBodyBytes?: number | null | undefined;
  /** How many redirects are followed (5). */
  maxRedirects?: number | null | undefined;
  /** Names of query parameters whose values trails show, beside `limit`, `cursor`, `marker`, `page` and `offset`. */
  showQueryParams?: string | readonly string[] | null | undefined;
  /** Whether attempts carry a W3C `traceparent` (true). */
  traceparent?: boolean | null | undefined;
  /** Whether bodies may come compressed (true). */
  decompress?: boolean | null | undefined;
  /** A proxy's URL; `null` for none. Left out, the environment decides (`HTTPS_PROXY`, `NO_PROXY`, …). */
  proxy?: SecretText | null | undefined;
  /** Certificates, in PEM, that are trusted beside the system's. */
  extraCa?: string | Uint8Array | readonly (string | Uint8Array)[] | null | undefined;
  /** The client's own certificate and its key, in one PEM. */
  clientCertificate?: SecretText | null | undefined;
  /** Whether any certificate is accepted (false). Every trail then says so. */
  dangerAcceptInvalidCerts?: boolean | null | undefined;
  /** Whether HTTP/2 is left out (false). */
  http1Only?: boolean | null | undefined;
  /** How many idle connections are kept. */
  poolMaxIdle?: number | null | undefined;
  /** How long an idle connection is kept (15,000). */
  poolIdleTimeoutMs?: number | null | undefined;
  /**
   * How long an HTTP/2 connection with open streams may be silent before the peer is pinged (5,000); `null` turns pings
   * off.
   */
  http2PingIntervalMs?: number | null | undefined;
  /** How long the answer to an HTTP/2 ping may take before the connection is given up (3,000). */
  http2PingTimeoutMs?: number | null | undefined;
  /**
   * The path of a Unix socket to connect to. The base URL's host and port then only name the API: in `Host`, in TLS and
   * in trails. No proxy of the environment is used, and `proxy` is an error beside it.
   */
  unixSocket?: string | null | undefined;
  /** A seed for the jitter of backoffs, for tests. */
  jitterSeed?: number | null | undefined;
  /** Is called after each attempt, before the wait. What it throws becomes a warning of the process. */
  onAttempt?: ((call: CallInfo, attempt: Attempt) => void) | null | undefined;
  /** Is called after each call, however it ended. What it throws becomes a warning of the process. */
  onCall?: ((trail: Trail) => void) | null | undefined;
}

/** Reads a value as the native half takes it. */
type Reader = (name: string, value: unknown) => unknown;

const READERS: Record<keyof ClientOptions, Reader> = {
  dialect: (_, value) => dialectText(value),
  token: secretText,
  tokenRefresher: aFunction,
  headers: (name, value) => pairsOf(name, value, header).map(([key, given]) => [key, ...given]),
  userAgent: text,
  microversion: text,
  maxAttempts: count,
  baseDelayMs: millis,
  maxDelayMs: millis,
  maxRetryAfterMs: millis,
  retryBudget: (name, value) => (value === null ? false : budget(name, value)),
  timeoutMs: millis,
  attemptTimeoutMs: millis,
  connectTimeoutMs: millis,
  maxBodyBytes: count,
  maxRedirects: count,
  showQueryParams: (name, value) => each(name, value, text),
  traceparent: flag,
  decompress: flag,
  proxy: (name, value) => (value === null ? false : secretText(name, value)),
  extraCa: (name, value) => each(name, value, pem),
  clientCertificate: secretText,
  dangerAcceptInvalidCerts: flag,
  http1Only: flag,
  poolMaxIdle: count,
  poolIdleTimeoutMs: millis,
  http2PingIntervalMs: (name, value) => (value === null ? false : millis(name, value)),
  http2PingTimeoutMs: millis,
  unixSocket: text,
  jitterSeed: count,
  onAttempt: aFunction,
  onCall: aFunction,
};

/** The options that `null` turns off. */
const OFF: ReadonlySet<string> = new Set(["retryBudget", "proxy", "http2PingIntervalMs"]);

/** How long a call may take where neither it nor its client says so: the core's default, in milliseconds. */
const TIMEOUT = 60_000;

/** The options of a client, checked. */
export interface ReadOptions {
  /** For the native half. Functions are not among them. */
  json: string;
  functions: Readonly<Pick<ClientOptions, "tokenRefresher" | "onAttempt" | "onCall">>;
  /** The names of `showQueryParams`. */
  shown: readonly string[];
  /** Whether its `headers` have a `Content-Type`. */
  typed: boolean;
  timeoutMs: number;
}

/** Checks the options of a client. `ca` is PEM that it trusts besides. */
export function readOptions(given: ClientOptions, ca: string): ReadOptions {
  // Without a prototype, so that nothing is read that the program did not give to this client.
  const out = Object.create(null) as Record<string, unknown>;
  const functions = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(object("options", given)) as [string, unknown][]) {
    if (!Object.hasOwn(READERS, name)) {
      throw refused(
        `a client has no option "${name}"; there are ${Object.keys(READERS).sort().join(", ")}`,
      );
    }
    // `null` turns an option off where that means anything; else it is left out.
    if (value === undefined || (value === null && !OFF.has(name))) continue;
    const read = READERS[name as keyof ClientOptions](name, value);
    if (typeof read === "function") functions[name] = read;
    else out[name] = read;
  }
  if (functions["tokenRefresher"] !== undefined) out["hasRefresher"] = true;
  if (ca !== "") out["extraCa"] = [...((out["extraCa"] as string[] | undefined) ?? []), ca];
  const shown = (out["showQueryParams"] as string[] | undefined) ?? [];
  const headers = (out["headers"] as [name: string, ...unknown[]][] | undefined) ?? [];
  const typed = headers.some(([name]) => name.toLowerCase() === "content-type");
  const timeoutMs = (out["timeoutMs"] as number | undefined) ?? TIMEOUT;
  return { json: JSON.stringify(out), functions, shown, typed, timeoutMs };
}

function budget(name: string, value: unknown): RetryBudget {
  const wanted = "an object such as { capacity: 500, retryCost: 5 }, or null for none";
  if (!isRecord(value)) throw expected(name, wanted, value);
  const out = Object.create(null) as Record<string, number>;
  for (const [key, given] of Object.entries(value)) {
    if (key !== "capacity" && key !== "retryCost") {
      throw refused(`${name} has no "${key}"; there are capacity, retryCost`);
    }
    if (given !== undefined) out[key] = count(`${name}.${key}`, given);
  }
  return out;
}

function pem(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  throw expected(name, "PEM as a string or bytes", value);
}
