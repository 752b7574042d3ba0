// Mocks: real calls without a network, on a virtual clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import {
  CancelledError,
  ConnectError,
  RateLimitedError,
  TimeoutError,
  Trail,
  openstack,
} from "reqtrail";
import { Mock, error, response, trail } from "reqtrail/testing";

import { failure, run } from "./support.mjs";

const SERVER = "3f9b1d0e-6f0e-4c57-8f3c-0d6a1f6a2b11";
const SCRIPT = {
  schema: "reqtrail.script/1",
  exchanges: [
    { match: { method: "GET", path: "/cameras/{id}" }, reply: { status: 200, json: { id: 7 } } },
  ],
};

test("waits take the mock's time", async () => {
  const mock = new Mock();
  const limited = { code: "rate_limited", retryAfterMs: 30_000 };
  mock.get("/cameras").replies(429, limited).thenReplies(200, { json: [], delayMs: 5000 });
  const { trail } = await mock.client().get("/cameras");
  const [first, second] = trail.attempts;
  assert.equal(first.waitReason, "retry_after");
  assert.ok(first.waitMs >= 30_000);
  assert.equal(second.elapsedMs, 5000);
  assert.equal(trail.startedAt.toISOString(), "2026-01-01T00:00:00.000Z");
  assert.equal(mock.elapsedMs, trail.elapsedMs);
  assert.deepEqual(
    mock.requests.map(({ atMs }) => Math.floor(atMs)),
    [0, Math.floor(second.startedMs)],
  );
  assert.deepEqual(trail.notes, ["scripted"]);
  mock.verify();
});

test("the same seed makes equal trails, another seed makes others", async () => {
  const trail = async (options) => {
    const mock = new Mock(options);
    mock.get("/events").replies(503).thenFails("reset").thenReplies(200);
    return (await mock.client().get("/events")).trail;
  };
  assert.deepStrictEqual(await trail({ seed: 7 }), await trail({ seed: 7 }));
  assert.deepStrictEqual(await trail(), await trail({ seed: 0 }));
  assert.notDeepStrictEqual(await trail({ seed: 7 }), await trail({ seed: 8 }));
});

test("a request that nothing answers fails, and verify reports it", async () => {
  const mock = new Mock();
  mock.get("/cameras/{id}").replies(200);
  const error = await failure(mock.client().delete("/cameras/{id}", { params: { id: 7 } }));
  assert.ok(error instanceof ConnectError);
  assert.equal(error.mayHaveBeenSent, false);
  assert.match(error.message, /DELETE \/cameras\/7/);
  assert.match(error.message, /GET \/cameras\/\{id\}/);
  assert.throws(() => mock.verify(), {
    name: "MockError",
    message: /^the calls did not go as arranged:\n.*DELETE \/cameras\/7.*\n.*GET \/cameras\/\{id\}/,
  });
  assert.equal(mock.problems.length, 2);
});

test("verify reports unused answers, unless they are allowed", async () => {
  const mock = new Mock();
  mock.get("/a").replies(200, { optional: true });
  mock.get("/b").replies(200, { times: Infinity });
  mock.get("/c").replies(200, { times: 2 });
  const client = mock.client();
  await client.get("/b");
  await client.get("/b");
  await client.get("/c");
  assert.match(mock.problems.join("\n"), /^[^\n]*GET \/c[^\n]*$/);
  const other = new Mock({ allowUnused: true });
  other.get("/c").replies(200);
  other.verify();
});

test("an exchange without an answer is a problem", () => {
  const mock = new Mock();
  const exchange = mock.get("/cameras");
  assert.match(mock.problems.join(), /GET \/cameras has no answer/);
  exchange.replies(200, { optional: true });
  mock.verify();
});

test("a request that differs is answered, and verify reports what differs", async () => {
  const mock = new Mock();
  const headers = { "x-tenant": /^t-\d+$/, "x-debug": null };
  mock.post("/events", { headers, json: { name: "door", at: { $any: true } } }).replies(201);
  const json = { name: "gate", at: 5 };
  const made = await mock.client().post("/events", { json, headers: { "X-Tenant": "t-7" } });
  assert.equal(made.status, 201);
  assert.equal(mock.problems.length, 1);
  assert.match(mock.problems[0], /door/);
  assert.match(mock.problems[0], /gate/);
});

