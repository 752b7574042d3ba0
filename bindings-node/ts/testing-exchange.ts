/** The answers of a mock, as a program writes them and as the core takes them. */

import { count, expected, flag, isRecord, millis, object, pairsOf, text } from "./checks.js";
import type { RawMock } from "./native.js";
import { type Above, placed, refused, siteOf } from "./stacks.js";
import {
  type Members,
  type Reader,
  as,
  bytes,
  json,
  members,
  objectOf,
  pairs,
} from "./testing-members.js";

/** How a request can fail. */
export type Failure =
  | "timeout"
  | "connect"
  | "connect_timeout"
  | "dns"
  | "tls"
  | "reset"
  | "close"
  | "close_unread"
  | "reset_unread"
  | "stall_body"
  | "cut_body"
  | "reset_body"
  | (string & {});

/** An answer. Without `requestId` or a request ID header, it has a request ID in the API's form. */
export interface Reply {
  /** The status. Default: that of `code`, or 200. */
  status?: number | undefined;
  /** A body that is sent as JSON. */
  json?: unknown;
  /** A text body. */
  text?: string | undefined;
  /** A body of bytes. */
  body?: ArrayBufferView | undefined;
  /** Headers by name; an array of values is one header for each. */
  headers?: Readonly<Record<string, string | number | readonly (string | number)[]>> | undefined;
  /** The code of an error, such as `rate_limited`. The body is an error in the form of the client's dialect. */
  code?: string | undefined;
  /** The text of that error. */
  message?: string | undefined;
  /** The request ID; `null` for none, as in a proxy's answer. */
  requestId?: string | null | undefined;
  /** `Retry-After`. In milliseconds. */
  retryAfterMs?: number | undefined;
  /** How long the answer takes. In milliseconds. */
  delayMs?: number | undefined;
  /** The content encoding of the body. */
  encoding?: "gzip" | "br" | "zstd" | "deflate" | undefined;
  /** How many requests it answers; `Infinity` for all. Default: 1. */
  times?: number | undefined;
  /** Whether it may stay unused, without a problem in {@link Mock.verify}. */
  optional?: boolean | undefined;
}

/**
 * What a request must be like: values, or what they must match, as a `RegExp` or an operator of scripts such as
 * `{ $any: true }`. A request that differs is answered, and {@link Mock.verify} reports it.
 */
export interface Want {
  /** Pairs that must be in the query. A request without them does not match, as if it had another path. */
  query?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Headers by name. `null`: the header must be absent. */
  headers?: Readonly<Record<string, string | RegExp | object | null>> | undefined;
  /** The whole body as JSON. Values in it may be operators. */
  json?: unknown;
  /** The body as text. */
  text?: string | RegExp | object | undefined;
  /** The body as bytes. */
  body?: ArrayBufferView | undefined;
}

/** The readers of an answer's fields. */
export const ANSWER: Readonly<
  Record<keyof Omit<Reply, "delayMs" | "encoding" | "times" | "optional">, Reader>
> = {
  status: as("status", count),
  json,
  text: as("text", text),
  body: bytes,
  headers: pairs("headers"),
  code: as("code", text),
  message: as("message", text),
  requestId: as("request_id", (name, value) => (value === null ? null : text(name, value))),
  retryAfterMs: as("retry_after", (name, value) => {
    const ms = millis(name, value);
    if (ms === Infinity) throw expected(name, "milliseconds, 0 or more", ms);
    return ms / 1000;
  }),
};

const REPLY: Readonly<Record<keyof Omit<Reply, "times" | "optional">, Reader>> = {
  ...ANSWER,
  delayMs: as("delay_ms", count),
  encoding: as("encoding", text),
};

const WANT: Readonly<Record<keyof Omit<Want, "query">, Reader>> = {
  headers: as("headers", (name, value) => {
    if (!isRecord(value)) throw expected(name, "an object", value);
    const headers = Object.entries(value).map(([key, one]) => [key, like(`${name}.${key}`, one)]);
    return Object.fromEntries(headers) as unknown;
  }),
  json,
  text: as("text", like),
  body: bytes,
};

/** Adds an answer. */
type Add = (reply: Members, given: Reply) => void;

/** The answers of a mock to some requests. Made by {@link Mock.get} and its siblings. */
export class Exchange {
  readonly #add: Add;

  /** @internal */
  constructor(add: Add) {
    this.#add = add;
  }

