// What keeps a process alive; exits, worker threads and vm contexts in the middle of calls.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { Worker } from "node:worker_threads";

import { Client } from "reqtrail";

import { both, failure, run, served } from "./support.mjs";

const require = createRequire(import.meta.url);
const LIB = 'import { Client } from "reqtrail"; const client = new Client(process.argv[1]);';

async function ended(code, server, options) {
  const { stdout, ...how } = await run(LIB + code, { args: [server.url], ...options });
  assert.deepEqual(how, { code: 0, signal: null, stderr: "" });
  return stdout.trim();
}

test("a client does not keep a process alive, an open call does", async (t) => {
  const server = await served(t);
  assert.equal(await ended("console.log('up')", server), "up");
  assert.equal(await ended("console.log((await client.get('/ok')).status)", server), "200");
  assert.equal(await ended("client.get('/ok').then((r) => console.log(r.status))", server), "200");
  assert.equal(
    await ended(
      "client.get('/wait').catch(() => {}); await client.close(); console.log('closed')",
      server,
    ),
    "closed",
  );
});

test("a process with many open clients ends", async (t) => {
  const server = await served(t);
  const code = `
    const clients = Array.from({ length: 8 }, () => new Client(process.argv[1]));
    await Promise.all(clients.map((one) => one.get("/ok")));
    // Keeps them from being collected before the end.
    globalThis.clients = clients;
    console.log("done");`;
  assert.equal(await ended(code, server), "done");
  const stalled = `${code} for (const one of clients) one.get("/stall").catch(() => {}); process.exit();`;
  assert.equal(await ended(stalled, server), "done");
});

test("process.exit ends a process in the middle of calls", async (t) => {
  const server = await served(t);
  const code = `
    for (let i = 0; i < 50; i++) client.get(i % 2 ? "/ok" : "/stall").catch(() => {});
    await client.get("/ok");
    process.exit();`;
  for (let round = 0; round < 10; round++) await ended(code, server);
  await ended('client.get("/stall").catch(() => {}); process.exit()', server);
  const thrown = await run(`${LIB} client.get("/stall").catch(() => {}); throw new Error("mine")`, {
    args: [server.url],
  });
  assert.equal(thrown.code, 1);
  assert.match(thrown.stderr, /Error: mine/);
});

test("worker threads make calls, and end", async (t) => {
  const server = await served(t);
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    const { Client } = require("reqtrail");
    const client = new Client(workerData.url);
    Promise.all(Array.from({ length: 50 }, (_, key) => client.get("/own/{key}", { params: { key } }))).then((all) =>
      parentPort.postMessage(all.every((response, key) => response.requestId === "own-" + key)),
    );`;
  const ends = Array.from({ length: 4 }, async () => {
    const worker = start(code, server);
    // The thread ends by itself: the client does not keep it alive either.
    return Promise.all([once(worker, "message"), once(worker, "exit")]);
  });
  for (const [[same], [exit]] of await Promise.all(ends)) {
    assert.equal(same, true);
    assert.equal(exit, 0);
  }
});

test("worker threads are terminated in the middle of calls", async (t) => {
  const server = await served(t);
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    const { Client } = require("reqtrail");
    const client = new Client(workerData.url, { onAttempt() {}, onCall() {} });
    client.get("/ok").then(() => parentPort.postMessage("under way"));
    const again = () => client.get("/ok").then(again, () => {});
    for (let i = 0; i < 20; i++) { again(); client.get("/stall").catch(() => {}); }`;
  const { client } = await both(t);
  for (let round = 0; round < 10; round++) {
    const workers = [start(code, server), start(code, server)];
    await Promise.all(workers.map((worker) => once(worker, "message")));
    await Promise.all(workers.map((worker) => worker.terminate()));
    assert.equal((await client.get("/ok")).status, 200);
  }
});

function start(code, server) {
  return new Worker(code, { eval: true, workerData: { url: server.url } });
}

test("vm contexts make calls", async (t) => {
  const { server, client } = await both(t, { token: "bad" });
  for (let round = 0; round < 5; round++) {
    const context = createContext({ Client, client, url: server.url, require });
    const seen = await runInContext(
      `(async () => {
        const own = new Client(url, { token: "bad", tokenRefresher: async () => "good", onCall() {} });
        const [a, b] = await Promise.all([own.get("/private"), client.post("/echo", { body: new Uint8Array([65]), query: { a: [1] } })]);
        await own.close();
        const error = await client.get("/missing").catch((error) => error);
        own.get("/stall").catch(() => {});
        return [a.status, b.text(), error.name];
      })()`,
      context,
    );
    assert.deepEqual(seen.join(), "200,A,NotFoundError");
  }
});

test("the package can be loaded again in the same thread, as test runners do", async (t) => {
  const server = await served(t);
  for (let round = 0; round < 3; round++) {
    for (const file of Object.keys(require.cache)) {
      if (file.includes("node_modules/reqtrail")) delete require.cache[file];
    }
    const again = require("reqtrail");
    assert.notEqual(again.Client, Client);
    const client = new again.Client(server.url);
    assert.equal((await client.get("/ok")).status, 200);
    assert.ok((await failure(client.get("/missing"))) instanceof again.NotFoundError);
    await client.close();
  }
});

test(
  "discarded clients, open or closed, leave no threads",
  { skip: process.platform !== "linux" },
  async (t) => {
    const server = await served(t);
    const code = `
    import { readdirSync } from "node:fs";
    const threads = () => readdirSync("/proc/self/task").length;
    await client.get("/ok");
    const before = threads();
    async function thrownAway(close) {
      const one = new Client(process.argv[1]);
      await one.get("/ok");
      if (close) await one.close();
    }
    for (let i = 0; i < 100; i++) await thrownAway(i % 2 === 0);
    for (let i = 0; i < 50 && threads() > before; i++) {
      gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(threads() - before);`;
    assert.ok(Number(await ended(code, server, { node: ["--expose-gc"] })) <= 0);
    assert.ok(readdirSync("/proc/self/task").length > 0);
  },
);