test("requests can be inspected", async () => {
  const mock = new Mock();
  mock.post("/events?kind=motion").replies(200, { times: 3 });
  const client = mock.client({ token: "t0ken" });
  const query = { kind: "motion", tag: ["a", "b"] };
  await client.post("/events", { query, json: { id: 7 }, headers: { "X-Tenant": "t-7" } });
  await client.post("/events", { query, body: "plain" });
  await client.post("/events", { query, body: new Uint8Array([0xff, 0]) });
  const [one, two, three] = mock.requests;
  assert.equal(one.method, "POST");
  assert.equal(one.path, "/events");
  assert.equal(one.target, "/events?kind=motion&tag=a&tag=b");
  assert.deepEqual(one.query.getAll("tag"), ["a", "b"]);
  assert.equal(one.headers.get("x-tenant"), "t-7");
  assert.equal(one.headers.get("AUTHORIZATION"), "Bearer t0ken");
  assert.deepEqual([one.json, one.text, one.body], [{ id: 7 }, null, null]);
  assert.deepEqual([two.json, two.text, two.body], [undefined, "plain", null]);
  assert.deepEqual(three.body, new Uint8Array([0xff, 0]));
  assert.deepEqual([one.exchange, one.atMs], [0, 0]);
  assert.throws(() => Object.assign(one, { method: "GET" }), TypeError);
  assert.equal(JSON.parse(JSON.stringify(mock.requests))[2].base64, "/wA=");
});

test("answers are as arranged", async () => {
  const mock = new Mock();
  const reply = { text: "hello", headers: { "x-a": ["1", "2"], "x-n": 5 }, encoding: "gzip" };
  mock.get("/text").replies(203, { ...reply, requestId: null });
  mock.get("/bytes").replies({ body: new Uint8Array([1, 2]) });
  mock.get("/error").replies({ code: "conflict", message: "in use", requestId: "req_1" });
  const client = mock.client();
  const text = await client.get("/text");
  assert.deepEqual([text.status, text.text(), text.requestId], [203, "hello", null]);
  assert.deepEqual([text.headers.get("x-a"), text.headers.get("x-n")], ["1, 2", "5"]);
  const bytes = await client.get("/bytes");
  assert.deepEqual([bytes.status, bytes.bytes()], [200, new Uint8Array([1, 2])]);
  assert.match(bytes.requestId, /^req_/);
  const { status, code, reason, requestId } = await failure(client.get("/error"));
  assert.deepEqual([status, code, reason, requestId], [409, "conflict", "in use", "req_1"]);
  mock.verify();
});

test("each failure has its kind", async () => {
  const kinds = {
    ...{ timeout: "timeout", stall_body: "timeout", connect_timeout: "connect" },
    ...{ connect: "connect", dns: "connect", tls: "connect" },
    ...{ reset: "transport", close: "transport", cut_body: "transport" },
  };
  for (const [word, kind] of Object.entries(kinds)) {
    const mock = new Mock();
    mock.post("/events").fails(word, word.endsWith("_body") ? { json: { id: 7 } } : undefined);
    const error = await failure(mock.client({ maxAttempts: 1 }).post("/events"));
    assert.equal(error.kind, kind, word);
    mock.verify();
  }
});

test("a client has the dialect that it is given", async () => {
  const mock = new Mock();
  mock.get("/servers/{id}").replies({ code: "itemNotFound" });
  const nova = mock.client({ dialect: "openstack", baseUrl: "https://nova.example/v2.1" });
  const error = await failure(nova.get("/servers/{id}", { params: { id: "a" } }));
  assert.equal(error.category, "not_found");
  assert.match(error.requestId, /^req-[0-9a-f-]{36}$/);
  assert.equal(mock.requests[0].path, "/v2.1/servers/a");
  mock.verify();
});

