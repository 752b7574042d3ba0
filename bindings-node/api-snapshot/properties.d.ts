/** Properties that no program's change to the prototype of all objects reaches. */
/** Gives an object a property of its own that is not enumerated. */
export declare function hide(target: object, name: string, value: unknown): void;
/** What an object has itself, without what a program may have put on the prototype of all objects. */
export declare function own<T extends object>(given: T): T;
/**
 * Gives the class of an error its name in texts, which a minifier might change, and what its errors have that are made
 * without it.
 */
export declare function named(cls: {
    readonly prototype: Error;
}, name: string, fields?: object): void;