  /** Answers with a status, or with a whole {@link Reply}. */
  replies(status: number, reply?: Reply): Replies;
  replies(reply: Reply): Replies;
  replies(status: number | Reply, reply?: Reply): Replies {
    addReply(this.#add, status, reply, Exchange.prototype.replies);
    return new Replies(this.#add);
  }

  /**
   * Fails: `timeout` (the server has the request and never answers), `connect` (refused), `connect_timeout`, `dns`,
   * `tls`,
   * `reset`, `close`, or, in the middle of a body, `stall_body`, `cut_body` or `reset_body`.
   */
  fails(word: Failure, reply?: Reply): Replies {
    addFailure(this.#add, word, reply, Exchange.prototype.fails);
    return new Replies(this.#add);
  }
}

/**
 * Takes answers for later requests. Its method is not called `then`, because JavaScript treats an object with that
 * method as a promise.
 */
export class Replies {
  readonly #add: Add;

  /** @internal */
  constructor(add: Add) {
    this.#add = add;
  }

  /** Answers the next request with a status, or with a whole {@link Reply}. */
  thenReplies(status: number, reply?: Reply): this;
  thenReplies(reply: Reply): this;
  thenReplies(status: number | Reply, reply?: Reply): this {
    addReply(this.#add, status, reply, Replies.prototype.thenReplies);
    return this;
  }

  /** Makes the next request fail, with one of the words of {@link Exchange.fails}. */
  thenFails(word: Failure, reply?: Reply): this {
    addFailure(this.#add, word, reply, Replies.prototype.thenFails);
    return this;
  }
}

function addReply(add: Add, status: unknown, reply: unknown, above: Above): void {
  placed(siteOf(above), () => {
    const given = typeof status === "number" ? { ...optionsOf(reply), status } : optionsOf(status);
    add(replyOf(given), given);
  });
}

function addFailure(add: Add, word: unknown, reply: unknown, above: Above): void {
  placed(siteOf(above), () => {
    const given = optionsOf(reply);
    add({ ...replyOf(given), fails: JSON.stringify(text("fails", word)) }, given);
  });
}

/** Makes an exchange of a mock. `answered` is called when it has its first answer. */
export function exchangeOf(
  mock: RawMock,
  method: unknown,
  path: unknown,
  want: unknown,
  answered: () => void,
): Exchange {
  const exchange: Members = {};
  if (method !== null) exchange["method"] = JSON.stringify(text("method", method));
  const { query, ...rest } = (want === undefined ? {} : object("want", want as object)) as Want;
  exchange["path"] = JSON.stringify(pathOf(text("path", path), query));
  const wanted = members("want", rest, WANT, ["query"]);
  if (Object.keys(wanted).length > 0) exchange["want"] = objectOf(wanted);
  return new Exchange((reply, given) => {
    const { times, optional } = given;
    const all: Members = { ...exchange, reply: objectOf(reply) };
    if (times === Infinity) all["times"] = '"always"';
    else if (times !== undefined) all["times"] = JSON.stringify(count("times", times));
    if (optional !== undefined) all["optional"] = JSON.stringify(flag("optional", optional));
    const failed = mock.addExchange(objectOf(all));
    if (failed !== null) throw refused(failed);
    answered();
  });
}

function optionsOf(reply: unknown): Reply {
  return reply === undefined ? {} : (object("reply", reply as object) as Reply);
}

function replyOf({ times: _times, optional: _optional, ...rest }: Reply): Members {
  return members("reply", rest, REPLY, ["times", "optional"]);
}

function pathOf(path: string, query: Want["query"]): string {
  if (query === undefined) return path;
  const pairs = pairsOf("want.query", query, (name, value) => {
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return text(name, value);
  });
  const written = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return path + (path.includes("?") ? "&" : "?") + written.join("&");
}

function encode(value: string): string {
  return encodeURIComponent(value);
}

/** Reads a text, or what it must match. */
function like(name: string, value: unknown): unknown {
  if (value === null || isRecord(value)) return value;
  if (Object.prototype.toString.call(value) === "[object RegExp]") {
    const { source, flags } = value as RegExp;
    if (!/^[iu]*$/.test(flags))
      throw refused(`${name}: expected a RegExp without the flags ${flags}`);
    return { $re: flags.includes("i") ? `(?i)${source}` : source };
  }
  return text(name, value);
}
