/** Runs OpenStack's operations, and makes their errors. */

import { aFunction, expected, object, text } from "./checks.js";
import { type Client, driverOf } from "./client.js";
import type { ErrorKind } from "./codes.js";
import type { Items, RawValue } from "./crossing.js";
import { type ErrorFields, ReqtrailError } from "./errors.js";
import { native } from "./loader.js";
import { errorOf } from "./mapping.js";
import type { RawConnection, RawReport } from "./native.js";
import {
  type ActionReport,
  type Progress,
  type ProgressJson,
  actionReportOf,
  progressOf,
} from "./openstack-records.js";
import { trailsOf } from "./openstack-reports.js";
import { put } from "./option-kinds.js";
import type { Kind } from "./option-values.js";
import type { Signal } from "./platform.js";
import { hide, named } from "./properties.js";
import { reasonOf, signalOf } from "./request.js";
import { Response, itemOf } from "./response.js";
import { type Above, type Site, beginAt, placedAt, refused, siteOf } from "./stacks.js";
import type { Trail } from "./trail.js";

/** A server action failed, or could not be followed. `report` is what was seen. */
export class ActionError extends ReqtrailError {
  /** What was seen. */
  readonly report: ActionReport;

  constructor(message: string, report: ActionReport, fields: ErrorFields = {}) {
    super(message, fields);
    this.report = report;
  }
}

/** The action failed. The text names the action, the server, the request ID and the reason. */
export class ActionFailedError extends ActionError {}

/**
 * The action could not be followed to its end; `cause` says why. If it was cancelled, `name` is `AbortError`, as for any
 * call, and `cause` is the signal's reason.
 */
export class ActionUnfollowedError extends ActionError {}

/**
 * A server's history or a story of a cloud could not be read. `cause` says why; this error has its fields too. If it was
 * cancelled, `name` is `AbortError`, as for any call, and `cause` is the signal's reason.
 */
export class ExplainError extends ReqtrailError {
  /** The trails of all calls that the operation made, including the failed one. */
  readonly trails: readonly Trail[];

  constructor(message: string, trails: readonly Trail[], fields: ErrorFields = {}) {
    super(message, fields);
    this.trails = trails;
  }
}

named(ActionError, "ActionError");
named(ExplainError, "ExplainError");
named(ActionFailedError, "ActionFailedError", { kind: "api" });
named(ActionUnfollowedError, "ActionUnfollowedError");

/** The options of an operation: for one that is a value, its number, its kind, and whether `null` is a value of it. */
export type OptionTable = Readonly<
  Record<string, readonly [number, Kind, boolean] | "signal" | "onProgress">
>;

/**
 * Runs the operation that `what` names. `given` names the server and the action, if there is one; `connection` is the
 * cloud of an operation about a whole cloud. It is an `async` function, so that mistakes in its options reject too.
 */
export async function operate(
  client: Client,
  what: string,
  given: Readonly<Record<string, unknown>>,
  options: object,
  table: OptionTable,
  above: Above,
  connection?: RawConnection,
): Promise<RawReport> {
  const site = siteOf(above);
  try {
    const { values, signal, onProgress } = readOptions(what, options, table);
    const publish =
      onProgress && ((json: string) => onProgress(progressOf(JSON.parse(json) as ProgressJson)));
    const [server, action] = Object.entries(given) as [[string, unknown], [string, unknown]?];
    const ref = action === undefined ? "" : actionRef(...action);
    const driver = driverOf(client);
    const about = text(...server);
    const report = await driver.operate(
      what,
      about,
      ref,
      values,
      signal,
      publish,
      site,
      connection,
    );
    if (report.failed === undefined) return report;
    const error = operationError(what, report, site, reasonOf(signal));
    beginAt(error, site);
    throw error;
  } catch (error) {
    throw placedAt(site, error);
  }
}

/**
 * Returns what to follow, as `operate` takes it (kind and resource, empty for a response, and the request), and the
 * options.
 */
export function accepted(
  what: unknown,
  rest: readonly unknown[],
): [Readonly<Record<string, unknown>>, object] {
  if (what instanceof Response) {
    return [{ resource: "", accepted: what }, optionsOf(rest[0])];
  }
  if (typeof what !== "string") {
    throw expected("what", 'the Response that began it, or a kind such as "volume.extend"', what);
  }
  const resource = `${what}/${text("resourceId", rest[0])}`;
  return [{ resource, accepted: rest[1] }, optionsOf(rest[2])];
}

/** Returns the options; `operate` refuses values that are not options. */
function optionsOf(given: unknown): object {
  return given === undefined ? {} : (given as object);
}

function actionRef(name: string, value: unknown): string | readonly [Items, number] {
  const isRequest = name === "action" || name === "accepted";
  if (isRequest && value instanceof Response) return itemOf(value);
  if (!isRequest || typeof value === "string") return text(name, value);
  const spelt = name === "accepted" ? "requestId" : name;
  throw expected(spelt, "the Response that started it, or its request ID", value);
}

interface ReadOptions {
  /** For the native half. */
  values: RawValue[];
  signal: Signal | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
}

function readOptions(what: string, given: object, table: OptionTable): ReadOptions {
  const out: ReadOptions = { values: [], signal: undefined, onProgress: undefined };
  for (const [name, value] of Object.entries(object("options", given)) as [string, unknown][]) {
    const option = Object.hasOwn(table, name) ? table[name]! : undefined;
    if (option === undefined) throw refused(native.unknownOption(what, name, []));
    if (typeof option !== "string") put(out.values, option, name, value);
    else if (value == null) continue;
    else if (option === "signal") out.signal = signalOf(value);
    else out.onProgress = aFunction(name, value) as ReadOptions["onProgress"];
  }
  return out;
}

function operationError(
  what: string,
  raw: RawReport,
  site: Site,
  reason: unknown,
): ActionError | ExplainError {
  const { failed = "" } = raw;
  const kind = raw.kind as ErrorKind;
  const report = what === "follow" || what === "follow_resource" ? actionReportOf(raw) : undefined;
  if (report !== undefined && raw.cause === undefined) {
    const mayHaveBeenSent = report.trails.some((trail) =>
      trail.attempts.some((it) => it.sent !== "no"),
    );
    const fields = { kind, requestId: report.requestId, mayHaveBeenSent };
    return new ActionFailedError(failed, report, fields);
  }
  const call = errorOf(raw.cause!, 0, site, undefined, reason);
  const aborted = isAborted(call, reason);
  // The error of the call that failed, or why it was cancelled.
  const cause: unknown = aborted ? (call.cause ?? call) : call;
  let error: ActionError | ExplainError;
  if (report === undefined) {
    error = new ExplainError(failed, trailsOf(raw), { ...call, cause });
  } else {
    const { category, trail } = call;
    const { requestId } = report;
    error = new ActionUnfollowedError(failed, report, { requestId, kind, category, trail, cause });
  }
  // Programs recognize an abort by its name.
  if (aborted) hide(error, "name", call.name);
  return error;
}

/** Whether the program's signal ended the operation, not a failed call. */
function isAborted(error: ReqtrailError, reason: unknown): boolean {
  const late = error.kind === "timeout" && reason !== undefined && error.cause === reason;
  return late || error.kind === "cancelled";
}
