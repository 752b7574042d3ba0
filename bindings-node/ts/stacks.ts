/** Stacks that begin in the program's code, whether it awaits a call or chains on it. */

import { hide } from "./properties.js";

/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** A place in the program: its stack when it called this package. The text is made when it is read. */
export interface Site {
  readonly stack?: unknown;
}

/** Remembers who called a function of this package. When a chain of `then` fails, no frame of the program is left. */
export function siteOf(above: Above): Site {
  const site = {};
  Error.captureStackTrace(site, above);
  return site;
}

/** Makes the stack of an error begin at a place. */
export function beginAt(error: Error, site: Site): void {
  const frames = framesOf(site);
  // Keeps the stack if the program wants no frames (`Error.stackTraceLimit`) or formats stacks itself.
  if (frames === undefined) return;
  hide(error, "stack", `${error.name}: ${error.message}${frames}`);
}

function framesOf({ stack }: Site): string | undefined {
  if (typeof stack !== "string") return undefined;
  const first = stack.indexOf("\n    at ");
  return first < 0 ? undefined : stack.slice(first);
}

const OURS = new WeakSet<object>();

/** Makes an error about a value that the program passed. Its stack begins where the program passed it. */
export function refused(message: string): TypeError {
  return ours(new TypeError(message));
}

/** Marks an error as one of this package. */
export function ours<E extends Error>(error: E): E {
  OURS.add(error);
  return error;
}

/**
 * Runs a function. An error of this package that it throws begins at a place; what the program's code throws is
 * unchanged.
 */
export function placed<T>(site: Site, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw placedAt(site, error);
  }
}

/** Makes the stack of a thrown value begin at a place, if it is an error of this package. */
export function placedAt(site: Site, thrown: unknown): unknown {
  if (thrown instanceof Error && OURS.has(thrown)) beginAt(thrown, site);
  return thrown;
}
