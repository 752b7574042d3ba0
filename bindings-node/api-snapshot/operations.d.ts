/** Runs OpenStack's operations, and makes their errors. */
import { type Client } from "./client.js";
import { type ErrorFields, ReqtrailError } from "./errors.js";
import type { RawConnection, RawReport } from "./native.js";
import { type ActionReport } from "./openstack-records.js";
import type { Kind } from "./option-values.js";
import { type Above } from "./stacks.js";
import type { Trail } from "./trail.js";
/** A server action failed, or could not be followed. `report` is what was seen. */
export declare class ActionError extends ReqtrailError {
    /** What was seen. */
    readonly report: ActionReport;
    constructor(message: string, report: ActionReport, fields?: ErrorFields);
}
/** The action failed. The text names the action, the server, the request ID and the reason. */
export declare class ActionFailedError extends ActionError {
}
/**
 * The action could not be followed to its end; `cause` says why. If it was cancelled, `name` is `AbortError`, as for any
 * call, and `cause` is the signal's reason.
 */
export declare class ActionUnfollowedError extends ActionError {
}
/**
 * A server's history or a story of a cloud could not be read. `cause` says why; this error has its fields too. If it was
 * cancelled, `name` is `AbortError`, as for any call, and `cause` is the signal's reason.
 */
export declare class ExplainError extends ReqtrailError {
    /** The trails of all calls that the operation made, including the failed one. */
    readonly trails: readonly Trail[];
    constructor(message: string, trails: readonly Trail[], fields?: ErrorFields);
}
/** The options of an operation: for one that is a value, its number, its kind, and whether `null` is a value of it. */
export type OptionTable = Readonly<Record<string, readonly [number, Kind, boolean] | "signal" | "onProgress">>;
/**
 * Runs the operation that `what` names. `given` names the server and the action, if there is one; `connection` is the
 * cloud of an operation about a whole cloud. It is an `async` function, so that mistakes in its options reject too.
 */
export declare function operate(client: Client, what: string, given: Readonly<Record<string, unknown>>, options: object, table: OptionTable, above: Above, connection?: RawConnection): Promise<RawReport>;
/**
 * Returns what to follow, as `operate` takes it (kind and resource, empty for a response, and the request), and the
 * options.
 */
export declare function accepted(what: unknown, rest: readonly unknown[]): [Readonly<Record<string, unknown>>, object];
