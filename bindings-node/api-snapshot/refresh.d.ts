/** Why a token refresher gave no token. */
import type { RefreshFailure } from "./native.js";
/**
 * What the call is told of a value that a refresher threw: its kind and request ID, where it is an error of this package or
 * was caused by one, and its text. Nothing that the value does keeps the call from its end.
 *
 * @param number finds the value itself.
 */
export declare function failureOf(thrown: unknown, number: number): RefreshFailure;
