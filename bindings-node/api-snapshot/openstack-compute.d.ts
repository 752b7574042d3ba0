/** OpenStack's compute API: its operations, and their options. */
import { type Client } from "./client.js";
import { type ActionPage, type ActionReport, type Server, type ServerAction, type ServerHistory, type Progress } from "./openstack-records.js";
import type { Signal } from "./platform.js";
import type { Response } from "./response.js";
/** How something is read. What is left out keeps its default. */
export interface ReadOptions {
    /** The version of the API that all its requests ask for; the client's by default, or `latest` if that has none. */
    microversion?: string | null | undefined;
    /** The timeout of the whole call; the client's by default. In milliseconds. */
    timeoutMs?: number | null | undefined;
    /** What cancels the operation. */
    signal?: Signal | null | undefined;
}
/** Which actions are listed. What is left out keeps its default. */
export interface ListOptions {
    /** The version of the API that all its requests ask for; the client's by default, or `latest` if that has none. */
    microversion?: string | null | undefined;
    /** The timeout of the whole call; the client's by default. In milliseconds. */
    timeoutMs?: number | null | undefined;
    /**
     * The maximum number of actions, newest first. A list has what the API returns, and takes a limit from microversion
     * 2.58.
     */
    limit?: number | null | undefined;
    /** The request ID of the action after which the list begins; from microversion 2.58. */
    marker?: string | null | undefined;
    /** The time at which, or later, the listed actions changed; from microversion 2.58. */
    changesSince?: Date | null | undefined;
    /** The time at which, or earlier, the listed actions changed; from microversion 2.66. */
    changesBefore?: Date | null | undefined;
    /** What cancels the operation. */
    signal?: Signal | null | undefined;
}
/** How an action is followed. What is left out keeps its default. */
export interface FollowOptions {
    /** The version of the API that all its requests ask for; the client's by default, or `latest` if that has none. */
    microversion?: string | null | undefined;
    /** The first wait between two polls. It doubles with each further poll. In milliseconds. Default: 500. */
    pollIntervalMs?: number | null | undefined;
    /** The longest wait between two polls. In milliseconds. Default: 10,000. */
    maxPollIntervalMs?: number | null | undefined;
    /**
     * How long the action is followed. One that still runs then is reported as `unknown`. In milliseconds. Default:
     * 600,000.
     */
    deadlineMs?: number | null | undefined;
    /**
     * How long an undecided state has to stay the same before it counts as the end, since an action looks idle between
     * two of its steps. It is ten times as long while a step is not finished or has yet to begin. In milliseconds.
     * Default: 3,000.
     */
    settleTimeMs?: number | null | undefined;
    /** What cancels the operation. */
    signal?: Signal | null | undefined;
    /**
     * The function that is called after every poll. It must be quick. The operation goes on if it fails. What it throws
     * becomes a warning of the process.
     */
    onProgress?: ((progress: Progress) => void) | null | undefined;
}
/** How many actions of a server's history are read. What is left out keeps its default. */
export interface ExplainOptions {
    /** The version of the API that all its requests ask for; the client's by default, or `latest` if that has none. */
    microversion?: string | null | undefined;
    /** The maximum number of actions, newest first. A history has 20 by default. */
    limit?: number | null | undefined;
    /** What cancels the operation. */
    signal?: Signal | null | undefined;
}
/**
 * Reads servers and their actions, follows actions to their end, and tells the histories of servers, through a
 * {@link Client}.
 *
 * Where the client has no microversion, these calls ask for `latest`: the older ones do not show an action's steps.
 */
export declare class Compute {
    /** The client that makes the calls. */
    readonly client: Client;
    constructor(client: Client);
    /** Reads a server, its fault included. */
    server(serverId: string, options?: ReadOptions): Promise<Server>;
    /**
     * Reads an action of a server by the ID of the request that started it: the one that its response carried.
     *
     * A deleted server's actions can be read from microversion 2.21.
     */
    action(serverId: string, requestId: string, options?: ReadOptions): Promise<ServerAction>;
    /** Lists a server's actions, newest first, without their steps. */
    actions(serverId: string, options?: ListOptions): Promise<ActionPage>;
    /**
     * Follows what a request started until it has ended, and says how.
     *
     * `serverId` is the server's UUID, or its exact name, which is looked up first. `action` is the response of that
     * request, or its request ID. A report may still say `unknown`: look at its verdict.
     *
     * @throws {@link ActionFailedError} if the action failed, and {@link ActionUnfollowedError} if a poll failed for good
     * or it was cancelled.
     */
    follow(serverId: string, action: Response | string, options?: FollowOptions): Promise<ActionReport>;
    /**
     * Reads the history of a server: its actions, newest first, each with its request ID, its outcome and its steps, and
     * the server's fault.
     *
     * `serverId` is the server's UUID, or its exact name, which is looked up first. A deleted server has a history, by
     * its UUID, as long as its actions can be read, from microversion 2.21.
     *
     * @throws {@link ExplainError} if it cannot be read.
     */
    explain(serverId: string, options?: ExplainOptions): Promise<ServerHistory>;
    /**
     * Reads the server that has exactly this name, including its fault: looks the name up, then reads the server, whose
     * trail the result has. A timeout applies to each of the two calls.
     *
     * If no server has this name, the error is `api` with the category `not_found`; if several have it, `invalid`.
     */
    serverByName(serverName: string, options?: ReadOptions): Promise<Server>;
}
