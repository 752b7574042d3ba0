/**
 * Keeps the process alive while a call is open, and the driver of the call in memory.
 *
 * The native part's own handle is weak. A timer does it, for turning it on and off is cheap, and one serves all clients
 * of a thread.
 */
/** From the first open call of a driver. */
export declare function hold(driver: object): void;
/** After its last one. */
export declare function release(driver: object): void;
