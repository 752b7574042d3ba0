/// <reference lib="esnext.disposable" preserve="true" />

/** The mock. */

import { inspect } from "node:util";

import { count, expected, flag, isRecord, millis, object } from "./checks.js";
import { type Client, clientOf, urlText } from "./client.js";
import type { ClientOptions } from "./options.js";
import type { Url } from "./platform.js";
import { named } from "./properties.js";
import { type Above, beginAt, placed, refused, siteOf } from "./stacks.js";
import { Clock } from "./testing-clock.js";
import { type Exchange, type Want, exchangeOf } from "./testing-exchange.js";
import { type MockRequest, requestsOf } from "./testing-requests.js";

/** The default base URL of a mock's clients. */
const BASE_URL = "https://api.example";

/** The options of a mock. */
export interface MockOptions {
  /** The seed of IDs and random waits: two runs with the same seed have equal trails. Default: 0. */
  seed?: number | undefined;
  /** `manual`: only {@link Mock.advance} moves the time. Default: `auto`. */
  clock?: "auto" | "manual" | undefined;
  /** Whether answers may stay unused. Default: false. */
  allowUnused?: boolean | undefined;
}

/** The options of a mock's client: those of any client, and its base URL. */
export interface MockClientOptions extends ClientOptions {
  /** The URL of the API. Default: `https://api.example`. */
  baseUrl?: string | Url | undefined;
}

/** The calls of a test did not go as arranged. */
export class MockError extends Error {
  /** What did not go as arranged, each as text. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the calls did not go as arranged:\n${problems.join("\n")}`);
    this.problems = problems;
  }
}

named(MockError, "MockError");

/**
 * Answers the calls of its clients as a test arranges, on a virtual clock. Retries, errors, trails and hooks are real;
 * no port is opened, and a wait of a minute takes no time.
 *
 * The time starts at 2026-01-01T00:00:00Z. It moves to the next timer when every call waits for it and no hook or
 * refresher runs. Node's timers, faked or not, do not move it, and it does not move them.
 *
 * @example
 * ```ts
 * const mock = new Mock();
 * mock
 *   .get("/cameras/{id}")
 *   .replies(429, { code: "rate_limited", retryAfterMs: 60_000 })
 *   .thenReplies(200, { json: { id: 7 } });
 * const camera = await mock.client().get("/cameras/{id}", { params: { id: 7 } });
 * assert.equal(camera.trail.attempts.length, 2);
 * mock.verify();
 * ```
 */
export class Mock implements Disposable {
  readonly #clock: Clock;
  readonly #allowUnused: boolean;
  /** The exchanges without an answer, with their names. */
  readonly #unanswered = new Map<object, string>();

  /** @throws `TypeError` for an option that is unknown or wrong. */
  constructor(options: MockOptions = {}) {
    const { seed, isManual, allowUnused } = placed(siteOf(new.target), () => read(options));
    this.#clock = new Clock(seed, isManual);
    this.#allowUnused = allowUnused;
  }

  /**
   * Adds an exchange for GET requests. `path` is a template such as `/cameras/{id}` of the whole path, or of the part
   * after the client's base URL; pairs after a `?` must be in the query. A mock tries exchanges in the order in which
   * they were added.
   */
  get(path: string, want?: Want): Exchange {
    return this.#on("GET", path, want, Mock.prototype.get);
  }

  /** Adds an exchange for POST requests, as {@link Mock.get} does. */
  post(path: string, want?: Want): Exchange {
    return this.#on("POST", path, want, Mock.prototype.post);
  }

  /** Adds an exchange for PUT requests, as {@link Mock.get} does. */
  put(path: string, want?: Want): Exchange {
    return this.#on("PUT", path, want, Mock.prototype.put);
  }

  /** Adds an exchange for PATCH requests, as {@link Mock.get} does. */
  patch(path: string, want?: Want): Exchange {
    return this.#on("PATCH", path, want, Mock.prototype.patch);
  }

  /** Adds an exchange for DELETE requests, as {@link Mock.get} does. */
  delete(path: string, want?: Want): Exchange {
    return this.#on("DELETE", path, want, Mock.prototype.delete);
  }

  /** Adds an exchange for HEAD requests, as {@link Mock.get} does. */
  head(path: string, want?: Want): Exchange {
    return this.#on("HEAD", path, want, Mock.prototype.head);
  }

  /** Adds an exchange for OPTIONS requests, as {@link Mock.get} does. */
  options(path: string, want?: Want): Exchange {
    return this.#on("OPTIONS", path, want, Mock.prototype.options);
  }

