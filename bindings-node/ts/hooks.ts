/** What is published besides results: to the program's hooks, to `node:diagnostics_channel`, and to a token refresher. */

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

/** How many of the newest values that refreshers threw are kept for the errors that they cause. */
const THROWN = 64;

/** A context that keeps no process alive. Those who look for open handles ask it. */
class Context extends AsyncResource {
  hasRef(): boolean {
    return false;
  }
}

/** The functions of a program that hear of the calls of a client. */
type Functions = Readonly<ClientFunctions>;

/** A call or an operation, for those who publish what happens in it. */
export interface Audience {
  /** Where it was begun. */
  readonly context: { runInAsyncScope(publish: () => void): void } | undefined;
  /** Gets what each poll of the action that is followed has shown, as JSON. */
  readonly onProgress: ((json: string) => void) | undefined;
}

export class Hooks {
  readonly #raw: RawClient;
  readonly #functions: Functions;
  readonly #thrown = new Map<number, unknown>();
  /** Where the client was made, for what is of no call: a sign-in, which several calls may share. */
  readonly #home = new Context("REQTRAIL_CLIENT");
  #nextThrown = 1;
  #attempts = false;
  #calls = false;

  constructor(raw: RawClient, functions: Functions) {
    this.#raw = raw;
    this.#functions = functions;
  }

  /** Passes on which events are wanted now. Subscribers come and go; without any, there are none. */
  look(): void {
    const [attempts, calls] = wanted(this.#functions);
    if (attempts === this.#attempts && calls === this.#calls) return;
    this.#attempts = attempts;
    this.#calls = calls;
    this.#raw.want(attempts, calls);
  }

  /**
   * The context of a call that begins here, if anything may be published of it: hooks, and a refresher that is asked for it,
   * see its `AsyncLocalStorage`.
   */
  context(hasProgress: boolean): Audience["context"] {
    const refresher = this.#functions.tokenRefresher !== undefined;
    const heard = this.#attempts || this.#calls || refresher || hasProgress;
    return heard ? new Context("REQTRAIL_CALL") : undefined;
  }

  /** Publishes what happened in a call, or in none. Nothing that a hook does keeps it from the rest. */
  publish(call: Audience | undefined, what: number, items: Items, index: number): void {
    const context = call?.context ?? this.#home;
    context.runInAsyncScope(() => {
      if (what === REFRESH) {
        void this.#refresh(native.takeRefresh(items, index));
      } else if (what === PROGRESS) {
        const json = native.takeJson(items, index);
        guarded("onProgress", () => call?.onProgress?.(json));
      } else {
        publish(what, items, index, this.#functions);
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

  /** What a function of the program's threw. */
  readonly thrown = (number: number): unknown => this.#thrown.get(number);
}

/** What hooks and channels want to hear of now: attempts, calls. */
export function wanted({ onAttempt, onCall }: Functions): [attempts: boolean, calls: boolean] {
  return [
    onAttempt !== undefined || ATTEMPTS.hasSubscribers,
    onCall !== undefined || CALLS.hasSubscribers,
  ];
}

/** Publishes an attempt or the end of a call. */
export function publish(
  what: number,
  items: Items,
  index: number,
  { onAttempt, onCall }: Functions,
): void {
  if (what === ATTEMPT) {
    const json = JSON.parse(native.takeJson(items, index)) as {
      call: CallInfoJson;
      attempt: AttemptJson;
    };
    const call = callInfoOf(json.call);
    const attempt = attemptOf(json.attempt);
    guarded("onAttempt", () => onAttempt?.(call, attempt));
    if (ATTEMPTS.hasSubscribers) guarded("onAttempt", () => ATTEMPTS.publish({ call, attempt }));
  } else if (what === CALL) {
    const trail = trailOf(items, index);
    guarded("onCall", () => onCall?.(trail));
    if (CALLS.hasSubscribers) guarded("onCall", () => CALLS.publish({ trail }));
  }
}

/** A hook that fails does not touch the call: its error becomes a warning. */
function guarded(name: string, hook: () => unknown): void {
  try {
    const given = hook() as Partial<PromiseLike<unknown>> | null | undefined;
    // Not every promise is one of this realm, or of the language's own.
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

/** What was thrown as a text, whatever it is. */
function shown(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    return String(text);
  } catch {
    return `a value of type ${typeof error} that cannot be shown`;
  }
}
