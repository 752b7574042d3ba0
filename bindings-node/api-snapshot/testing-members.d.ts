/** Writes descriptions for the core, as members of JSON objects. */
/** The members of a JSON object, as texts by their names. */
export type Members = Record<string, string>;
/** Reads a member. Returns its name in the core, and its JSON. */
export type Reader = (name: string, value: unknown) => readonly [string, string];
/** Reads members by a table; `undefined` omits one. `others` names further members that the owner has. */
export declare function members(owner: string, given: object, table: Readonly<Record<string, Reader>>, others?: readonly string[]): Members;
/** Makes a reader that checks a value, and writes it unchanged. */
export declare function as(key: string, read: (name: string, value: unknown) => unknown): Reader;
/** Makes a JSON object of members. */
export declare function objectOf(given: Members): string;
/** Reads any value that JSON can hold. */
export declare const json: Reader;
/** Reads bytes. */
export declare const bytes: Reader;
/** Makes a reader of pairs of names and values. Numbers become texts. */
export declare function pairs(key: string): Reader;
