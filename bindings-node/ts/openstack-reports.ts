/** What became of OpenStack's server actions, as typed reports. */

import { inspect } from "node:util";

import type { RawReport } from "./native.js";
import type { Verdict } from "./openstack-faults.js";
import { type Trail, trailOf } from "./trail.js";

/** Why a server is in `ERROR`. */
export interface ServerFault {
  readonly code: number | null;
  readonly created: string | null;
  readonly message: string;
  /** A stack trace, for administrators alone. No report repeats it. */
  readonly details: string | null;
}

/** A server as the compute API shows it. */
export interface Server {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly taskState: string | null;
  readonly vmState: string | null;
  readonly locked: boolean | null;
  readonly fault: ServerFault | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The trail of the call that read it; `null` within a report, which has the trails of all its calls. */
  readonly trail: Trail | null;
}

/** A step of an action. */
export interface ActionEvent {
  readonly event: string;
  readonly startTime: string | null;
  readonly finishTime: string | null;
  readonly result: string | null;
  /** A stack trace, for administrators alone. No report repeats it. */
  readonly traceback: string | null;
  readonly host: string | null;
  /** The host by a digest of its name, which every user may see. */
  readonly hostId: string | null;
  readonly details: string | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An action on a server, by the request that started it. */
export interface ServerAction {
  readonly action: string;
  readonly serverId: string | null;
  readonly requestId: string;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly startTime: string | null;
  readonly updatedAt: string | null;
  readonly message: string | null;
  /** The steps, newest first; `null` if the API does not show them to this caller. */
  readonly events: readonly ActionEvent[] | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The trail of the call that read it; `null` within a report, which has the trails of all its calls. */
  readonly trail: Trail | null;
}

/** A page of a server's actions, newest first. */
export interface ActionPage {
  /** The actions, without their steps. */
  readonly actions: readonly ServerAction[];
  /** The link to the next page, for `requestLink`; from microversion 2.58. */
  readonly next: string | null;
  /** The trail of the call that read it. */
  readonly trail: Trail;
}

/** What a poll of an action that is followed has shown. */
export interface Progress {
  /** The server; `null` if it is not there. */
  readonly server: Server | null;
  /** The action's record with its steps; `null` if there is none, or not yet. */
  readonly action: ServerAction | null;
  /** How long it has been followed, in milliseconds. */
  readonly elapsedMs: number;
}

/** An action of a server's story, and what became of it. */
export interface ActionOutcome {
  /** How it ended, as far as the API tells; `null` while it runs. */
  readonly verdict: Verdict | null;
  /** How it looks to have ended where nothing proves that, as after a reboot; else `null`. */
  readonly apparent: Verdict | null;
  readonly evidence: string;
  readonly action: ServerAction;
}

/** Makes the report of an action. */
export let actionReportOf: (raw: RawReport) => ActionReport;
/** Makes the story of a server. */
export let serverHistoryOf: (raw: RawReport) => ServerHistory;

/** The trails of the calls that a report rests on. */
export function trailsOf({ trails, trailCount }: RawReport): Trail[] {
  return Array.from({ length: trailCount }, (_, index) => trailOf(trails, index));
}

/** What reports have in common. */
abstract class Report {
  /** The trails of the calls that it rests on. */
  readonly trails: readonly Trail[];
  readonly #json: string;
  readonly #report: string;

  /** @internal */
  constructor(raw: RawReport) {
    this.#json = raw.json;
    this.#report = raw.report;
    this.trails = Object.freeze(trailsOf(raw));
  }

  /** All of it as a new object, the same in every language. It has stack traces where the API gave them to this caller. */
  toJSON(): Record<string, unknown> {
    return JSON.parse(this.#json) as Record<string, unknown>;
  }

  /** The text for a person: at most 100 columns, without secrets and stack traces. */
  report(): string {
    return this.#report;
  }

  toString(): string {
    return this.#report;
  }

  /** @internal */
  [inspect.custom](): string {
    return this.#report;
  }
}

/** What became of a server action. `String(report)` is a text for a ticket. */
export class ActionReport extends Report {
  /** How it ended, as far as the API tells. */
  readonly verdict: Verdict;
  /** How it looks to have ended where nothing proves that, as after a reboot; else `null`. */
  readonly apparent: Verdict | null;
  /** What the verdict rests on. */
  readonly evidence: string;
  readonly serverId: string;
  /** The ID of the request that started the action: the one to give to the operator. */
  readonly requestId: string;
  /** The global ID that the request carried: the logs of every service on the way have it. */
  readonly globalRequestId: string | null;
  /** The action's record, as seen last. */
  readonly action: ServerAction | null;
  /** The server, as seen last; `null` once it is gone. */
  readonly server: Server | null;
  /** How long it was followed, in milliseconds. */
  readonly followedMs: number;

