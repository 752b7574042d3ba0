/** The response of a successful call. */

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
/** Returns the item of a response in native memory. */
export let itemOf: (response: Response) => readonly [Items, number];

/**
 * A 2xx response with its whole body, so its methods are synchronous; an `await` does no harm. With `ifNoneMatch`, it
 * can be a 304, which has no body.
 */
export class Response {
  readonly #items: Items;
  readonly #index: number;
  #headers: HeaderFields | undefined;
  #trail: Trail | undefined;

  /** The status. */
  readonly status: number;
  /** @internal Makes the responses of two calls differ for code that compares objects. */
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

  /** Whether the status is 200 to 299, as in `fetch`. A response has another status only if the request accepted it. */
  get ok(): boolean {
    return this.status < 300;
  }

  /** Whether the version that `ifNoneMatch` named is still current: a 304, which has no body. */
  get notModified(): boolean {
    return this.status === 304;
  }

  /** The headers, without `Content-Encoding` and `Content-Length` if the body was decoded. */
  get headers(): HeaderFields {
    return (this.#headers ??= headersOf(native.responseHeaders(this.#items, this.#index)));
  }

  /** The server's ID for the request that succeeded. */
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

  /** The microversion of the API that the server used, such as `2.90`; `null` if the API has none. */
  get microversion(): string | null {
    return native.responseMicroversion(this.#items, this.#index);
  }

  /**
   * The body as JSON. `T` is the expected type; it is not checked. The body is read as UTF-8, whatever its charset; a
   * byte-order mark at its start is skipped.
   *
   * @throws {@link DecodeError} with the trail, if it is not JSON.
   */
  json<T = unknown>(): T {
    const text = native.responseJsonText(this.#items, this.#index);
    if (text !== null) {
      try {
        return JSON.parse(text) as T;
      } catch {
        // The reader's error quotes the body, which may hold secrets; the core's error only has the position.
      }
    }
    const failed = native.responseNotJson(this.#items, this.#index);
    throw errorOf(failed, 0, siteOf(Response.prototype.json));
  }

  /**
   * The body as text, decoded by the charset of its `Content-Type`: a label of the WHATWG Encoding Standard, or UTF-8
   * if it has none or an unknown one. A byte-order mark is not part of the text.
   *
   * @throws {@link DecodeError} with the trail, if it has bytes that are not valid in the charset.
   */
  text(): string {
    const text = native.responseText(this.#items, this.#index);
    if (typeof text === "string") return text;
    throw errorOf(text, 0, siteOf(Response.prototype.text));
  }

  /** Returns a new copy of the body, decoded. */
  bytes(): Uint8Array {
    const { buffer, byteOffset, length } = native.responseBytes(this.#items, this.#index);
    return new Uint8Array(buffer, byteOffset, length);
  }

  /** Returns status, request ID and trail, without headers and body, which may hold anything. */
  toJSON(): { status: number; requestId: string | null; trail: ReturnType<Trail["toJSON"]> } {
    return { status: this.status, requestId: this.requestId, trail: this.trail.toJSON() };
  }

  /** @internal */
  [inspect.custom](): string {
    return `Response ${this.status}, request ID ${this.requestId}`;
  }
}
