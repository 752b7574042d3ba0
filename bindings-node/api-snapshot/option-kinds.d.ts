/** Checks options that are values, and converts them for the native half, by their kinds. */
import type { RawValue } from "./crossing.js";
import type { Kind } from "./option-values.js";
/** Adds an option to those passed to the native half, unless its value leaves it unset. */
export declare function put(to: RawValue[], option: readonly [number, Kind, boolean], name: string, value: unknown): void;