  private constructor(raw: RawReport) {
    super(raw);
    const data = JSON.parse(raw.json) as Json;
    this.verdict = data["verdict"] as Verdict;
    this.apparent = data["apparent"] as Verdict | null;
    this.evidence = data["evidence"] as string;
    this.serverId = data["server_id"] as string;
    this.requestId = data["request_id"] as string;
    this.globalRequestId = data["global_request_id"] as string | null;
    this.action = data["action"] === null ? null : actionOf(data["action"] as Json);
    this.server = data["server"] === null ? null : serverOf(data["server"] as Json);
    this.followedMs = data["followed_ms"] as number;
  }

  static {
    actionReportOf = (raw) => new ActionReport(raw);
  }
}

/** What was done to a server, newest first. `String(story)` is a table for a terminal. */
export class ServerHistory extends Report {
  readonly serverId: string;
  /** The server with its fault; `null` if it is gone. */
  readonly server: Server | null;
  readonly actions: readonly ActionOutcome[];

  private constructor(raw: RawReport) {
    super(raw);
    const data = JSON.parse(raw.json) as Json;
    this.serverId = data["server_id"] as string;
    this.server = data["server"] === null ? null : serverOf(data["server"] as Json);
    this.actions = (data["actions"] as Json[]).map((told) => ({
      verdict: told["verdict"] as Verdict | null,
      apparent: told["apparent"] as Verdict | null,
      evidence: told["evidence"] as string,
      action: actionOf(told["action"] as Json),
    }));
  }

  static {
    serverHistoryOf = (raw) => new ServerHistory(raw);
  }
}

/** Makes a server that was read. */
export function serverRead(raw: RawReport): Server {
  return serverOf(JSON.parse(raw.json) as Json, trailOf(raw.trails, 0));
}

/** Makes an action that was read. */
export function serverActionRead(raw: RawReport): ServerAction {
  return actionOf(JSON.parse(raw.json) as Json, trailOf(raw.trails, 0));
}

/** Makes a page of actions that was read. */
export function actionPageRead(raw: RawReport): ActionPage {
  const data = JSON.parse(raw.json) as { actions: Json[]; next: string | null };
  const actions = data.actions.map((action) => actionOf(action));
  return { actions, next: data.next, trail: trailOf(raw.trails, 0) };
}

/** Makes what a poll has shown of its JSON. */
export function progressOf(json: string): Progress {
  const { server, action, elapsed_ms } = JSON.parse(json) as Record<string, Json | null>;
  return {
    server: server == null ? null : serverOf(server),
    action: action == null ? null : actionOf(action),
    elapsedMs: Number(elapsed_ms),
  };
}

type Json = Record<string, unknown>;

function serverOf(data: Json, trail: Trail | null = null): Server {
  return {
    id: data["id"] as string,
    name: data["name"] as string | null,
    status: data["status"] as string,
    taskState: data["OS-EXT-STS:task_state"] as string | null,
    vmState: data["OS-EXT-STS:vm_state"] as string | null,
    locked: data["locked"] as boolean | null,
    fault: data["fault"] as ServerFault | null,
    data,
    trail,
  };
}

function actionOf(data: Json, trail: Trail | null = null): ServerAction {
  const events = data["events"] as Json[] | null;
  return {
    action: data["action"] as string,
    serverId: data["instance_uuid"] as string | null,
    requestId: data["request_id"] as string,
    userId: data["user_id"] as string | null,
    projectId: data["project_id"] as string | null,
    startTime: data["start_time"] as string | null,
    updatedAt: data["updated_at"] as string | null,
    message: data["message"] as string | null,
    events: events?.map((event) => eventOf(event)) ?? null,
    data,
    trail,
  };
}

function eventOf(data: Json): ActionEvent {
  return {
    event: data["event"] as string,
    startTime: data["start_time"] as string | null,
    finishTime: data["finish_time"] as string | null,
    result: data["result"] as string | null,
    traceback: data["traceback"] as string | null,
    host: data["host"] as string | null,
    hostId: data["hostId"] as string | null,
    details: data["details"] as string | null,
    data,
  };
}
