/**
 * OpenStack's compute API: its faults, and what becomes of its server actions. The client is {@link Client.openstack}.
 */

import { type Client, driverOf } from "./client.js";
import { ApiError, type ErrorFields, ReqtrailError, named } from "./errors.js";
import { errorOf } from "./mapping.js";
import type { Operation, RawOperationOptions, RawReport } from "./native.js";
import { FAULTS, type Fault } from "./openstack-faults.js";
import {
  type ActionPage,
  type ActionReport,
  type Progress,
  type Server,
  type ServerAction,
  type ServerHistory,
  actionRead,
  actionReportOf,
  pageRead,
  progressOf,
  serverHistoryOf,
  serverRead,
  trailsOf,
} from "./openstack-reports.js";
import type { Trail } from "./trail.js";
import { aFunction, count, expected, millis, object, text } from "./checks.js";
import type { Signal } from "./platform.js";
import { reasonOf, signalOf } from "./request.js";
import { Response, itemOf } from "./response.js";
import { type Above, type Site, beginAt, placedAt, refused, siteOf } from "./stacks.js";

export { Cloud, type CloudOptions, Connection, type Session } from "./openstack-cloud.js";
export { FAULTS, type Fault, type Verdict } from "./openstack-faults.js";
export {
  type ActionEvent,
  type ActionOutcome,
  type ActionPage,
  ActionReport,
  type Progress,
  type Server,
  type ServerAction,
  type ServerFault,
  ServerHistory,
} from "./openstack-reports.js";

/**
 * Whether it is an error of the compute API with a fault that this release knows; then `switch (error.code)` narrows. Other
 * faults keep their text in `error.code`.
 */
export function hasKnownCode(error: unknown): error is ApiError & { readonly code: Fault } {
  return (
    error instanceof ApiError &&
    error.trail?.dialect === "openstack" &&
    (FAULTS as readonly (string | null)[]).includes(error.code)
  );
}

/** A server action did not end well, or could not be followed. `report` is what was seen. */
export class ActionError extends ReqtrailError {
  /** What was seen. */
  readonly report: ActionReport;

  constructor(message: string, report: ActionReport, fields: ErrorFields = {}) {
    super(message, fields);
    this.report = report;
  }
}

/** The action failed. The text names action, server, request ID and reason. */
export class ActionFailedError extends ActionError {}

/**
 * The action could not be followed to its end; `cause` says why. If it was cancelled, `name` is `AbortError`, as for any
 * call, and `cause` the signal's reason.
 */
export class ActionUnfollowedError extends ActionError {}

/**
 * A server's story could not be read; `cause` says why, and its fields are this one's too. If it was cancelled, `name` is
 * `AbortError`, as for any call, and `cause` the signal's reason.
 */
export class ExplainError extends ReqtrailError {
  /** The trails of all calls that were made for it, the failed one included. */
  readonly trails: readonly Trail[];

  constructor(message: string, trails: readonly Trail[], fields: ErrorFields = {}) {
    super(message, fields);
    this.trails = trails;
  }
}

