/** Makes error objects of the records that the native half gives. */
import { type ReqtrailError } from "./errors.js";
import { type Items } from "./crossing.js";
import { type Site } from "./stacks.js";
/**
 * Makes the error of an item. Its stack begins at `site`, in the program's own code.
 *
 * @param thrown finds what a function of the program's threw, by its number.
 * @param reason why the signal of the call was aborted, if it was.
 */
export declare function errorOf(items: Items, index: number, site: Site, thrown?: (number: number) => unknown, reason?: unknown): ReqtrailError;
