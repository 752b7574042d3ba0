// The stories of a connection: why something in the cloud failed, over its services.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { inspect } from "node:util";

import { NotFoundError, RequestBuildError, openstack } from "reqtrail";

import { CREATED, NO_BACKEND, PASSWORD, VOLUME, serveCloud } from "./cloud.mjs";
import { failure, run } from "./support.mjs";

const { ExplainError, Story } = openstack;

/** Serves a cloud with a volume `data` that failed, and returns a connection. `hangs` names a path without an answer. */
async function cloud(t, options) {
  const { url, asks } = await serveCloud(t, options);
  const auth = {
    auth_url: url,
    username: "demo",
    password: PASSWORD,
    project_name: "prod",
    user_domain_id: "default",
    project_domain_id: "default",
  };
  const connection = await new openstack.Cloud({ auth }).connect();
  return { auth, connection, asks };
}

test("a volume that failed to be created, by its name", async (t) => {
  const { connection } = await cloud(t);
  const story = await connection.explain("data", { limit: 5, timeoutMs: 60_000 });
  assert.ok(story instanceof Story);
  assert.equal(story.asked, "data");
  assert.equal(story.failure, `the volume is in error: ${NO_BACKEND} (VOLUME_VOLUME_001_003)`);
  assert.deepEqual(story.requestIds, [CREATED]);
  const [volume] = story.resources;
  assert.deepEqual(
    [volume.resourceType, volume.id, volume.name, volume.status, volume.relation],
    ["volume", VOLUME, "data", "error", null],
  );
  assert.deepEqual([volume.requestId, volume.fault], [CREATED, null]);
  assert.deepEqual(
    volume.messages.map((it) => it.userMessage),
    [NO_BACKEND],
  );
  assert.ok(story.trails.length >= 3);
  assert.ok(story.trails.some((trail) => trail.service === "volume"));
  assert.equal(story.toJSON().schema, "reqtrail.story/2");
  assert.equal(inspect(story), story.report());
  assert.match(String(story), /give the operator: req-0fb4c369/);
  assert.ok(!(inspect(connection) + JSON.stringify(story)).includes("s3cr3t"));
  // By its kind and ID, with the same driver.
  const again = await connection.explain(`volume/${VOLUME}`);
  assert.equal(again.failure, story.failure);
  assert.equal(again.trails.length, 2);
});

test("a story that cannot be read has its trails", async (t) => {
  const { connection } = await cloud(t);
  const nothing = await failure(connection.explain("volume/other"));
  assert.ok(nothing instanceof ExplainError, inspect(nothing));
  assert.match(nothing.message, /other/);
  assert.ok(nothing.trails.length > 0);
  assert.equal(nothing.kind, "api");
  assert.equal(nothing.category, "not_found");
  assert.ok(nothing.cause instanceof NotFoundError, inspect(nothing.cause));
  assert.match(nothing.stack.split("\n    at ")[1], /stories\.test\.mjs/);
  const kind = await failure(connection.explain("network/web"));
  assert.ok(kind instanceof ExplainError, inspect(kind));
  assert.ok(kind.cause instanceof RequestBuildError, inspect(kind.cause));
  assert.match(kind.message, /`network` is not a kind of resource; .*`server\/…`/);
  assert.deepEqual(kind.trails, []);
});

test("a story ends by its signal and its timeout", async (t) => {
  const path = `/volume/v3/p1/volumes/${VOLUME}`;
  const { connection, asks } = await cloud(t, { hangs: path });
  const controller = new AbortController();
  const explaining = failure(connection.explain(`volume/${VOLUME}`, { signal: controller.signal }));
  await asks();
  controller.abort(new Error("enough"));
  const cancelled = await explaining;
  assert.ok(cancelled instanceof ExplainError, inspect(cancelled));
  assert.deepEqual([cancelled.name, cancelled.kind], ["AbortError", "cancelled"]);
  assert.equal(cancelled.cause, controller.signal.reason);
  assert.equal(cancelled.trails.length, 1);
  const signal = AbortSignal.abort("enough");
  const early = await failure(connection.explain("data", { signal }));
  assert.deepEqual([early.name, early.cause], ["AbortError", "enough"]);
  assert.ok(early.trails.every((trail) => trail.attempts.length === 0));
  const late = await failure(connection.explain(`volume/${VOLUME}`, { timeoutMs: 50 }));
  assert.ok(late instanceof ExplainError, inspect(late));
  assert.equal(late.kind, "timeout");
});

test("mistakes are named", async (t) => {
  const { connection } = await cloud(t);
  for (const [given, text] of [
    [
      ["data", { microversion: "3.5" }],
      /^`explain` has no option `microversion`; it has timeoutMs, limit/,
    ],
    [["data", { limit: -1 }], /^limit: expected/],
    [["data", { timeoutMs: "1" }], /^timeoutMs: expected/],
    [["data", { signal: 7 }], /^signal: expected/],
    [["data", 7], /^options: expected an object/],
    [[7], /^what: expected a string/],
  ]) {
    const error = await failure(connection.explain(...given));
    assert.ok(error instanceof TypeError, inspect(error));
    assert.match(error.message, text);
  }
});

test("channels get the calls of a story", async (t) => {
  const { connection } = await cloud(t);
  const published = [];
  const onCall = ({ trail }) => published.push(trail.correlationId);
  subscribe("reqtrail:call", onCall);
  t.after(() => unsubscribe("reqtrail:call", onCall));
  const story = await connection.explain(`volume/${VOLUME}`);
  assert.deepEqual(
    published,
    story.trails.map((trail) => trail.correlationId),
  );
});

test("a process that has read a story ends", async (t) => {
  const { auth } = await cloud(t);
  const code = `
    import { openstack } from "reqtrail";
    const connection = await new openstack.Cloud({ auth: ${JSON.stringify(auth)} }).connect();
    console.log((await connection.explain("data")).requestIds[0]);`;
  assert.deepEqual(await run(code), { code: 0, signal: null, stdout: `${CREATED}\n`, stderr: "" });
});
