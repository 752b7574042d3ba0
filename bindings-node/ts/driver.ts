/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It wakes the event loop once per batch of results; the promises
 * are JavaScript's own.
 */

import { type ReqtrailError, RequestBuildError } from "./errors.js";
import { Hooks } from "./hooks.js";
import { Weak, hold, release } from "./keepalive.js";
import { native } from "./loader.js";
import { environmentCa, warnOfUnverified } from "./environment.js";
import { errorOf } from "./mapping.js";
import {
  type FlowOptions,
  type Held,
  type Items,
  type RawClient,
  type RawConnection,
  type RawReport,
  bare,
} from "./native.js";
import { type ClientOptions, readOptions } from "./options.js";
import type { BlobBody, Signal } from "./platform.js";
import { type RawCall, type Standing, isLate } from "./request.js";
import { Response, responseOf } from "./response.js";
import { serves } from "./serving.js";
import { type Site, ours } from "./stacks.js";

/** A call or a flow that failed, as an item. */
export class Failed {
  constructor(
    readonly items: Items,
    readonly index: number,
    readonly signal: Signal | undefined,
  ) {}
}

/** How a call or a flow ended. */
export type Ended = Response | Failed | RawReport;

/** The calls that listen to one signal: one listener serves them all. */
class Watch {
  readonly tags = new Set<number>();
  constructor(
    readonly signal: Signal,
    readonly listener: () => void,
  ) {}
}

/** What `drain` writes: how many, whether there are more, then of each its tag and what it is. */
const HEAD = 2;
const BATCH = 16;
const FAILED = 0;
const REPORT = -1;

/** What trails show of a query without being told to. */
const SHOWN = ["limit", "cursor", "marker", "page", "offset"];

export class Driver {
  readonly #raw: RawClient;
  readonly #hooks: Hooks;
  readonly #pending = new Map<number, (ended: Ended) => void>();
  readonly #watches = new WeakMap<Signal, Watch>();
  readonly #watched = new Map<number, Watch>();
  readonly #out = new Float64Array(HEAD + 2 * BATCH);
  #next = 1;
  /** What `close` gave; nothing begins after it. */
  #closed: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** What the client has for all its calls. */
  readonly standing: Standing;

  constructor(base: string | RawConnection, options: ClientOptions, site: Site) {
    warnOfUnverified();
    const { json, functions, shown, typed } = readOptions(options, environmentCa());
    const names = [...SHOWN, ...shown].map((name) => name.toLowerCase());
    this.standing = { shown: new Set(names), typed };
    this.#raw = new native.RawClient();
    this.#hooks = new Hooks(this.#raw, functions);
    // The native half holds this function for as long as the client lives, so it must not hold the client.
    const self = new WeakRef(this);
    const failed = this.#raw.open(base, json, () => self.deref()?.drain(), new Weak());
    if (failed !== null) throw errorOf(failed, 0, site);
  }

  /** Starts a call. */
  call(method: string, target: string, link: boolean, call: Readonly<RawCall>): Promise<Ended> {
    const { params, query, headers, body, options, signal } = call;
    if (call.blob !== undefined) {
      if (this.#closed) throw closed();
      const held = this.#raw.hold(method, target, link, params, query, headers, options);
      return this.#send(held, call.blob, signal);
    }
    return this.#begin(signal, (tag) => {
      const [raw, ended] = [this.#raw, endOf(signal)];
      const inside = serves(raw);
      raw.start(tag, method, target, link, params, query, headers, body, options, ended, inside);
    });
  }

