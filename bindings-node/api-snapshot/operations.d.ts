/** How operations of OpenStack's compute API run, and fail. */
import { type Client } from "./client.js";
import { type ErrorFields, ReqtrailError } from "./errors.js";
import type { RawReport } from "./native.js";
import { type ActionReport } from "./openstack-records.js";
import type { Kind } from "./option-values.js";
import { type Above } from "./stacks.js";
import type { Trail } from "./trail.js";
/** A server action did not end well, or could not be followed. `report` is what was seen. */
export declare class ActionError extends ReqtrailError {
    /** What was seen. */
    readonly report: ActionReport;
    constructor(message: string, report: ActionReport, fields?: ErrorFields);
}
/** The action failed. The text names action, server, request ID and reason. */
export declare class ActionFailedError extends ActionError {
}
/**
 * The action could not be followed to its end; `cause` says why. If it was cancelled, `name` is `AbortError`, as for any
 * call, and `cause` the signal's reason.
 */
export declare class ActionUnfollowedError extends ActionError {
}
/**
 * A server's story could not be read; `cause` says why, and its fields are this one's too. If it was cancelled, `name` is
 * `AbortError`, as for any call, and `cause` the signal's reason.
 */
export declare class ExplainError extends ReqtrailError {
    /** The trails of all calls that were made for it, the failed one included. */
    readonly trails: readonly Trail[];
    constructor(message: string, trails: readonly Trail[], fields?: ErrorFields);
}
/** The options of some operations: the number and the kind of one that is a value, and whether `null` is a value of it. */
export type OptionTable = Readonly<Record<string, readonly [number, Kind, boolean] | "signal" | "onProgress">>;
/**
 * Runs the operation that `what` names. `given` names the server and, where there is one, the action. An `async` function, so
 * that mistakes in its options reject, too.
 */
export declare function operate(client: Client, what: string, given: Readonly<Record<string, unknown>>, options: object, table: OptionTable, above: Above): Promise<RawReport>;
/** What is followed, as `operate` takes it, and the options: kind and resource, which a response says itself, and the request. */
export declare function accepted(what: unknown, rest: readonly unknown[]): [Readonly<Record<string, unknown>>, object];
