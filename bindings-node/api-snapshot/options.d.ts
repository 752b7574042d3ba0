/** The options of a client, and how they are checked. */
import type { RawValue } from "./native.js";
import type { SecretText } from "./option-types.js";
import { type ClientValues } from "./option-values.js";
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
/** The options of a client, checked. */
export interface ReadOptions {
    /** For the native half. */
    values: RawValue[];
    functions: Readonly<Functions>;
}
/** Checks the options of a client. `ca` is PEM that it trusts besides. */
export declare function readOptions(given: ClientOptions, ca: string): ReadOptions;
export {};
