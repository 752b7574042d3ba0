/** Path templates as types: the parameters that a path requires. */
import type { Secret } from "./secret.js";
/** A value of a path parameter. A {@link Secret} appears as `{name}` wherever the path is shown. */
export type ParamValue = string | number | bigint | boolean | Secret;
/** The names in braces of a path template: `"id" | "event"` of `/cameras/{id}/events/{event}`. */
export type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest> : never;
/**
 * The `params` that a path template requires: exactly its names, none, or any names if the type does not know the path.
 */
export type Params<Path extends string> = string extends Path ? {
    /** The values of the path's `{name}`; each is percent-encoded whole. Trails show a {@link Secret} as `{name}`. */
    params?: Readonly<Record<string, ParamValue>> | undefined;
} : [ParamNames<Path>] extends [never] ? {
    /** The path has no `{name}`. Use `query` for what follows the `?`. */
    params?: undefined;
} : {
    /**
     * The values of the path's `{name}`; each is percent-encoded whole. Trails show a {@link Secret} as `{name}`.
     */
    params: Readonly<Record<ParamNames<Path>, ParamValue>>;
};
