// Server actions: typed reports of what happened after a 202.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";

import {
  CancelledError,
  Client,
  NotFoundError,
  ReqtrailError,
  RequestBuildError,
  TimeoutError,
  openstack,
} from "reqtrail";

import { failure } from "./support.mjs";

const { ActionFailedError, ActionReport, ActionUnfollowedError, Compute, ServerHistory } =
  openstack;
const ID = "c76a7603-95be-4368-87e9-7b9b89fb1d7e";
const RESIZE = "req-11111111-1111-4111-8111-111111111111";

/** Starts a Nova with one server, whose resize fails after its 202 or never ends. A `silent` one answers no GET. */
async function nova(t, fails, silent = false) {
  let last = 0;
  let asked;
  const action = {
    action: "resize",
    instance_uuid: ID,
    request_id: RESIZE,
    start_time: "2026-11-21T21:00:00",
  };
  const event = {
    ...{
      event: "cold_migrate",
      start_time: "2026-11-21T21:00:00",
      finish_time: "2026-11-21T21:00:01",
    },
    ...{ result: fails ? "Error" : null, details: "No valid host was found." },
  };
  const server = createServer((request, response) => {
    const answer = (status, body) => {
      const own =
        status === 202 ? RESIZE : `req-00000000-0000-4000-8000-${String(++last).padStart(12, "0")}`;
      response.writeHead(status, { "X-Openstack-Request-Id": own });
      response.end(JSON.stringify(body));
    };
    request.resume();
    if (request.method === "POST") return answer(202, {});
    asked?.();
    if (silent) return undefined;
    const [what, id, list, one] = request.url.split("?")[0].split("/").slice(1);
    if (what === "servers" && id === undefined) {
      const found = request.url.includes("name=%5Eweb%24") ? [{ id: ID, name: "web" }] : [];
      return answer(200, { servers: found });
    }
    if (what !== "servers" || (id !== ID && list === undefined)) {
      return answer(404, { itemNotFound: { code: 404, message: "no such server" } });
    }
    if (one !== undefined) {
      return answer(200, {
        instanceAction: { ...action, message: fails ? "Error" : null, events: [event] },
      });
    }
    if (list !== undefined) return answer(200, { instanceActions: [action] });
    answer(200, {
      server: { id: ID, status: "ACTIVE", "OS-EXT-STS:task_state": fails ? null : "resize_prep" },
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = Client.openstack(`http://127.0.0.1:${server.address().port}`, {
    token: "gAAAAA-s3cr3t",
  });
  t.after(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, asks: () => new Promise((resolve) => (asked = resolve)) };
}

test("follow and explain", async (t) => {
  const { client } = await nova(t, true);
  const compute = new Compute(client);
  const resize = await client.post("/servers/{id}/action", {
    params: { id: ID },
    json: { resize: { flavorRef: "2" } },
  });
  assert.equal(resize.requestId, RESIZE);
  const failed = await failure(
    compute.follow(ID, resize, { pollIntervalMs: 10, settleTimeMs: 10 }),
  );
  assert.ok(failed instanceof ActionFailedError && failed instanceof ReqtrailError);
  const { report } = failed;
  assert.ok(report instanceof ActionReport);
  assert.equal(report.verdict, "failed");
  assert.equal(report.requestId, RESIZE);
  assert.equal(failed.requestId, RESIZE);
  assert.equal(failed.mayHaveBeenSent, true);
  assert.equal(failed.kind, "api");
  // A response can name an action to follow, but not to read.
  await assert.rejects(compute.action(ID, resize), /^TypeError: requestId: expected a string/);
  assert.equal(report.action.events[0].details, "No valid host was found.");
  assert.equal(report.action.action, "resize");
  assert.equal(report.server.status, "ACTIVE");
  assert.ok(failed.message.includes("No valid host was found.") && failed.message.includes(RESIZE));
  assert.match(failed.stack.split("\n    at ")[1], /openstack\.test\.mjs/);
  assert.equal(String(report), report.report());
  assert.equal(inspect(report), report.report());
  assert.equal(report.toJSON().schema, "reqtrail.action/1");
  assert.equal(report.trails[0].method, "POST");
  assert.equal(report.globalRequestId, report.trails[0].correlationId);
  assert.ok(!JSON.stringify(report).includes("s3cr3t"));
  const history = await compute.explain(ID, { limit: 5 });
  assert.ok(history instanceof ServerHistory);
  assert.deepEqual(
    history.actions.map(({ verdict }) => verdict),
    ["failed"],
  );
  assert.equal(history.actions[0].action.requestId, RESIZE);
  assert.ok(String(history).includes(RESIZE));
  assert.equal(history.trails.length, 3);
  const missing = await failure(client.get("/servers/{id}", { params: { id: "other" } }));
  assert.ok(missing instanceof NotFoundError && openstack.hasKnownCode(missing));
  assert.equal(missing.code, "itemNotFound");
});

test("following ends at its deadline, by its signal, and with its client", async (t) => {
  const { client, asks } = await nova(t, false);
  const compute = new Compute(client);
  const report = await compute.follow(ID, RESIZE, { pollIntervalMs: 10, deadlineMs: 100 });
  assert.equal(report.verdict, "unknown");
  assert.ok(report.followedMs >= 0);
  const controller = new AbortController();
  const following = failure(compute.follow(ID, RESIZE, { signal: controller.signal }));
  await asks();
  controller.abort(new Error("enough"));
  const unfollowed = await following;
  assert.ok(unfollowed instanceof ActionUnfollowedError);
  assert.equal(unfollowed.kind, "cancelled");
  assert.equal(unfollowed.name, "AbortError");
  assert.match(unfollowed.stack, /^AbortError: /);
  assert.equal(unfollowed.cause, controller.signal.reason);
  assert.equal(unfollowed.report.verdict, "unknown");
  const early = await failure(compute.follow(ID, RESIZE, { signal: AbortSignal.abort() }));
  assert.deepEqual([early.name, early.cause.name], ["AbortError", "AbortError"]);
  const unread = await failure(compute.explain(ID, { signal: AbortSignal.abort("enough") }));
  assert.ok(unread instanceof openstack.ExplainError);
  assert.deepEqual([unread.name, unread.cause], ["AbortError", "enough"]);
  assert.ok(Array.isArray(unread.trails));
  const closed = failure(compute.follow(ID, RESIZE));
  await asks();
  await client.close();
  const ended = await closed;
  assert.ok(ended instanceof ActionUnfollowedError);
  assert.ok(ended.cause instanceof CancelledError);
});

test("following and reading end by the platform's timeout", async (t) => {
  for (const silent of [false, true]) {
    const { client } = await nova(t, false, silent);
    const signal = AbortSignal.timeout(50);
    const unfollowed = await failure(new Compute(client).follow(ID, RESIZE, { signal }));
    assert.ok(unfollowed instanceof ActionUnfollowedError, inspect(unfollowed));
    assert.deepEqual([unfollowed.name, unfollowed.kind], ["TimeoutError", "timeout"]);
    assert.equal(unfollowed.cause, signal.reason);
    assert.equal(unfollowed.cause.name, "TimeoutError");
    assert.equal(unfollowed.report.verdict, "unknown");
  }
  const { client } = await nova(t, false, true);
  const compute = new Compute(client);
  const during = AbortSignal.timeout(50);
  const before = AbortSignal.abort(new DOMException("too late", "TimeoutError"));
  for (const signal of [during, before]) {
    const unread = await failure(compute.explain(ID, { signal }));
    assert.ok(unread instanceof openstack.ExplainError, inspect(unread));
    assert.deepEqual([unread.name, unread.kind], ["TimeoutError", "timeout"]);
    assert.equal(unread.cause, signal.reason);
    assert.ok(Array.isArray(unread.trails));
    const late = await failure(compute.server(ID, { signal }));
    assert.ok(late instanceof TimeoutError, inspect(late));
    assert.equal(late.cause, signal.reason);
  }
});

test("wrong options and wrong clients are refused", async (t) => {
  const { client } = await nova(t, true);
  const compute = new Compute(client);
  await assert.rejects(
    compute.follow(ID, RESIZE, { limit: 1 }),
    /`follow` has no option `limit`; it has .*pollIntervalMs.*signal/,
  );
  await assert.rejects(
    compute.follow(ID, RESIZE, { timeoutMs: 1 }),
    /`follow` has no option `timeoutMs`: `deadlineMs` is/,
  );
  await assert.rejects(compute.explain(ID, { limit: -1 }), TypeError);
  await assert.rejects(compute.actions(ID, { limit: 2 ** 32 }), /^TypeError: limit: expected/);
  await assert.rejects(compute.actions(ID, { changesSince: "2026-01-01" }), /expected a Date/);
  await assert.rejects(compute.follow(ID, 7), TypeError);
  const empty = await failure(compute.follow(ID, ""));
  assert.ok(empty instanceof RequestBuildError, inspect(empty));
  assert.match(
    empty.message,
    /the request ID is empty; expected that of the request which started/,
  );
  await assert.rejects(compute.follow(ID, RESIZE, { onProgress: 7 }), TypeError);
  assert.throws(() => new Compute({}), TypeError);
  await client.close();
  const server = createServer((_, response) => response.writeHead(403).end());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const other = Client.openstack(`http://127.0.0.1:${server.address().port}`);
  const unread = await failure(new Compute(other).explain(ID));
  assert.ok(unread instanceof openstack.ExplainError);
  assert.equal(unread.kind, "api");
  assert.equal(unread.status, 403);
  assert.equal(unread.cause.name, "PermissionDeniedError");
  assert.equal(unread.trails.length, 1);
  assert.ok((await failure(new Compute(other).server(ID))) instanceof ReqtrailError);
  await other.close();
  server.close();
});

test("a server is found by its name", async (t) => {
  const { client } = await nova(t, true);
  const compute = new Compute(client);
  const history = await compute.explain("web");
  assert.equal(history.toJSON().server_id, ID);
  assert.equal(history.trails[0].path, "/servers");
  const failed = await failure(compute.follow("nobody", RESIZE));
  assert.ok(failed instanceof ActionUnfollowedError);
  assert.equal(failed.category, "not_found");
  assert.ok(failed.cause instanceof NotFoundError && failed.cause.status === null);
  assert.match(failed.message, /`nobody`/);
  assert.equal(failed.report.trails.length, 1);
});

test("a server is read by its name", async (t) => {
  const { client } = await nova(t, true);
  const compute = new Compute(client);
  const server = await compute.serverByName("web", { timeoutMs: 20_000 });
  assert.deepEqual([server.id, server.trail.path], [ID, "/servers/{server_id}"]);
  const failed = await failure(compute.serverByName("nobody"));
  assert.ok(failed instanceof NotFoundError && failed.status === null);
  assert.match(failed.message, /`nobody`/);
});

test("a reboot seems to have succeeded", async (t) => {
  const event = {
    event: "compute_reboot_instance",
    start_time: "2026-11-21T21:00:00",
    finish_time: "2026-11-21T21:00:01",
    result: "Success",
  };
  const action = { action: "reboot", request_id: RESIZE, start_time: "2026-11-21T21:00:00" };
  const answers = {
    "os-instance-actions": { instanceActions: [action] },
    [RESIZE]: { instanceAction: { ...action, events: [event] } },
    [ID]: { server: { id: ID, status: "ACTIVE" } },
  };
  const server = createServer((request, response) => {
    response.setHeader("X-Openstack-Request-Id", "req-1");
    response.end(JSON.stringify(answers[request.url.split("/").at(-1)]));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lines = [];
  const client = Client.openstack(`http://127.0.0.1:${server.address().port}`, {
    onAttempt: (call, attempt) => lines.push([call.service, call.logLine, attempt.url]),
  });
  t.after(async () => {
    await client.close();
    server.close();
  });
  const compute = new Compute(client);
  const report = await compute.follow(ID, RESIZE);
  assert.deepEqual([report.verdict, report.apparent], ["unknown", "succeeded"]);
  const [outcome] = (await compute.explain(ID)).actions;
  assert.deepEqual([outcome.verdict, outcome.apparent], ["unknown", "succeeded"]);
  // Operators search logs for this line.
  const [service, line, url] = lines[0];
  assert.deepEqual(
    [service, line],
    ["compute", `GET call to compute for ${url} used request id req-1`],
  );
});
