/**
 * Keeps the process alive while a call is open, and the driver of the call in memory.
 *
 * The native part's own handle is weak. A timer does it, for turning it on and off is cheap, and one serves all clients
 * of a thread.
 */
/** The handle of the native part's notifications: they keep no process alive. Each has its own, which Node hangs contexts on. */
export declare class Weak {
    hasRef(): boolean;
}
/** From the first open call of a driver. */
export declare function hold(driver: object): void;
/** After its last one. */
export declare function release(driver: object): void;
