/** What a successful call gives. */

import { inspect } from "node:util";

import { native } from "./loader.js";
import { errorOf } from "./mapping.js";
import { type Items, headersOf } from "./crossing.js";
import type { HeaderFields } from "./platform.js";
import { type RateLimit, rateLimitOf } from "./records.js";
import { serial } from "./serial.js";
import { siteOf } from "./stacks.js";
import { type Trail, trailOf } from "./trail.js";

/** Makes the response of an item. */
export let responseOf: (items: Items, index: number, status: number) => Response;
/** Where a response is in native memory. */
export let itemOf: (response: Response) => readonly [Items, number];

/**
 * A 2xx response whose whole body is here, so that reading it waits for nothing; an `await` does no harm. With `ifNoneMatch`
 * it can be a 304, which has no body.
 */
export class Response {
  readonly #items: Items;
  readonly #index: number;
  #headers: HeaderFields | undefined;
  #trail: Trail | undefined;

  /** The status. */
  readonly status: number;
  /** @internal Lets the responses of two calls differ for what compares objects. */
  readonly serial = serial();

  private constructor(items: Items, index: number, status: number) {
    this.#items = items;
    this.#index = index;
    this.status = status;
  }

  static {
    responseOf = (items, index, status) => new Response(items, index, status);
    itemOf = (response) => [response.#items, response.#index];
  }

  /** Whether the status is 200 to 299, as with `fetch`. A response with another status is one that the request allowed. */
  get ok(): boolean {
    return this.status < 300;
  }

  /** Whether what `ifNoneMatch` named is still current: a 304, which has no body. */
  get notModified(): boolean {
    return this.status === 304;
  }

  /** The headers. Where the body was decoded, `Content-Encoding` and `Content-Length` are gone. */
  get headers(): HeaderFields {
    return (this.#headers ??= headersOf(native.responseHeaders(this.#items, this.#index)));
  }

  /** The server's ID of the request that succeeded. */
  get requestId(): string | null {
    return native.responseRequestId(this.#items, this.#index);
  }

  /** The call's trail. */
  get trail(): Trail {
    return (this.#trail ??= trailOf(this.#items, this.#index));
  }

  /** The rate limit that the response reported. */
  get rateLimit(): RateLimit | null {
    const json = native.responseRateLimit(this.#items, this.#index);
    return json && rateLimitOf(json);
  }

  /** The version of the API that the server answered with, as in `2.90`; `null` where the API has none. */
  get microversion(): string | null {
    return native.responseMicroversion(this.#items, this.#index);
  }

  /**
   * The body as JSON. `T` is what the program expects; it is not checked. JSON is UTF-8 whatever the charset says; a
   * byte-order mark before it is passed over.
   *
   * @throws {@link DecodeError} with the trail, if it is not JSON.
   */
  json<T = unknown>(): T {
    const text = native.responseJsonText(this.#items, this.#index);
    if (text !== null) {
      try {
        return JSON.parse(text) as T;
      } catch {
        // The reader's own text quotes the body, which may hold secrets; the core says where it goes wrong.
      }
    }
    const failed = native.responseNotJson(this.#items, this.#index);
    throw errorOf(failed, 0, siteOf(Response.prototype.json));
  }

  /**
   * The body as text, decoded by the charset of its `Content-Type`: a label of the WHATWG Encoding Standard, or UTF-8 where
   * there is none or an unknown one. A byte-order mark is not part of it.
   *
   * @throws {@link DecodeError} with the trail, if it holds bytes that the charset does not have.
   */
  text(): string {
    const text = native.responseText(this.#items, this.#index);
    if (typeof text === "string") return text;
    throw errorOf(text, 0, siteOf(Response.prototype.text));
  }

  /** The body, decoded: a copy of its own. */
  bytes(): Uint8Array {
    const { buffer, byteOffset, length } = native.responseBytes(this.#items, this.#index);
    return new Uint8Array(buffer, byteOffset, length);
  }

  /** Status, request ID and trail, without headers and body, which may hold anything. */
  toJSON(): { status: number; requestId: string | null; trail: ReturnType<Trail["toJSON"]> } {
    return { status: this.status, requestId: this.requestId, trail: this.trail.toJSON() };
  }

  /** @internal */
  [inspect.custom](): string {
    return `Response ${this.status}, request ID ${this.requestId}`;
  }
}
