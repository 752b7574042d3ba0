/** What JSON would lose without a word: maps, sets, promises, bytes and others that it writes as `{}`. */
/** Refuses a value in whose JSON something is lost. Objects with `toJSON` say themselves what they are. */
export declare function checkJson(value: unknown, json: string): void;
