/**
 * For which refresh a token refresher runs here: a call of one that would wait for its own answer is refused.
 */
import type { RefreshRequest } from "./crossing.js";
/** Runs a refresher until it has given its token. */
export declare function serving<T>(refresh: RefreshRequest, refresher: () => T): Promise<Awaited<T>>;
/** The refresh whose refresher runs here. */
export declare function served(): RefreshRequest | undefined;
