/** Describes why a token refresher returned no token. */
import type { RefreshFailure } from "./native.js";
/**
 * Describes a value that a refresher threw, for the call: its text and, if it is an error of this package or was caused
 * by one, its kind and request ID. Nothing that the value does keeps the call from ending.
 *
 * @param number finds the value itself.
 */
export declare function failureOf(thrown: unknown, number: number): RefreshFailure;
