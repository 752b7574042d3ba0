/**
 * Whose token refresher runs here: a call of one through the client that it serves would wait for itself, and is refused
 * where it would.
 */
/** Runs the refresher of a client until it has given its token. */
export declare function serving<T>(client: object, refresher: () => T): Promise<Awaited<T>>;
/** Whether the refresher of a client runs here. */
export declare function serves(client: object): boolean;
