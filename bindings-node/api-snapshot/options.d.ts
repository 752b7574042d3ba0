/** The options of a client, and their checks. */
import type { RawValue } from "./crossing.js";
import { type ClientFunctions, type ClientValues } from "./option-values.js";
/** The options of a client. Omitted options keep their defaults. Times are in milliseconds. */
export interface ClientOptions extends ClientValues, ClientFunctions {
}
/** The options of a client, checked. */
export interface ReadOptions {
    /** For the native half. */
    values: RawValue[];
    functions: Readonly<ClientFunctions>;
}
/** Checks the options of a client. `ca` is additional trusted PEM. */
export declare function readOptions(given: ClientOptions, ca: string): ReadOptions;
