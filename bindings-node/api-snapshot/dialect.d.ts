/** How a dialect is handed over. */
/** A dialect as the native half takes it: a name, or JSON. What is wrong with the JSON is for the core to say. */
export declare function dialectText(dialect: unknown): string;
/** A name as the core writes it. */
export declare function snakeName(name: string): string;
