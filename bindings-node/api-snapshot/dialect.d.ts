/** Converts dialects for the native half. */
/** Returns a dialect as the native half takes it: a name, or JSON. The core checks the JSON. */
export declare function dialectText(dialect: unknown): string;
/** Converts a name to the core's spelling. */
export declare function snakeName(name: string): string;
