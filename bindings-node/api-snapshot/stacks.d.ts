/** Stacks that begin in the program's code, whether it awaits a call or chains on it. */
/** A function or a class of this package that the program called. */
export type Above = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);
/** A place in the program: its stack when it called this package. The text is made when it is read. */
export interface Site {
    readonly stack?: unknown;
}
/** Remembers who called a function of this package. When a chain of `then` fails, no frame of the program is left. */
export declare function siteOf(above: Above): Site;
/** Makes the stack of an error begin at a place. */
export declare function beginAt(error: Error, site: Site): void;
/** Makes an error about a value that the program passed. Its stack begins where the program passed it. */
export declare function refused(message: string): TypeError;
/** Marks an error as one of this package. */
export declare function ours<E extends Error>(error: E): E;
/**
 * Runs a function. An error of this package that it throws begins at a place; what the program's code throws is
 * unchanged.
 */
export declare function placed<T>(site: Site, run: () => T): T;
/** Makes the stack of a thrown value begin at a place, if it is an error of this package. */
export declare function placedAt(site: Site, thrown: unknown): unknown;
