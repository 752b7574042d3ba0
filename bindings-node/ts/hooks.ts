/** What is told besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */

import { channel } from "node:diagnostics_channel";

import type { RawClient } from "./native.js";
import { type ClientOptions, secretText } from "./options.js";
import { type AttemptJson, attemptOf, callInfoOf, trailOf } from "./trail.js";

/** Gets `{ call: CallInfo, attempt: Attempt }` after each attempt. */
const ATTEMPTS = channel("reqtrail:attempt");
/** Gets `{ trail: Trail }` after each call. */
const CALLS = channel("reqtrail:call");

/** How many of the newest values that refreshers threw are kept for the errors that they cause. */
const THROWN = 64;

export class Hooks {
  readonly #raw: RawClient;
  readonly #onAttempt: ClientOptions["onAttempt"];
  readonly #onCall: ClientOptions["onCall"];
  readonly #refresher: ClientOptions["tokenRefresher"];
  readonly #thrown = new Map<number, unknown>();
  /** What is told after each poll of the actions that are followed, by tag. */
  readonly onProgress = new Map<number, (json: string) => void>();
  #nextThrown = 1;
  #attempts = false;
  #calls = false;

  constructor(raw: RawClient, options: ClientOptions) {
    this.#raw = raw;
    this.#onAttempt = options.onAttempt ?? undefined;
    this.#onCall = options.onCall ?? undefined;
    this.#refresher = options.tokenRefresher ?? undefined;
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
      this.#attempts || this.#calls || this.#refresher !== undefined || this.onProgress.size > 0
    );
  }

  /** Passes on what has been told. */
  tell(): void {
    for (const { attempt, call, progress, refresh } of this.#raw.events()) {
      if (refresh !== undefined) void this.#refresh(refresh);
      else if (call !== undefined) this.#tellCall(call);
      else if (progress !== undefined) {
        guarded("onProgress", () => this.onProgress.get(progress.tag)?.(progress.json));
      } else if (attempt !== undefined) this.#tellAttempt(attempt);
    }
  }

  #tellAttempt(json: string): void {
    const told = JSON.parse(json) as {
      call: Parameters<typeof callInfoOf>[0];
      attempt: AttemptJson;
    };
    const call = callInfoOf(told.call);
    const attempt = attemptOf(told.attempt);
    guarded("onAttempt", () => this.#onAttempt?.(call, attempt));
    if (ATTEMPTS.hasSubscribers) ATTEMPTS.publish({ call, attempt });
  }

  #tellCall(items: Parameters<typeof trailOf>[0]): void {
    const trail = trailOf(items, 0);
    guarded("onCall", () => this.#onCall?.(trail));
    if (CALLS.hasSubscribers) CALLS.publish({ trail });
  }

  async #refresh(refresh: number): Promise<void> {
    try {
      const token = secretText("tokenRefresher's token", await this.#refresher?.());
      this.#raw.refreshed(refresh, token, 0);
    } catch (thrown) {
      const number = this.#nextThrown++;
      this.#thrown.set(number, thrown);
      this.#thrown.delete(number - THROWN);
      this.#raw.refreshed(refresh, undefined, number);
    }
  }

  /** What a function of the program's threw. */
  readonly thrown = (number: number): unknown => this.#thrown.get(number);
}

/** A hook that fails does not touch the call: its error becomes a warning. */
function guarded(name: string, tell: () => unknown): void {
  try {
    const told = tell();
    if (told instanceof Promise) told.catch((error: unknown) => warn(name, error));
  } catch (error) {
    warn(name, error);
  }
}

function warn(name: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`a hook of reqtrail failed: ${name}`, {
    code: "REQTRAIL_HOOK",
    detail: text,
  });
}
