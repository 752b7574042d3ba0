/** The requests that a mock has received. */

import { headersOf } from "./crossing.js";
import type { HeaderFields, QueryFields } from "./platform.js";

/** A request that a mock has received. */
export interface MockRequest {
  /** The method. */
  readonly method: string;
  /** The path and the query, as sent. */
  readonly target: string;
  /** The path, as sent. */
  readonly path: string;
  /** The query. */
  readonly query: QueryFields;
  /** The headers. */
  readonly headers: HeaderFields;
  /** The body, if it is JSON. */
  readonly json: unknown;
  /** The body, if it is text that is not JSON. */
  readonly text: string | null;
  /** The body, if it is neither. */
  readonly body: Uint8Array | null;
  /** The number of the exchange that answered it, from 0; `null` if none did. */
  readonly exchange: number | null;
  /** When it arrived, in milliseconds since the mock was made. */
  readonly atMs: number;
  /** Returns the request as an object that is the same in every language, for `JSON.stringify`. */
  toJSON(): object;
}

/** A request as the native half reports it. */
interface RequestJson {
  method: string;
  target: string;
  path: string;
  query: [string, string][];
  headers: [string, string][];
  json?: unknown;
  text?: string;
  base64?: string;
  exchange: number | null;
  at_ms: number;
}

class Recorded implements MockRequest {
  readonly #raw: RequestJson;
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: QueryFields;
  readonly headers: HeaderFields;
  readonly json: unknown;
  readonly text: string | null;
  readonly body: Uint8Array | null;
  readonly exchange: number | null;
  readonly atMs: number;

  constructor(raw: RequestJson) {
    this.#raw = raw;
    this.method = raw.method;
    this.target = raw.target;
    this.path = raw.path;
    this.query = new URLSearchParams(raw.query);
    this.headers = headersOf(raw.headers.flat());
    this.json = raw.json;
    this.text = raw.text ?? null;
    this.body = raw.base64 === undefined ? null : new Uint8Array(Buffer.from(raw.base64, "base64"));
    this.exchange = raw.exchange;
    this.atMs = raw.at_ms;
    Object.freeze(this);
  }

  toJSON(): object {
    return structuredClone(this.#raw);
  }
}

/** Reads the requests that the native half reports. */
export function requestsOf(json: string): readonly MockRequest[] {
  const requests = JSON.parse(json) as RequestJson[];
  return Object.freeze(requests.map((raw) => new Recorded(raw)));
}