test("a manual clock", async () => {
  const mock = new Mock({ clock: "manual" });
  mock.get("/cameras").replies(503, { retryAfterMs: 20_000 }).thenReplies(200);
  const events = [];
  const call = mock
    .client()
    .get("/cameras")
    .then((response) => events.push(response.status));
  await mock.waitUntilWaiting();
  assert.equal(mock.requests.length, 1);
  await mock.advance(10_000);
  assert.deepEqual([mock.elapsedMs, events], [10_000, []]);
  await mock.advance(20_000);
  // The call has ended, and the code that awaits it has run.
  assert.deepEqual([mock.elapsedMs, events], [30_000, [200]]);
  await call;
  mock.verify();
});

test("a call is cancelled in its wait", async () => {
  const mock = new Mock({ clock: "manual" });
  mock.get("/cameras").replies(503, { retryAfterMs: 20_000 });
  const controller = new AbortController();
  const call = mock.client().get("/cameras", { signal: controller.signal });
  await mock.waitUntilWaiting();
  await mock.advance(5000);
  controller.abort();
  const error = await failure(call);
  assert.ok(error instanceof CancelledError);
  assert.equal(error.trail.elapsedMs, 5000);
  assert.equal(error.trail.attempts.length, 1);
  mock.verify();
});

test("timeouts take the mock's time", async () => {
  const mock = new Mock();
  mock.get("/cameras").fails("timeout");
  const error = await failure(mock.client().get("/cameras", { timeoutMs: 7000 }));
  assert.ok(error instanceof TimeoutError);
  assert.deepEqual([error.trail.elapsedMs, mock.elapsedMs], [7000, 7000]);
});

test("what a program does in one turn belongs to one moment", async () => {
  const mock = new Mock();
  mock.get("/slow").replies(200, { delayMs: 9000, times: Infinity });
  mock.get("/fast").replies(200, { delayMs: 1000, times: Infinity });
  const client = mock.client();
  const started = ({ trail }) => trail.startedAt.getTime() - Date.UTC(2026, 0);
  for (let round = 0; round < 50; round++) {
    const before = mock.elapsedMs;
    // Both begin now; the second call of `follows` begins when its first one has ended.
    const follows = async () => {
      await client.get("/fast", { maxAttempts: 1 });
      await null;
      const controller = new AbortController();
      const second = client.get("/slow", { signal: controller.signal });
      controller.abort();
      return failure(second);
    };
    const [slow, error] = await Promise.all([client.get("/slow"), follows()]);
    assert.equal(started(slow), before);
    assert.equal(started(error), before + 1000);
  }
});

test("the first of several calls cancels the others in time", async () => {
  const mock = new Mock();
  mock.get("/a").replies(200, { delayMs: 1000 });
  mock.get("/b").replies(200, { delayMs: 9000 });
  const controller = new AbortController();
  const [client, other] = [mock.client(), mock.client()];
  const calls = [client.get("/a"), other.get("/b", { signal: controller.signal })];
  await Promise.race(calls);
  controller.abort();
  const error = await failure(calls[1]);
  assert.equal(error.trail.elapsedMs, 1000);
});

test("hooks run before the time moves", async () => {
  for (const abort of [
    (controller) => controller.abort(),
    async (controller) => {
      await null;
      await null;
      controller.abort();
    },
  ]) {
    const mock = new Mock();
    mock.get("/cameras").replies(503, { retryAfterMs: 20_000 });
    const controller = new AbortController();
    const client = mock.client({ onAttempt: () => abort(controller) });
    const error = await failure(client.get("/cameras", { signal: controller.signal }));
    assert.ok(error instanceof CancelledError);
    assert.equal(mock.elapsedMs, 0);
    mock.verify();
  }
});

test("a refresher's own turns take none of the mock's time", async () => {
  const mock = new Mock();
  mock.get("/cameras").replies({ code: "invalid_token" }).thenReplies(200);
  mock.get("/slow").replies(200, { delayMs: 9000 });
  mock.post("/login").replies(200, { json: { token: "new" }, delayMs: 250 });
  const login = mock.client();
  const client = mock.client({
    token: "old",
    async tokenRefresher() {
      await setImmediate();
      await setImmediate();
      return (await login.post("/login")).json().token;
    },
  });
  const [{ trail }] = await Promise.all([client.get("/cameras"), client.get("/slow")]);
  assert.deepEqual(
    trail.attempts.map(({ cause, startedMs }) => [cause, startedMs]),
    [
      ["initial", 0],
      ["reauth", 250],
    ],
  );
  assert.equal(mock.requests.at(-1).headers.get("authorization"), "Bearer new");
  mock.verify();
});

