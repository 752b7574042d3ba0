// Properties on `Object.prototype` are not read as options, and do not appear in results.

import assert from "node:assert/strict";
import { test } from "node:test";

import { run, served } from "./support.mjs";

test("a polluted prototype affects neither options nor results", async (t) => {
  const server = await served(t);
  const code = `
    import { Client, openstack } from "reqtrail";
    const polluted = {
      ...{ json: { evil: 1 }, body: "evil", query: { evil: 1 }, headers: { evil: "1" }, params: { evil: 1 } },
      ...{ timeoutMs: 1, attemptTimeoutMs: 1, connectTimeoutMs: 1, maxAttempts: 32, idempotent: true },
      ...{ idempotencyKey: "evil", correlationId: "evil", microversion: "9.9", signal: AbortSignal.abort() },
      ...{ token: "evil", tokenRefresher: () => "evil", proxy: "http://127.0.0.1:1", userAgent: "evil" },
      ...{ dialect: "openstack", extraCa: "evil", dangerAcceptInvalidCerts: true, unixSocket: "/evil" },
      ...{ retryBudget: { capacity: 1 }, capacity: 1, retryCost: 1, onCall: () => console.log("evil") },
      ...{ onAttempt: () => console.log("evil"), onProgress: () => console.log("evil"), secretParams: ["id"] },
      ...{ hasRefresher: true, showQueryParams: ["evil"], codes: {}, limit: 1, marker: "evil", progress: true },
      ...{ api: {}, thrown: 1, source: {}, sourceText: "evil", code: "evil", category: "evil", status: 1 },
      ...{ requestId: "evil", retryAfterMs: 1, reason: "evil", cause: "evil", trail: null, kind: "evil" },
      ...{ hasTrail: false, attempt: "evil", call: {}, refresh: 1, tag: 1, failed: "evil", get: () => "evil" },
    };
    // Assignments to these are ignored.
    const fixed = ["hasTrail", "thrown", "sourceText"];
    // Node's own property descriptors read "get" too, so it is not defined on the prototype.
    const { get, ...rest } = polluted;
    for (const [name, value] of Object.entries(rest)) {
      Object.defineProperty(Object.prototype, name, { __proto__: null, value, configurable: true, writable: !fixed.includes(name) });
    }
    const client = Client.novavms(process.argv[1], { baseDelayMs: 1, maxDelayMs: 2 });
    const ok = await client.get("/ok", { timeoutMs: 30000 });
    const own = await client.get("/own/{id}", { params: { id: 7 } });
    const posted = await client.post("/echo", {});
    const busy = await client.get("/busy", {}).catch((error) => error);
    const refused = await client.get("/forbidden").catch((error) => error);
    for (const name of Object.keys(rest)) delete Object.prototype[name];
    console.log(JSON.stringify([ok.status, own.json(), posted.text(), busy.trail.attempts.length, busy.message.includes("evil"), refused.code, refused.category, refused.cause === undefined]));
    await client.close();`;
  const { stdout, stderr } = await run(code, { args: [server.url] });
  const wanted = [200, { key: "7" }, "", 4, false, "forbidden", "permission", true];
  assert.equal(stdout.trim(), JSON.stringify(wanted), stderr);
  assert.ok(
    !JSON.stringify(server.seen.map(({ url, headers }) => [url, headers])).includes("evil"),
  );
  assert.ok(server.seen.every(({ body }) => body.length === 0));
});
