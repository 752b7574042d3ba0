/** The fields of errors. */
import type { Category, ErrorKind } from "./codes.js";
import type { RateLimit } from "./records.js";
export interface ErrorValues {
    kind: ErrorKind;
    category: Category | null;
    code: string | null;
    status: number | null;
    requestId: string | null;
    retryAfterMs: number | null;
    reason: string | null;
    option: string | null;
    mayHaveBeenSent: boolean;
}
export interface ApiErrorValues {
    rawCode: string | null;
    title: string | null;
    hint: string | null;
    documentationUrl: string | null;
    microversion: string | null;
    rateLimit: RateLimit | null;
}
export declare function errorValuesOf(error: ErrorValues): ErrorValues;
