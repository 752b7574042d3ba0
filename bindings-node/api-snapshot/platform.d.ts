/**
 * Types of the platform as the program has them: those of `@types/node` or of the `DOM` library, or, if it has neither,
 * the parts that this package needs.
 */
/** An `AbortSignal`. */
export type Signal = typeof globalThis extends {
    AbortSignal: {
        prototype: infer T;
    };
} ? T : {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
};
/** A `URL`. */
export type Url = typeof globalThis extends {
    URL: {
        prototype: infer T;
    };
} ? T : {
    readonly href: string;
    readonly searchParams: Iterable<[string, string]>;
};
/** `Headers`. */
export type HeaderFields = typeof globalThis extends {
    Headers: {
        prototype: infer T;
    };
} ? T : Iterable<[string, string]> & {
    get(name: string): string | null;
    has(name: string): boolean;
    getSetCookie(): string[];
    forEach(callback: (value: string, name: string) => void): void;
};
/** A `Blob` or a `File`. */
export type BlobBody = typeof globalThis extends {
    Blob: {
        prototype: infer T;
    };
} ? T : {
    readonly size: number;
    readonly type: string;
    arrayBuffer(): Promise<ArrayBuffer>;
};
/** `URLSearchParams`. */
export type FormBody = typeof globalThis extends {
    URLSearchParams: {
        prototype: infer T;
    };
} ? T : Iterable<[string, string]> & {
    append(name: string, value: string): void;
};
/** `URLSearchParams` to read from. */
export type QueryFields = typeof globalThis extends {
    URLSearchParams: {
        prototype: infer T;
    };
} ? T : Iterable<[string, string]> & {
    get(name: string): string | null;
    getAll(name: string): string[];
    has(name: string): boolean;
};
