/**
 * Keeps the process alive while a call is open, and the call's driver in memory.
 *
 * The native part's handle does not keep the process alive. A timer does, because it is cheap to turn on and off, and
 * one serves all clients of a thread.
 */

import { setInterval } from "node:timers";

/**
 * The handle of a notification function of the native part, which does not keep the process alive. Each function has
 * its own, because Node attaches its context to it.
 */
export class Weak {
  hasRef(): boolean {
    return false;
  }
}

const busy = new Set<object>();
const timer = setInterval(() => {}, 0x7fffffff);
timer.unref();

/** Keeps the process alive. Called for the first open call of a driver. */
export function hold(driver: object): void {
  if (busy.size === 0) timer.ref();
  busy.add(driver);
}

/** Ends that. Called after the last open call of a driver. */
export function release(driver: object): void {
  busy.delete(driver);
  if (busy.size === 0) timer.unref();
}
