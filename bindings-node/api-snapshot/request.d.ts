/** The options of one call, and their checks. */
import type { RawValue } from "./crossing.js";
import type { RawClient, RawExtras } from "./native.js";
import { type RequestParts, type RequestValues } from "./option-values.js";
import type { Params } from "./paths.js";
import type { BlobBody, Signal } from "./platform.js";
import { Secret } from "./secret.js";
/** A value of the query. */
export type QueryValue = string | number | bigint | boolean | Secret;
/** The value of a name in the query: one, or several, each of which is a pair; `undefined` is none. */
export type QueryValues = QueryValue | readonly (QueryValue | undefined)[] | undefined;
/** The query as an object, as pairs, or as `URLSearchParams`. */
export type Query = Readonly<Record<string, QueryValues>> | Iterable<readonly [string, QueryValue | undefined]>;
/**
 * A query of any type that holds only what a {@link Query} may hold. A program's interfaces are such types, although
 * they have no index signature.
 */
export type QueryOf<Q> = Q extends Iterable<infer Pair> ? [Pair] extends [readonly [string, QueryValue | undefined]] ? Q : never : Q extends (...args: never[]) => unknown ? never : {
    readonly [Name in keyof Q]: Q[Name] extends QueryValues ? Q[Name] : QueryValues;
};
/** The options of one call, except the parameters of its path. Times are in milliseconds. */
export interface CallOptions<Q = Query> extends RequestValues, RequestParts {
    /**
     * Query parameters. Trails redact their values unless the client shows them. `undefined` omits one; `null`, dates,
     * maps and functions are refused.
     */
    query?: (Q & QueryOf<Q>) | null | undefined;
}
/** The options of one call to a path. The template's type has its parameters. */
export type RequestOptions<Path extends string = string, Q = Query> = CallOptions<Q> & Params<Path>;
/** The argument list that a path requires. Options may be omitted if the path has no parameters. */
export type RequestArgs<Path extends string, Q = Query> = {} extends Params<Path> ? [options?: RequestOptions<Path, Q>] : [options: RequestOptions<Path, Q>];
/** A call as the native half takes it. Pairs are names and values in turn. */
export declare class RawCall {
    params: string[] | undefined;
    query: string[] | undefined;
    headers: string[] | undefined;
    body: string | Uint8Array | undefined;
    extras: RawExtras | undefined;
    /** The options that are values. */
    options: RawValue[] | undefined;
    signal: Signal | undefined;
    /** A body that must be read first. */
    blob: BlobBody | undefined;
}
/** A call without options. */
export declare const NO_OPTIONS: Readonly<RawCall>;
/** The part of a client that checks need. */
type Standing = Pick<RawClient, "showsQuery">;
/** Checks the options of a call. */
export declare function rawCall(options: object, standing: Standing): RawCall;
/** Checks a signal, which may be of another realm. */
export declare function signalOf(value: unknown): Signal;
/** Returns why a signal was aborted; `undefined` if it was not. */
export declare function reasonOf(signal: Signal | undefined): unknown;
/** Whether a signal was aborted because its time ran out, as `AbortSignal.timeout` does. */
export declare function isLate(signal: Signal): boolean;
export {};
