/**
 * The errors that every call can end with.
 *
 * The generated `categories.ts` has the classes by kind and by category that add nothing.
 */

import { inspect } from "node:util";

import type { Category, ErrorKind } from "./codes.js";
import { headersOf } from "./crossing.js";
import { type ApiErrorValues, type ErrorValues, errorValuesOf } from "./error-fields.js";
import type { HeaderFields } from "./platform.js";
import { hide, named, own } from "./properties.js";
import type { RateLimit } from "./records.js";
import type { Trail, TrailJson } from "./trail.js";

/** The fields of an error. Omitted fields are `null`. */
export interface ErrorFields extends Partial<ErrorValues> {
  trail?: Trail | null;
  cause?: unknown;
}

/** The fields that only an API's answer has. Omitted fields are `null`, or empty. */
export interface ApiErrorFields extends ErrorFields, Partial<ApiErrorValues> {
  details?: string | null;
  headers?: readonly string[];
  body?: Uint8Array;
  /** The text of the body; `null` if it is the body as UTF-8. */
  text?: string | null;
  /** The JSON of the body; `null` if it is the text. */
  json?: string | null;
}

/** An error as JSON. */
export interface ErrorJson extends ErrorValues {
  name: string;
  message: string;
  requestIds: readonly string[];
  trail: TrailJson | null;
}

/**
 * The base class of errors: why a call returned no response, or why a client could not be built.
 *
 * `message` is one line that is enough for support: what failed, status, code, every request ID, the number of attempts
 * and the call ID. `status`, `code`, `category`, `requestId` and `retryAfterMs` describe the last attempt, and are
 * `null` if it has none. `console.log` adds the support report, `JSON.stringify` the trail.
 */
export class ReqtrailError extends Error {
  // The fields of every error. Generated from core/src/surface; do not edit.
  /** What went wrong with the call. */
  readonly kind: ErrorKind;
  /**
   * What the API error of the last attempt means. For a look-up that found nothing or several resources, and for a call
   * that had no credential to send, it says why.
   */
  readonly category: Category | null;
  /**
   * The API's error code of the last attempt, in its canonical spelling. See `novavms.hasKnownCode` and
   * `openstack.hasKnownCode`.
   */
  readonly code: string | null;
  /** The status of the last attempt. */
  readonly status: number | null;
  /** The request ID of the last attempt. */
  readonly requestId: string | null;
  /** The wait that the server asked for in its last response. In milliseconds. */
  readonly retryAfterMs: number | null;
  /** What went wrong, in words. For an `api` error it is the server's message, if there is one. */
  readonly reason: string | null;
  /**
   * The option that a `config` or `invalid_request` error is about, in this language's spelling; `null` if the error is
   * about something else.
   */
  readonly option: string | null;
  /** Whether any attempt's request may have reached the server. */
  readonly mayHaveBeenSent: boolean;
  // Generated until here.
  /** The call's trail; `null` only if the client could not be built, or was closed before the call. */
  readonly trail: Trail | null;

  constructor(message?: string, given: ErrorFields = {}) {
    const fields = own(given);
    super(message);
    // The class's values, if the program gives none.
    const ofClass = new.target.prototype;
    if (fields.cause !== undefined) hide(this, "cause", fields.cause);
    // The values of every error. Generated from core/src/surface; do not edit.
    this.kind = fields.kind ?? ofClass.kind;
    this.category = fields.category ?? ofClass.category;
    this.code = fields.code ?? null;
    this.status = fields.status ?? null;
    this.requestId = fields.requestId ?? null;
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.reason = fields.reason ?? null;
    this.option = fields.option ?? null;
    this.mayHaveBeenSent = fields.mayHaveBeenSent ?? false;
    // Generated until here.
    this.trail = fields.trail ?? null;
  }

  /** The request IDs of all attempts, in order. */
  get requestIds(): readonly string[] {
    return this.trail?.requestIds ?? [];
  }

  /** Returns the error with its trail, without its stack and its cause, for `JSON.stringify`. */
  toJSON(): ErrorJson {
    return {
      name: this.name,
      message: this.message,
      ...errorValuesOf(this),
      requestIds: this.requestIds,
      trail: this.trail?.toJSON() ?? null,
    };
  }

