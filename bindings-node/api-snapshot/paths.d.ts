/** Path templates as types: which parameters a path wants. */
import type { Secret } from "./secret.js";
/** A value of a path parameter. A {@link Secret} stays `{name}` wherever the path is shown. */
export type ParamValue = string | number | bigint | boolean | Secret;
/** The names in braces of a path template: `"id" | "event"` of `/cameras/{id}/events/{event}`. */
export type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest> : never;
/** The `params` that a path template wants: exactly its names, none at all, or any where the path is not known. */
export type Params<Path extends string> = string extends Path ? {
    /** The values of the path's `{name}`; each is percent-encoded whole. A {@link Secret} stays `{name}` in trails. */
    params?: Readonly<Record<string, ParamValue>> | undefined;
} : [ParamNames<Path>] extends [never] ? {
    /** The path has no `{name}`; `query` is what follows the `?`. */
    params?: undefined;
} : {
    /** The values of the path's `{name}`; each is percent-encoded whole. A {@link Secret} stays `{name}` in trails. */
    params: Readonly<Record<ParamNames<Path>, ParamValue>>;
};
