/**
 * OpenStack's compute API: its faults, and what becomes of its server actions. The client is {@link Client.openstack}.
 */
import { type Client } from "./client.js";
import { ApiError, type ErrorFields, ReqtrailError } from "./errors.js";
import { type Fault } from "./openstack-faults.js";
import { type ActionPage, type ActionReport, type Progress, type Server, type ServerAction, type ServerHistory } from "./openstack-reports.js";
import type { Trail } from "./trail.js";
import type { Signal } from "./platform.js";
import { Response } from "./response.js";
export { Cloud, type CloudOptions, Connection, type Session } from "./openstack-cloud.js";
export { FAULTS, type Fault, type Verdict } from "./openstack-faults.js";
export { type ActionEvent, type ActionOutcome, type ActionPage, ActionReport, type Progress, type Server, type ServerAction, type ServerFault, ServerHistory, } from "./openstack-reports.js";
/**
 * Whether it is an error of the compute API with a fault that this release knows; then `switch (error.code)` narrows. Other
 * faults keep their text in `error.code`.
 */
export declare function hasKnownCode(error: unknown): error is ApiError & {
    readonly code: Fault;
};
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
/** How something is read. What is left out keeps its default. */
export interface ReadOptions {
    /** The version of the API to ask for; the client's own, or `latest` if it has none. */
    microversion?: string | null | undefined;
    /** The time of the call, in milliseconds; the client's own by default. */
    timeoutMs?: number | null | undefined;
    /** Ends it at once. */
    signal?: Signal | null | undefined;
}
/** Which actions are listed. */
export interface ListOptions extends ReadOptions {
    /** How many at most; from microversion 2.58. */
    limit?: number | null | undefined;
    /** The request ID of the action to begin after; from microversion 2.58. */
    marker?: string | null | undefined;
    /** Only those that changed at this time or later; from microversion 2.58. */
    changesSince?: Date | null | undefined;
    /** Only those that changed at this time or earlier; from microversion 2.66. */
    changesBefore?: Date | null | undefined;
}
/** How an action is followed. What is left out keeps its default. Times are milliseconds. */
export interface FollowOptions extends Omit<ReadOptions, "timeoutMs"> {
    /** The first wait between two polls (500); each is twice the one before. */
    pollIntervalMs?: number | null | undefined;
    /** The longest wait between two polls (10,000). */
    maxPollIntervalMs?: number | null | undefined;
    /** How long it is followed (600,000). */
    deadlineMs?: number | null | undefined;
    /** How long a state that decides nothing has to stay the same (3,000). */
    settleTimeMs?: number | null | undefined;
    /** Told after every poll. What it throws becomes a warning of the process. */
    onProgress?: ((progress: Progress) => void) | null | undefined;
}
/** How a story is told. What is left out keeps its default. */
export interface ExplainOptions extends Omit<ReadOptions, "timeoutMs"> {
    /** How many actions, the newest 20. */
    limit?: number | null | undefined;
}
/**
 * Reads servers and their actions, follows actions to their end, and tells the stories of servers, through a
 * {@link Client}.
 *
 * Where the client has no microversion, these calls ask for `latest`: the older ones do not show an action's steps.
 */
export declare class Compute {
    #private;
    /** The client that makes the calls. */
    readonly client: Client;
    constructor(client: Client);
    /** Reads a server, its fault included. */
    server(serverId: string, options?: ReadOptions): Promise<Server>;
    /**
     * Reads an action by the ID of the request that started it: the one that its response carried.
     *
     * A deleted server's actions can be read from microversion 2.21.
     */
    action(serverId: string, requestId: string, options?: ReadOptions): Promise<ServerAction>;
    /** Lists a server's actions, newest first, without their steps. */
    actions(serverId: string, options?: ListOptions): Promise<ActionPage>;
    /**
     * Follows what a request started until it has ended, on the server of this UUID or, looked up first, of this exact name.
     *
     * `action` is the response of that request, or its request ID. A report may still say `unknown`: look at its verdict.
     *
     * @throws {@link ActionFailedError} if the action failed, and {@link ActionUnfollowedError} if a poll failed for good or the
     * signal was aborted.
     */
    follow(serverId: string, action: Response | string, options?: FollowOptions): Promise<ActionReport>;
    /**
     * Tells the story of the server of this UUID or, looked up first, of this exact name: its actions, newest first, each
     * with its request ID and its outcome. A server that is gone has a story, by its UUID, as long as its actions can be
     * read, from microversion 2.21.
     *
     * @throws {@link ExplainError} if it cannot be read.
     */
    explain(serverId: string, options?: ExplainOptions): Promise<ServerHistory>;
}
