/** Publishes events to the program's hooks and `node:diagnostics_channel`, and calls the token refresher. */

import { AsyncResource } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";

import { secretText } from "./checks.js";
import { native } from "./loader.js";
import { ATTEMPT, CALL, PROGRESS, REFRESH } from "./mailbox.js";
import type { Items, RefreshRequest } from "./crossing.js";
import type { RawClient } from "./native.js";
import type { ClientFunctions } from "./option-values.js";
import { failureOf } from "./refresh.js";
import { serving } from "./serving.js";
import { type AttemptJson, type CallInfoJson, attemptOf, callInfoOf } from "./records.js";
import { trailOf } from "./trail.js";

/** Gets `{ call: CallInfo, attempt: Attempt }` after each attempt. */
const ATTEMPTS = channel("reqtrail:attempt");
/** Gets `{ trail: Trail }` after each call. */
const CALLS = channel("reqtrail:call");

/** How many of the last values that refreshers threw are kept for the errors that they cause. */
const THROWN = 64;

/** A context that does not keep the process alive, as it tells tools that look for open handles. */
class Context extends AsyncResource {
  hasRef(): boolean {
    return false;
  }
}

/** The program's functions that a client calls. */
type Functions = Readonly<ClientFunctions>;

/** The parts of a call or an operation that publishing its events needs. */
export interface Audience {
  /** The async context in which it began. */
  readonly context: { runInAsyncScope(publish: () => void): void } | undefined;
  /** Gets the result of each poll of the followed action, as JSON. */
  readonly onProgress: ((json: string) => void) | undefined;
}

export class Hooks {
  readonly #raw: RawClient;
  readonly #functions: Functions;
  readonly #thrown = new Map<number, unknown>();
  /** The context in which the client was made, for events of no call, such as a sign-in that several calls share. */
  readonly #home = new Context("REQTRAIL_CLIENT");
  #nextThrown = 1;
  #attempts = false;
  #calls = false;

  constructor(raw: RawClient, functions: Functions) {
    this.#raw = raw;
    this.#functions = functions;
  }

  /** Passes to the native half which events are wanted now, because subscribers come and go. */
  look(): void {
    const [attempts, calls] = wanted(this.#functions);
    if (attempts === this.#attempts && calls === this.#calls) return;
    this.#attempts = attempts;
    this.#calls = calls;
    this.#raw.want(attempts, calls);
  }

  /**
   * Returns the context of a call that begins here, if it may have events: its hooks and its refresher see its
   * `AsyncLocalStorage`.
   */
  context(hasProgress: boolean): Audience["context"] {
    const refresher = this.#functions.tokenRefresher !== undefined;
    const heard = this.#attempts || this.#calls || refresher || hasProgress;
    return heard ? new Context("REQTRAIL_CALL") : undefined;
  }

  /** Publishes an event of a call, or of none. A failing hook does not keep the others from running. */
  publish(call: Audience | undefined, code: number, items: Items, index: number): void {
    const context = call?.context ?? this.#home;
    context.runInAsyncScope(() => {
      if (code === REFRESH) {
        void this.#refresh(native.takeRefresh(items, index));
      } else if (code === PROGRESS) {
        const json = native.takeJson(items, index);
        guarded("onProgress", () => call?.onProgress?.(json));
      } else {
        publish(code, items, index, this.#functions);
      }
    });
  }

  async #refresh(refresh: RefreshRequest): Promise<void> {
    try {
      const given = await serving(refresh, () => this.#functions.tokenRefresher?.());
      this.#raw.answer(refresh, secretText("tokenRefresher's token", given), undefined);
    } catch (thrown) {
      const number = this.#nextThrown++;
      this.#thrown.set(number, thrown);
      this.#thrown.delete(number - THROWN);
      this.#raw.answer(refresh, undefined, failureOf(thrown, number));
    }
  }

  /** Finds the value that a function of the program threw. */
  readonly thrown = (number: number): unknown => this.#thrown.get(number);
}

/** Returns which events hooks and channels want now: attempts, calls. */
export function wanted({ onAttempt, onCall }: Functions): [attempts: boolean, calls: boolean] {
  return [
    onAttempt !== undefined || ATTEMPTS.hasSubscribers,
    onCall !== undefined || CALLS.hasSubscribers,
  ];
}

/** Publishes an attempt or the end of a call. */
export function publish(
  code: number,
  items: Items,
  index: number,
  { onAttempt, onCall }: Functions,
): void {
  if (code === ATTEMPT) {
    const json = JSON.parse(native.takeJson(items, index)) as {
      call: CallInfoJson;
      attempt: AttemptJson;
    };
    const call = callInfoOf(json.call);
    const attempt = attemptOf(json.attempt);
    guarded("onAttempt", () => onAttempt?.(call, attempt));
    if (ATTEMPTS.hasSubscribers) guarded("onAttempt", () => ATTEMPTS.publish({ call, attempt }));
  } else if (code === CALL) {
    const trail = trailOf(items, index);
    guarded("onCall", () => onCall?.(trail));
    if (CALLS.hasSubscribers) guarded("onCall", () => CALLS.publish({ trail }));
  }
}

/** Runs a hook. Its error becomes a warning, and does not affect the call. */
function guarded(name: string, hook: () => unknown): void {
  try {
    const given = hook() as Partial<PromiseLike<unknown>> | null | undefined;
    // The promise may be of another realm, or of a library.
    if (typeof given?.then === "function") {
      Promise.resolve(given).catch((error: unknown) => warn(name, error));
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

/** Returns the text of any thrown value. */
function shown(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    return String(text);
  } catch {
    return `a value of type ${typeof error} that cannot be shown`;
  }
}
