/** What became of OpenStack's server actions, as typed reports. */
import type { RawReport } from "./native.js";
import { type Trail } from "./trail.js";
/** How an action ended, as far as the API tells: it did what was asked for, it did not, or the API does not tell. */
export type Verdict = "succeeded" | "failed" | "unknown";
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
}
/** An action of a server's story, and what became of it. */
export interface ToldAction {
    /** How it ended, as far as the API tells; `null` while it runs. */
    readonly verdict: Verdict | null;
    readonly evidence: string;
    readonly action: ServerAction;
}
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
export declare class ServerStory extends Report {
    readonly serverId: string;
    /** The server with its fault; `null` if it is gone. */
    readonly server: Server | null;
    readonly actions: readonly ToldAction[];
    private constructor();
}
/** Makes the report of an action. */
export declare function actionReportOf(raw: RawReport): ActionReport;
/** Makes the story of a server. */
export declare function serverStoryOf(raw: RawReport): ServerStory;
export {};
