/** OpenStack's servers and server actions, as typed values. */

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import type { RawReport } from "./native.js";
import type { Verdict } from "./openstack-faults.js";
import { Report } from "./openstack-reports.js";
import { type Trail, trailOf } from "./trail.js";

/** Why a server is in `ERROR` (<https://docs.openstack.org/api-guide/compute/faults.html#instance-faults>). */
export interface ServerFault {
  /** The fault's number, similar to an HTTP status. */
  readonly code: number | null;
  /** When it happened, as the API writes it. */
  readonly created: string | null;
  /** The text for people. */
  readonly message: string;
  /** A stack trace, for administrators only. It is not meant for end users, and no report repeats it. */
  readonly details: string | null;
}

/** Its JSON. */
export interface ServerFaultJson {
  code: number | null;
  created: string | null;
  message: string;
  details: string | null;
}

/** Reads its JSON. */
export function serverFaultOf(json: ServerFaultJson): ServerFault {
  return {
    code: json.code,
    created: json.created,
    message: json.message,
    details: json.details,
  };
}

/** A server (<https://docs.openstack.org/api-ref/compute/#show-server-details>). */
export interface Server {
  /** The server's UUID. */
  readonly id: string;
  /** The name that its owner gave it. */
  readonly name: string | null;
  /** The state for users: `ACTIVE`, `BUILD`, `ERROR`, `VERIFY_RESIZE`, … */
  readonly status: string;
  /** The running task, as in `spawning`. Between two steps of one action there is none either. */
  readonly taskState: string | null;
  /** The state that the last finished step left the server in. */
  readonly vmState: string | null;
  /** Whether it is locked; from microversion 2.9. */
  readonly locked: boolean | null;
  /** Why it is in `ERROR`. A list of servers may leave it out: fetch the single server. */
  readonly fault: ServerFault | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The trail of the call that read it; `null` within a report, which has the trails of all its calls. */
  readonly trail: Trail | null;
}

