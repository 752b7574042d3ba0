/** The record of a call: every HTTP attempt, in order, and how the call ended. */

import { inspect } from "node:util";

import type {
  Category,
  Cause,
  ErrorKind,
  RequestIdNote,
  Sent,
  StopReason,
  TrailNote,
  WaitReason,
} from "./codes.js";
import { native } from "./loader.js";
import type { Items } from "./native.js";

/** One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too. */
export interface Attempt {
  /** The place in the call, from 1. */
  readonly number: number;
  /** What caused it. */
  readonly cause: Cause;
  /** The method that was sent: after a 303 it may differ from the call's. */
  readonly method: string;
  /** The parent-id of its `traceparent`. */
  readonly spanId: string;
  /** The URL without secrets. */
  readonly url: string;
  /** The status, if a response arrived. */
  readonly status: number | null;
  /** The server's own ID of the request. */
  readonly requestId: string | null;
  /** Where the ID was: `header:NAME` or `body`. */
  readonly requestIdSource: string | null;
  /** What was odd about the ID. */
  readonly requestIdNotes: readonly RequestIdNote[];
  /** The ID that the body names, if it differs. */
  readonly bodyRequestId: string | null;
  /** The API's error code in its canonical spelling. */
  readonly errorCode: string | null;
  /** What the API error means, if the attempt is one. */
  readonly category: Category | null;
  /** Why there was no whole, usable response. */
  readonly failure: ErrorKind | null;
  /** The code that operators know the failure by, such as `ECONNREFUSED`; `null` where none fits. */
  readonly failureCode: string | null;
  /** The failure in words: one line of at most 200 characters, without secrets. */
  readonly failureReason: string | null;
  /** Whether the request went out. */
  readonly sent: Sent;
  /**
   * `true`: the server answered. `false`: nothing left, or the server vowed that it did not process it. `null`: nobody
   * knows.
   */
  readonly processed: boolean | null;
  /** When it began, in milliseconds from the start of the call. */
  readonly startedMs: number;
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number;
  /** The wait that the server asked for, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** The wait that was decided on after it, in milliseconds. */
  readonly waitMs: number | null;
  /** Why it was waited. */
  readonly waitReason: WaitReason | null;
}

/** The call that an attempt belongs to, for hooks. */
export interface CallInfo {
  readonly callId: string;
  readonly dialect: string;
  readonly method: string;
  /** The path template. */
  readonly path: string;
  readonly correlationId: string | null;
  /** The service that is called, where one sign-in serves several: for OpenStack its type, as in `compute`. */
  readonly service: string | null;
  /**
   * The line for a log that tells of the attempt, without secrets. For OpenStack it is the one that operators search logs
   * for: `GET call to compute for URL used request id req-…`.
   */
  readonly logLine: string;
}

/** An attempt as JSON of the schema `reqtrail.trail/1`, the same in every language. */
export interface AttemptJson {
  number: number;
  cause: Cause;
  method: string;
  span_id: string;
  url: string;
  status: number | null;
  request_id: string | null;
  request_id_source: string | null;
  request_id_notes: RequestIdNote[];
  body_request_id: string | null;
  error_code: string | null;
  category: Category | null;
  failure: ErrorKind | null;
  failure_code: string | null;
  failure_reason: string | null;
  sent: Sent;
  processed: boolean | null;
  started_ms: number;
  elapsed_ms: number;
  retry_after_ms: number | null;
  wait_ms: number | null;
  wait_reason: WaitReason | null;
}

/** A trail as JSON of the schema `reqtrail.trail/1`, the same in every language. */
export interface TrailJson {
  schema: "reqtrail.trail/1";
  client: string;
  call_id: string;
  trace_id: string;
  correlation_id: string | null;
  dialect: string;
  service: string | null;
  method: string;
  origin: string;
  path: string;
  started_at: string;
  elapsed_ms: number;
  outcome: "ok" | ErrorKind;
  stopped: StopReason;
  notes: TrailNote[];
  attempts: AttemptJson[];
}

/** Makes the trail of an item, without the rest of it, a body for one. */
export let trailOf: (items: Items, index: number) => Trail;

/**
 * The record of one call. `String(trail)` and `console.log(trail)` give the support report, `JSON.stringify(trail)` the
 * same as data. Times are milliseconds.
 *
 * What it has are properties of its own, so that two trails are compared by what they say, and that `structuredClone` and
 * `postMessage` take all of it along.
 */
