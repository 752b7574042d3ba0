/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half. It notifies the event loop once per batch of mail; the promises
 * are JavaScript's own.
 */

import * as timers from "node:timers";

import { RequestBuildError } from "./errors.js";
import { type Audience, Hooks } from "./hooks.js";
import { Weak, hold, release } from "./keepalive.js";
import { native } from "./loader.js";
import { environmentCa, warn, warnOfUnverified } from "./environment.js";
import { FAILED, OUTPUT, type Receiver, drain } from "./mailbox.js";
import { errorOf } from "./mapping.js";
import { type Items, type RawValue, bare } from "./crossing.js";
import type { RawClient, RawConnection, RawMock, RawReport } from "./native.js";
import { type ClientOptions, readOptions } from "./options.js";
import { type Recorder, recorderOf } from "./recorder.js";
import type { BlobBody, Signal } from "./platform.js";
import { NO_OPTIONS, isLate, rawCall, reasonOf } from "./request.js";
import { type Response, responseOf } from "./response.js";
import { served } from "./serving.js";
import { type Site, ours, refused } from "./stacks.js";

/** What a call or an operation gives. */
type Given = Response | RawReport;

/** A call or an operation under way. */
class Call implements Audience {
  /** The native half's name of it, from its start. */
  tag: number | undefined;
  /** Its signal was aborted before it had one. */
  aborted = false;
  resolve!: (given: Given) => void;
  reject!: (error: unknown) => void;
  readonly ended = new Promise<Given>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
  constructor(
    readonly site: Site,
    readonly signal: Signal | undefined,
    readonly context: Audience["context"],
    readonly onProgress: Audience["onProgress"],
  ) {}
}

/** The calls that listen to one signal: one listener serves them all. */
interface Watch {
  readonly calls: Set<Call>;
  readonly listener: () => void;
}

/** What a client of a mock stands on. */
export interface MockBase {
  readonly url: string;
  readonly mock: RawMock;
  /** Lets the collector see what a client weighs. */
  readonly weight: Items;
  /** Keeps the mock's time where it is for this turn of the event loop. */
  holdTurn(): void;
  /** Keeps it there until what is given is called. */
  holdTime(): () => void;
  /** Remembers who may have mail. */
  add(driver: Driver): void;
}

/** What a timer of Node's can wait for at most, in milliseconds. */
const LONGEST = 0x7fffffff;

// As they are now: a test may put others in their place.
const { clearTimeout, setTimeout } = timers;

