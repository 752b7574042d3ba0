/** Checks of what a program gave: each says what would be right, and what came. */
/** A wrong value, in words: the option, what would be right, and what came. */
export declare function expected(name: string, what: string, value: unknown): TypeError;
/** What a value is. A text may be a secret, and so may what an object holds. */
export declare function kindOf(value: unknown): string;
/** Whether it is an object that holds values by name, and nothing with a meaning of its own. */
export declare function isRecord(value: unknown): value is object;
/** Options: an object, or none. */
export declare function object<T extends object>(name: string, value: T): T;
/** A time: milliseconds, 0 or more; `Infinity` is no limit. */
export declare function millis(name: string, value: unknown): number;
/** A whole number that JavaScript holds. How large it may be, the native half knows. */
export declare function count(name: string, value: unknown): number;
/** True or false, and nothing that is merely like them. */
export declare function flag(name: string, value: unknown): boolean;
/** A text. */
export declare function text(name: string, value: unknown): string;
/** Half a character cannot be sent: it has no UTF-8. */
export declare function wellFormed(name: string, value: string): string;
/** A credential or another secret. */
export declare function secretText(name: string, value: unknown): string;
export declare function aFunction(name: string, value: unknown): unknown;
/** One value, or the values of an array, each by its own name. */
export declare function each<T>(name: string, value: unknown, read: (name: string, value: unknown) => T): T[];
/** The value of a header, and whether it is a secret: what the server repeats of it is then shown nowhere either. */
export declare function header(name: string, value: unknown): [text: string, secret: boolean];
/**
 * Pairs of an object, of pairs, or of anything that gives pairs; an array of values is that many pairs, and `undefined`
 * none.
 */
export declare function pairsOf<T>(name: string, value: unknown, read: (name: string, value: unknown, key: string) => T): [string, T][];
