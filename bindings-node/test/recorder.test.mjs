// `client.recorder`, which remembers a client's calls.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";

import { Recorder } from "reqtrail";
import { Mock } from "reqtrail/testing";

import { both, failure } from "./support.mjs";

const ids = (trails) => trails.map(({ callId }) => callId);

test("a call is found by any of its IDs", async (t) => {
  const { client } = await both(t);
  const { requestId, trail } = await failure(client.get("/missing"));
  const { callId, traceId, attempts } = trail;
  assert.ok(client.recorder instanceof Recorder);
  for (const id of [requestId, callId, callId.slice(0, 8), traceId, attempts[0].spanId]) {
    const found = client.recorder.find(id);
    assert.deepEqual(found, [trail]);
    assert.equal(found[0].report(), trail.report());
  }
  assert.deepEqual(client.recorder.find("no such ID"), []);
});

test("a filter chooses", async (t) => {
  const { client } = await both(t, { maxAttempts: 1 });
  const ok = await client.get("/ok");
  const { trail } = await failure(client.get("/missing"));
  const { recorder } = client;
  assert.deepEqual(ids(recorder.recent()), [trail.callId, ok.trail.callId]);
  for (const filter of [
    { failed: true },
    { code: "not_found" },
    { path: "/missing" },
    { status: 404 },
    { limit: 1 },
    { failed: null, slowerThanMs: undefined, limit: 1 },
  ]) {
    assert.deepEqual(recorder.recent(filter), [trail]);
  }
  assert.deepEqual(recorder.recent({ slowerThanMs: 60_000 }), []);
  assert.equal(recorder.recent({ slowerThanMs: 0, limit: 7 }).length, 2);
});

test("invalid filters are refused", async (t) => {
  const { client } = await both(t);
  const { recorder } = client;
  for (const [filter, message] of [
    [{ fail: true }, /^`recent` has no option `fail`; did you mean `failed`\?$/],
    [{ failed: "yes" }, /^failed: expected/],
    [{ slowerThanMs: -1 }, /^slowerThanMs: expected/],
    [{ status: 70_000 }, /^status: expected a whole number from 0 to 65535, not 70000$/],
    [{ code: 7 }, /^code: expected/],
    [{ limit: 1.5 }, /^limit: expected/],
    ["failed", /^filter: expected an object/],
  ]) {
    assert.throws(() => recorder.recent(filter), { name: "TypeError", message });
  }
  assert.throws(() => recorder.find(7), { name: "TypeError", message: /^id: expected/ });
});

test("a call under way is listed", async (t) => {
  const { client } = await both(t);
  const { recorder } = client;
  const abort = new AbortController();
  const call = failure(client.get("/stall", { signal: abort.signal }));
  while (recorder.inFlight()[0]?.phase !== "waiting") await setImmediate();
  const [now, ...others] = recorder.inFlight();
  assert.deepEqual(others, []);
  assert.deepEqual(
    [now.method, now.path, now.attempt, now.mayHaveBeenSent, now.retryInMs],
    ["GET", "/stall", 1, true, null],
  );
  assert.ok(now.ageMs >= 0 && Object.isFrozen(now));
  assert.equal(recorder.stats.inFlight, 1);
  abort.abort();
  const { trail } = await call;
  assert.deepEqual(
    [now.callId, now.traceId, now.startedAt],
    [trail.callId, trail.traceId, trail.startedAt],
  );
  assert.deepEqual(recorder.inFlight(), []);
  assert.deepEqual(recorder.recent(), [trail]);
});

test("stats and dump show what is kept, also after the client is closed", async (t) => {
  const { client } = await both(t);
  const { recorder } = client;
  const ok = await client.get("/ok");
  const { trail } = await failure(client.get("/missing"));
  await client.close();
  assert.equal(client.recorder, recorder);
  const { bytes, ...stats } = recorder.stats;
  assert.deepEqual(stats, {
    failed: 1,
    notable: 0,
    recent: 1,
    inFlight: 0,
    skipped: 0,
    journal: null,
  });
  assert.ok(bytes > 0);
  const lines = recorder
    .dump()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ reqtrail }) => reqtrail.trail),
    [ok.trail.toJSON(), trail.toJSON()],
  );
  assert.equal(inspect(recorder), "Recorder of 1 failed, 0 notable and 1 other calls, 0 in flight");
});

test("a client without a recorder", async (t) => {
  const { client } = await both(t, { recorder: false });
  const { requestId } = await failure(client.get("/missing"));
  assert.deepEqual(client.recorder.find(requestId), []);
  assert.equal(client.recorder.dump(), "");
});

test("the client of a mock has a recorder", async () => {
  const mock = new Mock();
  mock.get("/x").replies(404, { code: "not_found" });
  const client = mock.client();
  const { trail } = await failure(client.get("/x"));
  assert.deepEqual(client.recorder.recent({ failed: true }), [trail]);
});
