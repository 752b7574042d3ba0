// Cancelling: before a call, during it, in a wait and in a body; and one signal for many calls.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { CancelledError, TimeoutError } from "reqtrail";

import { both, failure, run, served } from "./support.mjs";

function check(error, reason, attempts) {
  assert.ok(error instanceof CancelledError, String(error));
  assert.equal(error.name, "AbortError");
  assert.equal(error.kind, "cancelled");
  assert.equal(error.cause, reason);
  assert.equal(error.trail.stopped, "cancelled");
  if (attempts !== undefined) assert.equal(error.trail.attempts.length, attempts);
  assert.ok(error.stack.includes("abort.test.mjs"), error.stack);
}

test("a call is cancelled before it starts", async (t) => {
  const { server, client } = await both(t);
  const reason = new Error("enough");
  check(await failure(client.get("/ok", { signal: AbortSignal.abort(reason) })), reason, 0);
  assert.equal(server.seen.length, 0);
});

test("a call is cancelled while the server is silent", async (t) => {
  const { server, client } = await both(t);
  const controller = new AbortController();
  const call = failure(client.get("/stall", { signal: controller.signal }));
  await server.next();
  controller.abort("a reason of any type");
  const error = await call;
  check(error, "a reason of any type", 1);
  assert.notEqual(error.trail.attempts[0].sent, "no");
});

test("a call is cancelled in a wait", async (t) => {
  let attempted;
  const waits = new Promise((resolve) => (attempted = resolve));
  const { client } = await both(t, { onAttempt: attempted });
  const controller = new AbortController();
  const call = failure(client.get("/wait", { signal: controller.signal }));
  await waits;
  controller.abort();
  const error = await call;
  check(error, controller.signal.reason, 1);
  assert.equal(error.cause.name, "AbortError");
  assert.equal(error.requestId, error.trail.requestId);
});

test("a call is cancelled in a body", async (t) => {
  const { server, client } = await both(t);
  const controller = new AbortController();
  const call = failure(client.get("/half", { signal: controller.signal }));
  await server.next();
  // The head is on its way; the rest of the body never comes.
  setImmediate(() => controller.abort());
  check(await call, controller.signal.reason, 1);
});

