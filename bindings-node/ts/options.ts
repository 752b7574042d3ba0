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
import { dialectText } from "./dialect.js";
import type { RetryBudget, SecretText } from "./option-types.js";
import type { ClientValues } from "./option-values.js";
import { refused } from "./stacks.js";
import type { Attempt, CallInfo, Trail } from "./trail.js";

/** The options of a client. What is left out keeps its default. Times are milliseconds. */
export interface ClientOptions extends ClientValues {
  /**
   * Gives a new credential after a 401. One refresh serves all calls that met the same 401; it runs in the
   * `AsyncLocalStorage` context of the call that asked first. Give it a client of its own: a call through the client it
   * serves that would wait for it is refused. What it throws is the `cause` of the call's error. A call that
   * has no credential at all repeats its text, and ends with its kind and category if it is an error of this package.
   */
  tokenRefresher?: (() => SecretText | PromiseLike<SecretText>) | null | undefined;
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
