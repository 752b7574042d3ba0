/** A text that is shown nowhere. */
/** Writes JSON for the wire, with the texts of its secrets. */
export declare function wireJson(value: unknown): string | undefined;
/** Replaces a Secret by its text, before its `toJSON` redacts it. */
export declare function exposed(this: unknown, name: string, value: unknown): unknown;
/**
 * A text that is shown nowhere: not in logs, trails, reports, error texts, `JSON.stringify` or `console.log`.
 *
 * As a path parameter, it appears as `{name}` wherever the path is shown.
 */
export declare class Secret {
    #private;
    constructor(text: string);
    /** The text itself. Do not log it. */
    expose(): string;
    toString(): string;
    toJSON(): string;
}
