/** The options of one call, and how they are checked. */
import type { RawOptions } from "./native.js";
import { type HeaderValues } from "./options.js";
import type { Params } from "./paths.js";
import { Secret } from "./secret.js";
/** A value of the query. */
export type QueryValue = string | number | bigint | boolean | Secret;
/**
 * The query as an object (an array is that many pairs, `undefined` none), as pairs, or as `URLSearchParams`. An object may
 * be of an interface of the program's own; its values are looked at when the call is made.
 */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>> | Iterable<readonly [string, QueryValue]> | object;
/** The options of one call, but for the parameters of its path. Times are milliseconds. */
export interface CallOptions {
    query?: Query | null | undefined;
    headers?: HeaderValues | null | undefined;
    /** A body that is sent as JSON. */
    json?: unknown;
    /** A body that is sent as it is. */
    body?: string | Uint8Array | null | undefined;
    /** How long the call may take, with all attempts and waits. */
    timeoutMs?: number | null | undefined;
    /** How long an attempt may take, its body included. */
    attemptTimeoutMs?: number | null | undefined;
    /** How long connecting may take. */
    connectTimeoutMs?: number | null | undefined;
    /** How many attempts the call makes at most, 1 to 32. */
    maxAttempts?: number | null | undefined;
    /** Whether the request may be repeated though the server may have acted on it. Left out, the method decides. */
    idempotent?: boolean | null | undefined;
    /** Sent with every attempt, so that the server can tell a repetition; makes repeating safe. */
    idempotencyKey?: string | null | undefined;
    /** Sent with every attempt, in the header that the dialect has for it, in the place of the call's own ID. */
    correlationId?: string | null | undefined;
    /** The version of the API to ask for, where the API has versions. */
    microversion?: string | null | undefined;
    /** Cancels the call: at once, also in a wait or a body. */
    signal?: AbortSignal | null | undefined;
}
/** The options of one call to a path: its parameters are told by the template's type. */
export type RequestOptions<Path extends string = string> = CallOptions & Params<Path>;
/** The argument list that a path wants: options may be left out where the path has no parameters. */
export type RequestArgs<Path extends string> = {} extends Params<Path> ? [options?: RequestOptions<Path>] : [options: RequestOptions<Path>];
/** A call as the native half takes it. Pairs are names and values in turn. */
export interface RawCall {
    params: string[] | undefined;
    query: string[] | undefined;
    headers: string[] | undefined;
    body: string | Uint8Array | undefined;
    options: RawOptions | undefined;
    signal: AbortSignal | undefined;
}
/** A call without options. */
export declare const NO_OPTIONS: Readonly<RawCall>;
/** Checks the options of a call. */
export declare function rawCall(options: CallOptions & {
    params?: unknown;
}, shown: ReadonlySet<string>): RawCall;
/** Whether it is a signal, also one of another realm. */
export declare function signalOf(value: unknown): AbortSignal;
