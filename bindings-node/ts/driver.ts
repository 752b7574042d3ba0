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
  type Items,
  type Operation,
  type RawClient,
  type RawConnection,
  type RawOperationOptions,
  type RawReport,
  bare,
} from "./native.js";
import { type ClientOptions, readOptions } from "./options.js";
import type { Signal } from "./platform.js";
import { Reading } from "./reading.js";
import { type RawCall, type Standing, isLate } from "./request.js";
import { type Response, responseOf } from "./response.js";
import { serves } from "./serving.js";
import { type Site, ours } from "./stacks.js";

/** A call or an operation that failed, as an item. */
export class Failed {
  constructor(
    readonly items: Items,
    readonly index: number,
    readonly signal: Signal | undefined,
  ) {}
}

/** How a call or an operation ended. */
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
  readonly #pending = new Map<number, (ended: Ended | PromiseLike<Ended>) => void>();
  /** The calls whose bodies are being read: they are not with the native half yet. */
  readonly #readings = new Map<number, Reading>();
  readonly #watches = new WeakMap<Signal, Watch>();
  readonly #watched = new Map<number, Watch>();
  readonly #out = new Float64Array(HEAD + 2 * BATCH);
  #next = 1;
  /** What `close` gave; nothing begins after it. */
  #closed: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** How long a call may take that does not say so itself, in milliseconds. */
  readonly #timeoutMs: number;

  /** What the client has for all its calls. */
  readonly standing: Standing;

  constructor(base: string | RawConnection, options: ClientOptions, site: Site) {
    warnOfUnverified();
    const { json, functions, shown, typed, timeoutMs } = readOptions(options, environmentCa());
    const names = [...SHOWN, ...shown].map((name) => name.toLowerCase());
    this.standing = { shown: new Set(names), typed };
    this.#timeoutMs = timeoutMs;
    this.#raw = new native.RawClient();
    this.#hooks = new Hooks(this.#raw, functions);
    // The native half holds this function for as long as the client lives, so it must not hold the client.
    const self = new WeakRef(this);
    const failed = this.#raw.open(base, json, () => self.deref()?.drain(), new Weak());
    if (failed !== null) throw errorOf(failed, 0, site);
  }

  /** Starts a call. */
  call(method: string, target: string, link: boolean, call: Readonly<RawCall>): Promise<Ended> {
    const { params, query, headers, body, options, signal, blob } = call;
    return this.#begin(signal, (tag) => {
      const raw = this.#raw;
      const inside = serves(raw);
      const ended = endOf(signal);
      if (blob === undefined || ended !== undefined) {
        const text = blob === undefined ? body : "";
        raw.start(tag, method, target, link, params, query, headers, text, options, ended, inside);
        return;
      }
      // It begins now: it keeps the token that the client has, and its time runs.
      const held = raw.hold(method, target, link, params, query, headers, options);
      const start = (bytes: Uint8Array, ended: boolean | undefined): void => {
        this.#readings.delete(tag);
        raw.startHeld(tag, held, bytes, ended, inside);
      };
      const failed = (error: unknown): void => this.#fail(tag, error);
      const reading = new Reading(blob, options?.timeoutMs ?? this.#timeoutMs, start, failed);
      this.#readings.set(tag, reading);
    });
  }

  /** Ends a call; its result comes all the same. */
  #cancel(tag: number, late: boolean): void {
    const reading = this.#readings.get(tag);
    if (reading === undefined) this.#raw.cancel(tag, late);
    else reading.end(late);
  }

  /**
   * Starts an operation. `action` is what it is about, for those that are about an action; `onProgress` gets what each poll has
   * shown, as JSON.
   */
  operate(
    what: Operation,
    serverId: string,
    action: string | readonly [Items, number],
    options: RawOperationOptions,
    signal: Signal | undefined,
    onProgress?: (json: string) => void,
  ): Promise<Ended> {
    const [ref, index] = typeof action === "string" ? [action, 0] : action;
    return this.#begin(
      signal,
      (tag) => this.#raw.operate(tag, what, serverId, ref, index, options, serves(this.#raw)),
      onProgress,
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
    // A call was started cancelled; an operation was not.
    if (signal?.aborted === true) this.#raw.cancel(tag, isLate(signal));
    if (this.#pending.size === 0) hold(this);
    return new Promise((resolve) => this.#pending.set(tag, resolve));
  }

  #watch(tag: number, signal: Signal): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const made = new Watch(signal, () => {
        const late = isLate(made.signal);
        for (const one of made.tags) this.#cancel(one, late);
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
    this.#settled(tag);
    if (what === FAILED) resolve(new Failed(items, index, signal));
    else if (what === REPORT) resolve(bare(native.takeReport(items, index)));
    else resolve(responseOf(items, index, what));
  }

  #settled(tag: number): void {
    this.#pending.delete(tag);
    if (this.#pending.size > 0) return;
    release(this);
    this.#idle?.();
  }

  /** Ends a call whose body cannot be had. There is nothing to send, and nothing comes from the native half. */
  #fail(tag: number, error: unknown): void {
    const resolve = this.#pending.get(tag);
    this.#readings.delete(tag);
    this.#unwatch(tag);
    this.#hooks.end(tag);
    this.#settled(tag);
    resolve?.(Promise.reject(error));
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
    for (const tag of this.#pending.keys()) this.#cancel(tag, false);
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