  /** Adds an exchange for requests with a method, or with any method if it is `null`, as {@link Mock.get} does. */
  on(method: string | null, path: string, want?: Want): Exchange {
    return this.#on(method, path, want, Mock.prototype.on);
  }

  #on(method: unknown, path: unknown, want: unknown, above: Above): Exchange {
    return placed(siteOf(above), () => {
      const key = {};
      const answered = (): void => void this.#unanswered.delete(key);
      const exchange = exchangeOf(this.#clock.raw, method, path, want, answered);
      this.#unanswered.set(key, `${String(method ?? "any method")} ${String(path)}`);
      return exchange;
    });
  }

  /**
   * Adds the exchanges of a script (`reqtrail.script/1`), as an object or its JSON text, such as a recording or the
   * script of a test in another language.
   *
   * @throws `TypeError` that names the place where the script is not valid.
   */
  load(script: string | object): this {
    placed(siteOf(Mock.prototype.load), () => {
      const json: unknown = isRecord(script) ? JSON.stringify(script) : script;
      if (typeof json !== "string") throw expected("script", "an object or its JSON text", script);
      const failed = this.#clock.raw.addScript(json);
      if (failed !== null) throw refused(failed);
    });
    return this;
  }

  /** Makes an ordinary client whose calls this mock answers. Its dialect is NovaVMS's by default. */
  client(options: MockClientOptions = {}): Client {
    return placed(siteOf(Mock.prototype.client), () => {
      const { baseUrl, ...rest } = object("options", options);
      const base = this.#clock.base(urlText("baseUrl", baseUrl ?? BASE_URL));
      return clientOf(base, rest.dialect === undefined ? { ...rest, dialect: "novavms" } : rest);
    });
  }

  /** The requests that the mock has received, in order. */
  get requests(): readonly MockRequest[] {
    return requestsOf(this.#clock.raw.requests());
  }

  /** The time since the mock was made, in milliseconds. */
  get elapsedMs(): number {
    return this.#clock.raw.elapsed();
  }

  /**
   * Advances the time, from timer to timer. Resolves when everything that follows from that has come to rest; calls
   * that ended by then have resolved or rejected.
   */
  async advance(ms: number): Promise<void> {
    const site = siteOf(Mock.prototype.advance);
    const time = placed(site, () => millis("ms", ms));
    await this.#clock.advance(time, site);
  }

  /** Resolves when every call waits for the time, and at least one does. */
  async waitUntilWaiting(): Promise<void> {
    await this.#clock.untilWaiting(siteOf(Mock.prototype.waitUntilWaiting));
  }

  /**
   * What has not gone as arranged so far, each as text: requests that no exchange answers, with the nearest exchange
   * and what differs; requests that differ from what was wanted; and unused answers, unless `allowUnused` is set.
   */
  get problems(): readonly string[] {
    const open = [...this.#unanswered.values()];
    return Object.freeze([
      ...this.#clock.raw.problems(this.#allowUnused),
      ...open.map((name) => `${name} has no answer; expected \`.replies(…)\` or \`.fails(…)\``),
    ]);
  }

  /**
   * Throws if there are {@link Mock.problems}. Call it at the end of a test, as in `afterEach(() => mock.verify())`.
   *
   * @throws {@link MockError} with all of them.
   */
  verify(): void {
    this.#verify(Mock.prototype.verify);
  }

  #verify(above: Above): void {
    const { problems } = this;
    if (problems.length === 0) return;
    const error = new MockError(problems);
    beginAt(error, siteOf(above));
    throw error;
  }

  /**
   * Verifies at the end of a `using` block. If the block itself has thrown, JavaScript throws a `SuppressedError` with
   * both errors.
   */
  [Symbol.dispose](): void {
    this.#verify(Mock.prototype[Symbol.dispose]);
  }

  /** @internal */
  [inspect.custom](): string {
    return `Mock { elapsedMs: ${this.elapsedMs}, requests: ${this.requests.length} }`;
  }
}

const OPTIONS: readonly (keyof MockOptions)[] = ["seed", "clock", "allowUnused"];

function read(options: MockOptions): { seed: number; isManual: boolean; allowUnused: boolean } {
  for (const name of Object.keys(object("options", options))) {
    if ((OPTIONS as readonly string[]).includes(name)) continue;
    throw refused(`a mock has no option "${name}"; it has ${OPTIONS.join(", ")}`);
  }
  const { seed = 0, clock = "auto", allowUnused = false } = options;
  const given: unknown = clock;
  if (given !== "auto" && given !== "manual") {
    throw refused(`clock: expected "auto" or "manual", not ${inspect(given)}`);
  }
  return {
    seed: count("seed", seed),
    isManual: given === "manual",
    allowUnused: flag("allowUnused", allowUnused),
  };
}
