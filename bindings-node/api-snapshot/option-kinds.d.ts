/** How options that are values are checked and handed over: by their kinds. */
import type { RawValue } from "./crossing.js";
import type { Kind } from "./option-values.js";
/** Adds an option to those that are handed over, unless its value leaves it unset. */
export declare function put(to: RawValue[], option: readonly [number, Kind, boolean], name: string, value: unknown): void;
