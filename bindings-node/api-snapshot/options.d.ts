/** The options of a client, and how they are checked. */
import type { RawValue } from "./crossing.js";
import { type ClientFunctions, type ClientValues } from "./option-values.js";
/** The options of a client. What is left out keeps its default. Times are milliseconds. */
export interface ClientOptions extends ClientValues, ClientFunctions {
}
/** The options of a client, checked. */
export interface ReadOptions {
    /** For the native half. */
    values: RawValue[];
    functions: Readonly<ClientFunctions>;
}
/** Checks the options of a client. `ca` is PEM that it trusts besides. */
export declare function readOptions(given: ClientOptions, ca: string): ReadOptions;
