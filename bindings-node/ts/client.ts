/// <reference lib="esnext.disposable" preserve="true" />

/** The client. */

import { inspect } from "node:util";

import { Driver, type MockBase } from "./driver.js";
import type { RawConnection } from "./native.js";
import { expected, secretText, text } from "./checks.js";
import type { SecretText } from "./option-types.js";
import type { ClientOptions } from "./options.js";
import type { Url } from "./platform.js";
import type { Recorder } from "./recorder.js";
import type { CallOptions, Query, RequestArgs } from "./request.js";
import type { Response } from "./response.js";
import { serial } from "./serial.js";
import { type Above, placed, placedAt, siteOf } from "./stacks.js";

/** The options of a client with a fixed dialect. */
export type DialectOptions = Omit<ClientOptions, "dialect">;

const drivers = new WeakMap<Client, Driver>();

/** The objects from which this package itself makes clients, instead of a URL. */
const bases = new WeakSet<object>();

/** Makes a client of a connection to a cloud, or of a mock. */
export function clientOf(base: RawConnection | MockBase, options: ClientOptions): Client {
  bases.add(base);
  return new Client(base as unknown as string, options);
}

function isOurs(base: unknown): base is RawConnection | MockBase {
  return typeof base === "object" && base !== null && bases.has(base);
}

/**
 * Makes calls to one API. Every call resolves to a {@link Response}, or rejects with a {@link ReqtrailError}; both have the
 * call's trail. One client serves a whole program, and keeps its connections.
 *
 * An unused client does not keep the process alive, and is garbage-collected; {@link Client.close} ends it sooner.
 *
 * @example
 * ```ts
 * const client = Client.novavms("https://novavms.example/api/v1", { token: "sk_live_…", timeoutMs: 30_000 });
 * const camera = await client.get("/cameras/{id}", { params: { id: 7 } });
 * console.log(camera.requestId, camera.json());
 * ```
 */
export class Client implements AsyncDisposable {
  readonly #driver: Driver;
  /** @internal Makes two clients differ for code that compares objects. */
  readonly serial = serial();

  /**
   * @throws {@link ConfigError} if the client cannot be built, and `TypeError` for an unknown option.
   */
  constructor(baseUrl: string | Url, options: ClientOptions = {}) {
    const base: unknown = baseUrl;
    const site = siteOf(new.target);
    this.#driver = placed(site, () => {
      return new Driver(isOurs(base) ? base : urlText("baseUrl", base), options, site);
    });
    drivers.set(this, this.#driver);
  }

  /** Makes a client of the NovaVMS API at a URL such as `https://novavms.example/api/v1`. */
  static novavms(baseUrl: string | Url, options: DialectOptions = {}): Client {
    return new Client(baseUrl, { ...options, dialect: "novavms" });
  }

  /** Makes a client of OpenStack's compute API at a URL such as `https://nova.example/v2.1`. */
  static openstack(baseUrl: string | Url, options: DialectOptions = {}): Client {
    return new Client(baseUrl, { ...options, dialect: "openstack" });
  }

  /** Makes a GET call. */
  get<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("GET", path, options, false, Client.prototype.get);
  }

  /** Makes a POST call. */
  post<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("POST", path, options, false, Client.prototype.post);
  }

  /** Makes a PUT call. */
  put<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("PUT", path, options, false, Client.prototype.put);
  }

  /** Makes a PATCH call. */
  patch<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("PATCH", path, options, false, Client.prototype.patch);
  }

  /** Makes a DELETE call. */
  delete<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("DELETE", path, options, false, Client.prototype.delete);
  }

  /** Makes a HEAD call. */
  head<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("HEAD", path, options, false, Client.prototype.head);
  }

  /** Makes an OPTIONS call. */
  options<const Path extends string, const Q extends object = Query>(
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call("OPTIONS", path, options, false, Client.prototype.options);
  }

  /**
   * Makes a call with any method.
   *
   * `path` is a template such as `/cameras/{id}`; trails show it unchanged, so put values in `params` and `query`. A
   * {@link Secret} in `params` appears as `{id}` everywhere.
   */
  request<const Path extends string, const Q extends object = Query>(
    method: string,
    path: Path,
    ...[options]: RequestArgs<Path, Q>
  ): Promise<Response> {
    return this.#call(method, path, options, false, Client.prototype.request);
  }

  /** Makes a call to a link that the API returned, such as a `next` URL. It must be on the client's origin. */
  requestLink(method: string, link: string | Url, options?: CallOptions): Promise<Response> {
    return this.#call(method, link, options, true, Client.prototype.requestLink);
  }

  // An `async` function, so that mistakes in its options reject too.
  async #call(
    method: string,
    target: string | Url,
    options: object | undefined,
    link: boolean,
    above: Above,
  ): Promise<Response> {
    // Captured now: when the call fails, the program may no longer be on the stack.
    const site = siteOf(above);
    try {
      const path = link ? urlText("link", target) : pathText(target);
      return await this.#driver.call(text("method", method), path, link, options, site);
    } catch (error) {
      throw placedAt(site, error);
    }
  }

  /** Replaces the credential. Calls that have begun keep theirs. */
  setToken(token: SecretText): void {
    const site = siteOf(Client.prototype.setToken);
    placed(site, () => this.#driver.setToken(secretText("token", token), site));
  }

  /** The client's recorder, which keeps the trails of its last calls. */
  get recorder(): Recorder {
    return this.#driver.recorder;
  }

  /**
   * Cancels the calls under way and closes the connections. Later calls reject with a {@link RequestBuildError}, which
   * has no trail.
   */
  close(): Promise<void> {
    return this.#driver.close();
  }

  /** Closes the client at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  [inspect.custom](): string {
    return `Client ${this.#driver.describe()}`;
  }
}

/** Returns the driver of a client, for code that is built on clients. */
export function driverOf(client: Client): Driver {
  const driver = drivers.get(client);
  if (driver === undefined) throw expected("client", "a Client", client);
  return driver;
}

function pathText(path: unknown): string {
  if (typeof path === "string") return text("path", path);
  throw expected(
    "path",
    'a template such as "/cameras/{id}" (for a link of the API, requestLink)',
    path,
  );
}

export function urlText(name: string, url: unknown): string {
  if (typeof url === "string") return text(name, url);
  // Accepts a URL of another realm too.
  const href = (url as { href?: unknown } | null | undefined)?.href;
  if (typeof href === "string") return text(name, href);
  throw expected(name, "a URL or a URL string", url);
}
