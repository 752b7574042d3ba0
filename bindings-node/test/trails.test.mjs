// Trails as values: comparing and copying them, and what they keep in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";

import { Trail } from "reqtrail";

import { both, failure, run, served } from "./support.mjs";

test("two trails are equal if their values are", async (t) => {
  const { client } = await both(t);
  const one = await client.get("/ok");
  const two = await client.get("/ok");
  assert.notDeepStrictEqual(one.trail, two.trail);
  assert.throws(() => assert.deepEqual({ a: one.trail }, { a: two.trail }));
  assert.deepStrictEqual(one.trail, one.trail);
  const error = await failure(client.get("/missing"));
  assert.notDeepStrictEqual(error.trail, one.trail);
  assert.ok(Object.isFrozen(one.trail) && Object.isFrozen(one.trail.attempts[0]));
});

test("trails and errors cross structuredClone and postMessage as data", async (t) => {
  const { client } = await both(t);
  const error = await failure(client.get("/once-more/{id}", { params: { id: 7 } }));
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(error.trail);
  for (const copy of [structuredClone(error.trail), receiveMessageOnPort(port2).message]) {
    assert.equal(copy.callId, error.trail.callId);
    assert.equal(copy.path, "/once-more/{id}");
    assert.equal(copy.attempts[0].requestId, error.requestId);
    assert.deepEqual(copy.startedAt, error.trail.startedAt);
    for (const name of Object.keys(Trail.prototype)) assert.fail(name);
  }
  // The platform copies the message and the stack of an error, which have the IDs; the data is sent as JSON.
  port1.postMessage(error);
  const { message } = receiveMessageOnPort(port2);
  assert.ok(message.message.includes(error.requestId) && message.stack.includes("NotFoundError"));
  const data = structuredClone(error.toJSON());
  assert.equal(data.trail.attempts[0].request_id, error.requestId);
  assert.equal(structuredClone({ ...error }).trail.callId, error.trail.callId);
  port1.close();
});

test("the output of a fatal error has the trail", async (t) => {
  const server = await served(t);
  const code = `
    import { Client } from "reqtrail";
    await new Client(process.argv[1], { baseDelayMs: 1 }).get("/busy", { maxAttempts: 2 });`;
  const { code: exit, stderr } = await run(code, { args: [server.url] });
  assert.equal(exit, 1);
  for (const text of ["UnavailableError: GET /busy", "trail: Trail {", "requestId: 'req_00000001'"])
    assert.ok(stderr.includes(text), stderr);
  assert.match(stderr, /waitReason: '(backoff|retry_after)'/);
});

test("the error of a worker has the trail", async (t) => {
  const server = await served(t);
  const code = `
    import { Worker, isMainThread, workerData } from "node:worker_threads";
    const program = 'require("reqtrail"); const { workerData } = require("node:worker_threads");'
      + 'new (require("reqtrail").Client)(workerData).get("/missing")';
    const worker = new Worker(program, { eval: true, execArgv: [], workerData: process.argv[1] });
    worker.on("error", (error) => console.log(error.trail.attempts[0].requestId, error.status));`;
  const { stdout, stderr } = await run(code, { args: [server.url] });
  assert.equal(stdout, "req_00000001 404\n", stderr);
});

test(
  "a trail does not keep a body in memory",
  { skip: process.platform !== "linux" },
  async (t) => {
    const server = await served(t);
    const code = `
    import { readFileSync } from "node:fs";
    import { Client } from "reqtrail";
    const client = new Client(process.argv[1]);
    const body = Buffer.alloc(1 << 20, "x");
    const resident = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
    const kept = [];
    async function some(count) {
      for (let i = 0; i < count; i++) {
        kept.push((await client.post("/echo", { body })).trail);
        if (i % 16 === 0) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      }
      for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
    }
    await some(64);
    const before = resident();
    await some(256);
    console.log(Math.round(resident() - before), kept.length);`;
    const { stdout, stderr } = await run(code, { args: [server.url], node: ["--expose-gc"] });
    const [grown, kept] = stdout.split(" ").map(Number);
    assert.equal(kept, 320, stderr);
    // The bodies would be 256 MiB.
    assert.ok(grown < 100, `${grown} MiB`);
  },
);

test("the stack of an error begins in the program's code, also in a chain of then", async (t) => {
  const { client } = await both(t);
  function caller() {
    return client.get("/missing").then((response) => response.json());
  }
  const chained = await failure(caller());
  assert.match(chained.stack.split("\n")[1], /^ {4}at caller \(.*trails\.test\.mjs/);
  const callback = await new Promise((resolve) => {
    setImmediate(function later() {
      client.post("/missing", { json: {} }).catch(resolve);
    });
  });
  assert.match(callback.stack.split("\n")[1], /^ {4}at Immediate\.later .*trails\.test\.mjs/);
  for (const wrong of [{ timeoutMs: -1 }, { query: { a: null } }, { nothing: 1 }]) {
    const error = await failure(client.get("/ok", wrong).then((response) => response.json()));
    assert.match(error.stack.split("\n")[1], /trails\.test\.mjs/);
  }
  await client.close();
  const closed = await failure(client.get("/ok").then((response) => response.json()));
  assert.match(closed.stack.split("\n")[1], /trails\.test\.mjs/);
  assert.match(
    inspect(chained),
    /NotFoundError: GET \/missing[\s\S]*at caller[\s\S]*GET \/missing/,
  );
});
