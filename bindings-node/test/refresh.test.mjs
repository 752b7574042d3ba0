// Token refreshers: in whose context they run.

import assert from "node:assert/strict";
import { AsyncLocalStorage, AsyncResource, createHook } from "node:async_hooks";
import { test } from "node:test";

import { Client, openstack } from "reqtrail";

import { both, failure, served } from "./support.mjs";

test("a refresher runs in the context of the call that asks", async (t) => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const tokenRefresher = async () => {
    seen.push(storage.getStore());
    await new Promise(setImmediate);
    seen.push(storage.getStore());
    return "good";
  };
  for (const token of ["bad", undefined]) {
    const { client } = await storage.run("client", () => both(t, { token, tokenRefresher }));
    await storage.run("one", () => client.get("/private"));
    client.setToken("bad again");
    // A body that has to be read first makes no difference.
    const body = new Blob(["a"]);
    await storage.run("two", () => client.post("/private", { body }));
    client.setToken("bad once more");
    const inThree = storage.run("three", () => new AsyncResource("PROGRAM"));
    await inThree.runInAsyncScope(() => client.get("/private"));
    client.setToken("bad at last");
    await storage.run(undefined, () => client.get("/private"));
    // Without a token one is asked for before the first call; nothing else differs.
    const each = ["one", "two", "three", undefined];
    assert.deepEqual(
      seen.splice(0),
      each.flatMap((store) => [store, store]),
    );
  }
});

test("one refresh serves many calls, in the context of the one that began it", async (t) => {
  const storage = new AsyncLocalStorage();
  let asked = 0;
  let began;
  let answer;
  const begins = new Promise((resolve) => (began = resolve));
  const { client } = await both(t, {
    token: "bad",
    tokenRefresher: () => {
      asked++;
      began(storage.getStore());
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const first = storage.run("first", () => client.get("/private"));
  const store = await begins;
  const others = [1, 2, 3].map((n) => storage.run(n, () => client.get("/private")));
  answer("good");
  for (const { status } of await Promise.all([first, ...others])) assert.equal(status, 200);
  assert.deepEqual([store, asked], ["first", 1]);
});

test("a refresher runs in the context of the flow that asks", async (t) => {
  const storage = new AsyncLocalStorage();
  const server = await served(t);
  const seen = [];
  const client = Client.openstack(server.url, {
    tokenRefresher: () => {
      seen.push(storage.getStore());
      return "good";
    },
  });
  t.after(() => client.close());
  const error = await storage.run("flow", () => failure(new openstack.Compute(client).server("s")));
  assert.equal(error.status, 404);
  assert.deepEqual(seen, ["flow"]);
});

test("only clients that have something to tell remember where calls began", async (t) => {
  let contexts = 0;
  const hook = createHook({
    init(_, type) {
      if (type === "REQTRAIL_CALL") contexts++;
    },
  }).enable();
  t.after(() => hook.disable());
  const { client } = await both(t, { token: "good" });
  await client.get("/private");
  assert.equal(contexts, 0);
  const { client: other } = await both(t, { token: "good", tokenRefresher: () => "good" });
  await other.get("/private");
  assert.equal(contexts, 1);
});
