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

/** Where the clients of a mock seem to go. */
const BASE_URL = "https://api.example";

/** The options of a mock. */
export interface MockOptions {
  /** What IDs and random waits are drawn from: two runs with one seed give equal trails. Default: 0. */
  seed?: number | undefined;
  /** `manual`: only {@link Mock.advance} moves the time. Default: `auto`. */
  clock?: "auto" | "manual" | undefined;
  /** Whether answers may be left over. Default: false. */
  allowUnused?: boolean | undefined;
}

/** The options of a client of a mock: those of any client, and where it seems to go. */
export interface MockClientOptions extends ClientOptions {
  /** The URL of the API. Default: `https://api.example`. */
  baseUrl?: string | Url | undefined;
}

/** The calls of a test were not as its mock's script has them. */
export class MockError extends Error {
  /** What was not, each in words. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the mock's script was not kept:\n${problems.join("\n")}`);
    this.problems = problems;
  }
}

named(MockError, "MockError");

/**
 * Answers the calls of its clients by a script, on a clock that is not real. Retries, errors, trails and hooks are those of
 * every call; no port is opened, and a wait of a minute takes no time.
 *
 * The time begins at 2026-01-01T00:00:00Z. It moves to the next timer when every call waits for it and no hook or refresher runs.
 * Timers of Node's, faked or not, neither move it nor are moved by it.
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
  /** Those without an answer, and what they are called. */
  readonly #unanswered = new Map<object, string>();

  /** @throws `TypeError` for an option that there is not, or that is wrong. */
  constructor(options: MockOptions = {}) {
    const { seed, isManual, allowUnused } = placed(siteOf(new.target), () => read(options));
    this.#clock = new Clock(seed, isManual);
    this.#allowUnused = allowUnused;
  }

  /**
   * Begins what answers GET requests. `path` is a template such as `/cameras/{id}` of the whole path, or of what follows the
   * client's base URL; pairs behind a `?` have to be in the query. Exchanges are tried in the order in which they were given.
   */
  get(path: string, want?: Want): Exchange {
    return this.#on("GET", path, want, Mock.prototype.get);
  }

  /** Begins what answers POST requests, as {@link Mock.get} does. */
  post(path: string, want?: Want): Exchange {
    return this.#on("POST", path, want, Mock.prototype.post);
  }

  /** Begins what answers PUT requests, as {@link Mock.get} does. */
  put(path: string, want?: Want): Exchange {
    return this.#on("PUT", path, want, Mock.prototype.put);
  }

  /** Begins what answers PATCH requests, as {@link Mock.get} does. */
  patch(path: string, want?: Want): Exchange {
    return this.#on("PATCH", path, want, Mock.prototype.patch);
  }

  /** Begins what answers DELETE requests, as {@link Mock.get} does. */
  delete(path: string, want?: Want): Exchange {
    return this.#on("DELETE", path, want, Mock.prototype.delete);
  }

  /** Begins what answers HEAD requests, as {@link Mock.get} does. */
  head(path: string, want?: Want): Exchange {
    return this.#on("HEAD", path, want, Mock.prototype.head);
  }

  /** Begins what answers OPTIONS requests, as {@link Mock.get} does. */
  options(path: string, want?: Want): Exchange {
    return this.#on("OPTIONS", path, want, Mock.prototype.options);
  }

  /** Begins what answers requests with any method, `null` for all of them, as {@link Mock.get} does. */
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
   * Adds the exchanges of a script (`reqtrail.script/1`), an object or its JSON text, as a recording or a test in another
   * language has it.
   *
   * @throws `TypeError` that names the place where it is not a script.
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

  /** Makes an ordinary client whose calls this mock answers. Its dialect is NovaVMS's, unless another is given. */
  client(options: MockClientOptions = {}): Client {
    return placed(siteOf(Mock.prototype.client), () => {
      const { baseUrl, ...rest } = object("options", options);
      const base = this.#clock.base(urlText("baseUrl", baseUrl ?? BASE_URL));
      return clientOf(base, rest.dialect === undefined ? { ...rest, dialect: "novavms" } : rest);
    });
  }

  /** The requests that came, in order. */
  get requests(): readonly MockRequest[] {
    return requestsOf(this.#clock.raw.requests());
  }

  /** The time since the mock began, in milliseconds. */
  get elapsedMs(): number {
    return this.#clock.raw.elapsed();
  }

  /**
   * Moves the time on, from timer to timer. Resolves when all has come to rest that follows from it; calls that ended by then
   * have resolved or rejected.
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
   * What is wrong so far, each in words: requests that nothing answers, with the nearest exchange and what differed; requests
   * that looked other than wanted; and what is left over, unless `allowUnused` is set.
   */
  get problems(): readonly string[] {
    const open = [...this.#unanswered.values()];
    return Object.freeze([
      ...this.#clock.raw.problems(this.#allowUnused),
      ...open.map((name) => `${name} has no answer: call replies or fails on it`),
    ]);
  }

  /**
   * Throws if there are any {@link Mock.problems}. For the end of a test, as in `afterEach(() => mock.verify())`.
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
   * Verifies at the end of a `using` block. Where the block itself has thrown, JavaScript throws a `SuppressedError` with both
   * errors.
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
    throw refused(`a mock has no option "${name}"; there are ${OPTIONS.join(", ")}`);
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
