/**
 * Starts calls and gets their results.
 *
 * Calls run on one background thread of the native half, which notifies the event loop once per batch of mail. This
 * module makes the promises.
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

/** The result of a call or an operation. */
type Result = Response | RawReport;

/** A call or an operation under way. */
class Call implements Audience {
  /** The number of the call in the native half, once it has started. */
  tag: number | undefined;
  /** Whether its signal was aborted before it had a tag. */
  aborted = false;
  resolve!: (result: Result) => void;
  reject!: (error: unknown) => void;
  readonly ended = new Promise<Result>((resolve, reject) => {
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

/** The calls that listen to one signal. One listener serves them all. */
interface Watch {
  readonly calls: Set<Call>;
  readonly listener: () => void;
}

/** What a client of a mock needs of the mock. */
export interface MockBase {
  readonly url: string;
  readonly mock: RawMock;
  /** Shows the collector the memory of a client. */
  readonly weight: Items;
  /** Stops the mock's time for this turn of the event loop. */
  holdTurn(): void;
  /** Stops the mock's time until the returned function is called. */
  holdTime(): () => void;
  /** Adds a driver that may have mail. */
  add(driver: Driver): void;
}

/** The longest time that a timer of Node can wait, in milliseconds. */
const LONGEST = 0x7fffffff;

// Kept now, because a test may replace them later.
const { clearTimeout, setTimeout } = timers;

export class Driver {
  readonly #raw: RawClient;
  readonly #hooks: Hooks;
  readonly #mock: MockBase | undefined;
  /** The client's recorder, which works after the client is closed. */
  readonly recorder: Recorder;
  /** The calls under way, by tag. */
  readonly #calls = new Map<number, Call>();
  readonly #watches = new WeakMap<Signal, Watch>();
  /** The promise of `close`. No call begins once it is set. */
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

  /** Makes a call. The stack of an error begins at `site`. */
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
      // A held call begins now: it keeps the client's present token, and its time runs.
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

  /** Reads the body of a held call, which may end meanwhile. */
  async #read(call: Call, blob: BlobBody): Promise<void> {
    const tag = call.tag!;
    const timeoutMs = this.#raw.heldTimeout(tag) ?? Infinity;
    const late = (): void => this.#raw.cancel(tag, true);
    const timer = timeoutMs <= LONGEST ? setTimeout(late, timeoutMs).unref() : undefined;
    const resume = this.#mock?.holdTime();
    try {
      this.#raw.send(tag, new Uint8Array(await blob.arrayBuffer()), blob.type);
    } catch (error) {
      // Nothing can be sent, and no result comes from the native half.
      if (!this.#raw.forget(tag)) return;
      this.#end(call);
      call.reject(error);
    } finally {
      clearTimeout(timer);
      resume?.();
    }
  }

  /**
   * Runs an operation. `action` is the action that it is about, if it is about one, and `connection` the cloud;
   * `onProgress` gets the result of each poll, as JSON.
   */
  operate(
    what: string,
    server: string,
    action: string | readonly [Items, number],
    options: readonly RawValue[],
    signal: Signal | undefined,
    onProgress: Audience["onProgress"],
    site: Site,
    connection: RawConnection | undefined,
  ): Promise<RawReport> {
    const [ref, index] = typeof action === "string" ? [action, 0] : action;
    const progress = onProgress !== undefined;
    const start = (): number => {
      const raw = this.#raw;
      return accepted(
        raw.operate(what, server, ref, index, options, progress, served(), connection),
      );
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
    // Everything that can fail happens before anything is sent.
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

  /** Takes the mail, publishes events, and settles the promises of calls that have ended. */
  drain(): void {
    // The code that gets the mail goes on in this turn.
    this.#mock?.holdTurn();
    try {
      drain(this.#raw, this.#receive);
    } finally {
      if (this.#mock !== undefined) this.#raw.handled();
    }
  }

  readonly #receive: Receiver = (tag, code, items, index) => {
    const call = this.#calls.get(tag);
    // Code that awaits a call goes on after this function, so hooks run before it.
    if (code < OUTPUT) this.#hooks.publish(call, code, items, index);
    if (code < OUTPUT || call === undefined) return;
    try {
      this.#end(call);
      if (code === OUTPUT) call.resolve(bare(native.takeReport(items, index)));
      else if (code !== FAILED) call.resolve(responseOf(items, index, code));
      else {
        const reason = reasonOf(call.signal);
        call.reject(errorOf(items, index, call.site, this.#hooks.thrown, reason));
      }
    } catch (error) {
      // The program may have its own kind of signal, whose reason or `removeEventListener` may throw.
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

  /** Cancels the calls under way, waits for their ends, and closes the connections. Always returns the same promise. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const tag of this.#calls.keys()) this.#raw.cancel(tag, false);
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    // Code that awaits the last calls goes first.
    await Promise.resolve();
    this.#raw.close();
  }

  describe(): string {
    return this.#raw.describe() ?? "closed";
  }
}

/** Returns the tag of a started call, or throws the `TypeError` whose text came instead. */
function accepted(started: number | string): number {
  if (typeof started === "string") throw refused(started);
  return started;
}

function closed(): RequestBuildError {
  const reason = "the client is closed; create another one";
  const fields = { kind: "invalid_request", reason } as const;
  return ours(new RequestBuildError(`invalid_request: ${reason}`, fields));
}
