/**
 * An API client whose every call leaves a trail.
 *
 * Every {@link Response} and every {@link ReqtrailError} has the trail of its call: each HTTP attempt that went out, in
 * order, with the server's request ID, the status, the typed error code, the times, and why the call was retried and
 * stopped.
 *
 * @packageDocumentation
 */
export * from "./categories.js";
export { Client, type DialectOptions } from "./client.js";
export type * from "./codes.js";
export type { CustomCode, CustomDialect } from "./custom-dialect.js";
export * from "./errors.js";
export * as novavms from "./novavms-codes.js";
export * as openstack from "./openstack.js";
export type { Body, HeaderValues, RetryBudget, SecretText } from "./option-types.js";
export type { RecentFilter } from "./option-values.js";
export type { ClientOptions } from "./options.js";
export type { ParamNames, ParamValue, Params } from "./paths.js";
export type { CallOptions, Query, QueryOf, QueryValue, QueryValues, RequestArgs, RequestOptions, } from "./request.js";
export { Recorder } from "./recorder.js";
export type { InFlightCall, JournalStats, RateLimit, RecorderStats } from "./records.js";
export { Response } from "./response.js";
export { Secret } from "./secret.js";
export { type Attempt, type AttemptJson, type CallInfo, Trail, type TrailJson } from "./trail.js";
/** The version of this release. */
export declare const version: string;
