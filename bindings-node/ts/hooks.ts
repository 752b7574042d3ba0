/** What is told besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */

import { AsyncResource } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";

import { type Items, type RawClient, type RawEvent, bare } from "./native.js";
import { secretText } from "./checks.js";
import type { ClientOptions } from "./options.js";
import { failureOf } from "./refresh.js";
import { serving } from "./serving.js";
import { type AttemptJson, attemptOf, callInfoOf, ownTrailOf } from "./trail.js";

/** Gets `{ call: CallInfo, attempt: Attempt }` after each attempt. */
const ATTEMPTS = channel("reqtrail:attempt");
/** Gets `{ trail: Trail }` after each call. */
const CALLS = channel("reqtrail:call");

/** How many of the newest values that refreshers threw are kept for the errors that they cause. */
const THROWN = 64;

/** A context that keeps no process alive. Those who look for open handles ask it. */
class Context extends AsyncResource {
  hasRef(): boolean {
    return false;
  }
}

export class Hooks {
  readonly #raw: RawClient;
  readonly #onAttempt: ClientOptions["onAttempt"];
  readonly #onCall: ClientOptions["onCall"];
  readonly #refresher: ClientOptions["tokenRefresher"];
  readonly #thrown = new Map<number, unknown>();
  /** What is told after each poll of the actions that are followed, by tag. */
  readonly #onProgress = new Map<number, (json: string) => void>();
  /** Where each call that something may be told of was begun, by tag. */
  readonly #contexts = new Map<number, Context>();
  /** Where the client was made, for what is of no call: a sign-in, which several calls may share. */
  readonly #home = new Context("REQTRAIL_CLIENT");
  #nextThrown = 1;
  #attempts = false;
  #calls = false;

  constructor(
    raw: RawClient,
    functions: Readonly<Pick<ClientOptions, "tokenRefresher" | "onAttempt" | "onCall">>,
  ) {
    this.#raw = raw;
    this.#onAttempt = functions.onAttempt;
    this.#onCall = functions.onCall;
    this.#refresher = functions.tokenRefresher;
  }

  /** Tells the native half what is wanted now. Subscribers come and go; without any, nothing is passed on. */
  look(): void {
    const attempts = this.#onAttempt !== undefined || ATTEMPTS.hasSubscribers;
    const calls = this.#onCall !== undefined || CALLS.hasSubscribers;
    if (attempts === this.#attempts && calls === this.#calls) return;
    this.#attempts = attempts;
    this.#calls = calls;
    this.#raw.watch(attempts, calls);
  }

  /** Whether anything may have been told. */
  get listens(): boolean {
    return (
      this.#attempts || this.#calls || this.#refresher !== undefined || this.#onProgress.size > 0
    );
  }

  /** Takes what has been told. */
  take(): RawEvent[] {
    return this.#raw.events().map(bare);
  }

  /**
   * From here on what is told of a call is told in the context of whoever began it: hooks, and a refresher that is asked for
   * it, see its `AsyncLocalStorage`.
   */
  begin(tag: number, onProgress?: (json: string) => void): void {
    if (onProgress !== undefined) this.#onProgress.set(tag, onProgress);
    if (this.listens) this.#contexts.set(tag, new Context("REQTRAIL_CALL"));
  }

  /** Nothing more is told of a call. */
  end(tag: number): void {
    this.#onProgress.delete(tag);
    this.#contexts.delete(tag);
  }

  /** Passes on what has been told. Nothing that a hook does keeps it from the rest. */
  tell(events: readonly RawEvent[]): void {
    for (const event of events) {
      const { tag } = event;
      const context = (tag === undefined ? undefined : this.#contexts.get(tag)) ?? this.#home;
      context.runInAsyncScope(() => this.#tell(event));
    }
  }

  #tell({ tag, attempt, call, progress, refresh }: RawEvent): void {
    if (refresh !== undefined) void this.#refresh(refresh);
    else if (call !== undefined) tellCall(call, this.#onCall);
    else if (attempt !== undefined) tellAttempt(attempt, this.#onAttempt);
    else if (progress !== undefined) {
      guarded("onProgress", () => this.#onProgress.get(tag!)?.(progress));
    }
  }

  async #refresh(refresh: number): Promise<void> {
    try {
      const given = await serving(this.#raw, () => this.#refresher?.());
      const token = secretText("tokenRefresher's token", given);
      this.#raw.refreshed(refresh, token, undefined);
    } catch (thrown) {
      const number = this.#nextThrown++;
      this.#thrown.set(number, thrown);
      this.#thrown.delete(number - THROWN);
      this.#raw.refreshed(refresh, undefined, failureOf(thrown, number));
    }
  }

  /** What a function of the program's threw. */
  readonly thrown = (number: number): unknown => this.#thrown.get(number);
}

/** What the channels want to be told now: attempts, calls. */
export function channelsWant(): [attempts: boolean, calls: boolean] {
  return [ATTEMPTS.hasSubscribers, CALLS.hasSubscribers];
}

/** Tells the channels of a sign-in. */
export function tellChannels(events: readonly RawEvent[]): void {
  for (const { attempt, call } of events.map(bare)) {
    if (call !== undefined) tellCall(call, undefined);
    else if (attempt !== undefined) tellAttempt(attempt, undefined);
  }
}

function tellAttempt(json: string, hook: ClientOptions["onAttempt"]): void {
  const told = JSON.parse(json) as {
    call: Parameters<typeof callInfoOf>[0];
    attempt: AttemptJson;
  };
  const call = callInfoOf(told.call);
  const attempt = attemptOf(told.attempt);
  guarded("onAttempt", () => hook?.(call, attempt));
  if (ATTEMPTS.hasSubscribers) guarded("onAttempt", () => ATTEMPTS.publish({ call, attempt }));
}

function tellCall(items: Items, hook: ClientOptions["onCall"]): void {
  const trail = ownTrailOf(items);
  guarded("onCall", () => hook?.(trail));
  if (CALLS.hasSubscribers) guarded("onCall", () => CALLS.publish({ trail }));
}

/** A hook that fails does not touch the call: its error becomes a warning. */
function guarded(name: string, tell: () => unknown): void {
  try {
    const told = tell() as Partial<PromiseLike<unknown>> | null | undefined;
    // Not every promise is one of this realm, or of the language's own.
    if (typeof told?.then === "function") {
      Promise.resolve(told).catch((error: unknown) => warn(name, error));
    }
  } catch (error) {
    warn(name, error);
  }
}

function warn(name: string, error: unknown): void {
  process.emitWarning(`a hook of reqtrail failed: ${name}`, {
    code: "REQTRAIL_HOOK",
    detail: shown(error),
  });
}

/** What was thrown as a text, whatever it is. */
function shown(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    return String(text);
  } catch {
    return `a value of type ${typeof error} that cannot be shown`;
  }
}
