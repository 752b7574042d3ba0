/**
 * Keeps the process alive while a call is open, and the call's driver in memory.
 *
 * The native part's handle does not keep the process alive. A timer does, because it is cheap to turn on and off, and
 * one serves all clients of a thread.
 */
/**
 * The handle of a notification function of the native part, which does not keep the process alive. Each function has
 * its own, because Node attaches its context to it.
 */
export declare class Weak {
    hasRef(): boolean;
}
/** Keeps the process alive. Called for the first open call of a driver. */
export declare function hold(driver: object): void;
/** Ends that. Called after the last open call of a driver. */
export declare function release(driver: object): void;
