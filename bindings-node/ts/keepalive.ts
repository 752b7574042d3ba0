/**
 * Keeps the process alive while a call is open, and the driver of the call in memory.
 *
 * The native part's own handle is weak. A timer does it, for turning it on and off is cheap, and one serves all clients
 * of a thread.
 */

import { setInterval } from "node:timers";

/** The handle of the native part's notifications: they keep no process alive. Each has its own, which Node hangs contexts on. */
export class Weak {
  hasRef(): boolean {
    return false;
  }
}

const busy = new Set<object>();
const timer = setInterval(() => {}, 0x7fffffff);
timer.unref();

/** From the first open call of a driver. */
export function hold(driver: object): void {
  if (busy.size === 0) timer.ref();
  busy.add(driver);
}

/** After its last one. */
export function release(driver: object): void {
  busy.delete(driver);
  if (busy.size === 0) timer.unref();
}
