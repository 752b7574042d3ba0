// The examples do what they say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { spawned } from "./support.mjs";

const FOLDER = fileURLToPath(new URL("../examples", import.meta.url));

async function example(name) {
  const { code, stdout, stderr } = await spawned(process.execPath, [`${FOLDER}/${name}.mjs`], {
    env: process.env,
  });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  assert.ok(!stdout.includes("sk_test_example"));
  return stdout;
}

test("first-call", async () => {
  const output = await example("first-call");
  assert.match(output, /^camera 7 req_0+2\n/);
  assert.match(output, /not_found req_0+3\n/);
  assert.match(output, /GET \/cameras\/\{id\} {2}FAILED: api \(404 not_found\)/);
});

test("fastify", async () => {
  const [found, missing] = (await example("fastify")).trim().split("\n");
  assert.equal(found, '200 {"id":"7","name":"camera 7"}');
  const body = JSON.parse(missing.slice(4));
  assert.match(missing, /^404 /);
  assert.match(body.upstream_request_id, /^req_0+3$/);
  assert.deepEqual(body.upstream_request_ids, [body.upstream_request_id]);
  assert.match(body.call_id, /^[0-9a-f-]{36}$/);
});

test("fan-out", async () => {
  const output = await example("fan-out");
  assert.match(output, /slow was cancelled: GET \/cameras\/\{id\}: 404 not_found/);
  assert.match(output, /700 failed: req_/);
});

test("pino", async () => {
  const lines = (await example("pino"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level }) => level),
    [20, 20, 20, 40, 50],
  );
  assert.equal(lines[3].trail.attempts[0].request_id, lines[2].requestId);
  assert.equal(lines[4].err.requestId, lines[2].requestId);
  assert.equal(lines[4].err.trail.call_id, lines[3].trail.call_id);
});
