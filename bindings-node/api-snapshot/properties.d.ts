/** Defines properties independently of a program's changes to `Object.prototype`. */
/** Gives an object an own property that is not enumerable. */
export declare function hide(target: object, name: string, value: unknown): void;
/**
 * Copies an object's own properties to one without a prototype, because a program may have changed `Object.prototype`.
 */
export declare function own<T extends object>(given: T): T;
/**
 * Gives an error class its name, which a minifier might change, and default fields for errors that are made without
 * them.
 */
export declare function named(cls: {
    readonly prototype: Error;
}, name: string, fields?: object): void;
