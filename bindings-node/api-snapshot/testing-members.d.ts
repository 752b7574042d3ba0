/** How what a program describes is written for the core: members of JSON objects, each as a text by its name. */
/** The members of a JSON object, as texts by their names. */
export type Members = Record<string, string>;
/** Reads a member: its name in the core, and its JSON. */
export type Reader = (name: string, value: unknown) => readonly [string, string];
/** Reads what is given by a table; `undefined` is what is left out. `others` is what the owner has besides. */
export declare function members(owner: string, given: object, table: Readonly<Record<string, Reader>>, others?: readonly string[]): Members;
/** A member that is checked, and written as it is. */
export declare function as(key: string, read: (name: string, value: unknown) => unknown): Reader;
/** A JSON object of members. */
export declare function objectOf(given: Members): string;
/** The value of any member that JSON can hold. */
export declare const json: Reader;
/** Bytes. */
export declare const bytes: Reader;
/** Pairs of names and values: numbers are texts, too. */
export declare function pairs(key: string): Reader;
