/** The options of a client, and their checks. */

import { aFunction, object } from "./checks.js";
import { native } from "./loader.js";
import type { RawValue } from "./crossing.js";
import { put } from "./option-kinds.js";
import { CLIENT_VALUES, type ClientFunctions, type ClientValues } from "./option-values.js";
import { refused } from "./stacks.js";

/** The options of a client. Omitted options keep their defaults. Times are in milliseconds. */
export interface ClientOptions extends ClientValues, ClientFunctions {}

const FUNCTIONS: Readonly<Record<keyof ClientFunctions, true>> = {
  tokenRefresher: true,
  onAttempt: true,
  onCall: true,
};

/** The options of a client, checked. */
export interface ReadOptions {
  /** For the native half. */
  values: RawValue[];
  functions: Readonly<ClientFunctions>;
}

/** Checks the options of a client. `ca` is additional trusted PEM. */
export function readOptions(given: ClientOptions, ca: string): ReadOptions {
  const values: RawValue[] = [];
  // Without a prototype, so that nothing is read that the program has not given to this client.
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
