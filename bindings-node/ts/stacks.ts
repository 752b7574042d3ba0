/** Stacks that begin in the program's own code, whether it awaits a call or chains on it. */

import { hide } from "./properties.js";

/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** A place in the program: the stack of the moment at which it called this package. Its text is made if it is read. */
export interface Site {
  readonly stack?: unknown;
}

/** Remembers who called a function of this package. A chain of `then` has no frame of the program's left when it fails. */
export function siteOf(above: Above): Site {
  const site = {};
  Error.captureStackTrace(site, above);
  return site;
}

/** Lets the stack of an error begin at a place. */
export function beginAt(error: Error, site: Site): void {
  const frames = framesOf(site);
  // A program that wants no frames (`Error.stackTraceLimit`), or that formats stacks its own way, keeps what there is.
  if (frames === undefined) return;
  hide(error, "stack", `${error.name}: ${error.message}${frames}`);
}

function framesOf({ stack }: Site): string | undefined {
  if (typeof stack !== "string") return undefined;
  const first = stack.indexOf("\n    at ");
  return first < 0 ? undefined : stack.slice(first);
}

const OURS = new WeakSet<object>();

/** An error about what a program passed: its stack begins where the program passed it. */
export function refused(message: string): TypeError {
  return ours(new TypeError(message));
}

/** Marks an error as one of this package. */
export function ours<E extends Error>(error: E): E {
  OURS.add(error);
  return error;
}

/** Runs a function; an error of this package that it throws begins at a place. What the program's code throws stays. */
export function placed<T>(site: Site, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw placedAt(site, error);
  }
}

/** Lets the stack of what was thrown begin at a place, if it is an error of this package. */
export function placedAt(site: Site, thrown: unknown): unknown {
  if (thrown instanceof Error && OURS.has(thrown)) beginAt(thrown, site);
  return thrown;
}