export class Trail {
  /** The call's own random ID, made before the first attempt. */
  readonly callId: string;
  /** The W3C trace ID that every attempt's `traceparent` carried. */
  readonly traceId: string;
  /** What every attempt carried in the dialect's correlation header: for OpenStack the global request ID. */
  readonly correlationId: string | null;
  /** The library and its version. */
  readonly client: string;
  /** The name of the API's dialect. */
  readonly dialect: string;
  /** The service that was called, where one sign-in serves several: for OpenStack its type, as in `compute`. */
  readonly service: string | null;
  /** The method that the caller asked for. */
  readonly method: string;
  /** Scheme, host and port of the API. */
  readonly origin: string;
  /** The path template, as in `/cameras/{id}`. */
  readonly path: string;
  /** When the call started, by this machine's clock. */
  readonly startedAt: Date;
  /** How long the call took, all attempts and waits included. */
  readonly elapsedMs: number;
  /** `ok`, or the kind of the error. */
  readonly outcome: "ok" | ErrorKind;
  /** Why no further attempt was made. */
  readonly stopped: StopReason;
  /** What a reader of the trail should know. */
  readonly notes: readonly TrailNote[];
  /** The attempts, in the order in which they went out. */
  readonly attempts: readonly Attempt[];
  /** The trail alone in native memory: it keeps no body there. */
  readonly #items: Items;

  private constructor(items: Items) {
    this.#items = items;
    const json = this.toJSON();
    this.callId = json.call_id;
    this.traceId = json.trace_id;
    this.correlationId = json.correlation_id;
    this.client = json.client;
    this.dialect = json.dialect;
    this.service = json.service;
    this.method = json.method;
    this.origin = json.origin;
    this.path = json.path;
    this.startedAt = new Date(json.started_at);
    this.elapsedMs = json.elapsed_ms;
    this.outcome = json.outcome;
    this.stopped = json.stopped;
    this.notes = Object.freeze(json.notes);
    this.attempts = Object.freeze(json.attempts.map(attemptOf));
    Object.freeze(this);
  }

  static {
    trailOf = (items, index) => new Trail(native.ownTrail(items, index));
  }

  /** The request IDs of all attempts that have one, in order. */
  get requestIds(): readonly string[] {
    return this.attempts.flatMap(({ requestId }) => requestId ?? []);
  }

  /** The request ID of the last attempt: the one to give to support first. */
  get requestId(): string | null {
    return this.attempts.at(-1)?.requestId ?? null;
  }

  /** The trail as a new object of the schema `reqtrail.trail/1`, the same in every language; for `JSON.stringify`. */
  toJSON(): TrailJson {
    return JSON.parse(native.trailJson(this.#items, 0)) as TrailJson;
  }

  /** The support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets. */
  report(): string {
    return native.trailReport(this.#items, 0);
  }

  toString(): string {
    return this.report();
  }

  /** @internal */
  [inspect.custom](): string {
    return this.report();
  }
}

/** Makes an attempt of its JSON. */
export function attemptOf(json: AttemptJson): Attempt {
  return Object.freeze({
    number: json.number,
    cause: json.cause,
    method: json.method,
    spanId: json.span_id,
    url: json.url,
    status: json.status,
    requestId: json.request_id,
    requestIdSource: json.request_id_source,
    requestIdNotes: Object.freeze(json.request_id_notes),
    bodyRequestId: json.body_request_id,
    errorCode: json.error_code,
    category: json.category,
    failure: json.failure,
    failureCode: json.failure_code,
    failureReason: json.failure_reason,
    sent: json.sent,
    processed: json.processed,
    startedMs: json.started_ms,
    elapsedMs: json.elapsed_ms,
    retryAfterMs: json.retry_after_ms,
    waitMs: json.wait_ms,
    waitReason: json.wait_reason,
  });
}

/** Makes a call of its JSON. */
export function callInfoOf(json: {
  call_id: string;
  dialect: string;
  method: string;
  path: string;
  correlation_id: string | null;
  service: string | null;
  log_line: string;
}): CallInfo {
  return Object.freeze({
    callId: json.call_id,
    dialect: json.dialect,
    method: json.method,
    path: json.path,
    correlationId: json.correlation_id,
    service: json.service,
    logLine: json.log_line,
  });
}
