// The adapter of the Node package. The protocol is in `docs/conformance.md`.
//
// It uses only what an application can use. The package is installed in the folder that the first argument names.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(path.join(path.resolve(process.argv[2]), "adapter.cjs"));
const { Client, ReqtrailError, ConfigError } = require("reqtrail");
const { Mock } = require("reqtrail/testing");

const SURFACE = JSON.parse(
  readFileSync(new URL("../../../../schema/surface.json", import.meta.url), "utf8"),
);

/** Returns the names of a group's options in this package, by their names in scenarios. */
function named(group) {
  const { options, by_hand } = SURFACE.groups[group];
  return Object.fromEntries(
    [...options, ...by_hand].flatMap(({ name, kind, names }) => [
      [name, names.node],
      ...(kind === "duration" ? [[`${name}_ms`, names.node]] : []),
    ]),
  );
}

const CLIENT = { ...named("client"), call_timeout_ms: "timeoutMs" };
const REQUEST = { ...named("request"), text: "body" };

/** Converts the options under `options`. If the package does not have one, its own error says so. */
function others(given = {}, names) {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      Object.hasOwn(names, key) ? names[key] : key,
      value,
    ]),
  );
}

function take(given, names, rest) {
  const out = {};
  for (const [key, value] of Object.entries(given)) {
    if (Object.hasOwn(names, key)) out[names[key]] = value;
    else if (!rest.includes(key)) throw new Error(`unknown: ${key}`);
  }
  return out;
}

function camel(value) {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const name = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), camel(inner)]));
}

/** Makes a client for the server of a line, or for the mock that plays its script. */
function makeClient(line, mock) {
  const given = line.client ?? {};
  const options = take(given, CLIENT, ["tokens", "ca_pem", "base_path", "options"]);
  Object.assign(options, others(given.options, CLIENT));
  if (typeof options.dialect === "object" && options.dialect !== null) {
    // In the spelling of a program. The names of the codes are the API's.
    const { codes, ...rest } = options.dialect;
    options.dialect = { ...camel(rest), ...(codes === undefined ? {} : { codes }) };
  }
  if (options.retryBudget) options.retryBudget = camel(options.retryBudget);
  if (given.tokens !== undefined) {
    const left = [...given.tokens];
    options.tokenRefresher = async () => {
      await null;
      if (left.length === 0) throw new RangeError("no token is left");
      return left.shift();
    };
  }
  const pem = line.ca_pem ?? given.ca_pem;
  if (pem != null) options.extraCa = [options.extraCa ?? [], pem].flat();
  let base = line.base_url ?? "http://api.example";
  if (given.base_path != null)
    base = `${base.replace(/\/+$/, "")}/${given.base_path.replace(/^\/+/, "")}`;
  if (mock === undefined) return new Client(base, options);
  return mock.client({ baseUrl: base, ...options, dialect: options.dialect ?? null });
}

async function one(client, request) {
  const options = take(request, REQUEST, [
    ...["method", "path", "base64", "cancel_after_ms", "parse", "repeat", "concurrency", "options"],
  ]);
  Object.assign(options, others(request.options, REQUEST));
  if (request.base64 != null) options.body = Buffer.from(request.base64, "base64");
  let timer;
  if (request.cancel_after_ms != null) {
    const controller = new AbortController();
    options.signal = controller.signal;
    timer = setTimeout(() => controller.abort(), request.cancel_after_ms);
  }
  try {
    return success(await client.request(request.method ?? "GET", request.path, options), request);
  } catch (error) {
    if (error instanceof ReqtrailError) return failure(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function success(response, { parse, if_none_match: tag }) {
  let body;
  // A 304 has nothing to parse.
  if (parse === "json") body = { json: response.notModified ? null : response.json() };
  else if (parse === "text") body = { text: response.text() };
  else body = { base64: Buffer.from(response.bytes()).toString("base64") };
  if (tag != null) body.not_modified = response.notModified;
  const { status, requestId, headers, trail } = response;
  return { ok: { status, request_id: requestId, headers: [...headers], trail, ...body } };
}

function failure(error) {
  const { kind, category, code, status, trail } = error;
  return {
    error: {
      ...{ kind, category, code, status, trail },
      request_id: error.requestId,
      message: error.reason,
      retry_after_ms: error.retryAfterMs,
      display: String(error),
    },
  };
}

/** Returns the results of a request's calls, after a check that the client's recorder finds the same trails. */
function check_recorder(client, line, request, results) {
  // Other calls may have displaced them: a recorder keeps 64 of each sort.
  if ((request.concurrency ?? 1) > 1 || results.length > 64) return results;
  const keeps = line.client?.options?.recorder ?? true;
  for (const outcome of results.flatMap((result) => Object.values(result))) {
    if (outcome.trail == null) continue;
    const found = JSON.stringify(client.recorder.find(outcome.trail.callId));
    const expected = JSON.stringify(keeps ? [outcome.trail] : []);
    if (found !== expected) outcome.trail = `the recorder has ${found}; expected ${expected}`;
  }
  return results;
}

async function play(line, mock) {
  let client;
  try {
    client = makeClient(line, mock);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return line.calls.flatMap(({ request }) => Array(request.repeat ?? 1).fill(failure(error)));
  }
  const results = [];
  for (const { request } of line.calls) {
    const left = Array(request.repeat ?? 1).keys();
    const found = [];
    const worker = async () => {
      for (const index of left) found[index] = await one(client, request);
    };
    await Promise.all(Array.from({ length: Math.max(1, request.concurrency ?? 1) }, worker));
    results.push(...check_recorder(client, line, request, found));
  }
  await client.close();
  return results;
}

for await (const text of createInterface({ input: process.stdin })) {
  if (text.trim() === "") continue;
  const line = JSON.parse(text);
  const mock = line.script === undefined ? undefined : new Mock().load(line.script);
  const results = await play(line, mock);
  const { requests, problems } = mock ?? {};
  process.stdout.write(`${JSON.stringify({ id: line.id, results, requests, problems })}\n`);
}