export class Driver {
  readonly #raw: RawClient;
  readonly #hooks: Hooks;
  readonly #mock: MockBase | undefined;
  /** It outlives a client that is closed. */
  readonly recorder: Recorder;
  /** Those under way, by their tags. */
  readonly #calls = new Map<number, Call>();
  readonly #watches = new WeakMap<Signal, Watch>();
  /** What `close` gave; nothing begins after it. */
  #closed: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(base: string | RawConnection | MockBase, options: ClientOptions, site: Site) {
    warnOfUnverified();
    const { values, functions } = readOptions(options, environmentCa());
    const mocked = typeof base === "object" && "mock" in base ? base : undefined;
    const place = mocked === undefined ? (base as string | RawConnection) : mocked.url;
    this.#mock = mocked;
    this.#raw = new native.RawClient();
    this.#hooks = new Hooks(this.#raw, functions);
    // The native half holds this function for as long as the client lives, so it must not hold the client.
    const self = new WeakRef(this);
    const asks = functions.tokenRefresher !== undefined;
    const notify = (): void => self.deref()?.drain();
    const failed = this.#raw.open(place, values, asks, notify, new Weak(), mocked?.mock);
    if (typeof failed === "string") throw refused(failed);
    if (failed !== null) throw errorOf(failed, 0, site);
    this.recorder = recorderOf(this.#raw.recorder()!);
    for (const warning of this.#raw.warnings()) warn(warning);
    mocked?.add(this);
  }

  /** Makes a call. An error's stack begins at `site`. */
  call(
    method: string,
    target: string,
    link: boolean,
    given: object | undefined,
    site: Site,
  ): Promise<Response> {
    const { params, query, headers, body, extras, options, signal, blob } =
      given === undefined ? NO_OPTIONS : rawCall(given, this.#raw);
    const call = this.#begin(site, signal, undefined, (aborted) => {
      // It begins now: it keeps the token that the client has, and its time runs.
      const hold = blob !== undefined || aborted;
      const started = this.#raw.start(
        method,
        target,
        link,
        params,
        query,
        headers,
        body,
        extras,
        options,
        hold,
        served(),
      );
      return accepted(started);
    });
    if (blob !== undefined && signal?.aborted !== true) void this.#read(call, blob);
    return call.ended as Promise<Response>;
  }

  /** Reads the body of a call that waits for it, and may end meanwhile. */
  async #read(call: Call, blob: BlobBody): Promise<void> {
    const tag = call.tag!;
    const timeoutMs = this.#raw.heldTimeout(tag) ?? Infinity;
    const late = (): void => this.#raw.cancel(tag, true);
    const timer = timeoutMs <= LONGEST ? setTimeout(late, timeoutMs).unref() : undefined;
    const resume = this.#mock?.holdTime();
    try {
      this.#raw.send(tag, new Uint8Array(await blob.arrayBuffer()), blob.type);
    } catch (error) {
      // There is nothing to send, and nothing comes from the native half.
      if (!this.#raw.forget(tag)) return;
      this.#end(call);
      call.reject(error);
    } finally {
      clearTimeout(timer);
      resume?.();
    }
  }

  /**
   * Does an operation. `action` is what it is about, for those that are about an action; `onProgress` gets what each poll has
   * shown, as JSON.
   */
  operate(
    what: string,
    server: string,
    action: string | readonly [Items, number],
    options: readonly RawValue[],
    signal: Signal | undefined,
    onProgress: Audience["onProgress"],
    site: Site,
  ): Promise<RawReport> {
    const [ref, index] = typeof action === "string" ? [action, 0] : action;
    const progress = onProgress !== undefined;
    const start = (): number => {
      const raw = this.#raw;
      return accepted(raw.operate(what, server, ref, index, options, progress, served()));
    };
    return this.#begin(site, signal, onProgress, start).ended as Promise<RawReport>;
  }

  #begin(
    site: Site,
    signal: Signal | undefined,
    onProgress: Audience["onProgress"],
    start: (aborted: boolean) => number,
  ): Call {
    if (this.#closed) throw closed();
    this.#mock?.holdTurn();
    this.#hooks.look();
    const context = this.#hooks.context(onProgress !== undefined);
    const call = new Call(site, signal, context, onProgress);
    // All that can fail comes before anything is sent.
    if (signal !== undefined) this.#watch(call, signal);
    try {
      call.aborted ||= signal?.aborted === true;
      call.tag = start(call.aborted);
    } catch (error) {
      this.#unwatch(call);
      throw error;
    }
    if (this.#calls.size === 0) hold(this);
    this.#calls.set(call.tag, call);
    if (signal !== undefined && call.aborted) this.#raw.cancel(call.tag, isLate(signal));
    return call;
  }

  #watch(call: Call, signal: Signal): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const calls = new Set<Call>();
      const listener = (): void => {
        const late = isLate(signal);
        for (const call of calls) {
          if (call.tag === undefined) call.aborted = true;
          else this.#raw.cancel(call.tag, late);
        }
      };
      signal.addEventListener("abort", listener);
      watch = { calls, listener };
      this.#watches.set(signal, watch);
    }
    watch.calls.add(call);
  }

  #unwatch(call: Call): void {
    const { signal } = call;
    const watch = signal === undefined ? undefined : this.#watches.get(signal);
    if (watch === undefined) return;
    watch.calls.delete(call);
    if (watch.calls.size > 0) return;
    signal!.removeEventListener("abort", watch.listener);
    this.#watches.delete(signal!);
  }

  /** Takes what waits, publishes what happened in calls, and ends those that have ended. */
  drain(): void {
    // What hears of it goes on in this turn.
    this.#mock?.holdTurn();
    try {
      drain(this.#raw, this.#receive);
    } finally {
      if (this.#mock !== undefined) this.#raw.handled();
    }
  }

  readonly #receive: Receiver = (tag, what, items, index) => {
    const call = this.#calls.get(tag);
    // What awaits a call goes on after this function, so hooks hear of it before.
    if (what < OUTPUT) this.#hooks.publish(call, what, items, index);
    if (what < OUTPUT || call === undefined) return;
    try {
      this.#end(call);
      if (what === OUTPUT) call.resolve(bare(native.takeReport(items, index)));
      else if (what !== FAILED) call.resolve(responseOf(items, index, what));
      else {
        const reason = reasonOf(call.signal);
        call.reject(errorOf(items, index, call.site, this.#hooks.thrown, reason));
      }
    } catch (error) {
      // A signal may be the program's own, and its reason or its `removeEventListener` may throw.
      call.reject(error);
    }
  };

  #end(call: Call): void {
    this.#calls.delete(call.tag!);
    if (this.#calls.size === 0) {
      release(this);
      this.#idle?.();
    }
    this.#unwatch(call);
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
    for (const tag of this.#calls.keys()) this.#raw.cancel(tag, false);
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    // Those who wait for the last calls go first.
    await Promise.resolve();
    this.#raw.close();
  }

  describe(): string {
    return this.#raw.describe() ?? "closed";
  }
}

/** The tag of what was started, unless what came instead is the text of a `TypeError`. */
function accepted(started: number | string): number {
  if (typeof started === "string") throw refused(started);
  return started;
}

function closed(): RequestBuildError {
  const reason = "the client is closed";
  const fields = { kind: "invalid_request", reason } as const;
  return ours(new RequestBuildError(`invalid_request: ${reason}`, fields));
}
