/** Refuses values that JSON would silently lose: maps, sets, promises, bytes and others that it writes as `{}`. */
/** Refuses a value whose JSON loses something. Objects with `toJSON` decide for themselves. */
export declare function checkJson(value: unknown, json: string): void;