/** Its JSON. */
export interface ServerJson {
  id: string;
  name: string | null;
  status: string;
  "OS-EXT-STS:task_state": string | null;
  "OS-EXT-STS:vm_state": string | null;
  locked: boolean | null;
  fault: ServerFaultJson | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function serverOf(json: ServerJson, trail: Trail | null = null): Server {
  return {
    id: json.id,
    name: json.name,
    status: json.status,
    taskState: json["OS-EXT-STS:task_state"],
    vmState: json["OS-EXT-STS:vm_state"],
    locked: json.locked,
    fault: json.fault && serverFaultOf(json.fault),
    data: json,
    trail,
  };
}

/** Makes one that was read. */
export function serverRead(raw: RawReport): Server {
  const trail = trailOf(raw.trails, raw.trailCount - 1);
  return serverOf(JSON.parse(raw.json) as ServerJson, trail);
}

/** A step of an action. */
export interface ActionEvent {
  /** The step's name, such as `compute_finish_resize`. */
  readonly event: string;
  /** When it began: UTC, though the API writes no zone. */
  readonly startTime: string | null;
  /** When it ended. After a rescheduled build there may never be one. */
  readonly finishTime: string | null;
  /** `Success` or `Error`, once it has ended. */
  readonly result: string | null;
  /** A stack trace, for administrators only. It is not meant for end users, and no report repeats it. */
  readonly traceback: string | null;
  /** The host, for administrators; from microversion 2.62. */
  readonly host: string | null;
  /** The host without its name; from microversion 2.62. */
  readonly hostId: string | null;
  /** Why it failed, for administrators by default; from microversion 2.84. */
  readonly details: string | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Its JSON. */
export interface ActionEventJson {
  event: string;
  start_time: string | null;
  finish_time: string | null;
  result: string | null;
  traceback: string | null;
  host: string | null;
  hostId: string | null;
  details: string | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function actionEventOf(json: ActionEventJson): ActionEvent {
  return {
    event: json.event,
    startTime: json.start_time,
    finishTime: json.finish_time,
    result: json.result,
    traceback: json.traceback,
    host: json.host,
    hostId: json.hostId,
    details: json.details,
    data: json,
  };
}

/** An action on a server (<https://docs.openstack.org/api-ref/compute/#servers-actions-os-instance-actions>). */
export interface ServerAction {
  /** The kind: `create`, `resize`, `live-migration`, … */
  readonly action: string;
  /** The server's UUID. */
  readonly serverId: string | null;
  /** The local ID of the request that started it. */
  readonly requestId: string;
  /** The ID of the user who requested it. */
  readonly userId: string | null;
  /** The ID of the project in which it was requested. */
  readonly projectId: string | null;
  /** When it began: UTC, though the API writes no zone. */
  readonly startTime: string | null;
  /** When it last changed; from microversion 2.58. */
  readonly updatedAt: string | null;
  /**
   * The text `Error` once a step has failed. It is absent while the action runs, after a success, and after some
   * failures.
   */
  readonly message: string | null;
  /**
   * The steps, newest first: for administrators at every microversion, for others from 2.51. A list of actions never
   * has them.
   */
  readonly events: readonly ActionEvent[] | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The trail of the call that read it; `null` within a report, which has the trails of all its calls. */
  readonly trail: Trail | null;
}

/** Its JSON. */
export interface ServerActionJson {
  action: string;
  instance_uuid: string | null;
  request_id: string;
  user_id: string | null;
  project_id: string | null;
  start_time: string | null;
  updated_at: string | null;
  message: string | null;
  events: ActionEventJson[] | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function serverActionOf(json: ServerActionJson, trail: Trail | null = null): ServerAction {
  return {
    action: json.action,
    serverId: json.instance_uuid,
    requestId: json.request_id,
    userId: json.user_id,
    projectId: json.project_id,
    startTime: json.start_time,
    updatedAt: json.updated_at,
    message: json.message,
    events: json.events?.map((one) => actionEventOf(one)) ?? null,
    data: json,
    trail,
  };
}

/** Makes one that was read. */
export function serverActionRead(raw: RawReport): ServerAction {
  const trail = trailOf(raw.trails, raw.trailCount - 1);
  return serverActionOf(JSON.parse(raw.json) as ServerActionJson, trail);
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

/** Its JSON. */
export interface ActionPageJson {
  actions: ServerActionJson[];
  next: string | null;
}

/** Reads its JSON. */
export function actionPageOf(json: ActionPageJson, trail: Trail): ActionPage {
  return {
    actions: json.actions.map((one) => serverActionOf(one)),
    next: json.next,
    trail,
  };
}

/** Makes one that was read. */
export function actionPageRead(raw: RawReport): ActionPage {
  const trail = trailOf(raw.trails, raw.trailCount - 1);
  return actionPageOf(JSON.parse(raw.json) as ActionPageJson, trail);
}

/**
 * A volume, a snapshot or an image, as its service shows it (<https://docs.openstack.org/api-ref/block-storage/v3/>,
 * <https://docs.openstack.org/api-ref/image/v2/>).
 */
export interface Resource {
  /** Its UUID. */
  readonly id: string;
  /** The name that its owner gave it. */
  readonly name: string | null;
  /** Its state: `available`, `extending`, `error`, `active`, … */
  readonly status: string;
  /** Its size: GiB of a volume or a snapshot, bytes of an image. */
  readonly size: number | null;
  /** When it was created: UTC, though the block storage API writes no zone. */
  readonly createdAt: string | null;
  /** When it last changed: UTC, though the block storage API writes no zone. */
  readonly updatedAt: string | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Its JSON. */
export interface ResourceJson {
  id: string;
  name: string | null;
  status: string;
  size: number | null;
  created_at: string | null;
  updated_at: string | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function resourceOf(json: ResourceJson): Resource {
  return {
    id: json.id,
    name: json.name,
    status: json.status,
    size: json.size,
    createdAt: json.created_at,
    updatedAt: json.updated_at,
    data: json,
  };
}

/**
 * A message to users about a request that failed (<https://docs.openstack.org/api-ref/block-storage/v3/#messages>),
 * from microversion 3.3.
 */
export interface UserMessage {
  /** The message's UUID. */
  readonly id: string;
  /** The subject, as a code: `VOLUME_VOLUME_001_003` names the resource, the work and the failure. */
  readonly eventId: string | null;
  /** The text for people. */
  readonly userMessage: string;
  /** The severity: `ERROR`. */
  readonly messageLevel: string | null;
  /** When it was written: UTC, though the API writes no zone. */
  readonly createdAt: string | null;
  /** Until when it can be read. */
  readonly guaranteedUntil: string | null;
  /** The local ID of the request that failed. */
  readonly requestId: string | null;
  /** The kind of resource that it is about, as in `VOLUME`. */
  readonly resourceType: string | null;
  /** The UUID of that resource. */
  readonly resourceUuid: string | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Its JSON. */
export interface UserMessageJson {
  id: string;
  event_id: string | null;
  user_message: string;
  message_level: string | null;
  created_at: string | null;
  guaranteed_until: string | null;
  request_id: string | null;
  resource_type: string | null;
  resource_uuid: string | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function userMessageOf(json: UserMessageJson): UserMessage {
  return {
    id: json.id,
    eventId: json.event_id,
    userMessage: json.user_message,
    messageLevel: json.message_level,
    createdAt: json.created_at,
    guaranteedUntil: json.guaranteed_until,
    requestId: json.request_id,
    resourceType: json.resource_type,
    resourceUuid: json.resource_uuid,
    data: json,
  };
}

/**
 * A task of an image, such as its import
 * (<https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image>).
 */
export interface ImageTask {
  /** The task's UUID. */
  readonly id: string;
  /** What it does, as in `api_image_import`. */
  readonly taskType: string | null;
  /** Its progress: `pending`, `processing`, `success` or `failure`. */
  readonly status: string;
  /** Why it failed. */
  readonly message: string | null;
  /** The ID of the request that began it. */
  readonly requestId: string | null;
  /** When it was created: UTC, though the API writes no zone. */
  readonly createdAt: string | null;
  /** When it last changed: UTC, though the API writes no zone. */
  readonly updatedAt: string | null;
  /** Until when it can be read. */
  readonly expiresAt: string | null;
  /** All that the API sent. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Its JSON. */
export interface ImageTaskJson {
  id: string;
  type: string | null;
  status: string;
  message: string | null;
  request_id: string | null;
  created_at: string | null;
  updated_at: string | null;
  expires_at: string | null;
  [other: string]: unknown;
}

/** Reads its JSON. */
export function imageTaskOf(json: ImageTaskJson): ImageTask {
  return {
    id: json.id,
    taskType: json.type,
    status: json.status,
    message: json.message,
    requestId: json.request_id,
    createdAt: json.created_at,
    updatedAt: json.updated_at,
    expiresAt: json.expires_at,
    data: json,
  };
}

/** The result of a poll, for a progress bar or a log. */
export interface Progress {
  /** The server; `null` if there is none. */
  readonly server: Server | null;
  /** The action's record with its steps; `null` if there is none, or not yet. */
  readonly action: ServerAction | null;
  /** The volume, snapshot or image; `null` if there is none, or if a server's action is followed. */
  readonly resource: Resource | null;
  /** How long the action has been followed. In milliseconds. */
  readonly elapsedMs: number;
}

/** Its JSON. */
export interface ProgressJson {
  server: ServerJson | null;
  action: ServerActionJson | null;
  resource: ResourceJson | null;
  elapsed_ms: number;
}

/** Reads its JSON. */
export function progressOf(json: ProgressJson): Progress {
  return {
    server: json.server && serverOf(json.server),
    action: json.action && serverActionOf(json.action),
    resource: json.resource && resourceOf(json.resource),
    elapsedMs: json.elapsed_ms,
  };
}

/** Its JSON. */
export interface ActionReportJson {
  verdict: Verdict;
  apparent: Verdict | null;
  evidence: string;
  server_id: string;
  resource_type: string;
  resource_id: string;
  operation: string | null;
  request_id: string;
  global_request_id: string | null;
  action: ServerActionJson | null;
  server: ServerJson | null;
  resource: ResourceJson | null;
  messages: UserMessageJson[];
  task: ImageTaskJson | null;
  followed_ms: number;
}

/** Makes one of what the core gives. */
export let actionReportOf: (raw: RawReport) => ActionReport;

/**
 * The result of a server action, or of work that another service accepted. `String()` gives it as a text for a person.
 */
export class ActionReport extends Report {
  /** How it ended, as far as the API reports. */
  readonly verdict: Verdict;
  /** How it seems to have ended if nothing proves that, as after a reboot. */
  readonly apparent: Verdict | null;
  /** What the verdict is based on. */
  readonly evidence: string;
  /** The server's UUID; empty if the work does not concern a server. */
  readonly serverId: string;
  /** The type of the resource: `server`, `volume`, `snapshot`, `image`, … */
  readonly resourceType: string;
  /** The UUID of the resource. */
  readonly resourceId: string;
  /**
   * What was done: `resize` to a server, `extend` to a volume; `null` if the API has no record of a server's action.
   */
  readonly operation: string | null;
  /** The local ID of the request that started the action, for the operator. */
  readonly requestId: string;
  /** The global ID that the request carried, if known. It is in the logs of every service on the way. */
  readonly globalRequestId: string | null;
  /** The last state of the action's record. */
  readonly action: ServerAction | null;
  /** The last state of the server; `null` once it is gone. */
  readonly server: Server | null;
  /** The last state of the volume, snapshot or image; `null` once it is gone, and for a server. */
  readonly resource: Resource | null;
  /** What the block storage service says to users about this request, newest first. */
  readonly messages: readonly UserMessage[];
  /** The last state of the image service's task of this request. */
  readonly task: ImageTask | null;
  /** How long it was followed. In milliseconds. */
  readonly followedMs: number;

  private constructor(raw: RawReport) {
    super(raw);
    const json = JSON.parse(raw.json) as ActionReportJson;
    this.verdict = json.verdict;
    this.apparent = json.apparent;
    this.evidence = json.evidence;
    this.serverId = json.server_id;
    this.resourceType = json.resource_type;
    this.resourceId = json.resource_id;
    this.operation = json.operation;
    this.requestId = json.request_id;
    this.globalRequestId = json.global_request_id;
    this.action = json.action && serverActionOf(json.action);
    this.server = json.server && serverOf(json.server);
    this.resource = json.resource && resourceOf(json.resource);
    this.messages = json.messages.map((one) => userMessageOf(one));
    this.task = json.task && imageTaskOf(json.task);
    this.followedMs = json.followed_ms;
  }

  static {
    actionReportOf = (raw) => new ActionReport(raw);
  }
}

/** An action and its result. */
export interface ActionOutcome {
  /** How it ended, as far as the API reports; `null` while it runs. */
  readonly verdict: Verdict | null;
  /** How it seems to have ended if nothing proves that, as after a reboot. */
  readonly apparent: Verdict | null;
  /** What the verdict is based on. */
  readonly evidence: string;
  /** The record with its steps. */
  readonly action: ServerAction;
}

/** Its JSON. */
export interface ActionOutcomeJson {
  verdict: Verdict | null;
  apparent: Verdict | null;
  evidence: string;
  action: ServerActionJson;
}

/** Reads its JSON. */
export function actionOutcomeOf(json: ActionOutcomeJson): ActionOutcome {
  return {
    verdict: json.verdict,
    apparent: json.apparent,
    evidence: json.evidence,
    action: serverActionOf(json.action),
  };
}

/** Its JSON. */
export interface ServerHistoryJson {
  server_id: string;
  server: ServerJson | null;
  actions: ActionOutcomeJson[];
}

/** Makes one of what the core gives. */
export let serverHistoryOf: (raw: RawReport) => ServerHistory;

/** The story of a server. `String()` gives it as a text for a person. */
export class ServerHistory extends Report {
  /** The server's UUID. */
  readonly serverId: string;
  /** The server with its fault; `null` if it is gone. */
  readonly server: Server | null;
  /** What was done to it, newest first. */
  readonly actions: readonly ActionOutcome[];

  private constructor(raw: RawReport) {
    super(raw);
    const json = JSON.parse(raw.json) as ServerHistoryJson;
    this.serverId = json.server_id;
    this.server = json.server && serverOf(json.server);
    this.actions = json.actions.map((one) => actionOutcomeOf(one));
  }

  static {
    serverHistoryOf = (raw) => new ServerHistory(raw);
  }
}

/** A resource within a story. */
export interface ResourceStory {
  /** Its kind: `server`, `volume`, `snapshot`, `image`, `port`, … */
  readonly resourceType: string;
  /** Its UUID. */
  readonly id: string;
  /** The name that its owner gave it. */
  readonly name: string | null;
  /** Its state, as its service writes it; `null` if it was not read or is gone. */
  readonly status: string | null;
  /** How it is related to what was asked for; `null` for the requested resource itself. */
  readonly relation: string | null;
  /** The service's own text about its error: the fault of a server. */
  readonly fault: string | null;
  /** Why it failed, in one line; `null` if nothing that was read says that it failed. */
  readonly failure: string | null;
  /** The ID of the request that failed, for the operator. */
  readonly requestId: string | null;
  /** What was done to a server, newest first. */
  readonly actions: readonly ActionOutcome[];
  /** The block storage service's messages to users about a volume or a snapshot, newest first. */
  readonly messages: readonly UserMessage[];
  /** The image service's tasks of an image, newest first. */
  readonly tasks: readonly ImageTask[];
}

/** Its JSON. */
export interface ResourceStoryJson {
  resource_type: string;
  id: string;
  name: string | null;
  status: string | null;
  relation: string | null;
  fault: string | null;
  failure: string | null;
  request_id: string | null;
  actions: ActionOutcomeJson[];
  messages: UserMessageJson[];
  tasks: ImageTaskJson[];
}

/** Reads its JSON. */
export function resourceStoryOf(json: ResourceStoryJson): ResourceStory {
  return {
    resourceType: json.resource_type,
    id: json.id,
    name: json.name,
    status: json.status,
    relation: json.relation,
    fault: json.fault,
    failure: json.failure,
    requestId: json.request_id,
    actions: json.actions.map((one) => actionOutcomeOf(one)),
    messages: json.messages.map((one) => userMessageOf(one)),
    tasks: json.tasks.map((one) => imageTaskOf(one)),
  };
}

/** Its JSON. */
export interface StoryJson {
  asked: string;
  failure: string | null;
  request_ids: string[];
  resources: ResourceStoryJson[];
  notes: string[];
}

/** Makes one of what the core gives. */
export let storyOf: (raw: RawReport) => Story;

/**
 * The story of a server, a volume, a snapshot or an image with everything related to it, or of everything with a
 * request's ID. `String()` gives it as a text for a person.
 */
export class Story extends Report {
  /** What was asked for, as it was written. */
  readonly asked: string;
  /** Why it failed, in one line; `null` if nothing that was read says that anything failed. */
  readonly failure: string | null;
  /** The request IDs to give to the operator: those of the requests that failed. */
  readonly requestIds: readonly string[];
  /**
   * The requested resource, and then the related ones: volumes and ports of a server, servers of a volume. For a
   * request's ID it is everything that has it.
   */
  readonly resources: readonly ResourceStory[];
  /** What could not be read, and what the services do not show. */
  readonly notes: readonly string[];

  private constructor(raw: RawReport) {
    super(raw);
    const json = JSON.parse(raw.json) as StoryJson;
    this.asked = json.asked;
    this.failure = json.failure;
    this.requestIds = json.request_ids;
    this.resources = json.resources.map((one) => resourceStoryOf(one));
    this.notes = json.notes;
  }

  static {
    storyOf = (raw) => new Story(raw);
  }
}

/** An endpoint of a service, as the catalog lists it. */
export interface ServiceEndpoint {
  /** The type of the service, such as `volumev3` or `network`. */
  readonly serviceType: string;
  /** The region of the endpoint. */
  readonly region: string | null;
  /** The interface: `public`, `internal` or `admin`. */
  readonly interface: string;
  /** The URL, with its templates filled as far as they are known. */
  readonly url: string;
}

/** Its JSON. */
export interface ServiceEndpointJson {
  service_type: string;
  region: string | null;
  interface: string;
  url: string;
}

/** Reads its JSON. */
export function serviceEndpointOf(json: ServiceEndpointJson): ServiceEndpoint {
  return {
    serviceType: json.service_type,
    region: json.region,
    interface: json.interface,
    url: json.url,
  };
}

/** The response of Keystone to a sign-in, with the trail of that call. */
export interface Session {
  /** When the token expires, by Keystone's clock. */
  readonly expiresAt: Date | null;
  /** The ID of the project that the token is for; `null` for another scope. */
  readonly projectId: string | null;
  /** The name of the project that the token is for; `null` for another scope. */
  readonly projectName: string | null;
  /** The ID of the user that signed in. */
  readonly userId: string | null;
  /** The name of the user that signed in. */
  readonly userName: string | null;
  /** The trail of the call that read it. */
  readonly trail: Trail;
}

/** Its JSON. */
export interface SessionJson {
  expires_at: string | null;
  project_id: string | null;
  project_name: string | null;
  user_id: string | null;
  user_name: string | null;
}

/** Reads its JSON. */
export function sessionOf(json: SessionJson, trail: Trail): Session {
  return {
    expiresAt: json.expires_at === null ? null : new Date(json.expires_at),
    projectId: json.project_id,
    projectName: json.project_name,
    userId: json.user_id,
    userName: json.user_name,
    trail,
  };
}

/** Makes one that was read. */
export function sessionRead(raw: RawReport): Session {
  const trail = trailOf(raw.trails, raw.trailCount - 1);
  return sessionOf(JSON.parse(raw.json) as SessionJson, trail);
}
