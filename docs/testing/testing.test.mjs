// Tests of a program's own handling of failures, without a network and without waiting.

import assert from "node:assert/strict";
import { test } from "node:test"; // or jest, or vitest

import { Mock } from "reqtrail/testing";

// test: success
test("success", async () => {
  const mock = new Mock();
  mock.get("/cameras/{id}").replies(200, { json: { name: "Lobby" } });
  const camera = await mock.client().get("/cameras/{id}", { params: { id: 7 } });
  assert.equal(camera.json().name, "Lobby");
  assert.equal(mock.requests[0].path, "/cameras/7");
  mock.verify();
});
// end

// test: rate_limit_then_success
test("rate limit, then success", async () => {
  const mock = new Mock();
  const limit = { code: "rate_limited", retryAfterMs: 30_000 };
  mock.get("/events").replies(429, limit).thenReplies(200, { json: [] });
  const response = await mock.client().get("/events");
  assert.equal(response.trail.attempts.length, 2);
  assert.ok(mock.elapsedMs >= 30_000); // which took no time
  mock.verify();
});
// end

// test: failure_shows_the_id
test("failure shows the ID", async () => {
  const mock = new Mock();
  mock.get("/cameras/{id}").replies(404, { code: "not_found", requestId: "req_42" });
  const call = mock.client().get("/cameras/{id}", { params: { id: 7 } });
  const shown = await call.catch((error) => `No such camera (${error.requestId})`);
  assert.equal(shown, "No such camera (req_42)");
  mock.verify();
});
// end

// test: timeout_is_not_repeated
test("timeout is not repeated", async () => {
  const mock = new Mock();
  mock.post("/sites").fails("timeout");
  const call = mock.client().post("/sites");
  await assert.rejects(call, { kind: "timeout", mayHaveBeenSent: true });
  assert.equal(mock.requests.length, 1);
  mock.verify();
});
// end

// test: refresh_after_a_401
test("refresh after a 401", async () => {
  const mock = new Mock();
  mock.get("/cameras").replies(401, { code: "invalid_token" }).thenReplies(200);
  const client = mock.client({ token: "old", tokenRefresher: async () => "new" });
  await client.get("/cameras");
  assert.equal(mock.requests[1].headers.get("authorization"), "Bearer new");
  mock.verify();
});
// end
