/**
 * OpenStack's compute API: its faults, and what becomes of its server actions. The client is {@link Client.openstack}.
 */

import { type Client, driverOf } from "./client.js";
import { type Ended, Failed } from "./driver.js";
import { ApiError, type ErrorFields, ReqtrailError, named } from "./errors.js";
import { type Above, beginAbove, errorOf } from "./mapping.js";
import type { FlowOptions, RawReport } from "./native.js";
import { FAULTS, type Fault } from "./openstack-faults.js";
import { ActionReport, ServerStory, actionReportOf, serverStoryOf } from "./openstack-reports.js";
import { count, millis, text } from "./options.js";
import { signalOf } from "./request.js";
import { Response, itemOf } from "./response.js";

export { FAULTS, type Fault } from "./openstack-faults.js";
export {
  type ActionEvent,
  ActionReport,
  type Server,
  type ServerAction,
  type ServerFault,
  ServerStory,
  type ToldAction,
  type Verdict,
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

/** The action could not be followed to its end; `cause` says why. */
export class ActionUnfollowedError extends ActionError {}

named(ActionError, "ActionError");
named(ActionFailedError, "ActionFailedError");
named(ActionUnfollowedError, "ActionUnfollowedError");

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
export class Compute {
  /** The client that makes the calls. */
  readonly client: Client;

  constructor(client: Client) {
    driverOf(client);
    this.client = client;
  }

  /**
   * Follows what a request started until it has ended.
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
    const { signal, raw } = flowOptions(options, FOLLOW);
    const driver = driverOf(this.client);
    const what = action instanceof Response ? itemOf(action) : text("action", action);
    const ended = await driver.follow(text("serverId", serverId), what, raw, signal);
    const report = this.#report(ended, this.follow);
    if (report.failed === undefined) return actionReportOf(report);
    throw actionError(report, this.follow, signal);
  }

  /** Tells the story of a server: its actions, newest first, each with its request ID and its outcome. */
  async explain(serverId: string, options: ExplainOptions = {}): Promise<ServerStory> {
    const { signal, raw } = flowOptions(options, EXPLAIN);
    const driver = driverOf(this.client);
    const ended = await driver.explain(text("serverId", serverId), raw, signal);
    return serverStoryOf(this.#report(ended, this.explain));
  }

  #report(ended: Ended, above: Above): RawReport {
    if (ended instanceof Failed) throw driverOf(this.client).errorOf(ended, above);
    const report = ended as RawReport;
    // A flow that left nothing has panicked.
    if (report.json === "")
      throw new ReqtrailError("internal: reqtrail panicked; please report this");
    return report;
  }
}

function actionError(raw: RawReport, above: Above, signal: AbortSignal | undefined): ActionError {
  const report = actionReportOf(raw);
  const message = raw.failed ?? "";
  const fields: ErrorFields = { requestId: report.requestId };
  let error: ActionError;
  if (raw.cause === undefined) {
    error = new ActionFailedError(message, report, { ...fields, kind: "api" });
  } else {
    const reason: unknown = signal?.aborted === true ? signal.reason : undefined;
    const cause = errorOf(raw.cause, 0, above, undefined, reason);
    const { kind, category, trail } = cause;
    error = new ActionUnfollowedError(message, report, { ...fields, kind, category, trail, cause });
  }
  beginAbove(error, above);
  return error;
}

const FOLLOW = {
  microversion: text,
  pollIntervalMs: millis,
  maxPollIntervalMs: millis,
  deadlineMs: millis,
  settleTimeMs: millis,
};
const EXPLAIN = { microversion: text, limit: count };

function flowOptions(
  options: FollowOptions & ExplainOptions,
  readers: Readonly<Record<string, (name: string, value: unknown) => unknown>>,
): { raw: FlowOptions; signal: AbortSignal | undefined } {
  const raw: Record<string, unknown> = {};
  let signal: AbortSignal | undefined;
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (name === "signal") {
      signal = signalOf(value);
      continue;
    }
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined) {
      throw new TypeError(
        `there is no option "${name}"; there are ${[...Object.keys(readers), "signal"].join(", ")}`,
      );
    }
    raw[name] = read(name, value);
  }
  return { raw, signal };
}