test("reading a body first takes none of the mock's time", async () => {
  const mock = new Mock();
  mock.put("/{name}").replies(200, { times: 2, delayMs: 9000 });
  const client = mock.client();
  await Promise.all([
    client.put("/blob", { body: new Blob(["a".repeat(100)]) }),
    client.put("/text", { body: "b" }),
  ]);
  assert.deepEqual(
    mock.requests.map(({ atMs }) => atMs),
    [0, 0],
  );
});

test("timers that a test moves by hand do not move the mock's time", async (t) => {
  const mock = new Mock();
  mock.put("/cameras").replies(503, { retryAfterMs: 30_000 }).thenReplies(200);
  const manual = new Mock({ clock: "manual" });
  manual.get("/cameras").replies(200, { delayMs: 500 });
  t.mock.timers.enable();
  const events = [];
  setTimeout(() => events.push("timer"), 1000);
  const client = mock.client({ onAttempt: () => events.push("attempt") });
  const put = await client.put("/cameras", { body: new Blob(["a"]) });
  assert.equal(put.trail.attempts.length, 2);
  const call = manual.client().get("/cameras");
  await manual.waitUntilWaiting();
  await manual.advance(500);
  assert.equal((await call).status, 200);
  assert.deepEqual(events, ["attempt", "attempt"]);
  t.mock.timers.tick(1000);
  assert.deepEqual(events, ["attempt", "attempt", "timer"]);
  mock.verify();
});

test("OpenStack's operations use the mock's time", async () => {
  const mock = new Mock();
  const [request_id, start_time] = ["req-1", "2026-01-01T00:00:00.000000"];
  const event = { event: "compute_reboot_instance", start_time };
  const ended = { ...event, finish_time: "2026-01-01T00:00:03.000000", result: "Success" };
  const shown = (...events) => ({
    json: { instanceAction: { action: "reboot", request_id, start_time, events } },
  });
  const server = { id: SERVER, status: "ACTIVE", "OS-EXT-STS:task_state": null };
  const actions = "/servers/{id}/os-instance-actions";
  mock.get("/servers/{id}").replies(200, { json: { server }, times: Infinity });
  mock.get(actions).replies(200, { json: { instanceActions: [] }, times: Infinity });
  mock.get(`${actions}/req-1`).replies(200, shown(event)).thenReplies(200, shown(ended));
  const client = mock.client({ dialect: "openstack", baseUrl: "https://nova.example/v2.1" });
  const polls = [];
  const onProgress = () => void polls.push(mock.elapsedMs);
  const report = await new openstack.Compute(client).follow(SERVER, "req-1", { onProgress });
  assert.match(String(report), /apparently succeeded/);
  assert.deepEqual([polls, mock.elapsedMs], [[0, 500], 500]);
  mock.verify();
});

test("a script is loaded from an object and from a text", async () => {
  for (const script of [SCRIPT, JSON.stringify(SCRIPT)]) {
    const mock = new Mock().load(script);
    const camera = await mock.client().get("/cameras/{id}", { params: { id: 7 } });
    assert.deepEqual([camera.json(), camera.requestId], [{ id: 7 }, null]);
    mock.verify();
  }
});

