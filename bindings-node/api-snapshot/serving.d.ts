/**
 * Tracks the refresh for which a token refresher runs here: its calls that would wait for that refresh are refused.
 */
import type { RefreshRequest } from "./crossing.js";
/** Runs a refresher until it has returned its token. */
export declare function serving<T>(refresh: RefreshRequest, refresher: () => T): Promise<Awaited<T>>;
/** Returns the refresh whose refresher runs here. */
export declare function served(): RefreshRequest | undefined;
