/** OpenStack's compute API: its operations, and their options. */

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import { type Client, driverOf } from "./client.js";
import {
  type ActionPage,
  type ActionReport,
  type Server,
  type ServerAction,
  type ServerHistory,
  type Progress,
  actionPageRead,
  actionReportOf,
  serverRead,
  serverActionRead,
  serverHistoryOf,
} from "./openstack-records.js";
import { type OptionTable, operate } from "./operations.js";
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

const READ: OptionTable = {
  microversion: [1, "text", false],
  timeoutMs: [2, "duration", false],
  signal: "signal",
};

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

const LIST: OptionTable = {
  microversion: [1, "text", false],
  timeoutMs: [2, "duration", false],
  limit: [3, "count", false],
  marker: [4, "text", false],
  changesSince: [5, "moment", false],
  changesBefore: [6, "moment", false],
  signal: "signal",
};

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

const FOLLOW: OptionTable = {
  microversion: [1, "text", false],
  pollIntervalMs: [7, "duration", false],
  maxPollIntervalMs: [8, "duration", false],
  deadlineMs: [9, "duration", false],
  settleTimeMs: [10, "duration", false],
  signal: "signal",
  onProgress: "onProgress",
};

/** How many actions of a server's history are read. What is left out keeps its default. */
export interface ExplainOptions {
  /** The version of the API that all its requests ask for; the client's by default, or `latest` if that has none. */
  microversion?: string | null | undefined;
  /** The maximum number of actions, newest first. A history has 20 by default. */
  limit?: number | null | undefined;
  /** What cancels the operation. */
  signal?: Signal | null | undefined;
}

const EXPLAIN: OptionTable = {
  microversion: [1, "text", false],
  limit: [3, "count", false],
  signal: "signal",
};

/**
 * Reads servers and their actions, follows actions to their end, and tells the histories of servers, through a
 * {@link Client}.
 *
 * Where the client has no microversion, these calls ask for `latest`: the older ones do not show an action's steps.
 */
export class Compute {
  /** The client that makes the calls. */
  readonly client: Client;

  constructor(client: Client) {
    driverOf(client);
    this.client = client;
  }

  /** Reads a server, its fault included. */
  async server(serverId: string, options: ReadOptions = {}): Promise<Server> {
    const above = Compute.prototype.server;
    const given = { serverId };
    return serverRead(await operate(this.client, "server", given, options, READ, above));
  }

  /**
   * Reads an action of a server by the ID of the request that started it: the one that its response carried.
   *
   * A deleted server's actions can be read from microversion 2.21.
   */
  async action(serverId: string, requestId: string, options: ReadOptions = {}): Promise<ServerAction> {
    const above = Compute.prototype.action;
    const given = { serverId, requestId };
    return serverActionRead(await operate(this.client, "action", given, options, READ, above));
  }

  /** Lists a server's actions, newest first, without their steps. */
  async actions(serverId: string, options: ListOptions = {}): Promise<ActionPage> {
    const above = Compute.prototype.actions;
    const given = { serverId };
    return actionPageRead(await operate(this.client, "actions", given, options, LIST, above));
  }

  /**
   * Follows what a request started until it has ended, and says how.
   *
   * `serverId` is the server's UUID, or its exact name, which is looked up first. `action` is the response of that
   * request, or its request ID. A report may still say `unknown`: look at its verdict.
   *
   * @throws {@link ActionFailedError} if the action failed, and {@link ActionUnfollowedError} if a poll failed for good
   * or it was cancelled.
   */
  async follow(serverId: string, action: Response | string, options: FollowOptions = {}): Promise<ActionReport> {
    const above = Compute.prototype.follow;
    const given = { serverId, action };
    return actionReportOf(await operate(this.client, "follow", given, options, FOLLOW, above));
  }

  /**
   * Reads the history of a server: its actions, newest first, each with its request ID, its outcome and its steps, and
   * the server's fault.
   *
   * `serverId` is the server's UUID, or its exact name, which is looked up first. A deleted server has a history, by
   * its UUID, as long as its actions can be read, from microversion 2.21.
   *
   * @throws {@link ExplainError} if it cannot be read.
   */
  async explain(serverId: string, options: ExplainOptions = {}): Promise<ServerHistory> {
    const above = Compute.prototype.explain;
    const given = { serverId };
    return serverHistoryOf(await operate(this.client, "explain", given, options, EXPLAIN, above));
  }

  /**
   * Reads the server that has exactly this name, including its fault: looks the name up, then reads the server, whose
   * trail the result has. A timeout applies to each of the two calls.
   *
   * If no server has this name, the error is `api` with the category `not_found`; if several have it, `invalid`.
   */
  async serverByName(serverName: string, options: ReadOptions = {}): Promise<Server> {
    const above = Compute.prototype.serverByName;
    const given = { serverName };
    return serverRead(await operate(this.client, "server_by_name", given, options, READ, above));
  }
}