test("mistakes are named, with what is right", async () => {
  const mock = new Mock();
  const wrong = [
    [() => new Mock({ sed: 1 }), /a mock has no option "sed"; it has seed, clock, allowUnused/],
    [() => new Mock({ seed: -1 }), /seed: expected a whole number, 0 or more, not -1/],
    [() => new Mock({ clock: "real" }), /clock: expected "auto" or "manual", not 'real'/],
    [() => mock.get(7), /path: expected a string, not 7/],
    [() => mock.get("/a", { header: {} }), /want has no "header"; it has headers, json/],
    [() => mock.get("/a", { headers: { a: /b/g } }), /want.headers.a: expected a RegExp without/],
    [() => mock.get("/a").replies("200"), /reply: expected an object, not a string/],
    [() => mock.get("/a").replies(200, { jsn: 1 }), /reply has no "jsn"; it has status, json/],
    [() => mock.get("/a").replies(200, { delayMs: -1 }), /reply.delayMs: expected a whole number/],
    [() => mock.get("/a").replies(200, { json: new Map() }), /json: expected an object/],
    [() => mock.get("/a").replies(200, { jsn: 1 }), /encoding, times, optional$/],
    [() => mock.get("/a", { header: {} }), /body, query$/],
    [
      () => mock.get("/a").replies(429, { retryAfterMs: Infinity }),
      /reply.retryAfterMs: expected milliseconds, 0 or more, not Infinity/,
    ],
    [() => mock.get("/a").replies(99), /exchange.reply.status/],
    [() => mock.get("/a").replies(200, { code: "x", json: 1 }), /exchange.reply/],
    [() => mock.get("/a").fails("sleep"), /exchange.reply.fails: expected one of timeout, connect/],
    [() => mock.load({}), /schema: expected "reqtrail.script\/1"/],
    [() => mock.load(7), /script: expected an object or its JSON text, not 7/],
    [() => mock.client({ timeout: 1 }), /timeout/],
    [() => mock.client({ baseUrl: 7 }), /baseUrl: expected a URL/],
  ];
  for (const [act, message] of wrong) {
    assert.throws(act, (error) => {
      assert.ok(error instanceof TypeError, String(error));
      assert.match(error.message, message);
      // The stack begins in this file.
      assert.match(
        error.stack.split("\n").find((line) => line.startsWith("    at ")),
        /test\.mjs/,
      );
      return true;
    });
  }
  await assert.rejects(mock.advance("1"), /ms: expected milliseconds/);
});

test("Replies is not a promise", async () => {
  const mock = new Mock({ allowUnused: true });
  const replies = mock.get("/a").replies(200);
  assert.equal(await replies, replies);
  assert.equal(replies.thenReplies(201), replies);
  assert.equal(replies.thenFails("reset"), replies);
});

test("the end of a block verifies", () => {
  const mock = new Mock();
  mock.get("/a").replies(200);
  assert.throws(() => mock[Symbol.dispose](), { name: "MockError" });
});

test("a trail is read from its JSON", async () => {
  const mock = new Mock();
  mock.get("/cameras").replies(503).thenReplies(200);
  const { trail } = await mock.client().get("/cameras");
  for (const json of [trail.toJSON(), JSON.stringify(trail)]) {
    const again = Trail.fromJSON(json);
    assert.deepStrictEqual(again, trail);
    assert.equal(again.report(), trail.report());
    assert.ok(Object.isFrozen(again));
  }
  const wrong = { ...trail.toJSON(), schema: "reqtrail.trail/9" };
  const message = /has the schema `reqtrail.trail\/9`; expected `reqtrail.trail\/1`/;
  assert.throws(() => Trail.fromJSON(wrong), { name: "TypeError", message });
  assert.throws(() => Trail.fromJSON("{"), {
    name: "TypeError",
    message: /not the JSON of a trail/,
  });
  assert.throws(() => Trail.fromJSON(undefined), { name: "TypeError", message: /json: expected/ });
});

test("programs without a mock do not load it, and a mock does not keep a program alive", async () => {
  const code = `
    require("reqtrail");
    const loaded = Object.keys(require.cache).filter((name) => name.includes("testing"));
    const { Mock } = require("reqtrail/testing");
    const mock = new Mock({ clock: "manual" });
    mock.get("/a").replies(200, { delayMs: 100 });
    mock.client().get("/a").then(({ status }) => console.log(loaded.length, status));
    mock.waitUntilWaiting().then(() => mock.advance(100));`;
  const { code: exit, stdout, stderr } = await run(code, { type: "commonjs" });
  assert.deepEqual([exit, stdout, stderr], [0, "0 200\n", ""]);
});

