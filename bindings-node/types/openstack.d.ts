/**
 * OpenStack's compute API: its faults, and what becomes of its server actions. The client is {@link Client.openstack}.
 */
import { type Client } from "./client.js";
import { ApiError, type ErrorFields, ReqtrailError } from "./errors.js";
import { type Fault } from "./openstack-faults.js";
import { ActionReport, ServerStory } from "./openstack-reports.js";
import { Response } from "./response.js";
export { FAULTS, type Fault } from "./openstack-faults.js";
export { type ActionEvent, ActionReport, type Server, type ServerAction, type ServerFault, ServerStory, type ToldAction, type Verdict, } from "./openstack-reports.js";
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
/** The action could not be followed to its end; `cause` says why. */
export declare class ActionUnfollowedError extends ActionError {
}
/** What following and telling have in common. */
interface CommonOptions {
    /** The version of the API to ask for. */
    microversion?: string | undefined;
    /** Ends it at once. */
    signal?: AbortSignal | undefined;
}
/** How an action is followed. What is left out keeps its default. Times are milliseconds. */
export interface FollowOptions extends CommonOptions {
    /** The first wait between two polls (500); each is twice the one before. */
    pollIntervalMs?: number | undefined;
    /** The longest wait between two polls (10,000). */
    maxPollIntervalMs?: number | undefined;
    /** How long it is followed (600,000). */
    deadlineMs?: number | undefined;
    /** How long a state that decides nothing has to stay the same (3,000). */
    settleTimeMs?: number | undefined;
}
/** How a story is told. What is left out keeps its default. */
export interface ExplainOptions extends CommonOptions {
    /** How many actions, the newest 20. */
    limit?: number | undefined;
}
/** Follows server actions to their end, and tells the stories of servers, through a {@link Client}. */
export declare class Compute {
    #private;
    /** The client that makes the calls. */
    readonly client: Client;
    constructor(client: Client);
    /**
     * Follows what a request started until it has ended.
     *
     * `action` is the response of that request, or its request ID. A report may still say `unknown`: look at its verdict.
     *
     * @throws {@link ActionFailedError} if the action failed, and {@link ActionUnfollowedError} if a poll failed for good or the
     * signal was aborted.
     */
    follow(serverId: string, action: Response | string, options?: FollowOptions): Promise<ActionReport>;
    /** Tells the story of a server: its actions, newest first, each with its request ID and its outcome. */
    explain(serverId: string, options?: ExplainOptions): Promise<ServerStory>;
}