  /** @internal */
  [inspect.custom](depth: number, options: object, show: typeof inspect): string {
    if (depth < 0) return `[${this.name}: ${this.message}]`;
    let text = this.stack ?? `${this.name}: ${this.message}`;
    if (this.trail !== null) text += `\n\n${this.trail.report().trimEnd()}`;
    if (this.cause !== undefined) text += `\n\n[cause]: ${show(this.cause, options)}`;
    return text;
  }
}

/** The server answered with a final status outside 2xx. There is a subclass for each category. */
export class ApiError extends ReqtrailError {
  declare readonly kind: "api";
  declare readonly category: Category;
  declare readonly status: number;
  declare readonly trail: Trail;

  // The fields of an API's answer. Generated from core/src/surface; do not edit.
  /** The API's error code as the server wrote it. */
  readonly rawCode: string | null;
  /** The heading of the server's text, if the API writes one. OpenStack's middleware writes one instead of a code. */
  readonly title: string | null;
  /** How to fix the cause of the code, if the dialect knows. */
  readonly hint: string | null;
  /**
   * The URL of the page that explains the code, or of the API's status page, if the dialect knows one. It never comes
   * from the server.
   */
  readonly documentationUrl: string | null;
  /** The version of the API that the server answered with, as in `2.90`; `null` if the API has no versions. */
  readonly microversion: string | null;
  /** The rate limit that the response reported. */
  readonly rateLimit: RateLimit | null;
  // Generated until here.
  // Private, because loggers copy every property; these may hold anything, so programs must ask for them.
  readonly #details: string | null;
  readonly #headers: readonly string[];
  readonly #body: Uint8Array;
  readonly #text: string | null;
  readonly #json: string | null;
  #made: HeaderFields | undefined;

  constructor(message?: string, given: ApiErrorFields = {}) {
    const fields = own(given);
    super(message, fields);
    // The values of an API's answer. Generated from core/src/surface; do not edit.
    this.rawCode = fields.rawCode ?? null;
    this.title = fields.title ?? null;
    this.hint = fields.hint ?? null;
    this.documentationUrl = fields.documentationUrl ?? null;
    this.microversion = fields.microversion ?? null;
    this.rateLimit = fields.rateLimit ?? null;
    // Generated until here.
    this.#details = fields.details ?? null;
    this.#headers = fields.headers ?? [];
    this.#body = fields.body ?? new Uint8Array();
    this.#text = fields.text ?? null;
    this.#json = fields.json ?? null;
  }

  /** The server's details for operators, such as a stack trace. They are not for end users. */
  get details(): string | null {
    return this.#details;
  }

  /** The answer's headers. */
  get headers(): HeaderFields {
    return (this.#made ??= headersOf(this.#headers));
  }

  /** The first 64 KiB of the answer's body, decoded. */
  get body(): Uint8Array {
    return this.#body;
  }

  /**
   * The first 64 KiB of the answer's body as text, decoded by the charset of its `Content-Type`, else as UTF-8 with
   * replacement characters for bytes that cannot be decoded.
   */
  get text(): string {
    return this.#text ?? Buffer.from(this.#body).toString("utf8");
  }

  /**
   * Returns the answer's body as JSON; `null` if it is not JSON, or longer than the 64 KiB that are kept. It does not
   * throw, because the program is already handling an error. `T` is the expected type; it is not checked.
   */
  json<T = unknown>(): T | null {
    try {
      return JSON.parse(this.#json ?? this.text) as T;
    } catch {
      return null;
    }
  }
}

/**
 * The time of the attempt, of the call or of its `AbortSignal` ran out. If it was the signal's, `cause` is its reason,
 * the platform's `TimeoutError`.
 */
export class TimeoutError extends ReqtrailError {
  declare readonly kind: "timeout";
}

/**
 * The call's `AbortSignal` was aborted, or its client closed. `name` is `AbortError`, like the platform's, and `cause`
 * is the signal's reason.
 */
export class CancelledError extends ReqtrailError {
  declare readonly kind: "cancelled";
}

/** The request cannot be built; the text says why, or that the client is closed. Nothing was sent. */
export class RequestBuildError extends ReqtrailError {
  declare readonly kind: "invalid_request";
}

named(ReqtrailError, "ReqtrailError", { kind: "internal", category: null });
named(ApiError, "ApiError", { kind: "api" });
named(TimeoutError, "TimeoutError", { kind: "timeout" });
named(CancelledError, "AbortError", { kind: "cancelled" });
named(RequestBuildError, "RequestBuildError", { kind: "invalid_request" });