test("a trail is made by hand", () => {
  const made = () =>
    trail({
      ...{ method: "POST", path: "/cameras/{id}/trigger", params: { id: 7 } },
      attempts: [
        { code: "rate_limited", retryAfterMs: 2000, requestId: "req_1" },
        { failure: "timeout" },
      ],
    });
  const { attempts, outcome, stopped, startedAt } = made();
  assert.ok(made() instanceof Trail);
  assert.deepStrictEqual(made(), made());
  assert.deepEqual([outcome, stopped], ["timeout", "unsafe_to_retry"]);
  assert.equal(startedAt.toISOString(), "2026-01-01T00:00:00.000Z");
  const [first, second] = attempts;
  assert.deepEqual(
    [first.status, first.requestId, first.waitReason],
    [429, "req_1", "retry_after"],
  );
  assert.equal(first.url, "https://api.example/cameras/7/trigger");
  assert.ok(second.startedMs >= 2000);
  assert.deepEqual([second.failure, second.sent], ["timeout", "unknown"]);
});

test("a response is made by hand", () => {
  const made = response({ json: { id: 7 }, requestId: "req_1", headers: { etag: '"a"' } });
  assert.deepEqual([made.status, made.requestId, made.json()], [200, "req_1", { id: 7 }]);
  assert.equal(made.headers.get("etag"), '"a"');
  assert.equal(response().status, 200);
  assert.deepEqual(
    response({ status: 203, body: new Uint8Array([1]) }).bytes(),
    new Uint8Array([1]),
  );
  const repeated = response({ attempts: [{ status: 503 }, { status: 201 }] });
  assert.deepEqual([repeated.status, repeated.trail.attempts.length], [201, 2]);
});

test("an error is made by hand", () => {
  const limited = error({ code: "rate_limited", retryAfterMs: 60_000, message: "slow down" });
  assert.ok(limited instanceof RateLimitedError);
  assert.deepEqual([limited.status, limited.retryAfterMs], [429, 60_000]);
  assert.equal(limited.reason, "slow down");
  assert.match(limited.requestId, /^req_/);
  assert.match(
    limited.stack.split("\n").find((line) => line.startsWith("    at ")),
    /test\.mjs/,
  );
  const late = error({ kind: "timeout", method: "POST", path: "/events" });
  assert.ok(late instanceof TimeoutError);
  assert.deepEqual([late.mayHaveBeenSent, late.trail.attempts.length], [true, 1]);
  const fault = error({ dialect: "openstack", code: "itemNotFound" });
  assert.deepEqual([fault.category, fault.status], ["not_found", 404]);
  const custom = {
    name: "acme",
    codes: { TOO_FAST: { category: "rate_limited", retry: "always" } },
  };
  const fast = error({ dialect: custom, status: 429, maxRetryAfterMs: 1000, retryAfterMs: 5000 });
  assert.deepEqual([fast.kind, fast.trail.stopped], ["api", "retry_after_too_long"]);
  const endless = { retryAfterMs: 300_000, maxRetryAfterMs: Infinity };
  assert.equal(error({ code: "rate_limited", ...endless }).trail.stopped, "attempts_exhausted");
  assert.equal(error({ kind: "config" }).trail, null);
});

test("impossible descriptions are refused", () => {
  const wrong = [
    [() => trail({}), /trail.attempts: expected an array, not undefined/],
    [() => trail({ attempts: [{ stat: 200 }] }), /trail.attempts\[0\] has no "stat"; it has/],
    [() => trail({ attempts: [{ status: 200 }, { status: 200 }] }), /attempts\[0\]/],
    [() => response({ status: 404 }), /response/],
    [() => response({ stat: 404 }), /response has no "stat"; it has status, json/],
    [() => error({ status: 200 }), /error/],
    [() => error({ attempts: [{ status: 200 }] }), /succe/],
    [
      () => error({ code: "rate_limited", retryAfterMs: "1" }),
      /error.retryAfterMs: expected milli/,
    ],
  ];
  for (const [act, message] of wrong) {
    assert.throws(act, (failed) => {
      assert.ok(failed instanceof TypeError, String(failed));
      assert.match(failed.message, message);
      assert.match(
        failed.stack.split("\n").find((line) => line.startsWith("    at ")),
        /test\.mjs/,
      );
      return true;
    });
  }
});
