/** Makes error objects of the parts that the native half gives. */
import { type ReqtrailError } from "./errors.js";
import type { Items } from "./native.js";
/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);
/**
 * Makes the error of an item. Its stack begins above the function `above`, in the program's own code.
 *
 * @param thrown finds what a function of the program's threw, by its number.
 * @param reason why the call was cancelled, if it was.
 */
export declare function errorOf(items: Items, index: number, above: Above, thrown?: (number: number) => unknown, reason?: unknown): ReqtrailError;
/** Lets the stack of an error begin above a function. A program that awaits nothing has no frame of its own there. */
export declare function beginAbove(error: Error, above: Above): void;