test("a call is cancelled in a refresh, which goes on for others", async (t) => {
  let answer;
  let asked;
  const asks = new Promise((resolve) => (asked = resolve));
  const { client } = await both(t, {
    token: "bad",
    tokenRefresher: () => {
      asked();
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const controller = new AbortController();
  const cancelled = failure(client.get("/private", { signal: controller.signal }));
  const other = client.get("/private");
  await asks;
  controller.abort();
  check(await cancelled, controller.signal.reason, 1);
  answer("good");
  assert.equal((await other).status, 200);
});

test("a trail says why an attempt failed", async (t) => {
  const { client } = await both(t);
  const late = await failure(client.get("/stall", { attemptTimeoutMs: 200, maxAttempts: 1 }));
  const [stalled] = late.trail.attempts;
  assert.match(stalled.failureReason, /within 200 ms$/);
  assert.ok(late.message.includes(stalled.failureReason), late.message);
  assert.deepEqual([stalled.failureCode, stalled.processed, stalled.category], [null, null, null]);
  assert.deepEqual([late.trail.service, late.trail.correlationId], [null, null]);
  const missing = await failure(client.get("/missing"));
  const [answered] = missing.trail.attempts;
  assert.deepEqual([answered.category, answered.processed], ["not_found", true]);
  assert.equal(answered.failureReason, null);
});

function checkLate(error, reason) {
  assert.ok(error instanceof TimeoutError, String(error));
  assert.deepEqual([error.name, error.kind], ["TimeoutError", "timeout"]);
  assert.equal(error.cause, reason);
  assert.deepEqual([error.trail.outcome, error.trail.stopped], ["timeout", "deadline"]);
  assert.match(error.message, /the caller's deadline passed/);
}

test("the platform's timeout ends a call", async (t) => {
  const { client } = await both(t);
  for (const path of ["/stall", "/half", "/wait"]) {
    const signal = AbortSignal.timeout(50);
    const error = await failure(client.get(path, { signal }));
    // How far the call has come by then depends on the machine.
    checkLate(error, signal.reason);
    assert.equal(error.cause.name, "TimeoutError");
  }
});

test("a signal whose reason is a timeout ends a call, before it and during it", async (t) => {
  const events = [];
  const { server, client } = await both(t, { onCall: ({ outcome }) => events.push(outcome) });
  const reason = new DOMException("too slow", "TimeoutError");
  checkLate(await failure(client.get("/ok", { signal: AbortSignal.abort(reason) })), reason);
  assert.equal(server.seen.length, 0);
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, new AbortController().signal]);
  const call = failure(client.get("/stall", { signal }));
  await server.next();
  controller.abort(reason);
  const error = await call;
  checkLate(error, reason);
  assert.equal(error.trail.attempts[0].failure, "timeout");
  assert.match(error.trail.report(), /FAILED: timeout/);
  assert.deepEqual(events, ["timeout", "timeout"]);
});

test("the call's own timeout does not have the signal's reason", async (t) => {
  const { client } = await both(t);
  const controller = new AbortController();
  const options = { signal: controller.signal, timeoutMs: 50 };
  const error = await failure(client.get("/stall", options));
  controller.abort(new DOMException("too late", "TimeoutError"));
  assert.deepEqual([error.kind, error.cause], ["timeout", undefined]);
});

test("a reason whose name cannot be read cancels the call", async (t) => {
  const { client } = await both(t);
  const odd = {
    get name() {
      throw new Error("no");
    },
  };
  const error = await failure(client.get("/ok", { signal: AbortSignal.abort(odd) }));
  assert.equal(error.kind, "cancelled");
  assert.equal(error.cause, odd);
});

test("a reason that cannot be read ends only its own call", async (t) => {
  const { client } = await both(t);
  const thrown = new Error("no");
  const signal = AbortSignal.abort();
  Object.defineProperty(signal, "reason", {
    get() {
      throw thrown;
    },
  });
  const [odd, other] = [failure(client.get("/ok", { signal })), client.get("/ok")];
  assert.equal(await odd, thrown);
  assert.equal((await other).status, 200);
});

test("a signal that keeps its listeners ends only its own call", async (t) => {
  const { client } = await both(t);
  const thrown = new Error("no");
  const { signal } = new AbortController();
  signal.removeEventListener = () => {
    throw thrown;
  };
  const odd = failure(client.get("/ok", { signal }));
  const others = Array.from({ length: 20 }, () => client.get("/ok"));
  assert.equal(await odd, thrown);
  for (const { status } of await Promise.all(others)) assert.equal(status, 200);
});

test("one signal for many calls: one listener, none left, no warning", async (t) => {
  const { server, client } = await both(t);
  const warnings = [];
  const warn = (warning) => warnings.push(warning);
  process.on("warning", warn);
  t.after(() => process.off("warning", warn));
  const controller = new AbortController();
  const { signal } = controller;
  await Promise.all(Array.from({ length: 50 }, () => client.get("/ok", { signal })));
  assert.equal(getEventListeners(signal, "abort").length, 0);
  const calls = Array.from({ length: 200 }, () => failure(client.get("/stall", { signal })));
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await server.next();
  controller.abort();
  for (const error of await Promise.all(calls)) assert.equal(error.kind, "cancelled");
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.deepEqual(warnings, []);
  // The client still works.
  assert.equal((await client.get("/ok")).status, 200);
});

test("an abort after the end changes nothing", async (t) => {
  const { client } = await both(t);
  const controller = new AbortController();
  const response = await client.get("/ok", { signal: controller.signal });
  controller.abort();
  assert.equal(response.json().ok, true);
});

test("the reason is the cause of cancelled calls only", async (t) => {
  const { client } = await both(t);
  const controller = new AbortController();
  const call = failure(client.get("/missing", { signal: controller.signal }));
  // The call has ended by now, but its mail has not been taken.
  const until = Date.now() + 200;
  while (Date.now() < until);
  controller.abort(new Error("too late"));
  const error = await call;
  if (error.kind !== "cancelled") assert.equal(error.cause, undefined);
  else assert.equal(error.cause, controller.signal.reason);
});

test("an object that is not a signal is refused before anything is sent", async (t) => {
  const { server, client } = await both(t);
  const throwing = {
    aborted: false,
    addEventListener() {
      throw new RangeError("no listeners here");
    },
    removeEventListener() {},
  };
  await assert.rejects(client.get("/ok", { signal: throwing }), RangeError);
  await assert.rejects(client.get("/ok", { signal: throwing }), RangeError);
  const half = { aborted: false, addEventListener() {} };
  await assert.rejects(client.get("/ok", { signal: half }), /signal: expected an AbortSignal/);
  await client.get("/own/1");
  assert.deepEqual(
    server.seen.map(({ url }) => url),
    ["/own/1"],
  );
});

/** Makes a Blob that is read when the test calls `go`. */
function slow(text = "a") {
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  const blob = new Blob([text]);
  blob.arrayBuffer = async () => {
    await gate;
    return Blob.prototype.arrayBuffer.call(blob);
  };
  return { blob, go };
}

test("a call is cancelled while a Blob is read", async (t) => {
  const events = [];
  const { server, client } = await both(t, { onCall: (trail) => events.push(trail.stopped) });
  const { blob, go } = slow();
  const controller = new AbortController();
  const call = failure(client.post("/echo", { body: blob, signal: controller.signal }));
  await new Promise(setImmediate);
  controller.abort("enough");
  check(await call, "enough", 0);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  // The Blob's content begins nothing after that.
  go();
  await new Promise(setImmediate);
  const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
  const error = await failure(client.post("/echo", { body: slow().blob, signal: late }));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.trail.attempts.length, 0);
  assert.deepEqual(events, ["cancelled", "deadline"]);
  assert.equal(server.seen.length, 0);
});

test("a call ends at its timeout while a Blob is read", async (t) => {
  for (const [options, own] of [
    [{ timeoutMs: 20 }, {}],
    [{}, { timeoutMs: 20 }],
  ]) {
    const { server, client } = await both(t, own);
    const error = await failure(client.post("/echo", { body: slow().blob, ...options }));
    assert.ok(error instanceof TimeoutError, String(error));
    assert.equal(error.trail.stopped, "deadline");
    assert.equal(error.trail.attempts.length, 0);
    assert.equal(server.seen.length, 0);
  }
});

test("closing the client cancels a call whose Blob is read", async (t) => {
  const { server, client } = await both(t);
  const call = failure(client.post("/echo", { body: slow().blob }));
  await client.close();
  check(await call, undefined, 0);
  assert.equal(server.seen.length, 0);
});

test("a Blob that cannot be read fails its call", async (t) => {
  const { server, client } = await both(t);
  const wrong = new Error("the file is gone");
  const blob = new Blob(["a"]);
  for (const arrayBuffer of [
    () => Promise.reject(wrong),
    () => {
      throw wrong;
    },
  ]) {
    blob.arrayBuffer = arrayBuffer;
    const { signal } = new AbortController();
    assert.equal(await failure(client.post("/echo", { body: blob, signal })), wrong);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }
  assert.equal(server.seen.length, 0);
  const { blob: good, go } = slow("text");
  const call = client.post("/echo", { body: good, timeoutMs: 2 ** 40 });
  go();
  assert.equal((await call).text(), "text");
  await client.close();
});

test("a process stays alive while a Blob is read", async (t) => {
  const server = await served(t);
  const program = `
    import { Client } from "reqtrail";
    const client = new Client(${JSON.stringify(server.url)}, { timeoutMs: 20 });
    const blob = new Blob(["a"]);
    blob.arrayBuffer = () => new Promise(() => {});
    client.post("/echo", { body: blob }).catch((error) => console.log(error.kind));`;
  const { code, stdout, stderr } = await run(program);
  assert.deepEqual([code, stdout.trim(), stderr], [0, "timeout", ""]);
});
