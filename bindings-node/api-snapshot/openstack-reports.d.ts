/** What became of OpenStack's server actions, as typed reports. */
import type { RawReport } from "./native.js";
import type { Verdict } from "./openstack-faults.js";
import { type Trail } from "./trail.js";
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
export declare let actionReportOf: (raw: RawReport) => ActionReport;
/** Makes the story of a server. */
export declare let serverHistoryOf: (raw: RawReport) => ServerHistory;
/** The trails of the calls that a report rests on. */
export declare function trailsOf({ trails, trailCount }: RawReport): Trail[];
/** What reports have in common. */
declare abstract class Report {
    #private;
    /** The trails of the calls that it rests on. */
    readonly trails: readonly Trail[];
    /** All of it as a new object, the same in every language. It has stack traces where the API gave them to this caller. */
    toJSON(): Record<string, unknown>;
    /** The text for a person: at most 100 columns, without secrets and stack traces. */
    report(): string;
    toString(): string;
}
/** What became of a server action. `String(report)` is a text for a ticket. */
export declare class ActionReport extends Report {
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
    private constructor();
}
/** What was done to a server, newest first. `String(story)` is a table for a terminal. */
export declare class ServerHistory extends Report {
    readonly serverId: string;
    /** The server with its fault; `null` if it is gone. */
    readonly server: Server | null;
    readonly actions: readonly ActionOutcome[];
    private constructor();
}
/** Makes a server that was read. */
export declare function serverRead(raw: RawReport): Server;
/** Makes an action that was read. */
export declare function serverActionRead(raw: RawReport): ServerAction;
/** Makes a page of actions that was read. */
export declare function actionPageRead(raw: RawReport): ActionPage;
/** Makes what a poll has shown of its JSON. */
export declare function progressOf(json: string): Progress;
export {};
