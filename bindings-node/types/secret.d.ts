/** A text that is shown nowhere. */
/**
 * A text that is shown nowhere: not in logs, trails, reports, error texts, `JSON.stringify` or `console.log`.
 *
 * As a path parameter it stays `{name}` wherever the path is shown.
 */
export declare class Secret {
    #private;
    constructor(text: string);
    /** The text itself. Do not log it. */
    expose(): string;
    toString(): string;
    toJSON(): string;
}