  /** Starts a call once its body is there. It has begun already, and keeps the token of its start. */
  async #send(held: Held, blob: BlobBody, signal: Signal | undefined): Promise<Ended> {
    const body = new Uint8Array(await blob.arrayBuffer());
    return this.#begin(signal, (tag) =>
      this.#raw.startHeld(tag, held, body, endOf(signal), serves(this.#raw)),
    );
  }

  /** Starts following an action; `onProgress` gets what each poll has shown, as JSON. */
  follow(
    serverId: string,
    action: string | readonly [Items, number],
    options: FlowOptions,
    signal: Signal | undefined,
    onProgress: ((json: string) => void) | undefined,
  ): Promise<Ended> {
    const [ref, index] = typeof action === "string" ? [action, 0] : action;
    return this.#begin(
      signal,
      (tag) => this.#raw.follow(tag, serverId, ref, index, options, serves(this.#raw)),
      onProgress,
    );
  }

  /** Starts reading something of a server: `server`, `action`, `actions`, or its story, `explain`. */
  look(
    what: "server" | "action" | "actions" | "explain",
    serverId: string,
    requestId: string,
    options: FlowOptions,
    signal: Signal | undefined,
  ): Promise<Ended> {
    return this.#begin(signal, (tag) =>
      this.#raw.look(tag, what, serverId, requestId, options, serves(this.#raw)),
    );
  }

  #begin(
    signal: Signal | undefined,
    start: (tag: number) => void,
    onProgress?: (json: string) => void,
  ): Promise<Ended> {
    if (this.#closed) throw closed();
    this.#hooks.look();
    const tag = this.#next++;
    // All that can fail comes before anything is sent.
    if (signal !== undefined) this.#watch(tag, signal);
    this.#hooks.begin(tag, onProgress);
    try {
      start(tag);
    } catch (error) {
      this.#unwatch(tag);
      this.#hooks.end(tag);
      throw error;
    }
    // A call was started cancelled; a flow was not.
    if (signal?.aborted === true) this.#raw.cancel(tag, isLate(signal));
    if (this.#pending.size === 0) hold(this);
    return new Promise((resolve) => this.#pending.set(tag, resolve));
  }

  #watch(tag: number, signal: Signal): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const made = new Watch(signal, () => {
        const late = isLate(made.signal);
        for (const one of made.tags) this.#raw.cancel(one, late);
      });
      watch = made;
      signal.addEventListener("abort", watch.listener);
      this.#watches.set(signal, watch);
    }
    watch.tags.add(tag);
    this.#watched.set(tag, watch);
  }

  #unwatch(tag: number): Signal | undefined {
    const watch = this.#watched.get(tag);
    if (watch === undefined) return undefined;
    this.#watched.delete(tag);
    watch.tags.delete(tag);
    if (watch.tags.size === 0) {
      watch.signal.removeEventListener("abort", watch.listener);
      this.#watches.delete(watch.signal);
    }
    return watch.signal;
  }

  /** Takes the results that are there, ends what waits for them, and tells the hooks. */
  drain(): void {
    const out = this.#out;
    let more = true;
    while (more) {
      const items = this.#raw.drain(out);
      // Taken after the results: what happened before a call ended is among them.
      const events = this.#hooks.listens ? this.#hooks.take() : [];
      const count = items === null ? 0 : out[0]!;
      more = items !== null && out[1] !== 0;
      const ended: number[] = [];
      for (let index = 0; index < count; index++) {
        const tag = out[HEAD + 2 * index]!;
        this.#end(tag, out[HEAD + 2 * index + 1]!, items!, index);
        ended.push(tag);
      }
      // What awaits these calls goes on after this function, so that hooks are told before.
      this.#hooks.tell(events);
      for (const tag of ended) this.#hooks.end(tag);
    }
  }

  #end(tag: number, what: number, items: Items, index: number): void {
    const resolve = this.#pending.get(tag);
    const signal = this.#watched.size > 0 ? this.#unwatch(tag) : undefined;
    if (resolve === undefined) return;
    this.#pending.delete(tag);
    if (this.#pending.size === 0) {
      release(this);
      this.#idle?.();
    }
    if (what === FAILED) resolve(new Failed(items, index, signal));
    else if (what === REPORT) resolve(bare(native.takeReport(items, index)));
    else resolve(responseOf(items, index, what));
  }

  /** Makes the error of what failed; its stack begins where the program called. */
  errorOf(failed: Failed, site: Site): ReqtrailError {
    const reason: unknown = failed.signal?.aborted === true ? failed.signal.reason : undefined;
    return errorOf(failed.items, failed.index, site, this.#hooks.thrown, reason);
  }

  setToken(token: string, site: Site): void {
    if (this.#closed) throw closed();
    const failed = this.#raw.setToken(token);
    if (failed !== null) throw errorOf(failed, 0, site);
  }

  /** Cancels the calls under way, waits for their ends, and closes the connections; once, whoever asks. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const tag of this.#pending.keys()) this.#raw.cancel(tag, false);
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    // Those who wait for the last calls are told first.
    await Promise.resolve();
    this.#raw.close();
  }

  describe(): string {
    return this.#raw.describe() ?? "closed";
  }
}

/** Whether a signal has ended a call before its start, and then whether by a timeout. */
function endOf(signal: Signal | undefined): boolean | undefined {
  return signal?.aborted === true ? isLate(signal) : undefined;
}

function closed(): RequestBuildError {
  const message = "invalid_request: the client is closed";
  return ours(
    new RequestBuildError(message, {
      kind: "invalid_request",
      reason: "the client is closed",
    }),
  );
}
