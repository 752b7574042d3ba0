/** Stacks that begin in the program's own code, whether it awaits a call or chains on it. */
/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);
/** A place in the program: the stack of the moment at which it called this package. Its text is made if it is read. */
export interface Site {
    readonly stack?: unknown;
}
/** Remembers who called a function of this package. A chain of `then` has no frame of the program's left when it fails. */
export declare function siteOf(above: Above): Site;
/** Lets the stack of an error begin at a place. */
export declare function beginAt(error: Error, site: Site): void;
/** An error about what a program passed: its stack begins where the program passed it. */
export declare function refused(message: string): TypeError;
/** Marks an error as one of this package. */
export declare function ours<E extends Error>(error: E): E;
/** Runs a function; an error of this package that it throws begins at a place. What the program's code throws stays. */
export declare function placed<T>(site: Site, run: () => T): T;
/** Lets the stack of what was thrown begin at a place, if it is an error of this package. */
export declare function placedAt(site: Site, thrown: unknown): unknown;
