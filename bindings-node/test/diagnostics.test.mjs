// The channels of node:diagnostics_channel.

import assert from "node:assert/strict";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";

import { Trail } from "reqtrail";

import { both, failure } from "./support.mjs";

test("subscribers get every attempt and every call while they are subscribed", async (t) => {
  const { client } = await both(t);
  const attempts = [];
  const calls = [];
  const onAttempt = (message) => attempts.push(message);
  const onCall = (message) => calls.push(message);
  await client.get("/ok");
  subscribe("reqtrail:attempt", onAttempt);
  subscribe("reqtrail:call", onCall);
  const response = await client.get("/once/d");
  const error = await failure(client.get("/missing"));
  unsubscribe("reqtrail:attempt", onAttempt);
  unsubscribe("reqtrail:call", onCall);
  assert.equal(channel("reqtrail:attempt").hasSubscribers, false);
  await client.get("/ok");
  assert.deepEqual(
    attempts.map(({ attempt }) => attempt.requestId),
    [...response.trail.requestIds, error.requestId],
  );
  assert.deepEqual(
    attempts.map(({ call }) => call.callId),
    [response.trail.callId, response.trail.callId, error.trail.callId],
  );
  assert.equal(attempts[0].call.path, "/once/d");
  assert.deepEqual(attempts[0].attempt, response.trail.attempts[0]);
  assert.deepEqual(
    calls.map(({ trail }) => trail.outcome),
    ["ok", "api"],
  );
  assert.ok(calls.every(({ trail }) => trail instanceof Trail));
  assert.deepEqual(calls[0].trail.toJSON(), response.trail.toJSON());
});
