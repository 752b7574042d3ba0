// Hooks: whatever they do, they do not affect calls. They run in the context of their call or of their client.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { test } from "node:test";

import { both, failure } from "./support.mjs";

const ODD = {
  "without a prototype": () => {
    throw Object.create(null);
  },
  "with a toString that throws": () => {
    throw {
      toString() {
        throw new Error("no");
      },
    };
  },
  "with a stack that throws": () => {
    throw Object.defineProperty(new Error("odd"), "stack", {
      get() {
        throw new Error("no");
      },
    });
  },
  "with a stack that is a number": () => {
    throw Object.defineProperty(new Error("odd"), "stack", { value: 5 });
  },
  "of a promise": async () => {
    throw Object.create(null);
  },
  "of a thenable": () => ({
    then(_, reject) {
      reject(Symbol("odd"));
    },
  }),
};

for (const [name, hook] of Object.entries(ODD)) {
  test(`a hook throws something odd: ${name}`, async (t) => {
    const callIds = [];
    const { client } = await both(t, {
      onAttempt: hook,
      onCall: (trail) => callIds.push(trail.callId),
    });
    const warned = once(process, "warning");
    const responses = await Promise.all([client.get("/ok"), client.get("/ok")]);
    assert.equal((await warned)[0].code, "REQTRAIL_HOOK");
    assert.deepEqual(callIds.sort(), responses.map(({ trail }) => trail.callId).sort());
  });
}

test("hooks and a refresher run in the context of their call", async (t) => {
  const storage = new AsyncLocalStorage();
  const seen = { attempts: [], calls: [], refreshes: [] };
  const { client } = await storage.run("first", () =>
    both(t, {
      token: "bad",
      onAttempt: (call) => seen.attempts.push([call.path, storage.getStore()]),
      onCall: (trail) => seen.calls.push([trail.path, storage.getStore()]),
      tokenRefresher: () => {
        seen.refreshes.push(storage.getStore());
        return "good";
      },
    }),
  );
  const one = storage.run("one", () => client.get("/own/1"));
  const two = storage.run("two", () => failure(client.get("/missing")));
  await Promise.all([one, two]);
  await storage.run("three", () => client.get("/private"));
  // A call that cannot begin ends too.
  await storage.run("four", () => failure(client.get("/wrong", { maxAttempts: 99 })));
  assert.deepEqual(seen.attempts.sort(), [
    ["/missing", "two"],
    ["/own/1", "one"],
    ["/private", "three"],
    ["/private", "three"],
  ]);
  assert.deepEqual(seen.calls.sort(), [
    ["/missing", "two"],
    ["/own/1", "one"],
    ["/private", "three"],
    ["/wrong", "four"],
  ]);
  assert.deepEqual(seen.refreshes, ["three"]);
});
