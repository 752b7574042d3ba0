/** Makes error objects from the native half's records. */
import { type ReqtrailError } from "./errors.js";
import { type Items } from "./crossing.js";
import { type Site } from "./stacks.js";
/**
 * Makes the error of an item. Its stack begins at `site`, in the program's code.
 *
 * @param thrown finds the value that a function of the program threw, by its number.
 * @param reason why the signal of the call was aborted, if it was.
 */
export declare function errorOf(items: Items, index: number, site: Site, thrown?: (number: number) => unknown, reason?: unknown): ReqtrailError;
