/** The client. */

import { inspect } from "node:util";

import { Driver, Failed } from "./driver.js";
import { native } from "./loader.js";
import type { RawConnection } from "./native.js";
import { type ClientOptions, type SecretText, secretText } from "./options.js";
import {
  type CallOptions,
  NO_OPTIONS,
  type RequestArgs,
  type RequestOptions,
  rawCall,
} from "./request.js";
import { Response } from "./response.js";

/** The options of a client whose dialect is given already. */
export type DialectOptions = Omit<ClientOptions, "dialect">;

const drivers = new WeakMap<Client, Driver>();

/** Makes a client of a cloud that has been signed in to. */
export function clientOf(connection: RawConnection, options: ClientOptions): Client {
  return new Client(connection as unknown as string, options);
}

/**
 * Makes calls to one API. Every call resolves to a {@link Response}, or rejects with a {@link ReqtrailError}; both have the
 * call's trail. One client serves a whole program, and keeps its connections.
 *
 * A client that is no longer used keeps no process alive, and goes with the garbage; {@link Client.close} is sooner.
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

  /**
   * @throws {@link ConfigError} if the client cannot be built, and `TypeError` for an option that there is not.
   */
  constructor(baseUrl: string | URL, options: ClientOptions = {}) {
    // A connection is what this package gives itself.
    const base: unknown = baseUrl;
    const connected = base instanceof native.RawConnection;
    this.#driver = new Driver(connected ? base : String(baseUrl), options, Client);
    drivers.set(this, this.#driver);
  }

  /** A client of the NovaVMS API, as in `https://novavms.example/api/v1`. */
  static novavms(baseUrl: string | URL, options: DialectOptions = {}): Client {
    return new Client(baseUrl, { ...options, dialect: "novavms" });
  }

  /** A client of OpenStack's compute API, as in `https://nova.example/v2.1`. */
  static openstack(baseUrl: string | URL, options: DialectOptions = {}): Client {
    return new Client(baseUrl, { ...options, dialect: "openstack" });
  }

  /** Makes a GET call. */
  get<const Path extends string>(path: Path, ...[options]: RequestArgs<Path>): Promise<Response> {
    return this.#call("GET", path, options, false);
  }

  /** Makes a POST call. */
  post<const Path extends string>(path: Path, ...[options]: RequestArgs<Path>): Promise<Response> {
    return this.#call("POST", path, options, false);
  }

  /** Makes a PUT call. */
  put<const Path extends string>(path: Path, ...[options]: RequestArgs<Path>): Promise<Response> {
    return this.#call("PUT", path, options, false);
  }

  /** Makes a PATCH call. */
  patch<const Path extends string>(path: Path, ...[options]: RequestArgs<Path>): Promise<Response> {
    return this.#call("PATCH", path, options, false);
  }

  /** Makes a DELETE call. */
  delete<const Path extends string>(
    path: Path,
    ...[options]: RequestArgs<Path>
  ): Promise<Response> {
    return this.#call("DELETE", path, options, false);
  }

  /** Makes a HEAD call. */
  head<const Path extends string>(path: Path, ...[options]: RequestArgs<Path>): Promise<Response> {
    return this.#call("HEAD", path, options, false);
  }

  /** Makes an OPTIONS call. */
  options<const Path extends string>(
    path: Path,
    ...[options]: RequestArgs<Path>
  ): Promise<Response> {
    return this.#call("OPTIONS", path, options, false);
  }

  /**
   * Makes a call with any method.
   *
   * `path` is a template such as `/cameras/{id}`; trails show it as it is, so values belong into `params` and `query`. A
   * value in `params` that is a {@link Secret} stays `{id}` everywhere.
   */
  request<const Path extends string>(
    method: string,
    path: Path,
    ...[options]: RequestArgs<Path>
  ): Promise<Response> {
    return this.#call(method, path, options, false);
  }

  /** Makes a call to a link that the API gave out, such as a `next` URL. It has to be on the client's origin. */
  requestLink(method: string, link: string | URL, options?: CallOptions): Promise<Response> {
    return this.#call(method, String(link), options, true);
  }

  // An `async` function, so that the stack of an error goes on with the functions that await the call.
  async #call(
    method: string,
    target: string,
    options: RequestOptions | undefined,
    link: boolean,
  ): Promise<Response> {
    const call = options === undefined ? NO_OPTIONS : rawCall(options, this.#driver.shown);
    const ended = await this.#driver.call(String(method), String(target), link, call);
    if (ended instanceof Response) return ended;
    throw this.#driver.errorOf(ended as Failed, this.#call);
  }

  /** Puts a new credential in the place of the old. Calls that have begun keep theirs. */
  setToken(token: SecretText): void {
    this.#driver.setToken(secretText("token", token), this.setToken);
  }

  /**
   * Cancels the calls under way and closes the connections. Later calls reject with a {@link RequestBuildError}, which has no
   * trail.
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

/** The driver of a client, for what is built on clients. */
export function driverOf(client: Client): Driver {
  const driver = drivers.get(client);
  if (driver === undefined) throw new TypeError("expected a Client");
  return driver;
}
