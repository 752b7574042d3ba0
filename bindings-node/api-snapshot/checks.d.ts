/** Checks of values that a program has passed. Errors say what is right, and what came. */
/** Makes the error of a wrong value: it names the option, what is right, and what came. */
export declare function expected(name: string, what: string, value: unknown): TypeError;
/** Names the kind of a value. It does not show texts or the contents of objects, which may be secrets. */
export declare function kindOf(value: unknown): string;
/** Whether it is an object that only holds values by name, not one such as a `Date` or a `Secret`. */
export declare function isRecord(value: unknown): value is object;
/** Checks options, which are an object. */
export declare function object<T extends object>(name: string, value: T): T;
/** Checks a duration: milliseconds, 0 or more; `Infinity` means no limit. */
export declare function millis(name: string, value: unknown): number;
/** Checks a whole number that JavaScript can hold. The native half checks how large it may be. */
export declare function count(name: string, value: unknown): number;
/** Checks for true or false, not for truthy or falsy values. */
export declare function flag(name: string, value: unknown): boolean;
/** Checks a text. */
export declare function text(name: string, value: unknown): string;
/** Refuses lone surrogates, which UTF-8 cannot hold. */
export declare function wellFormed(name: string, value: string): string;
/** Reads a credential or another secret. */
export declare function secretText(name: string, value: unknown): string;
export declare function aFunction(name: string, value: unknown): unknown;
/** Reads one value, or each value of an array under its own name. */
export declare function each<T>(name: string, value: unknown, read: (name: string, value: unknown) => T): T[];
/** Reads the value of a header, and whether it is a secret, which is redacted wherever the server repeats it. */
export declare function header(name: string, value: unknown): [text: string, secret: boolean];
/**
 * Reads the pairs of an object, or of an iterable of pairs. An array of values becomes one pair for each, `undefined`
 * becomes none.
 */
export declare function pairsOf<T>(name: string, value: unknown, read: (name: string, value: unknown, key: string) => T): [string, T][];
