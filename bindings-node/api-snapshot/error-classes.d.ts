/** Which class an error has, by its kind and its category. */
import type { Category, ErrorKind } from "./codes.js";
import * as errors from "./errors.js";
type Class = new (message?: string, fields?: errors.ApiErrorFields) => errors.ReqtrailError;
export declare const BY_KIND: Readonly<Record<ErrorKind, Class>>;
export declare const BY_CATEGORY: Readonly<Record<Category, Class>>;
export {};