named(ActionError, "ActionError");
named(ExplainError, "ExplainError");
named(ActionFailedError, "ActionFailedError");
named(ActionUnfollowedError, "ActionUnfollowedError");

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
    return serverRead(await this.#operate("server", serverId, "", options, READ, above));
  }

  /**
   * Reads an action by the ID of the request that started it: the one that its response carried.
   *
   * A deleted server's actions can be read from microversion 2.21.
   */
  async action(
    serverId: string,
    requestId: string,
    options: ReadOptions = {},
  ): Promise<ServerAction> {
    const above = Compute.prototype.action;
    return actionRead(await this.#operate("action", serverId, requestId, options, READ, above));
  }

  /** Lists a server's actions, newest first, without their steps. */
  async actions(serverId: string, options: ListOptions = {}): Promise<ActionPage> {
    const above = Compute.prototype.actions;
    return pageRead(await this.#operate("actions", serverId, "", options, LIST, above));
  }

  /**
   * Follows what a request started until it has ended, on the server of this UUID or, looked up first, of this exact name.
   *
   * `action` is the response of that request, or its request ID. A report may still say `unknown`: look at its verdict.
   *
   * @throws {@link ActionFailedError} if the action failed, and {@link ActionUnfollowedError} if a poll failed for good or the
   * signal was aborted.
   */
  async follow(
    serverId: string,
    action: Response | string,
    options: FollowOptions = {},
  ): Promise<ActionReport> {
    const above = Compute.prototype.follow;
    return actionReportOf(await this.#operate("follow", serverId, action, options, FOLLOW, above));
  }

  /**
   * Tells the story of the server of this UUID or, looked up first, of this exact name: its actions, newest first, each
   * with its request ID and its outcome. A server that is gone has a story, by its UUID, as long as its actions can be
   * read, from microversion 2.21.
   *
   * @throws {@link ExplainError} if it cannot be read.
   */
  async explain(serverId: string, options: ExplainOptions = {}): Promise<ServerHistory> {
    const above = Compute.prototype.explain;
    return serverHistoryOf(await this.#operate("explain", serverId, "", options, EXPLAIN, above));
  }

  // An `async` function, so that mistakes in its options reject, too.
  async #operate(
    what: Operation,
    serverId: string,
    action: Response | string,
    options: object,
    readers: Readers,
    above: Above,
  ): Promise<RawReport> {
    const site = siteOf(above);
    try {
      const { signal, raw, onProgress } = operationOptions(options, readers);
      if (onProgress !== undefined) raw.progress = true;
      const publish = onProgress && ((json: string) => onProgress(progressOf(json)));
      const ref = action instanceof Response ? itemOf(action) : actionId(what, action);
      const server = text("serverId", serverId);
      const driver = driverOf(this.client);
      const report = await driver.operate(what, server, ref, raw, signal, publish, site);
      if (report.failed === undefined) return report;
      const error = operationError(what, report, site, reasonOf(signal));
      beginAt(error, site);
      throw error;
    } catch (error) {
      throw placedAt(site, error);
    }
  }
}

function actionId(what: Operation, action: unknown): string {
  if (what !== "follow") return text("requestId", action);
  if (typeof action === "string") return text("action", action);
  throw expected("action", "the Response that started it, or its request ID", action);
}

function operationError(
  what: Operation,
  raw: RawReport,
  site: Site,
  reason: unknown,
): ActionError | ExplainError {
  const { failed = "" } = raw;
  const report = what === "follow" ? actionReportOf(raw) : undefined;
  if (report !== undefined && raw.cause === undefined) {
    return new ActionFailedError(failed, report, { kind: "api", requestId: report.requestId });
  }
  const call = errorOf(raw.cause!, 0, site, undefined, reason);
  const aborted = isAborted(call, reason);
  // That of the call that failed, or why it was cancelled.
  const cause: unknown = aborted ? (call.cause ?? call) : call;
  let error: ActionError | ExplainError;
  if (report === undefined) {
    error = new ExplainError(failed, trailsOf(raw), { ...call, cause });
  } else {
    const { kind, category, trail } = call;
    const { requestId } = report;
    error = new ActionUnfollowedError(failed, report, { requestId, kind, category, trail, cause });
  }
  if (aborted) {
    // Programs tell an abort by its name.
    const name = { value: call.name, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(error, "name", { __proto__: null, ...name } as object);
  }
  return error;
}

/** Whether the program's signal ended it, and not a call that failed. */
function isAborted(error: ReqtrailError, reason: unknown): boolean {
  const late = error.kind === "timeout" && reason !== undefined && error.cause === reason;
  return late || error.kind === "cancelled";
}

type Readers = Readonly<Record<string, (name: string, value: unknown) => unknown>>;

function moment(name: string, value: unknown): number {
  // Also one of another realm.
  const time =
    Object.prototype.toString.call(value) === "[object Date]" ? Number(value) : Number.NaN;
  if (!(time >= 0)) throw expected(name, "a Date since 1970", value);
  return time;
}

/** How many are listed: the native half takes 32 bits. */
function limit(name: string, value: unknown): number {
  const given = count(name, value);
  if (given > 0xffffffff) throw expected(name, "a whole number up to 4294967295", value);
  return given;
}

const READ = { microversion: text, timeoutMs: millis };
const LIST = { ...READ, limit, marker: text, changesSince: moment, changesBefore: moment };
const FOLLOW = {
  microversion: text,
  pollIntervalMs: millis,
  maxPollIntervalMs: millis,
  deadlineMs: millis,
  settleTimeMs: millis,
  onProgress: aFunction,
};
const EXPLAIN = { microversion: text, limit };

function operationOptions(
  options: object,
  readers: Readers,
): {
  raw: RawOperationOptions;
  signal: Signal | undefined;
  onProgress: (FollowOptions["onProgress"] & {}) | undefined;
} {
  // Without a prototype, so that nothing is read that the program did not give.
  const raw = Object.create(null) as Record<string, unknown>;
  let signal: Signal | undefined;
  let onProgress: (FollowOptions["onProgress"] & {}) | undefined;
  for (const [name, value] of Object.entries(object("options", options)) as [string, unknown][]) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined && name !== "signal") {
      const known = [...Object.keys(readers), "signal"].join(", ");
      throw refused(`there is no option "${name}"; there are ${known}`);
    }
    if (value == null) continue;
    if (read === undefined) signal = signalOf(value);
    else if (name === "onProgress") onProgress = read(name, value) as typeof onProgress;
    else raw[name] = read(name, value);
  }
  return { raw, signal, onProgress };
}
