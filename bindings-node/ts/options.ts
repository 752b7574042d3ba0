/** The options of a client, and how they are checked. */

import { aFunction, object } from "./checks.js";
import { native } from "./loader.js";
import type { RawValue } from "./native.js";
import { put } from "./option-kinds.js";
import type { SecretText } from "./option-types.js";
import { CLIENT_VALUES, type ClientValues } from "./option-values.js";
import { refused } from "./stacks.js";
import type { Attempt, CallInfo, Trail } from "./trail.js";

/** The options of a client. What is left out keeps its default. Times are milliseconds. */
export interface ClientOptions extends ClientValues {
  /**
   * Gives a new credential after a 401. One refresh serves all calls that met the same 401; it runs in the
   * `AsyncLocalStorage` context of the call that asked first. Give it a client of its own: a call through the client it
   * serves that would wait for it is refused. What it throws is the `cause` of the call's error. A call that
   * has no credential at all repeats its text, and ends with its kind and category if it is an error of this package.
   */
  tokenRefresher?: (() => SecretText | PromiseLike<SecretText>) | null | undefined;
  /** Is called after each attempt, before the wait. What it throws becomes a warning of the process. */
  onAttempt?: ((call: CallInfo, attempt: Attempt) => void) | null | undefined;
  /** Is called after each call, however it ended. What it throws becomes a warning of the process. */
  onCall?: ((trail: Trail) => void) | null | undefined;
}

/** The options of a client that are no values. */
type Functions = Omit<ClientOptions, keyof ClientValues>;

const FUNCTIONS: Readonly<Record<keyof Functions, true>> = {
  tokenRefresher: true,
  onAttempt: true,
  onCall: true,
};

/** The options of a client, checked. */
export interface ReadOptions {
  /** For the native half. */
  values: RawValue[];
  functions: Readonly<Functions>;
}

/** Checks the options of a client. `ca` is PEM that it trusts besides. */
export function readOptions(given: ClientOptions, ca: string): ReadOptions {
  const values: RawValue[] = [];
  // Without a prototype, so that nothing is read that the program did not give to this client.
  const functions = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(object("options", given)) as [string, unknown][]) {
    if (Object.hasOwn(CLIENT_VALUES, name)) {
      put(values, CLIENT_VALUES[name as keyof ClientValues], name, value);
    } else if (!Object.hasOwn(FUNCTIONS, name)) {
      const known = [...Object.keys(CLIENT_VALUES), ...Object.keys(FUNCTIONS)];
      throw refused(native.unknownOption("client", name, known));
    } else if (value != null) {
      functions[name] = aFunction(name, value);
    }
  }
  if (ca !== "") put(values, CLIENT_VALUES.extraCa, "extraCa", ca);
  return { values, functions };
}
