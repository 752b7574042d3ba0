// Many calls at once, calls that start in the results of others, and hooks among them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { both } from "./support.mjs";

test("1,000 concurrent calls do not swap IDs", async (t) => {
  const { client } = await both(t);
  const keys = Array.from({ length: 1000 }, (_, key) => String(key));
  const responses = await Promise.all(
    keys.map((key) => client.get("/own/{key}", { params: { key } })),
  );
  responses.forEach((response, index) => {
    assert.equal(response.requestId, `own-${index}`);
    assert.equal(response.json().key, keys[index]);
    assert.equal(response.trail.attempts[0].url.split("/").at(-1), keys[index]);
    assert.equal(response.headers.get("x-request-id"), `own-${index}`);
  });
  assert.equal(new Set(responses.map(({ trail }) => trail.callId)).size, 1000);
});

test("calls start in the results of other calls, thousands deep", async (t) => {
  const { client } = await both(t);
  let left = 2000;
  await new Promise((resolve, reject) => {
    const again = () => {
      if (left-- === 0) return resolve();
      client.get("/ok").then(again, reject);
    };
    for (let i = 0; i < 8; i++) again();
  });
});

test("a hook makes a call before its own call has ended", async (t) => {
  const order = [];
  let inner;
  const { client } = await both(t, {
    onAttempt: (call, attempt) => {
      order.push(`attempt ${attempt.number} ${call.path}`);
      if (call.path === "/once/a" && attempt.number === 1) inner = client.get("/ok");
    },
    onCall: (trail) => order.push(`call ${trail.path}`),
  });
  await client.get("/once/a");
  order.push("resolved");
  await inner;
  const own = order.filter((line) => !line.endsWith("/ok"));
  assert.deepEqual(own, ["attempt 1 /once/a", "attempt 2 /once/a", "call /once/a", "resolved"]);
});

test("a failing hook causes a warning, and the call goes on", async (t) => {
  const warned = [];
  const warn = (warning) => warned.push(warning);
  process.on("warning", warn);
  t.after(() => process.off("warning", warn));
  const { client } = await both(t, {
    onAttempt: () => {
      throw new Error("in onAttempt");
    },
    onCall: async () => {
      throw new Error("in onCall");
    },
  });
  assert.equal((await client.get("/ok")).status, 200);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    warned.map(({ code }) => code),
    ["REQTRAIL_HOOK", "REQTRAIL_HOOK"],
  );
  assert.ok(warned[0].detail.includes("in onAttempt"));
});
