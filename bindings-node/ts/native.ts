/** What the native part exports. It is private to the package. */

import type { RateLimitJson } from "./records.js";

/** Parts of the native half, without what they have not: nothing is read from a prototype that a program may have changed. */
export function bare<T extends object>(parts: T): T {
  return Object.setPrototypeOf(parts, null) as T;
}

/** What tools that look for open handles ask. */
export interface Handle {
  hasRef(): boolean;
}

/** Some results in native memory. */
export interface Items {
  readonly __items: unique symbol;
}

/** A question for a token. A call on its behalf that would wait for the answer is refused. */
export interface Refresh {
  readonly __refresh: unique symbol;
}

/** An error as one flat record; what the error does not have is left out. */
export interface ErrorRecord {
  display: string;
  byCaller: boolean;
  hasTrail: boolean;
  /** The number of what a function of the program's threw and what is behind the error. */
  thrown?: number;
  /** The error that is behind it, if it is one of a call: that of a sign-in, for one. */
  source?: Items;
  /** If it is neither, why there was no new credential. */
  sourceText?: string;
  rateLimit?: RateLimitJson;
  body?: Uint8Array;
  /** The other fields, by the names that the constructors of errors take. */
  [field: string]: unknown;
}

/** Why a refresher gave no token. */
export interface RefreshFailure {
  /** The number of what it threw. */
  thrown: number;
  message: string;
  kind?: string | undefined;
  category?: string | undefined;
  requestId?: string | undefined;
}

/**
 * A value of an option, or its number: options are numbers and values in turn. Arrays are texts, or names and values in
 * turn, where a secret stands in an array of its own.
 */
export type RawValue = null | boolean | number | string | readonly RawValue[];

/** What few calls have. */
export interface RawExtras {
  /** The body is JSON. */
  json?: boolean;
  /** The names of the parameters whose values are secrets. */
  secretParams?: string[];
  /** The places of the headers whose values are secrets, counted from 0. */
  secretHeaders?: number[];
}

export interface RawReport {
  json: string;
  report: string;
  trails: Items;
  trailCount: number;
  failed?: string;
  cause?: Items;
}

export interface SessionParts {
  expiresAt?: number;
  projectId?: string;
  projectName?: string;
  userId?: string;
  userName?: string;
  trail: Items;
}

/** What `drain` takes mail from; see `mailbox.ts`. */
export interface RawMailbox {
  drain(out: Float64Array): Items | null;
}

export interface RawSignIn extends RawMailbox {
  cancel(late: boolean): void;
}

export interface RawCloud {
  connect(
    notify: () => void,
    handle: Handle,
    attempts: boolean,
    calls: boolean,
    extraCa: string,
  ): RawSignIn;
  notes(): string[];
  describe(): string;
}

export interface RawConnection {
  endpoint(): string | Items;
  session(): SessionParts | null;
  describe(): string;
}

export interface RawClient extends RawMailbox {
  open(
    base: string | RawConnection,
    options: readonly RawValue[],
    refresher: boolean,
    notify: () => void,
    handle: Handle,
  ): Items | string | null;
  start(
    method: string,
    target: string,
    link: boolean,
    params: string[] | undefined,
    query: string[] | undefined,
    headers: string[] | undefined,
    body: string | Uint8Array | undefined,
    extras: RawExtras | undefined,
    options: readonly RawValue[] | undefined,
    hold: boolean,
    refresh: Refresh | undefined,
  ): number | string;
  heldTimeout(tag: number): number | null;
  showsQuery(name: string): boolean;
  hasDefaultHeader(name: string): boolean;
  send(tag: number, body: Uint8Array): void;
  forget(tag: number): boolean;
  operate(
    what: string,
    server: string,
    action: string | Items,
    index: number,
    options: readonly RawValue[],
    progress: boolean,
    refresh: Refresh | undefined,
  ): number | string;
  cancel(tag: number, late: boolean): void;
  want(attempts: boolean, calls: boolean): void;
  answer(refresh: Refresh, token: string | undefined, failure: RefreshFailure | undefined): void;
  setToken(token: string): Items | null;
  close(): void;
  describe(): string | null;
}

export interface Native {
  version(): string;
  unknownOption(owner: string, name: string, known: readonly string[]): string;
  RawClient: new () => RawClient;
  RawCloud: abstract new () => RawCloud;
  RawConnection: abstract new () => RawConnection;
  cloudFromJson(json: string): RawCloud | Items;
  findCloud(name: string | undefined, region: string | undefined): RawCloud | Items;
  responseHeaders(items: Items, index: number): string[];
  responseRequestId(items: Items, index: number): string | null;
  responseText(items: Items, index: number): string | null;
  responseJsonText(items: Items, index: number): string | null;
  responseBytes(items: Items, index: number): Uint8Array;
  responseNotText(items: Items, index: number): Items;
  responseNotJson(items: Items, index: number): Items;
  responseRateLimit(items: Items, index: number): RateLimitJson | null;
  responseMicroversion(items: Items, index: number): string | null;
  ownTrail(items: Items, index: number): Items;
  trailJson(items: Items, index: number): string;
  trailReport(items: Items, index: number): string;
  errorRecord(items: Items, index: number): ErrorRecord;
  takeReport(items: Items, index: number): RawReport;
  takeConnection(items: Items, index: number): RawConnection;
  takeJson(items: Items, index: number): string;
  takeRefresh(items: Items, index: number): Refresh;
}
